"""Choose the notes to come: look-ahead, and the planner process."""
