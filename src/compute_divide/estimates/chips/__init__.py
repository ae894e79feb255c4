"""Estimates on chips and budgets."""
