"""Parameter values that are asked for by name: in an edition's file, with ``-p`` and with ``-g``.

They are checked against the chapters. An old name of a parameter works as well as its present one;
see `bookpress.book.renamed`.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from bookpress.book.chapters import Chapter, no_chapter
from bookpress.book.renamed import Name, OldParameter
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.periods import with_end
from bookpress.chapter.types.allowed import Value, as_text
from bookpress.errors import UsageError, nearest, quoted, short
from bookpress.files import as_mapping, read
from holdtrue.periods import years_of


@dataclass(frozen=True)
class Assignment:
    """A name and its value."""

    chapter: str | None
    """The chapter it is for; None for every chapter with a parameter of that name."""
    name: str
    value: Value
    is_text: bool = False
    """Whether the value is text as typed on the command line."""
    where: str = ""
    """The file that it stands in, if it stands in one."""
    is_of_book: bool = False
    """Whether it may also concern chapters that take no new values here, as in an edition."""

    @property
    def label(self) -> str:
        """The name as the user wrote it."""
        if self.chapter:
            return f"{self.chapter}.{self.name}"
        return self.name

    def fault(self, problem: str) -> str:
        """Return a message about it, which begins with its file."""
        return _in_file(self.where, problem)


def _in_file(where: str, problem: str) -> str:
    return f"{where}: {problem}" if where else problem


def parse_assignments(
    options: Iterable[str | Assignment], flag: str = "-p", *, several: bool = False
) -> tuple[list[Assignment], list[str]]:
    """Return what ``NAME=VALUE`` and ``CHAPTER.NAME=VALUE`` ask for, and any problems.

    Assignments of a file, see `with_file`, stay as they are.
    """
    form = "V1,V2" if several else "VALUE"
    asked: list[Assignment] = []
    problems: list[str] = []
    for option in options:
        if isinstance(option, Assignment):
            asked.append(option)
            continue
        key, equals, text = option.partition("=")
        chapter, _, name = key.strip().rpartition(".")
        if equals and name:
            value = split_values(text) if several else text
            asked.append(Assignment(chapter or None, name, value, is_text=True))
        else:
            problems.append(f"{flag} {quoted(option)} is not NAME={form} or CHAPTER.NAME={form}")
    return asked, [*problems, *_repeated(asked)]


def split_values(text: str) -> list[Value]:
    """Return the values in a list: JSON, or texts or JSON lists separated by commas."""
    with suppress(ValueError, RecursionError):
        loaded = json.loads(text)
        if isinstance(loaded, list):
            return loaded
    with suppress(ValueError, RecursionError):
        lists: list[Value] = json.loads(f"[{text}]")
        if all(isinstance(value, list) for value in lists):
            return lists
    return [part.strip() for part in text.split(",")]


def with_file(path: Path | None, options: Sequence[str]) -> list[str | Assignment]:
    """Return the values in a YAML or JSON file and options; those on the command line win."""
    if path is None:
        return list(options)
    if not path.is_file():
        raise UsageError(f"no file of values {path}")
    given = {option.partition("=")[0].strip() for option in options}
    values = as_mapping(read(path), str(path), "names with values")
    of_file = []
    for label, value in values.items():
        chapter, _, name = str(label).rpartition(".")
        if str(label) not in given:
            is_text = isinstance(value, str | date)
            of_file.append(Assignment(chapter or None, name, value, is_text, str(path)))
    return [*of_file, *options]


def file_assignments(
    parameters: Mapping[str, Any], book: Sequence[Chapter], where: str
) -> tuple[list[Assignment], list[str]]:
    """Return what an edition's file, `where`, asks for, and what is wrong with it.

    It can use a name, ``chapter.name``, or a chapter with names below it.
    """
    slugs = {chapter.slug for chapter in book}
    asked: list[Assignment] = []
    for key, value in parameters.items():
        chapter, _, name = key.rpartition(".")
        plain = Assignment(chapter or None, name, value, where=where, is_of_book=True)
        has_names = isinstance(value, dict) and (key in slugs or not any(hits_of(plain, book)))
        if has_names:
            asked += [
                Assignment(key, str(name), inner, where=where, is_of_book=True)
                for name, inner in value.items()
            ]
        elif value is not None or key not in slugs:
            asked.append(plain)
    return asked, _repeated(asked)


def _repeated(asked: Sequence[Assignment]) -> list[str]:
    """Return a message for each name that is given more than once in one place.

    Which value was meant is unknown.
    """
    given: dict[str, list[Assignment]] = {}
    for assignment in asked:
        given.setdefault(assignment.label, []).append(assignment)
    repeated = {label: alike for label, alike in given.items() if len(alike) > 1}
    return [
        alike[0].fault(f"{label} is given more than once: {', '.join(map(_value, alike))}")
        for label, alike in repeated.items()
    ]


def _value(assignment: Assignment) -> str:
    return short(str(assignment.value))


class Hit(NamedTuple):
    """A parameter that a name refers to, in its chapter; `old` if the name is an old one."""

    chapter: Chapter
    parameter: Parameter
    old: OldParameter | None = None

    @property
    def end(self) -> str:
        """Which end of a period is meant; empty for the whole period and for other parameters."""
        if self.old:
            return self.old.end
        return ""

    def read(self, assignment: Assignment) -> Value:
        """Return the requested value; for an end of a period, its year."""
        if self.old is None or not self.old.end:
            return self._read(assignment)
        with suppress(ValueError):
            first, last = years_of(self._read(assignment))
            if first == last:
                return first
        schema = self.parameter.schema
        raise ValueError(
            f"{_value(assignment)} is not allowed as {self.old.words}; "
            f"allowed: a year from {schema['minimum']} to {schema['maximum']}"
        )

    def _read(self, assignment: Assignment) -> Value:
        """Return a value as its type has it; a text in a file may be one, or stand for another."""
        text = str(assignment.value)
        if not assignment.is_text:
            return self.parameter.check(assignment.value)
        if assignment.where:
            with suppress(ValueError):
                return self.parameter.check(text)
        return self.parameter.parse(text)


def hits_of(assignment: Assignment, chapters: Iterable[Chapter]) -> Iterator[Hit]:
    """Yield the parameters of some chapters that an assignment refers to.

    Present names take precedence over old ones. Chapters that it does not concern are not even
    read.
    """
    for chapter in chapters:
        reached = [old for old in chapter.old_parameters if _names_old(assignment, old)]
        # merged chapters had parameters of the same name: take each once
        olds = {(old.now, old.end): old for old in reached}.values()
        is_named = assignment.chapter in {None, chapter.slug}
        if not (is_named or olds):
            continue
        by_name = {parameter.name: parameter for parameter in chapter.parameters}
        if is_named and assignment.name in by_name:
            yield Hit(chapter, by_name[assignment.name])
            continue
        for old in olds:
            if old.fits(by_name.get(old.now.key)):
                yield Hit(chapter, by_name[old.now.key], old)


def _names_old(assignment: Assignment, old: OldParameter) -> bool:
    """Return whether an assignment uses the old name of a parameter."""
    is_chapter = assignment.chapter in {None, old.was.chapter}
    return is_chapter and old.was.key == assignment.name


def notes_on(asked: Iterable[Assignment], chapters: Sequence[Chapter]) -> list[str]:
    """Return notes for assignments by old names: the present name of each."""
    notes: list[str] = []
    for assignment in asked:
        olds = [hit.old for hit in hits_of(assignment, chapters)]
        notes += [f"{assignment.label} is now {old.words}" for old in olds if old]
    return list(dict.fromkeys(notes))


def present(
    asked: Iterable[Assignment],
    chapters: Sequence[Chapter],
    values: Mapping[str, Mapping[str, Value]],
) -> list[Assignment]:
    """Return assignments under present names.

    An assignment under an old name is split by chapter.
    """
    assignments: list[Assignment] = []
    for assignment in asked:
        hits = list(hits_of(assignment, chapters))
        if any(hit.old is None for hit in hits):
            assignments.append(assignment)
        for hit in hits:
            if hit.old:
                slug = hit.chapter.slug
                name = hit.parameter.name
                assignments.append(Assignment(slug, name, values[slug][name]))
    return assignments


def unknown_names(labels: Iterable[str], book: Sequence[Chapter]) -> Iterator[str]:
    """Yield what is wrong with names such as ``name`` and ``chapter.name``."""
    for label in labels:
        chapter, _, name = label.rpartition(".")
        yield from _unknown(Assignment(chapter or None, name, None), book)


def unknown_alone(names: Iterable[str], book: Sequence[Chapter]) -> Iterator[str]:
    """Yield the faults of names that should be parameters of some chapter."""
    for name in names:
        yield from _unknown(Assignment(None, name, None), book)


def _unknown(assignment: Assignment, book: Sequence[Chapter]) -> Iterator[str]:
    """Yield what is wrong with the name of an assignment, if anything."""
    hits = list(hits_of(assignment, book))
    if not hits:
        yield unknown(book, book, assignment)
    elif all(hit.old for hit in hits):
        yield from notes_on([assignment], book)


def resolve(
    book: Sequence[Chapter],
    included: Sequence[Chapter],
    asked: Iterable[Assignment],
    problems: Sequence[str] = (),
) -> dict[str, dict[str, Value]]:
    """Return the value of every parameter of the included chapters.

    Later assignments win, and those for one chapter win over those for the whole book. A file may
    also concern other chapters. An old name for one end of a period leaves the other end unchanged.
    `problems` are those already known.

    Raises
    ------
    UsageError
        If anything is wrong; it lists every problem.
    """
    choice = _Choice(problems)
    ordered = sorted(asked, key=lambda assignment: assignment.chapter is not None)
    hits_by_assignment: list[tuple[Assignment, list[Hit]]] = []
    for assignment in ordered:
        reached = book if assignment.is_of_book else included
        hits_by_assignment.append((assignment, list(hits_of(assignment, reached))))
    choice.problems += beside(hits_by_assignment)
    for assignment, hits in hits_by_assignment:
        for hit in hits:
            choice.take(assignment, hit)
        if not hits:
            choice.problems.append(assignment.fault(unknown(book, included, assignment)))
    choice.join()
    values = choice.values
    for chapter in book:
        is_asked = chapter in included or chapter.slug in values
        if is_asked:
            defaults = {parameter.name: parameter.default for parameter in chapter.parameters}
            values[chapter.slug] = {**defaults, **values.get(chapter.slug, {})}
    if choice.problems:
        raise UsageError(*dict.fromkeys(choice.problems))
    return {chapter.slug: values[chapter.slug] for chapter in included}


class _Choice:
    """The requested values, for the chapters concerned; others are not even read."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        self.values: dict[str, dict[str, Value]] = {}
        self._of_ends: dict[Name, tuple[Parameter, Assignment]] = {}

    def take(self, assignment: Assignment, hit: Hit) -> None:
        """Record the value that is asked for."""
        slug = hit.chapter.slug
        parameter = hit.parameter
        chosen = self.values.setdefault(slug, {})
        try:
            value = hit.read(assignment)
        except ValueError as error:
            chosen[parameter.name] = None  # so that no end is set against it
            self.problems.append(assignment.fault(f"{assignment.label}: {error}"))
            return
        if hit.end:
            before = chosen.get(parameter.name, parameter.default)
            value = None if before is None else with_end(before, hit.end, value)
            self._of_ends[Name(slug, parameter.name)] = (parameter, assignment)
        chosen[parameter.name] = value

    def join(self) -> None:
        """Validate the periods whose ends were set, now that both are known."""
        for (slug, name), (parameter, assignment) in self._of_ends.items():
            period = self.values[slug][name]
            try:
                self.values[slug][name] = None if period is None else parameter.check(period)
            except ValueError as error:
                self.problems.append(assignment.fault(f"{slug}: {name}: {error}"))


