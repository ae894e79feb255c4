"""Chips, their prices, and clusters of them."""
