"""The figures and tables of the chapter on policy."""
