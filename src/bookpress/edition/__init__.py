"""An edition: its values, its identity, and how certain its statements are."""