def beside(asked: Iterable[tuple[Assignment, Iterable[Hit]]]) -> list[str]:
    """Return a message for each old name that is given together with its present one.

    Which value was meant is unknown.
    """
    given: dict[tuple[bool, bool, str, Name], dict[str, str]] = {}
    for assignment, hits in asked:
        is_for_all = assignment.chapter is None
        for hit in hits:
            name = Name(hit.chapter.slug, hit.parameter.name)
            place = (assignment.is_text, is_for_all, assignment.where, name)
            given.setdefault(place, {})[assignment.label] = hit.end
    problems = []
    for (*_, where, name), ends in given.items():
        distinct = set(ends.values())
        is_repeated = "" in distinct or len(distinct) < len(ends)
        if len(ends) > 1 and is_repeated:
            problem = f"{' and '.join(ends)} are one parameter: give only {name.key}"
            problems.append(_in_file(where, problem))
    return problems


def unknown(book: Sequence[Chapter], included: Sequence[Chapter], assignment: Assignment) -> str:
    """Return the message about a name that no chapter concerned has."""
    allowed = book if assignment.is_of_book else included
    reached = [chapter for chapter in allowed if assignment.chapter in {None, chapter.slug}]
    if not reached:
        return _unknown_chapter(book, included, assignment)
    name = assignment.name
    whose = _whose(book, included, reached)
    reasons = [chapter.renamed.why_gone(Name(chapter.slug, name)) for chapter in reached]
    given_reasons = [reason for reason in reasons if reason]
    if given_reasons:
        return f"{whose} parameter {quoted(name)} any more: {given_reasons[0]}"
    computed = [chapter.computed[name] for chapter in reached if name in chapter.computed]
    if computed:
        return f"{whose} parameter {quoted(name)}: {': '.join(computed[0])}"
    names: list[str] = []
    for chapter in reached:
        names += [parameter.name for parameter in chapter.parameters]
    hint = reached[0].foreign if len(reached) == 1 else ""
    return f"{whose} parameter {quoted(name)}{hint or nearest(name, list(dict.fromkeys(names)))}"


