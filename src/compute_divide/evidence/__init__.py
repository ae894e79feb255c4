"""Raw files to typed tables: one module a source, with schemas, sidecars and loading."""
