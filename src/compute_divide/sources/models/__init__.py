"""Machine-learning models: the vintages."""
