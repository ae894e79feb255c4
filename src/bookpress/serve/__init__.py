"""The book is served while it is written, and answers live choices."""
