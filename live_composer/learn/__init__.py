"""Learning offline: from a corpus to a Note RNN."""
