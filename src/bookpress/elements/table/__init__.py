"""Long tables: sorted, filtered, contested, a card a row on a phone."""
