"""How to cite: the box at the end of a chapter, and what the head of a page says."""
