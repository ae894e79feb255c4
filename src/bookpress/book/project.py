"""A book: where its parts are, and its settings for the press in ``book/settings.yml``."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

import holdtrue
from bookpress.chapter.types.titles import Wording
from bookpress.chapter.words import Word
from bookpress.errors import UsageError
from bookpress.files import decoded, load_model, printable
from holdtrue.comparisons.base import Form

FILE = "book/settings.yml"
BUILD = "_build"
CHAPTERS = "notebooks"


ROLE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""The name of a role that a book adds."""


def _role_name(name: str) -> str:
    """Return the name of a role, or raise if prose could not write it."""
    if not ROLE.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of a role; allowed: small letters, digits and hyphens, "
            "with a letter first"
        )
    return name


class ReportedValues(BaseModel):
    """A file of values that others report, and what it says about how they became known."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    file: str = Field(min_length=1)
    """A YAML file in the folder of the evidence: by name, ``statement``, ``value``, ``unit``."""
    provenance: dict[str, str] = {}
    """What the words that an entry may have as its ``provenance`` mean."""


class Settings(BaseModel):
    """A book's settings for the press; each may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    layout: Literal["theme", "press"] = "theme"
    """Whether the book's theme or the press lays out the pages."""
    citation: bool | None = None
    """Whether chapters end with how to cite them; by default where the press lays out the pages."""
    code: Literal["folded", "shown"] = "folded"
    """Whether pages that the press lays out show code before a reader asks for it."""
    folders: list[str] = []
    """The folders of its pages and of what they show; by default the whole book."""
    strict: bool = False
    """Whether notes fail a build: warnings, broken links, requests to other sites."""
    command: str = "bookpress"
    """The command that pages and messages show to readers."""
    install: str = ""
    """The command that installs, in the folder of the book, all that its chapters need."""
    front_matter: str = "bookpress"
    """The key of the front matter under which a page describes itself."""
    says: list[str] = []
    """Entries that every chapter must have under that key, such as an abstract."""
    package: str = ""
    """The package that the chapters import, if any; its source is part of every edition's id."""
    parameter_types: str = ""
    """The module in which types are looked up that are not plain."""
    parameters: dict[str, Wording] = {}
    """By parameter, or ``chapter.name``: its title and the question in its panel."""
    data_variable: str = "BOOKPRESS_DATA"
    """The environment variable that points to another folder of evidence."""
    preload: list[str] = []
    """Modules to import, and module:function to call, once before chapters fork."""
    preload_always: list[str] = []
    """The same before a single chapter is run: what each of them needs."""
    data_version_parameter: str = ""
    """The parameter that chooses the version of the evidence, if any; citations give its value."""
    own: str = ""
    """The folder of the evidence for a reader's own rows, which are added to the tables.

    They are CSV files whose first column is a name.
    """
    reported: dict[Annotated[str, AfterValidator(_role_name)], ReportedValues] = {}
    """What others report, by the role that quotes it in prose."""
    counted: list[str] = []
    """Nouns the book counts in thousands: a number such as 2000 before one is not a year."""
    multiverse: dict[str, str] = {}
    """By chapter:statement, the chapter:result that counts in how many runs it holds."""
    fragility: dict[str, str] = {}
    """By chapter:statement, the chapter:result that counts the fewest rows that overturn it."""
    main_choices: list[list[str]] = []
    """Groups of parameters: each value in one group is explored with each value in another."""
    words: dict[str, Word | None] | bool = {}
    """Words of degree added to those of the press, by name; null disables one, false all."""
    comparisons: dict[str, list[Form]] = {}
    """By the name of a comparison of its own, what `check` takes it to prove: above, every ..."""
    survival: str = ""
    """The parameter along which a release measures how long its statements have held, if any."""
    verify: str = ""
    """The module:function that returns the faults of the evidence."""

    @property
    def shows_citations(self) -> bool:
        """Whether chapters end with how to cite them."""
        return self.is_laid_out if self.citation is None else self.citation

    @property
    def is_laid_out(self) -> bool:
        """Whether the press lays out the pages, rather than the book's theme."""
        return self.layout == "press"


