"""PDF and EPUB, made from the pages."""
