"""A subject of its own: Kepler's third law."""
