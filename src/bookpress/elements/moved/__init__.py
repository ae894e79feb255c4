"""Pages that lead from an old address to the new place."""
