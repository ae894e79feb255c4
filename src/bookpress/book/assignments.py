"""What is asked for: values by name, from an edition's file, ``-p`` and ``-g``, checked against the chapters.

A name that a parameter was published under is as good as its present one; see `bookpress.book.renamed`.
"""

from __future__ import annotations

import itertools
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bookpress.book.chapters import Chapter
from bookpress.book.renamed import Name, OldParameter
from bookpress.chapter.parameters import Parameter, Value, as_text
from bookpress.chapter.periods import ENDS, with_end, years_of
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


class Hit(NamedTuple):
    """A parameter that a name reaches, in its chapter; `old` where that is a name it has no more."""

    chapter: Chapter
    parameter: Parameter
    old: OldParameter | None = None

    @property
    def end(self) -> str:
        """Which end of a period is meant; empty for all of it, and for what is no period."""
        return self.old.end if self.old else ""

    def read(self, one: Assignment) -> Value:
        """Return the value that is asked for, of an end its year."""
        take = self.parameter.parse if one.is_text else self.parameter.check
        if self.old is None or not self.old.end:
            return take(one.value)
        with suppress(ValueError):
            first, last = years_of(take(one.value))
            if first == last:
                return first
        least, most = (self.parameter.schema[bound] for bound in ("minimum", "maximum"))
        words = f"{short(str(one.value))} is not allowed as {self.old.words}"
        raise ValueError(f"{words}; allowed: a year from {least} to {most}")


def hits_of(one: Assignment, chapters: Iterable[Chapter]) -> Iterator[Hit]:
    """Yield the parameters of some chapters that an assignment reaches, by their present names, else by old ones.

    Chapters of which it does not speak are not even read.
    """
    for chapter in chapters:
        olds = [
            old
            for old in chapter.old_parameters
            if old.was.key == one.name and one.chapter in {None, old.was.chapter}
        ]
        is_named = one.chapter in {None, chapter.slug}
        known = {each.name: each for each in chapter.parameters} if is_named or olds else {}
        if is_named and one.name in known:
            yield Hit(chapter, known[one.name])
        else:
            sound = (old for old in olds if old.fits(known.get(old.now.key)))
            yield from (Hit(chapter, known[old.now.key], old) for old in sound)


def notes_on(asked: Iterable[Assignment], chapters: Sequence[Chapter]) -> list[str]:
    """Return what to tell those who asked under old names: what each is now."""
    hits = [(one.label, hit.old) for one in asked for hit in hits_of(one, chapters)]
    return list(dict.fromkeys(f"{label} is now {old.words}" for label, old in hits if old))


def present(
    asked: Iterable[Assignment],
    chapters: Sequence[Chapter],
    values: Mapping[str, Mapping[str, Value]],
) -> list[Assignment]:
    """Return assignments under the present names: what was asked for under an old one, chapter by chapter."""
    found: list[Assignment] = []
    for one in asked:
        hits = list(hits_of(one, chapters))
        found += [one] if any(hit.old is None for hit in hits) else []
        for hit in (hit for hit in hits if hit.old):
            slug = hit.chapter.slug
            name = hit.parameter.name
            found.append(Assignment(slug, name, values[slug][name]))
    return found


