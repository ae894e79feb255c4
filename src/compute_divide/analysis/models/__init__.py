"""Estimates on models."""
