"""Serving the book: while it is written, and to programs."""
