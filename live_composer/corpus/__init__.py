"""Where tunes come from: MIDI, ABC, MusicXML and music21's collections, brought to melodies on one grid."""
