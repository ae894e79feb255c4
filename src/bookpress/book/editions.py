"""Editions: a set of parameter values for the whole book, its file in ``book/editions``, and the hash that names it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from bookpress.book import renamed
from bookpress.book.assignments import (
    Assignment,
    file_assignments,
    notes_on,
    option,
    parse_assignments,
    present,
    resolve,
)
from bookpress.book.chapters import Chapter, choose, discover
from bookpress.book.project import Project
from bookpress.book.source import is_committed
from bookpress.chapter.parameters import Value
from bookpress.errors import PressError, UsageError, collecting, nearest, quoted
from bookpress.files import (
    Stamp,
    canonical,
    load_model,
    read,
    replace_file,
    sha256,
    stamps,
    tree,
    trees,
)
from bookpress.progress import note

DEFAULT = "default"
FOLDER = "book/editions"
ID_LENGTH = 12
RELEASED = renamed.FOLDER
"""The folder of the evidence with the results of releases: they say what was; no id rests on them."""
NAMING = (
    "the name of an edition holds letters a to z, digits, - _ and ., begins with none of - and ., "
    f"and is not {ID_LENGTH} hexadecimal digits as an id is"
)


class EditionFile(BaseModel):
    """What ``book/editions/<name>.yml`` may hold."""

    model_config = ConfigDict(extra="forbid")

    title: str
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)


def is_name(name: str) -> bool:
    """Return whether an edition may have this name: it becomes that of a folder, part of addresses and commands."""
    return bool(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", name)) and not re.fullmatch(
        r"[0-9a-f]{12}", name
    )


def edition_names(project: Project) -> list[str]:
    """Return the names of the editions that have a file, and ``default``, which needs none."""
    names = {path.stem for path in (project.root / FOLDER).glob("[!.]*.yml")}
    return sorted({DEFAULT, *filter(is_name, names)})


def file_faults(project: Project) -> dict[str, str]:
    """Return what is wrong with the names of files: by file, a clause such as ``must be renamed to x.yml``."""
    return {
        f"{FOLDER}/{path.name}": f"must be renamed{f' to {path.stem}.yml' if is_name(path.stem) else f': {NAMING}'}"
        for path in sorted((project.root / FOLDER).glob("[!.]*.y*ml"))
        if not is_name(path.stem) or path.suffix != ".yml"
    }


def load_edition_file(project: Project, name: str) -> EditionFile:
    """Return what the file of an edition says; the default edition needs no file."""
    fault = next(
        (
            f"{file} {what}"
            for file, what in file_faults(project).items()
            if Path(file).stem == name
        ),
        "",
    )
    if name not in edition_names(project) or fault:
        raise UsageError(
            f"no edition {quoted(name)}{f': {fault}' if fault else nearest(name, edition_names(project))}"
        )
    path = project.root / FOLDER / f"{name}.yml"
    if not path.is_file():
        return EditionFile(title="Default edition")
    return load_model(path, f"{FOLDER}/{path.name}", EditionFile)


@dataclass(frozen=True)
class Fingerprint:
    """What every chapter rests on: the SHA-256 of each file of the evidence and of both packages, and of the lock."""

    evidence: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    lock: str = ""
    stamps: frozenset[Stamp] = field(default=frozenset(), repr=False, compare=False)

    @classmethod
    def of(cls, project: Project) -> Fingerprint:
        """Return the hashes of a project as it stands."""
        before = stamps(
            project.watched
        )  # first, so that what is written while files are read counts as a change
        lock = sha256(read(project.lock)) if project.lock.is_file() else ""
        return cls(tree(project.data, without=(RELEASED,)), trees(project.packages), lock, before)

    def check(self, project: Project) -> None:
        """Raise when a file of the evidence or of a package was written to since the hashes were taken."""
        changed = min(self.stamps ^ stamps(project.watched), default=None)
        if changed:
            raise PressError(
                f"{changed[0]} changed while chapters were running; build again: what is done is kept"
            )

    @property
    def id(self) -> str:
        """One hash for all."""
        return sha256(canonical([self.evidence, self.packages, self.lock]).encode())


@dataclass(frozen=True)
class Edition:
    """An edition whose values are checked and complete: for each slug the value of every parameter."""

    name: str  # empty for one that has none, which goes by its id
    chapters: tuple[Chapter, ...]
    values: Mapping[str, Mapping[str, Value]]
    title: str = ""
    description: str = ""
    only: tuple[str, ...] = ()
    """Slugs of the chapters that take the values, where the command line chose them; the others are as published."""
    command: str = ""  # what builds it
    fingerprint: Fingerprint = field(default_factory=Fingerprint, repr=False)

    def __post_init__(self) -> None:
        """Refuse a name that leads out of the folder of editions: what is there gives way to what is built."""
        if self.name and not is_name(self.name):
            raise UsageError(f"no edition {quoted(self.name)}: {NAMING}")

    @cached_property
    def id(self) -> str:
        """Short hash of its parts; the same on every machine."""
        return id_of(self.parts)

    @cached_property
    def parts(self) -> dict[str, str]:
        """A hash of each thing that the results rest on."""
        chapters, mark = (
            {chapter.slug: chapter.sha256 for chapter in self.chapters},
            self.fingerprint,
        )
        hashed = {
            "parameters": self.values,
            "chapters": chapters,
            "evidence": mark.evidence,
            "packages": mark.packages,
        }
        return {
            **{name: sha256(canonical(part).encode()) for name, part in hashed.items()},
            "lock": mark.lock,
        }

    @property
    def folder(self) -> str:
        """Name of its folder under ``_build/editions``."""
        return self.name or self.id

    @property
    def is_default(self) -> bool:
        """Whether it is the published one."""
        return self.name == DEFAULT


def id_of(parts: Mapping[str, str]) -> str:
    """Return the id of an edition with these parts."""
    return sha256(canonical(parts).encode())[:ID_LENGTH]


def load_edition(
    project: Project,
    name: str = DEFAULT,
    options: Sequence[str] = (),
    only: Sequence[str] | None = None,
    mark: Fingerprint | None = None,
) -> Edition:
    """Return the edition of that name with options ``NAME=VALUE``, all checked; one error tells all problems.

    `only` names the chapters that take the options; others are as published. One like a named edition is that one.
    """
    book = [chapter for chapter in discover(project) if chapter.listed]
    mark = mark or Fingerprint.of(project)
    file, asked, values = edition_values(project, book, name, options, only)
    limited = tuple(values) if len(values) < len(book) else ()
    if limited:
        values = {**edition_values(project, book, DEFAULT)[2], **values}
    is_in_clones = is_committed(project.root, f"{FOLDER}/{name}.yml")
    written = (
        []
        if is_in_clones
        else file_assignments(file.parameters, [chapter.slug for chapter in book])[0]
    )
    written = present(written, book, values)
    command = [
        project.settings.command,
        "build",
        *([name] if is_in_clones and name != DEFAULT else []),
    ]
    command += [
        option(*one) for one in {one.label: one.value for one in [*written, *asked]}.items()
    ]
    command += ["--chapters " + ",".join(limited)] if limited else []
    own = project.own_rows
    is_named = not asked and only is None and not own
    edition = Edition(
        name=name if is_named else "",
        title=file.title if is_named else _unnamed_title(file.title, asked, limited, own),
        description=file.description if is_named else "",
        chapters=tuple(book),
        values=values,
        only=limited,
        command=" ".join(command),
        fingerprint=mark,
    )
    for known in () if is_named or own else dict.fromkeys([name, DEFAULT]):
        named = load_edition(project, known, mark=mark)
        if named.id == edition.id:
            return named
    return edition


def save_edition(project: Project, wanted: Sequence[Edition], name: str) -> Edition:
    """Write the choices of an edition, where it differs from the published one, to a file; return it by that name."""
    if not is_name(name):
        raise UsageError(f"no edition {quoted(name)}: {NAMING}")
    if name in edition_names(project) or name in project.built:
        raise UsageError(
            f"there is an edition {quoted(name)} already: save this one under another name"
        )
    chosen: dict[str, dict[str, Value]] = {}
    for one in differences(wanted[0], load_edition(project)) if len(wanted) == 1 else ():
        chosen.setdefault(str(one["chapter"]), {})[str(one["name"])] = one["value"]
    if not chosen:
        raise UsageError(
            "--save keeps the choices of one edition with other values than the published one: give -p"
        )
    text = yaml.safe_dump(
        {"title": wanted[0].title, "parameters": chosen}, sort_keys=False, allow_unicode=True
    )
    replace_file(project.root / FOLDER / f"{name}.yml", text.encode())
    return load_edition(project, name)


def edition_values(
    project: Project,
    book: Sequence[Chapter],
    name: str,
    options: Sequence[str] = (),
    only: Sequence[str] | None = None,
) -> tuple[EditionFile, list[Assignment], Mapping[str, Mapping[str, Value]]]:
    """Return an edition's file, what options ask for, and the value of every parameter of the chapters meant.

    Whoever asks under an old name is told the present one, and has asked under that.
    """
    asked, problems = parse_assignments(options)
    file, included = EditionFile(title=name), book
    with collecting(problems):
        file = load_edition_file(project, name)
    with collecting(problems):
        included = choose(book, only) if only is not None else book
    written, more = file_assignments(file.parameters, [chapter.slug for chapter in book])
    values = resolve(book, included, [*written, *asked], [*problems, *more])
    for words in notes_on(written, book):
        note(f"{FOLDER}/{name}.yml: {words}")
    for words in notes_on(asked, included):
        note(words)
    return file, present(asked, included, values), values


def _unnamed_title(title: str, asked: Sequence[Assignment], only: Sequence[str], own: str) -> str:
    title += f" with {', '.join(f'{one.label} = {one.value}' for one in asked)}" if asked else ""
    title += f" in {', '.join(only)}" if only else ""
    return title + (f", with own rows ({own})" if own else "")


def differences(edition: Edition, default: Edition) -> list[dict[str, Value]]:
    """Return the values in which an edition differs from the default one."""
    return [
        {"chapter": slug, "name": name, "value": value, "default": default.values[slug][name]}
        for slug, values in edition.values.items()
        for name, value in values.items()
        if slug in default.values and value != default.values[slug][name]
    ]
