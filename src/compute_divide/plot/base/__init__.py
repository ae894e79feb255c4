"""The parts that all figures share."""
