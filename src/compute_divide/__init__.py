"""The Compute Divide: a computational book on who has the computing power for machine learning."""

from importlib.metadata import version

__version__ = version("compute-divide")
