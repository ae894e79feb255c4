"""What others claim, held against our evidence."""
