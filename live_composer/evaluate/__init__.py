"""How good is a model: its melodies measured, its distance to the best that could be, and pages that tell it."""
