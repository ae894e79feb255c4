"""The bar of choices at the head of a chapter, and a page in another state."""
