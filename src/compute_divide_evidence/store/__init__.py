"""Raw files as they are read, and tables as they are written."""
