"""One chapter is executed, or many; what has been run is kept."""
