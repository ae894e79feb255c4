"""The audit: rows of the evidence checked against their own sources."""
