"""What a book is: its files, chapters and settings, and what was renamed in it."""
