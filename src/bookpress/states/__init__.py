"""States of a chapter: choices on the page, robustness, sweeps, comparisons of editions."""
