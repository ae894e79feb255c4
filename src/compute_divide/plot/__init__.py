"""Estimates to Altair charts and tables, in one theme."""
