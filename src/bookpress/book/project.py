"""A book: where its parts are, and what it tells the press about itself.

The latter stands in ``book/settings.yml``.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bookpress.chapter.types.titles import Wording
from bookpress.chapter.words import Form, Word
from bookpress.errors import UsageError
from bookpress.files import decoded, load_model

FILE = "book/settings.yml"
BUILD = "_build"
CHAPTERS = "notebooks"


class Settings(BaseModel):
    """What the press knows of a book besides its pages; each setting may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    layout: Literal["theme", "press"] = "theme"
    """Who lays out the pages: the theme of the book, or the press."""
    folders: list[str] = []
    """The folders that hold all of its pages and what they show; by default the whole book does."""
    strict: bool = False
    """Whether what else is told fails a build: warnings, broken links, fetches from elsewhere."""
    command: str = "bookpress"
    """What pages and messages tell a reader to type."""
    front_matter: str = "bookpress"
    """The key under which a page's front matter says things about itself."""
    says: list[str] = []
    """What each chapter must say about itself under that key, such as an abstract."""
    package: str = ""
    """The package that the chapters call, if any: its source is part of every edition's id."""
    parameter_types: str = ""
    """The one module in which types are looked up, where plain ones do not do."""
    parameters: dict[str, Wording] = {}
    """By a parameter's name, or ``chapter.name``, its title and what its panel asks."""
    data_variable: str = "BOOKPRESS_DATA"
    """The environment variable that names another folder of evidence."""
    preload: list[str] = []
    """Modules, and module:function to call, before chapters fork: each would else do it anew."""
    data_version_parameter: str = ""
    """The parameter that says which version of the evidence a chapter uses, if any.

    Citations name its value.
    """
    own: str = ""
    """The folder of the evidence in which a reader lays rows over tables.

    They are CSV, the first column a name.
    """
    counted: list[str] = []
    """What the book counts in thousands: a number such as 2000 before one of these is no year."""
    multiverse: dict[str, str] = {}
    """By chapter:statement, the chapter:result of many runs in which it holds."""
    fragility: dict[str, str] = {}
    """By chapter:statement, the chapter:result of the fewest rows that overturn it."""
    main_choices: list[list[str]] = []
    """Parameters by kind: a value of one is explored with each of those of another kind."""
    words: dict[str, Word | None] | bool = {}
    """Words of degree besides those of the press, by name; null switches one off, false all."""
    comparisons: dict[str, list[Form]] = {}
    """By the name of a comparison of the book's own, as what `check` reads it: above, every ..."""
    survival: str = ""
    """The parameter along which each release scores how long its statements have stood, if any."""
    verify: str = ""
    """module:function that returns what is wrong with the evidence."""

    @property
    def is_laid_out(self) -> bool:
        """Whether the press lays out the pages, and not the theme of the book."""
        return self.layout == "press"


DEFAULTS = Settings()


@cache
def load_settings(root: Path) -> Settings:
    """Return the settings of the book at a folder; a book without the file has the press's own."""
    path = root / FILE
    if path.is_file():
        return load_model(path, FILE, Settings)
    return DEFAULTS


def is_laid_out(srcdir: str | Path) -> bool:
    """Return whether the press lays out the pages that Sphinx makes of a folder of sources."""
    return load_settings(Path(srcdir)).is_laid_out


@dataclass(frozen=True)
class Project:
    """The places of one book."""

    root: Path
    """Where ``_toc.yml`` is."""
    build: Path
    data: Path
    """The evidence."""
    packages: tuple[Path, ...]
    """The source of the press and of the book's package."""
    lock: Path

    @classmethod
    def at(cls, root: Path) -> Project:
        """Return the places of the book at a folder.

        A variable that its settings name says where other evidence is.
        """
        root = root.resolve()
        settings = load_settings(root)
        data = os.environ.get(settings.data_variable)
        press = Path(__file__).resolve().parents[1]
        return cls(
            root=root,
            build=root / BUILD,
            data=Path(data).resolve() if data else root / "data",
            packages=(press, *_folders(settings.package)),
            lock=root / "requirements.lock",
        )

    @classmethod
    def find(cls) -> Project:
        """Return the book that holds the working folder."""
        here = Path.cwd().resolve()
        for folder in (here, *here.parents):
            is_book = (folder / "_config.yml").is_file() and (folder / "_toc.yml").is_file()
            if is_book:
                return cls.at(folder)
        if (here / "myst.yml").is_file():
            raise UsageError(f"no book of Jupyter Book 1.x at {here}: its myst.yml is of 2.x")
        raise UsageError(f"no book at {here} or above it: a book has a _config.yml and a _toc.yml")

    @property
    def settings(self) -> Settings:
        """What the book tells the press about itself."""
        return load_settings(self.root)

    @property
    def watched(self) -> list[Path]:
        """The folders whose files every chapter may rest on."""
        return [self.data, *self.packages]

    @property
    def own_rows(self) -> str:
        """What a reader laid over the evidence, by table and name; empty where nothing is."""
        if not self.settings.own:
            return ""
        files = sorted((self.data / self.settings.own).glob("*.csv"))
        return "; ".join(f"{path.stem}: {', '.join(_row_names(path))}" for path in files)

    @property
    def editions(self) -> Path:
        """Folder of the built editions."""
        return self.build / "editions"

    @property
    def built(self) -> list[str]:
        """Names, or ids, of the editions that are built."""
        folders = [path for path in self.editions.glob("[!.]*") if path.is_dir()]
        return sorted(path.name for path in folders if path.name != "_static")

    def built_folder(self, name: str) -> Path | None:
        """Return the folder of a built edition, given its name or its id; None where none is."""
        if name in self.built:
            return self.editions / name
        for folder in self.built:
            with suppress(OSError, ValueError, LookupError):
                record = json.loads((self.editions / folder / "edition.json").read_bytes())
                if record["id"] == name:
                    return self.editions / folder
        return None

    @property
    def cache(self) -> Path:
        """Folder of the chapters already run."""
        return self.build / "cache"

    @property
    def failed(self) -> Path:
        """Folder of the notebooks of chapters that failed, kept for reading."""
        return self.build / "failed"

    @property
    def workshop(self) -> Path:
        """Folder in which Jupyter Book works.

        Its path never changes, so that Sphinx can go on where it left off.
        """
        return self.build / "press"


def _row_names(path: Path) -> list[str]:
    """Return the names of the rows of a table, which stand in its first column."""
    rows = csv.reader(io.StringIO(decoded(path)))
    first_column = [row[0] for row in rows if row]
    return first_column[1:]


def _folders(package: str) -> tuple[Path, ...]:
    """Return where the package of a book is, without importing it."""
    if not package:
        return ()
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(f"{FILE}: no package {package!r} is installed")
    return tuple(Path(place).resolve() for place in spec.submodule_search_locations)