def resolve(
    book: Sequence[Chapter],
    included: Sequence[Chapter],
    asked: Iterable[Assignment],
    found: Sequence[str] = (),
) -> dict[str, dict[str, Value]]:
    """Return the value of every parameter of the included chapters, or one error that lists all that is wrong.

    What is asked for later wins; for one chapter, wins over the whole book. A file may speak of other chapters too.
    An old name of one end of a period leaves the other as it is.
    """
    choice = _Choice(found)
    reached: dict[bool, Sequence[Chapter]] = {True: included, False: book}
    ordered = sorted(asked, key=lambda one: one.chapter is not None)
    choice.problems += beside([(one, hits_of(one, reached[one.is_text])) for one in ordered])
    for one in ordered:
        hits = list(hits_of(one, reached[one.is_text]))
        for hit in hits:
            choice.take(one, hit)
        if not hits:
            named = [each for each in reached[one.is_text] if one.chapter in {None, each.slug}]
            choice.problems.append(_unknown(book, named, included, one))
    choice.join()
    values = choice.values
    for chapter in book:
        if chapter in included or chapter.slug in values:
            defaults = {one.name: one.default for one in chapter.parameters}
            values[chapter.slug] = {**defaults, **values.get(chapter.slug, {})}
    if choice.problems:
        raise UsageError(*dict.fromkeys(choice.problems))
    return {chapter.slug: values[chapter.slug] for chapter in included}


class _Choice:
    """Values as they are asked for, of the chapters asked for: others are not even read."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        self.values: dict[str, dict[str, Value]] = {}
        self._of_ends: dict[Name, Parameter] = {}

    def take(self, one: Assignment, hit: Hit) -> None:
        """Take what is asked for of a parameter."""
        slug = hit.chapter.slug
        parameter = hit.parameter
        chosen = self.values.setdefault(slug, {})
        try:
            value = hit.read(one)
        except ValueError as error:
            chosen[parameter.name] = None  # nothing to compare in a range
            self.problems.append(f"{one.label}: {error}")
            return
        if hit.end:
            before = chosen.get(parameter.name, parameter.default)
            value = None if before is None else with_end(before, hit.end, value)
            self._of_ends[Name(slug, parameter.name)] = parameter
        chosen[parameter.name] = value

    def join(self) -> None:
        """Hold the periods of which ends were asked for against what is allowed, now that both are known."""
        for (slug, name), parameter in self._of_ends.items():
            period = self.values[slug][name]
            try:
                self.values[slug][name] = None if period is None else parameter.check(period)
            except ValueError as error:
                self.problems.append(f"{slug}: {name}: {error}")


def beside(asked: Iterable[tuple[Assignment, Iterable[Hit]]]) -> list[str]:
    """Return the old names that are given beside what they are now: nobody can say which value was meant."""
    given: dict[tuple[bool, bool, Name], dict[str, str]] = {}
    for one, hits in asked:
        for hit in hits:
            name = Name(hit.chapter.slug, hit.parameter.name)
            labels = given.setdefault((one.is_text, one.chapter is None, name), {})
            labels[one.label] = hit.end
    return [
        f"{' and '.join(labels)} are one parameter: give only {name.key}"
        for (*_, name), labels in given.items()
        if len(labels) > 1 and ("" in labels.values() or len({*labels.values()}) < len(labels))
    ]


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
    reasons = (chapter.renamed.why_gone(Name(chapter.slug, one.name)) for chapter in reached)
    if why := next(filter(None, reasons), ""):
        return f"{whose} parameter {quoted(one.name)} any more: {why}"
    return f"{whose} parameter {quoted(one.name)}{nearest(one.name, names)}"


def present_grid(
    chapter: Chapter, grid: Mapping[str, Sequence[Any]], usual: Mapping[str, Value]
) -> dict[str, Sequence[Any]]:
    """Return a grid under the present names of a chapter's parameters, ends of a period as the periods they make."""
    made: dict[str, Sequence[Any]] = {}
    ends: dict[str, dict[str, Sequence[Any]]] = {}
    for name, values in grid.items():
        hit = next(hits_of(Assignment(None, name, None), [chapter]), None)
        now = hit.parameter.name if hit else name
        if hit and hit.end:
            ends.setdefault(now, {})[hit.end] = values
        made[now] = values
    for name, tried in ends.items():
        published = zip(ENDS, years_of(usual[name]), strict=True)
        firsts, lasts = (tried.get(end, [year]) for end, year in published)
        made[name] = [f"{first}-{last}" for first, last in itertools.product(firsts, lasts)]
    return made


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
