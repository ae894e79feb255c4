"""The figures of the chapter on machines."""
