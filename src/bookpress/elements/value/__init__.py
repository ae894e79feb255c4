"""Values in prose: on the page, and in plain words."""
