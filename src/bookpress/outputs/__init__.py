"""What is made of an edition: pages, PDF, EPUB, notebooks, plain text; each a folder."""
