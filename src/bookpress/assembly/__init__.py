"""Assembling an edition: executed chapters are staged, pages made, checked and published."""
