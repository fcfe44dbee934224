"""Learn offline: from a corpus to a Note RNN, and from rules to one that is tuned by them."""
