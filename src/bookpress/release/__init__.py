"""Released editions.

Archives that lose nothing, the site that holds them all, and what became of each result.
"""
