"""What a book consists of: files, chapters, settings, and what was renamed in it."""
