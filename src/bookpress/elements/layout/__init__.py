"""The page around the text."""
