"""What a book tells the press about itself: ``book/settings.yml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bookpress.files import load_model

FILE = "book/settings.yml"


class Settings(BaseModel):
    """What the press knows of a book besides its pages; each setting may be left out.

    Parameters
    ----------
    command : str
        What pages and messages tell a reader to type.
    front_matter : str
        The key under which a page's front matter says things about itself.
    package : str
        The package that the chapters call; its source is part of every edition's id. Empty where there is none.
    parameter_types : str
        The one module in which the types of parameters are looked up. Empty where the chapters need plain ones alone.
    data_variable : str
        The environment variable that names another folder of evidence.
    verify : str
        ``module:function`` that returns what is wrong with the evidence; empty where nothing checks it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    command: str = "bookpress"
    front_matter: str = "bookpress"
    package: str = ""
    parameter_types: str = ""
    data_variable: str = "BOOKPRESS_DATA"
    verify: str = ""


DEFAULTS = Settings()


@cache
def load_settings(root: Path) -> Settings:
    """Return the settings of the book at a folder; a book without the file has the press's own.

    Raises
    ------
    UsageError
        If the file is not YAML, or holds a name or value that is not known.
    """
    path = root / FILE
    return load_model(path, FILE, Settings) if path.is_file() else DEFAULTS
