"""What is said of how sure a sentence is."""
