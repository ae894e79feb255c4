"""An edition: its values, its identity, and how sure its statements are."""
