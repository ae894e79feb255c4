"""Pages of what readers try, apart from any edition: two compared, a chapter under many values."""
