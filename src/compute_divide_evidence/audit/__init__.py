"""Deriving the tables of the audit: rows checked against their own sources."""
