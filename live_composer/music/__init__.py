"""What music is: units, vocabulary, melody, key, metre, MIDI files."""
