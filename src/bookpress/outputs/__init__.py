"""The formats of an edition, one folder each: pages, PDF, EPUB, notebooks, plain text."""
