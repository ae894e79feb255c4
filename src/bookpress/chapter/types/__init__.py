"""Types of parameters that the press provides: their values, ranges and wording."""
