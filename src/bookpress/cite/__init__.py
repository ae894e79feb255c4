"""One record of bibliographic facts (`record`) in every form that is asked for.

`extension` alone knows Sphinx.
"""