def _unknown_chapter(
    book: Sequence[Chapter], included: Sequence[Chapter], assignment: Assignment
) -> str:
    """Return the message about a chapter that does not exist, or is not included."""
    slugs = [chapter.slug for chapter in book]
    slug = str(assignment.chapter)
    if slug not in slugs:
        reasons = [chapter.renamed.why_gone(Name(slug, assignment.name)) for chapter in book]
        why = next(filter(None, reasons), "") or no_chapter(slug, book)
        return f"{short(assignment.label)}: {why}"
    here = ", ".join(chapter.slug for chapter in included)
    return f"{assignment.label}: {slug} is not among the chapters that take new values here: {here}"


def _whose(book: Sequence[Chapter], included: Sequence[Chapter], reached: Sequence[Chapter]) -> str:
    """Return the beginning of a message about chapters that have no such parameter."""
    if len(reached) == 1:
        return f"chapter {reached[0].slug} has no"
    if len(reached) == len(book):
        return "no chapter has a"
    here = ", ".join(chapter.slug for chapter in included)
    return f"none of {here} has a"


def option(name: str, value: Value) -> str:
    """Return a value as a command-line option, quoted for a shell."""
    assignment = f"{name}={as_text(value)}"
    return f"-p {shlex.quote(assignment)}"


def run_command(slug: str, rows: Iterable[Mapping[str, Value]], command: str) -> str:
    """Return the command that runs a chapter with these values, naming only those that differ."""
    chosen = [row for row in rows if row["value"] != row["default"]]
    options = [option(row["name"], row["value"]) for row in chosen]
    return " ".join([command, "run", slug, *options])
