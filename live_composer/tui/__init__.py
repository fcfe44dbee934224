"""The screen: shows what a daemon plays and steers it, as a process of its own."""
