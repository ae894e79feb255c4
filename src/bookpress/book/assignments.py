"""What an edition asks for: values by name, from its file and from the command line, checked against the chapters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bookpress.book.chapters import Chapter, nearest
from bookpress.book.parameters import Parameter, Value, range_problems
from bookpress.book.wording import quoted, short
from bookpress.errors import UsageError


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
        if key in known and (value is None or isinstance(value, dict)):
            wishes += [Assignment(key, str(name), inner) for name, inner in (value or {}).items()]
        else:
            chapter, _, name = key.rpartition(".")
            wishes.append(Assignment(chapter or None, name, value))
    return wishes


def option_assignments(options: Iterable[str]) -> tuple[list[Assignment], list[str]]:
    """Return the wishes of ``-p NAME=VALUE`` and ``-p CHAPTER.NAME=VALUE``, and what is wrong with the others.

    Examples
    --------
    >>> wishes, problems = option_assignments(["hardware.top_k=5", "top_k"])
    >>> wishes[0].label, problems
    ('hardware.top_k', ["-p 'top_k' is not NAME=VALUE or CHAPTER.NAME=VALUE"])
    """
    wishes, problems = [], []
    for option in options:
        key, equals, text = option.partition("=")
        chapter, _, name = key.strip().rpartition(".")
        if equals and name:
            wishes.append(Assignment(chapter or None, name, text, is_text=True))
        else:
            problems.append(f"-p {quoted(option)} is not NAME=VALUE or CHAPTER.NAME=VALUE")
    return wishes, problems


def repeated(wishes: Sequence[Assignment]) -> list[str]:
    """Return the names that are given more than once in one place, in words: nobody can say which value was meant.

    Examples
    --------
    >>> repeated([Assignment(None, "top_k", "3"), Assignment(None, "top_k", "2")])
    ['top_k is given more than once: 3, 2']
    """
    given: dict[str, list[str]] = {}
    for wish in wishes:
        given.setdefault(wish.label, []).append(short(str(wish.value)))
    return [f"{label} is given more than once: {', '.join(texts)}" for label, texts in given.items() if len(texts) > 1]


def resolve(
    book: Sequence[Chapter], included: Sequence[Chapter], wishes: Iterable[Assignment], found: Sequence[str] = ()
) -> dict[str, dict[str, Value]]:
    """Return the value of every parameter of the included chapters, or one error that lists all that is wrong.

    A later wish beats an earlier one; a wish for one chapter beats one for the whole book. A file may speak of chapters
    that are not included: what it says is checked all the same. The command line may not.

    Parameters
    ----------
    book : sequence of Chapter
        All chapters.
    included : sequence of Chapter
        Those whose values are wanted.
    wishes : iterable of Assignment
        In order: the edition's file, then the command line.
    found : sequence of str
        Problems found elsewhere, to be reported with these.

    Raises
    ------
    UsageError
        If a name is unknown (names the nearest), a value is not allowed (names what is), or a range is reversed.
    """
    values = {chapter.slug: _defaults(chapter) for chapter in included}
    problems, refused = list(found), set[tuple[str, str]]()
    for wish in sorted(wishes, key=lambda wish: wish.chapter is not None):
        targets = _targets(included, wish) or ([] if wish.is_text else _targets(book, wish))
        if not targets:
            problems.append(_unknown(book, included if wish.is_text else book, wish))
        for chapter, parameter in targets:
            chosen = values.setdefault(chapter.slug, _defaults(chapter))
            try:
                chosen[wish.name] = parameter.parse(wish.value) if wish.is_text else parameter.check(wish.value)
            except ValueError as error:
                refused.add((chapter.slug, wish.name))
                problems.append(f"{wish.label}: {error}")
    for chapter in (one for one in book if one.slug in values):
        sound = [one for one in chapter.parameters if (chapter.slug, one.name) not in refused]
        problems += [f"{chapter.slug}: {what}" for what in range_problems(sound, values[chapter.slug])]
    if problems:
        raise UsageError.listing(list(dict.fromkeys(problems)))
    return {chapter.slug: values[chapter.slug] for chapter in included}


def _defaults(chapter: Chapter) -> dict[str, Value]:
    return {parameter.name: parameter.default for parameter in chapter.parameters}


def _targets(chapters: Iterable[Chapter], wish: Assignment) -> list[tuple[Chapter, Parameter]]:
    """Return the chapters and parameters that a wish reaches."""
    return [
        (chapter, parameter)
        for chapter in chapters
        if wish.chapter in {None, chapter.slug}
        for parameter in chapter.parameters
        if parameter.name == wish.name
    ]


def _unknown(book: Sequence[Chapter], included: Sequence[Chapter], wish: Assignment) -> str:
    """Return what to say about a wish that reaches no chapter."""
    here = [chapter.slug for chapter in included]
    if wish.chapter is None:
        return _unknown_name(book, included, wish)
    if wish.chapter in here:
        names = [one.name for chapter in included if chapter.slug == wish.chapter for one in chapter.parameters]
        return f"chapter {wish.chapter} has no parameter {quoted(wish.name)}{nearest(wish.name, names)}"
    slugs = [chapter.slug for chapter in book]
    if wish.chapter in slugs:
        return f"{wish.label}: {wish.chapter} is not among the chapters that take new values here: {', '.join(here)}"
    return f"{short(wish.label)}: no chapter {quoted(wish.chapter)}{nearest(wish.chapter, slugs)}"


def _unknown_name(book: Sequence[Chapter], included: Sequence[Chapter], wish: Assignment) -> str:
    """Return what to say about a name, given for the whole book, that no chapter has."""
    slugs = [chapter.slug for chapter in book]
    if wish.name in slugs:
        return f"{wish.name} is a chapter, not a parameter: name its parameters, such as {wish.name}.NAME"
    if isinstance(wish.value, dict):
        return f"no chapter {quoted(wish.name)}{nearest(wish.name, slugs)}"
    elsewhere = [chapter.slug for chapter, _ in _targets(book, wish)]
    if elsewhere:
        return f"{wish.name}: a parameter of chapters that take no new values here: {', '.join(elsewhere)}"
    names = [one.name for chapter in included for one in chapter.parameters]
    return f"no chapter has a parameter {quoted(wish.name)}{nearest(wish.name, list(dict.fromkeys(names)))}"