DEFAULTS = Settings()
NEARBY = ("*/_toc.yml", "*/*/_toc.yml")
"""Where contents of a book may be below a folder that has none."""


@cache
def load_settings(root: Path) -> Settings:
    """Return the settings of the book in a folder; the defaults if it has no such file."""
    path = root / FILE
    if path.is_file():
        return load_model(path, FILE, Settings)
    return DEFAULTS


def is_laid_out(srcdir: str | Path) -> bool:
    """Return whether the press lays out the pages that Sphinx makes from a source folder."""
    return load_settings(Path(srcdir)).is_laid_out


@dataclass(frozen=True)
class Project:
    """The folders and files of one book."""

    root: Path
    """Where ``_toc.yml`` is."""
    build: Path
    data: Path
    """The evidence."""
    packages: tuple[Path, ...]
    """The source of the language, the press and the book's own package."""
    lock: Path

    @classmethod
    def at(cls, root: Path) -> Project:
        """Return the book in a folder.

        The environment variable that its settings name may point to other evidence.
        """
        root = root.resolve()
        settings = load_settings(root)
        data = os.environ.get(settings.data_variable)
        language = Path(holdtrue.__file__).resolve().parent
        press = Path(__file__).resolve().parents[1]
        return cls(
            root=root,
            build=root / BUILD,
            data=Path(data).resolve() if data else root / "data",
            packages=(language, press, *_folders(settings.package)),
            lock=root / "requirements.lock",
        )

    @classmethod
    def find(cls) -> Project:
        """Return the book that contains the working directory."""
        here = Path.cwd().resolve()
        for folder in (here, *here.parents):
            if (folder / "_toc.yml").is_file():  # all that Jupyter Book needs
                return cls.at(folder)
        if (here / "myst.yml").is_file():
            raise UsageError(f"no book of Jupyter Book 1.x at {here}: its myst.yml is of 2.x")
        problem = f"no book at {here} or above it: a book has a _toc.yml, and mostly a _config.yml"
        others = sorted(path for form in NEARBY for path in here.glob(form))
        if others:
            place = os.path.relpath(others[0].parent, here)
            problem += (
                f"; {place} has them: run the command there or, if the pages are here, "
                f"link them: ln -s {place}/_toc.yml {place}/_config.yml ."
            )
        raise UsageError(problem)

    @property
    def settings(self) -> Settings:
        """The book's settings for the press."""
        return load_settings(self.root)

    @property
    def watched(self) -> list[Path]:
        """The folders whose files any chapter may depend on."""
        return [self.data, *self.packages]

    @property
    def own_rows(self) -> str:
        """The rows that a reader added to the evidence, by table and name; may be empty."""
        if not self.settings.own:
            return ""
        files = sorted((self.data / self.settings.own).glob("*.csv"))
        return "; ".join(f"{path.stem}: {', '.join(_row_names(path))}" for path in files)

    @property
    def editions(self) -> Path:
        """The folder of the built editions."""
        return self.build / "editions"

    @property
    def built(self) -> list[str]:
        """The names, or ids, of the built editions."""
        folders = [path for path in self.editions.glob("[!.]*") if path.is_dir()]
        return sorted(path.name for path in folders if path.name != "_static")

    def built_folder(self, name: str) -> Path | None:
        """Return the folder of a built edition by its name or id; None if there is none."""
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
        """The folder of the chapters already run."""
        return self.build / "cache"

    @property
    def failed(self) -> Path:
        """The folder of the notebooks of failed chapters, kept for inspection."""
        return self.build / "failed"

    @property
    def workshop(self) -> Path:
        """The folder in which Jupyter Book works.

        Its path never changes, so that Sphinx can continue where it left off.
        """
        return self.build / "press"


def _row_names(path: Path) -> list[str]:
    """Return the names of a table's rows, which are in the first column."""
    rows = csv.reader(io.StringIO(decoded(path)))
    first_column = [printable(row[0]) for row in rows if row]
    return first_column[1:]


def _folders(package: str) -> tuple[Path, ...]:
    """Return the folders of a book's package, without importing it."""
    if not package:
        return ()
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(f"{FILE}: no package {package!r} is installed")
    return tuple(Path(place).resolve() for place in spec.submodule_search_locations)
