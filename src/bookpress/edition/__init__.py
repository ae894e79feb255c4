"""An edition: its values and identity; how it is staged, assembled, checked, published."""
