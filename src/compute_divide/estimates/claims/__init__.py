"""What others claim, compared with our evidence."""
