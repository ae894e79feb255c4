"""Papers of conferences: from raw lists to facts."""
