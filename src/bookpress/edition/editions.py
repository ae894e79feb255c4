"""Editions: sets of parameter values for the whole book, and a hash that names each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import yaml

from bookpress.book.chapters import Chapter, named_chapters
from bookpress.book.discovery import discover
from bookpress.book.documents import builds_unlisted
from bookpress.book.project import FILE, Project
from bookpress.book.source import is_committed
from bookpress.chapter.types.allowed import Value
from bookpress.edition.assignments import (
    Assignment,
    file_assignments,
    notes_on,
    option,
    parse_assignments,
    present,
    resolve,
    unknown_alone,
    unknown_names,
)
from bookpress.edition.files import (
    DEFAULT,
    ID_LENGTH,
    NAMING,
    EditionFile,
    edition_names,
    is_name,
    load_edition_file,
    path_of,
)
from bookpress.edition.fingerprint import Fingerprint
from bookpress.errors import PressError, UsageError, collecting, quoted
from bookpress.files import canonical, replace_file, sha256
from bookpress.terminal.messages import note

WITH_OWN_ROWS = "with own rows"
"""What titles and citations say of an edition with a reader's own rows."""


@dataclass(frozen=True)
class BookAsRead:
    """A book as it was read at one moment, from which several editions are made."""

    chapters: Sequence[Chapter]
    """All chapters, including those that no edition has."""
    fingerprint: Fingerprint

    @classmethod
    def of(cls, project: Project, chapters: Sequence[Chapter] | None = None) -> BookAsRead:
        """Read a book as it is now; only what its chapters depend on, if these are given."""
        return cls(discover(project) if chapters is None else chapters, Fingerprint.of(project))


@dataclass(frozen=True)
class Edition:
    """An edition with a checked value for every parameter of every chapter."""

    name: str
    """Its name; empty if it has none and goes by its id."""
    chapters: tuple[Chapter, ...]
    values: Mapping[str, Mapping[str, Value]]
    """The value of every parameter, by chapter and name."""
    title: str = ""
    description: str = ""
    only: tuple[str, ...] = ()
    """The slugs of the chapters that take the values, if the command line chose some.

    The others are as published.
    """
    command: str = ""
    """The command that builds it."""
    fingerprint: Fingerprint = field(default_factory=Fingerprint, repr=False)
    drafts: tuple[Chapter, ...] = field(default=(), repr=False)
    """Chapters that ``_toc.yml`` does not list, and that no edition has."""

    def __post_init__(self) -> None:
        """Refuse a name that leads out of the folder of editions.

        A build replaces whatever is at that path.
        """
        is_malformed = self.name and not is_name(self.name)
        if is_malformed:
            raise UsageError(f"no edition {quoted(self.name)}: {NAMING}")

    @cached_property
    def id(self) -> str:
        """A short hash of its parts, the same on every machine."""
        return id_of(self.parts)

    @cached_property
    def parts(self) -> dict[str, str]:
        """A hash of each thing that the results depend on."""
        parts = {
            "parameters": self.values,
            "chapters": {chapter.slug: chapter.sha256 for chapter in self.chapters},
            "evidence": self.fingerprint.evidence,
            "packages": self.fingerprint.packages,
        }
        hashes = {name: sha256(canonical(part).encode()) for name, part in parts.items()}
        return {**hashes, "lock": self.fingerprint.lock}

    @property
    def folder(self) -> str:
        """The name of its folder under ``_build/editions``."""
        return self.name or self.id

    @property
    def read(self) -> BookAsRead:
        """The book that it was made from."""
        return BookAsRead((*self.chapters, *self.drafts), self.fingerprint)

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
    options: Sequence[str | Assignment] = (),
    only: Sequence[str] | None = None,
    read: BookAsRead | None = None,
) -> Edition:
    """Return the edition with a name, with options ``NAME=VALUE``, all checked.

    `only` names the chapters that the options apply to; the others are as published. An edition
    equal to a named one is that one. One error names all problems. The book is read now unless
    `read` is given.
    """
    read = read or BookAsRead.of(project)
    has_others = builds_unlisted(project)
    book = [chapter for chapter in read.chapters if chapter.listed or has_others]
    faults = setting_faults(project, read.chapters)
    if faults:
        raise UsageError(*[f"{FILE}: {fault}" for fault in faults])
    file, asked, values = edition_values(project, book, name, options, only)
    limited = tuple(values) if len(values) < len(book) else ()
    if limited:
        _, _, published = edition_values(project, book, DEFAULT)
        values = {**published, **values}
    own = project.own_rows
    is_named = not asked and only is None and not own
    written = _written(project, name, file, book)
    assignments = [*present(written, book, values), *asked]
    edition = Edition(
        name=name if is_named else "",
        title=file.title if is_named else _unnamed_title(file.title, asked, limited, own),
        description=file.description if is_named else "",
        chapters=tuple(book),
        values=values,
        only=limited,
        command=_command(project, name, assignments, limited),
        fingerprint=read.fingerprint,
        drafts=() if has_others else tuple(each for each in read.chapters if not each.listed),
    )
    if is_named or own:
        return edition
    return _named_like(project, edition, name) or edition


