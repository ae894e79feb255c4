"""Citing one chapter of a book in the exact state it was read in.

A record of bibliographic facts (`record`) becomes every form that readers, reference managers and machines ask for:
BibTeX, biblatex, RIS, CSL-JSON, formatted references, Highwire tags, JSON-LD, links. All of that knows no Sphinx;
`extension` is the one adapter.
"""
