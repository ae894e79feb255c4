"""From raw files to typed tables: one module per source, with schemas, sidecars and loading."""
