"""Types of parameters that a book need not write: of values, of ranges."""
