"""Play them on time: the port process, which alone owns MIDI ports."""
