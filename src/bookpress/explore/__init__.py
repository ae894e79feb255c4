"""Many values of a chapter, and two editions side by side."""
