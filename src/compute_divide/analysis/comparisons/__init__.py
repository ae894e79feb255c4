"""Comparisons of this book's own: what a sentence says of names, values and verdicts.

Each holds, does not, or is unknown, with a reason that reads after "this does not hold:".
"""
