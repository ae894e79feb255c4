"""Papers of conferences, and who wrote them."""
