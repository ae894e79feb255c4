"""Deriving the tables of chips, their prices, machines and campuses."""
