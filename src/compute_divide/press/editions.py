"""Editions: a set of parameter values for the whole book, and the hash that names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from compute_divide.press.chapters import Chapter, choose, discover, nearest
from compute_divide.press.errors import UsageError
from compute_divide.press.files import canonical, read, sha256, tree
from compute_divide.press.parameters import Parameter, Value, range_problems
from compute_divide.press.project import Project
from compute_divide.press.wording import as_option

DEFAULT = "default"
ID_LENGTH = 12
FOLDER = "book/editions"


class EditionFile(BaseModel):
    """What ``book/editions/<name>.yml`` may hold."""

    model_config = ConfigDict(extra="forbid")

    title: str
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    chapters: list[str] | None = None


@dataclass(frozen=True)
class Assignment:
    """One wish: a name, for the whole book or for one chapter, and its value.

    Parameters
    ----------
    chapter : str or None
        Slug, or None for every chapter that has the name.
    name : str
        The parameter.
    value : object
        A typed value, or a text that the parameter's type is to read.
    is_text : bool
        Whether the value comes from a command line.
    """

    chapter: str | None
    name: str
    value: Value
    is_text: bool = False

    @property
    def label(self) -> str:
        """The name as the user wrote it."""
        return f"{self.chapter}.{self.name}" if self.chapter else self.name


@dataclass(frozen=True)
class Fingerprint:
    """Hashes of what every chapter rests on.

    Parameters
    ----------
    evidence, package : dict
        SHA-256 of each file by its relative path.
    lock : str
        SHA-256 of the file that pins the environment; empty where there is none.
    """

    evidence: Mapping[str, str] = field(default_factory=dict)
    package: Mapping[str, str] = field(default_factory=dict)
    lock: str = ""

    @classmethod
    def of(cls, project: Project) -> Fingerprint:
        """Return the hashes of a project as it stands."""
        return cls(
            evidence=tree(project.data) if project.data.is_dir() else {},
            package=tree(project.package),
            lock=sha256(read(project.lock)) if project.lock.is_file() else "",
        )


@dataclass(frozen=True)
class Edition:
    """An edition whose values are checked and complete.

    Parameters
    ----------
    name : str
        Its name; empty for one that has none, which goes by its id.
    base : str
        Name of the edition it starts from.
    title, description : str
        What readers see.
    chapters : tuple of Chapter
        The chapters it includes, in order.
    values : mapping
        For each slug the value of every parameter.
    asked : tuple of Assignment
        What the command line asked for, to say how to build it again.
    left_out : tuple of str
        Slugs of the chapters of the book that it leaves out.
    only : bool
        Whether the command line chose its chapters.
    fingerprint : Fingerprint
        Hashes of what all chapters rest on.
    """

    name: str
    base: str
    title: str
    description: str
    chapters: tuple[Chapter, ...]
    values: Mapping[str, Mapping[str, Value]]
    asked: tuple[Assignment, ...] = ()
    left_out: tuple[str, ...] = ()
    only: bool = False
    fingerprint: Fingerprint = field(default_factory=Fingerprint, repr=False)

    @cached_property
    def id(self) -> str:
        """Short hash of parameters, evidence, chapters, package and lock; the same on every machine."""
        return sha256(
            canonical(
                {
                    "parameters": self.values,
                    "chapters": {chapter.slug: chapter.sha256 for chapter in self.chapters},
                    "evidence": self.fingerprint.evidence,
                    "package": self.fingerprint.package,
                    "lock": self.fingerprint.lock,
                }
            ).encode()
        )[:ID_LENGTH]

    @property
    def folder(self) -> str:
        """Name of its folder under ``_build/editions``."""
        return self.name or self.id

    @property
    def is_default(self) -> bool:
        """Whether it is the published one."""
        return self.name == DEFAULT

    @property
    def command(self) -> str:
        """The command that builds it."""
        parts = ["compute-divide build"]
        if self.base != DEFAULT:
            parts.append(self.base)
        parts += [as_option(wish.label, wish.value) for wish in self.asked]
        if self.only:
            parts.append("--chapters " + ",".join(chapter.slug for chapter in self.chapters))
        return " ".join(parts)


def edition_names(project: Project) -> list[str]:
    """Return the names of the editions that have a file, and ``default``, which needs none."""
    return sorted({DEFAULT, *(path.stem for path in (project.root / FOLDER).glob("*.yml"))})


def load_edition_file(project: Project, name: str) -> EditionFile:
    """Return what the file of an edition says; the default edition needs no file.

    Raises
    ------
    UsageError
        If there is no such edition, or the file has an entry that is not known.
    """
    path = project.root / FOLDER / f"{name}.yml"
    if not path.is_file():
        if name == DEFAULT:
            return EditionFile(title="Default edition")
        raise UsageError(f"no edition {name!r}{nearest(name, edition_names(project))}")
    where = f"{FOLDER}/{path.name}"
    try:
        return EditionFile.model_validate(yaml.safe_load(read(path)) or {})
    except yaml.YAMLError as error:
        raise UsageError(f"{where} is not YAML: {error}") from error
    except ValidationError as error:
        problems = [f"{where}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise UsageError.listing(problems) from error


def file_assignments(parameters: Mapping[str, Any], slugs: Iterable[str]) -> list[Assignment]:
    """Return the wishes of an edition's file: a name, ``chapter.name``, or a chapter with names of its own.

    Examples
    --------
    >>> [wish.label for wish in file_assignments({"vintage": "2023-03", "hardware": {"top_k": 5}}, ["hardware"])]
    ['vintage', 'hardware.top_k']
    """
    known = set(slugs)
    wishes = []
    for key, value in parameters.items():
        if key in known and isinstance(value, dict):
            wishes += [Assignment(key, name, inner) for name, inner in value.items()]
        else:
            chapter, _, name = key.rpartition(".")
            wishes.append(Assignment(chapter or None, name, value))
    return wishes


def option_assignments(options: Iterable[str]) -> list[Assignment]:
    """Return the wishes of ``-p NAME=VALUE`` and ``-p CHAPTER.NAME=VALUE``.

    Raises
    ------
    UsageError
        If one has no ``=``.

    Examples
    --------
    >>> option_assignments(["hardware.top_k=5"])[0].label
    'hardware.top_k'
    """
    wishes, problems = [], []
    for option in options:
        key, equals, text = option.partition("=")
        chapter, _, name = key.strip().rpartition(".")
        if not equals or not name:
            problems.append(f"-p {option} is not NAME=VALUE or CHAPTER.NAME=VALUE")
        wishes.append(Assignment(chapter or None, name, text, is_text=True))
    if problems:
        raise UsageError.listing(problems)
    return wishes


def resolve(chapters: Sequence[Chapter], wishes: Iterable[Assignment]) -> dict[str, dict[str, Value]]:
    """Return the value of every parameter of every chapter, or one error that lists all that is wrong.

    A later wish beats an earlier one; a wish for one chapter beats one for the whole book.

    Parameters
    ----------
    chapters : sequence of Chapter
        The chapters of the edition.
    wishes : iterable of Assignment
        In order: the edition's file, then the command line.

    Raises
    ------
    UsageError
        If a name is unknown (names the nearest), a value is not allowed (names what is), or a range is reversed.
    """
    values = {chapter.slug: {one.name: one.default for one in chapter.parameters} for chapter in chapters}
    problems: list[str] = []
    for wish in sorted(wishes, key=lambda wish: wish.chapter is not None):
        targets = _targets(chapters, wish)
        if not targets:
            problems.append(_unknown(chapters, wish))
        for chapter, parameter in targets:
            try:
                values[chapter.slug][wish.name] = _value(parameter, wish)
            except ValueError as error:
                problems.append(f"{wish.label}: {error}")
    if not problems:
        problems = [
            f"{chapter.slug}: {problem}"
            for chapter in chapters
            for problem in range_problems(chapter.parameters, values[chapter.slug])
        ]
    if problems:
        raise UsageError.listing(list(dict.fromkeys(problems)))
    return values


def _value(parameter: Parameter, wish: Assignment) -> Value:
    return parameter.parse(str(wish.value)) if wish.is_text else parameter.check(wish.value)


def _targets(chapters: Iterable[Chapter], wish: Assignment) -> list[tuple[Chapter, Parameter]]:
    """Return the chapters and parameters that a wish reaches."""
    return [
        (chapter, parameter)
        for chapter in chapters
        if wish.chapter in {None, chapter.slug}
        for parameter in chapter.parameters
        if parameter.name == wish.name
    ]


def _unknown(chapters: Sequence[Chapter], wish: Assignment) -> str:
    """Return what to say about a name that no chapter has."""
    slugs = [chapter.slug for chapter in chapters]
    if wish.chapter is not None and wish.chapter not in slugs:
        return f"{wish.label}: no chapter {wish.chapter!r}{nearest(wish.chapter, slugs)}"
    names = [one.name for chapter in chapters if wish.chapter in {None, chapter.slug} for one in chapter.parameters]
    owner = f"chapter {wish.chapter}" if wish.chapter else "no chapter"
    verb = "has no parameter" if wish.chapter else "has a parameter"
    return f"{owner} {verb} {wish.name!r}{nearest(wish.name, list(dict.fromkeys(names)))}"


def load_edition(
    project: Project, name: str = DEFAULT, options: Sequence[str] = (), only: Sequence[str] | None = None
) -> Edition:
    """Return an edition with all its values checked, before anything is run.

    Parameters
    ----------
    project : Project
        The book.
    name : str
        Name of the edition to start from.
    options : sequence of str
        ``NAME=VALUE`` or ``CHAPTER.NAME=VALUE``; any makes an edition without a name.
    only : sequence of str, optional
        Slugs of the chapters to include; makes an edition without a name.

    Raises
    ------
    UsageError
        With all problems at once.
    """
    file = load_edition_file(project, name)
    book = [chapter for chapter in discover(project) if chapter.listed]
    included = choose(book, file.chapters) if file.chapters is not None else book
    included = choose(included, only) if only is not None else included
    asked = option_assignments(options)
    wishes = file_assignments(file.parameters, [chapter.slug for chapter in book])
    unnamed = bool(asked) or only is not None
    return Edition(
        name="" if unnamed else name,
        base=name,
        title=_unnamed_title(file.title, asked) if unnamed else file.title,
        description="" if unnamed else file.description,
        chapters=tuple(included),
        values=resolve(included, [*_reaching(wishes, book, included), *asked]),
        asked=tuple(asked),
        left_out=tuple(chapter.slug for chapter in book if chapter not in included),
        only=only is not None,
        fingerprint=Fingerprint.of(project),
    )


def _reaching(wishes: Iterable[Assignment], book: Sequence[Chapter], included: Sequence[Chapter]) -> list[Assignment]:
    """Return the wishes of a file without those that only reach chapters the edition leaves out."""
    return [wish for wish in wishes if _targets(included, wish) or not _targets(book, wish)]


def _unnamed_title(title: str, asked: Sequence[Assignment]) -> str:
    changes = ", ".join(f"{wish.label} = {wish.value}" for wish in asked)
    return f"{title} with {changes}" if changes else f"{title}, some chapters"


def differences(edition: Edition, default: Edition) -> list[dict[str, Value]]:
    """Return the values in which an edition differs from the default one."""
    return [
        {"chapter": slug, "name": name, "value": value, "default": default.values[slug][name]}
        for slug, values in edition.values.items()
        for name, value in values.items()
        if slug in default.values and value != default.values[slug][name]
    ]


def edition_path(project: Project, edition: Edition) -> Path:
    """Return the folder that a built edition has."""
    return project.editions / edition.folder
