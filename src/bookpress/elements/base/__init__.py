"""What the elements of a page share."""
