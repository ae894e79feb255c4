"""Files to download, and what machines read of them."""
