"""The figures of the chapter on who shares their models."""
