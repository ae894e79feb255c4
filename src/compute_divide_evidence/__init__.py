"""From raw files and APIs to the tables under ``data/``.

It has one module per source. Chapters cannot import it, and no edition depends on its code.
"""
