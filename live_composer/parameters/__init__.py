"""What a musician may change while it plays: one table, from which every way of changing it follows."""
