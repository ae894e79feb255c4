"""Sources of one table each."""
