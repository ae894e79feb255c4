"""Estimates on papers."""
