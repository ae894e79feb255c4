"""The typed tables under ``data/``: one module per source, with schemas, sidecars and loading."""
