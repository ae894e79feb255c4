"""Figures: shown by chapters, drawn on the page."""
