"""What is asked for: values by name, from an edition's file, ``-p`` and ``-g``, checked against the chapters."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.chapter.parameters import Value, as_text, range_problems
from bookpress.errors import UsageError, nearest, quoted, short
from bookpress.files import as_mapping, read


@dataclass(frozen=True)
class Assignment:
    """A name, for one chapter or (None) for every one that has it, and its value: typed, or a text as it was typed."""

    chapter: str | None
    name: str
    value: Value
    is_text: bool = False

    @property
    def label(self) -> str:
        """The name as the user wrote it."""
        return f"{self.chapter}.{self.name}" if self.chapter else self.name


def parse_assignments(
    options: Iterable[str], flag: str = "-p", *, several: bool = False
) -> tuple[list[Assignment], list[str]]:
    """Return what ``NAME=VALUE`` and ``CHAPTER.NAME=VALUE`` ask for, and what is wrong with them, in words."""
    asked, problems = [], []
    for option in options:
        key, equals, text = option.partition("=")
        chapter, _, name = key.strip().rpartition(".")
        if equals and name:
            asked.append(
                Assignment(chapter or None, name, _split(text) if several else text, is_text=True)
            )
        else:
            value = "V1,V2" if several else "VALUE"
            problems.append(f"{flag} {quoted(option)} is not NAME={value} or CHAPTER.NAME={value}")
    return asked, [*problems, *_repeated(asked)]


def _split(text: str) -> list[Value]:
    with suppress(ValueError, RecursionError):
        if isinstance(loaded := json.loads(text), list):
            return loaded
    return [part.strip() for part in text.split(",")]


def with_file(path: Path | None, options: Sequence[str]) -> list[str]:
    """Return the values of a file, names with values in YAML or JSON, as options; those given go before."""
    if path is None:
        return list(options)
    if not path.is_file():
        raise UsageError(f"no file of values {path}")
    named = {option.partition("=")[0].strip() for option in options}
    values = as_mapping(read(path), str(path), "names with values")
    told = [
        f"{name}={json.dumps(value) if isinstance(value, list | dict | bool | None) else value}"
        for name, value in values.items()
        if str(name) not in named
    ]
    return [*told, *options]


def file_assignments(
    parameters: Mapping[str, Any], slugs: Iterable[str]
) -> tuple[list[Assignment], list[str]]:
    """Return what the file of an edition asks for: a name, ``chapter.name``, or a chapter with names of its own."""
    known, asked = set(slugs), []
    for key, value in parameters.items():
        if isinstance(value, dict) or (value is None and key in known):
            asked += [Assignment(key, str(name), inner) for name, inner in (value or {}).items()]
        else:
            chapter, _, name = key.rpartition(".")
            asked.append(Assignment(chapter or None, name, value))
    return asked, _repeated(asked)


def _repeated(asked: Sequence[Assignment]) -> list[str]:
    """Return the names that are given more than once in one place: nobody can say which value was meant."""
    given: dict[str, list[str]] = {}
    for one in asked:
        given.setdefault(one.label, []).append(short(str(one.value)))
    return [
        f"{label} is given more than once: {', '.join(texts)}"
        for label, texts in given.items()
        if len(texts) > 1
    ]


def resolve(
    book: Sequence[Chapter],
    included: Sequence[Chapter],
    asked: Iterable[Assignment],
    found: Sequence[str] = (),
) -> dict[str, dict[str, Value]]:
    """Return the value of every parameter of the included chapters, or one error that lists all that is wrong.

    What is asked for later wins; for one chapter, wins over the whole book. A file may speak of other chapters too.
    """
    values: dict[str, dict[str, Value]] = {}  # of the chapters asked for: others are not even read
    problems = list(found)
    for one in sorted(asked, key=lambda one: one.chapter is not None):
        reached = [
            chapter
            for chapter in (included if one.is_text else book)
            if one.chapter in {None, chapter.slug}
        ]
        hits = [
            (chapter.slug, known)
            for chapter in reached
            for known in chapter.parameters
            if known.name == one.name
        ]
        if not hits:
            problems.append(_unknown(book, reached, included, one))
        for slug, parameter in hits:
            chosen = values.setdefault(slug, {})
            try:
                chosen[one.name] = (
                    parameter.parse(one.value) if one.is_text else parameter.check(one.value)
                )
            except ValueError as error:
                chosen[one.name] = None  # nothing to compare in a range
                problems.append(f"{one.label}: {error}")
    for chapter in book:
        if chapter in included or chapter.slug in values:
            defaults = {one.name: one.default for one in chapter.parameters}
            values[chapter.slug] = {**defaults, **values.get(chapter.slug, {})}
            problems += [f"{chapter.slug}: {what}" for what in range_problems(values[chapter.slug])]
    if problems:
        raise UsageError(*dict.fromkeys(problems))
    return {chapter.slug: values[chapter.slug] for chapter in included}


def _unknown(
    book: Sequence[Chapter],
    reached: Sequence[Chapter],
    included: Sequence[Chapter],
    one: Assignment,
) -> str:
    """Return what to say about a name that no chapter it reaches has."""
    here = ", ".join(chapter.slug for chapter in included)
    if not reached:
        slugs = [chapter.slug for chapter in book]
        if one.chapter in slugs:
            return f"{one.label}: {one.chapter} is not among the chapters that take new values here: {here}"
        return f"{short(one.label)}: no chapter {quoted(str(one.chapter))}{nearest(str(one.chapter), slugs)}"
    names = list(dict.fromkeys(known.name for chapter in reached for known in chapter.parameters))
    several = "no chapter has a" if len(reached) == len(book) else f"none of {here} has a"
    whose = several if len(reached) > 1 else f"chapter {reached[0].slug} has no"
    return f"{whose} parameter {quoted(one.name)}{nearest(one.name, names)}"


def option(name: str, value: Value) -> str:
    """Return a value as the command line gives it, quoted for a shell."""
    return f"-p {shlex.quote(f'{name}={as_text(value)}')}"


def grid_option(name: str, values: Sequence[Value]) -> str:
    """Return the values to try as the command line gives them, each once: a JSON list where one holds a comma."""
    distinct = [value for place, value in enumerate(values) if value not in values[:place]]
    text = ",".join(map(as_text, distinct))
    if _split(text) != [as_text(value) for value in distinct]:
        text = json.dumps(distinct, ensure_ascii=False)
    return f"-g {shlex.quote(f'{name}={text}')}"


def run_command(slug: str, rows: Iterable[Mapping[str, Value]], command: str) -> str:
    """Return the command that runs a chapter with these values; only what differs from a default is named."""
    options = [option(row["name"], row["value"]) for row in rows if row["value"] != row["default"]]
    return " ".join([command, "run", slug, *options])
