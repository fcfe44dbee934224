"""Perform: plan source, performer, transport, takes, and the daemon that joins them."""
