"""The audit: rows of the evidence held against their own sources."""
