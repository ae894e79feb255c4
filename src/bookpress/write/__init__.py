"""The book is served while it is written."""
