"""The figures of the chapter on who shares what it makes."""
