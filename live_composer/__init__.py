"""A melody player for any DAW: a Note RNN tuned by rules of music, streamed over MIDI."""

__version__ = "0.1.0"
