"""The audit: rows of other tables, held against their sources."""
