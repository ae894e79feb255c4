"""What all parts of the page share."""
