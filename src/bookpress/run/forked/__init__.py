"""Chapters run in forks of one process that has imported what they need."""
