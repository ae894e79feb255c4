"""Pages of what readers try: two editions compared, a chapter under many values. They stand apart from any edition."""
