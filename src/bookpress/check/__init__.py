"""Reading the whole book without running anything.

What is wrong with it, and which results its chapters record.
"""
