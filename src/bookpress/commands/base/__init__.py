"""What the commands share: their options, and what they print."""