def setting_faults(project: Project, chapters: Sequence[Chapter]) -> list[str]:
    """Return what is wrong with the names of parameters in the settings.

    If a chapter cannot be read, which is reported elsewhere, the names cannot be checked.
    """
    settings = project.settings
    names = {
        "main_choices": [name for kind in settings.main_choices for name in kind],
        "data_version_parameter": [settings.data_version_parameter],
        "survival": [settings.survival],
    }
    named = {setting: [*filter(None, listed)] for setting, listed in names.items()}
    if not settings.parameters and not any(named.values()):
        return []
    try:
        for chapter in chapters:
            _ = chapter.declared
    except PressError:
        return []
    faults = [f"parameters: {fault}" for fault in unknown_names(settings.parameters, chapters)]
    for setting, listed in named.items():
        faults += [f"{setting}: {fault}" for fault in unknown_alone(listed, chapters)]
    return faults


def _is_in_clones(project: Project, name: str) -> bool:
    """Return whether every clone of the book has an edition's file."""
    return is_committed(project.root, path_of(name))


def _written(
    project: Project, name: str, file: EditionFile, book: Sequence[Chapter]
) -> list[Assignment]:
    """Return what an edition's file assigns, if a command has to spell it out."""
    if _is_in_clones(project, name):
        return []
    written, _ = file_assignments(file.parameters, book, path_of(name))
    return written


def _command(
    project: Project, name: str, assignments: Sequence[Assignment], limited: Sequence[str]
) -> str:
    """Return the command that builds an edition, in any clone."""
    command = [project.settings.command, "build"]
    if _is_in_clones(project, name) and name != DEFAULT:
        command.append(name)
    choices = {assignment.label: assignment.value for assignment in assignments}
    command += [option(label, value) for label, value in choices.items()]
    if limited:
        command.append("--chapters " + ",".join(limited))
    return " ".join(command)


def _named_like(project: Project, edition: Edition, name: str) -> Edition | None:
    """Return the equal named edition: the one that it is based on, or the default."""
    for known in dict.fromkeys([name, DEFAULT]):
        named = load_edition(project, known, read=edition.read)
        if named.id == edition.id:
            return named
    return None


def save_edition(project: Project, wanted: Sequence[Edition], name: str) -> Edition:
    """Write an edition's choices to a file, and return it under that name.

    The choices are the values that differ from the published edition.
    """
    if not is_name(name):
        raise UsageError(f"no edition {quoted(name)}: {NAMING}")
    is_taken = name in edition_names(project) or name in project.built
    if is_taken:
        raise UsageError(
            f"there is an edition {quoted(name)} already: save this one under another name"
        )
    chosen = _choices(project, wanted[0]) if len(wanted) == 1 else {}
    if not chosen:
        raise UsageError(
            "--save keeps the choices of one edition "
            "with other values than the published one: give -p"
        )
    content = {"title": wanted[0].title, "parameters": chosen}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    replace_file(project.root / path_of(name), text.encode())
    return load_edition(project, name, read=wanted[0].read)


def _choices(project: Project, edition: Edition) -> dict[str, dict[str, Value]]:
    """Return the values that differ from the published edition, by chapter."""
    choices: dict[str, dict[str, Value]] = {}
    for difference in differences(edition, load_edition(project, read=edition.read)):
        slug = str(difference["chapter"])
        name = str(difference["name"])
        choices.setdefault(slug, {})[name] = difference["value"]
    return choices


def edition_values(
    project: Project,
    book: Sequence[Chapter],
    name: str,
    options: Sequence[str | Assignment] = (),
    only: Sequence[str] | None = None,
) -> tuple[EditionFile, list[Assignment], Mapping[str, Mapping[str, Value]]]:
    """Return an edition's file, the assignments in options, and the values of all parameters.

    An old name gives a note about the present one, under which the assignment is returned.
    """
    asked, problems = parse_assignments(options)
    file = EditionFile(title=name)
    included = book
    with collecting(problems):
        file = load_edition_file(project, name)
    with collecting(problems):
        included = named_chapters(book, only) if only is not None else book
    written, file_problems = file_assignments(file.parameters, book, path_of(name))
    values = resolve(book, included, [*written, *asked], [*problems, *file_problems])
    for words in notes_on(written, book):
        note(f"{path_of(name)}: {words}")
    for words in notes_on(asked, included):
        note(words)
    return file, present(asked, included, values), values


def _unnamed_title(title: str, asked: Sequence[Assignment], only: Sequence[str], own: str) -> str:
    if asked:
        choices = [f"{assignment.label} = {assignment.value}" for assignment in asked]
        title += f" with {', '.join(choices)}"
    if only:
        title += f" in {', '.join(only)}"
    if own:
        title += f", {WITH_OWN_ROWS} ({own})"
    return title


def differences(edition: Edition, default: Edition) -> list[dict[str, Value]]:
    """Return the values that differ from the default edition."""
    rows = []
    for slug in edition.values:
        if slug in default.values:
            rows += _differences_in(slug, edition.values[slug], default.values[slug])
    return rows


def _differences_in(
    slug: str, values: Mapping[str, Value], defaults: Mapping[str, Value]
) -> list[dict[str, Value]]:
    return [
        {"chapter": slug, "name": name, "value": value, "default": defaults[name]}
        for name, value in values.items()
        if value != defaults[name]
    ]
