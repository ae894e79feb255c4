"""Released editions: their archives, the site that shows them, and the fate of each result."""
