"""Machine-learning models: from snapshots of the models database to vintages."""
