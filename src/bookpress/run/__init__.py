"""Executing one chapter or many, and caching the runs."""
