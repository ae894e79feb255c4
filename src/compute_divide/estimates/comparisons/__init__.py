"""The comparisons that this book adds: what a sentence says about names, values and verdicts.

Each is true, false or unknown, with a reason that reads well after "this does not hold:".
"""
