"""Checks that read the whole book without running anything.

They find what is wrong with it, and which results its chapters publish.
"""
