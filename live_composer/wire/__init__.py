"""What processes say to each other: messages, and the sockets that carry them."""
