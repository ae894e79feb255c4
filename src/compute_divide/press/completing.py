"""What a shell may offer while a command is typed: editions, chapters, parameters and their values."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, MutableMapping, Sequence

from compute_divide.press.chapters import Chapter, discover
from compute_divide.press.cleaning import built_editions
from compute_divide.press.editions import edition_names, load_edition_file
from compute_divide.press.errors import PressError
from compute_divide.press.project import Project
from compute_divide.press.single import shown

BASH_PREFIX = "COMPUTE_DIVIDE_BASH_PREFIX"
"""Variable that holds what bash has already taken off the word that it replaces."""

Offers = list[tuple[str, str]]
"""What may be typed, each with a short explanation."""


def offered(make: Callable[[str], Iterable[tuple[str, str]]], incomplete: str) -> Offers:
    """Return the offers that begin with what was typed; none where the book cannot be read.

    Parameters
    ----------
    make : callable
        Returns the offers for what was typed, each with an explanation.
    incomplete : str
        What was typed of the last word.
    """
    said = os.environ.get(BASH_PREFIX, "")
    typed = said + incomplete
    try:
        return [(text.removeprefix(said), words) for text, words in make(typed) if text.startswith(typed)]
    except PressError:
        return []


def editions(project: Project) -> Iterable[tuple[str, str]]:
    """Return the editions with their titles."""
    return [(name, load_edition_file(project, name).title) for name in edition_names(project)]


def editions_and_built(project: Project) -> Iterable[tuple[str, str]]:
    """Return the editions with their titles, and the ids of those built without a name."""
    named = list(editions(project))
    known = {name for name, _ in named}
    return [*named, *((name, "built") for name in built_editions(project) if name not in known)]


def chapters(project: Project) -> Iterable[tuple[str, str]]:
    """Return the chapters with their titles."""
    return [(chapter.slug, chapter.title) for chapter in discover(project)]


def assignments(project: Project, chapter: str | None, incomplete: str) -> Iterable[tuple[str, str]]:
    """Return ``NAME=`` for each parameter, and ``NAME=VALUE`` once a name with a closed set of values stands there.

    Parameters
    ----------
    project : Project
        The book.
    chapter : str or None
        The chapter whose parameters count; all of them for the whole book.
    incomplete : str
        What was typed so far.
    """
    book = [one for one in discover(project) if chapter in {None, one.slug}]
    name, equals, _ = incomplete.partition("=")
    if not equals:
        return _names(book, whole=chapter is None)
    owner, _, bare = name.rpartition(".")
    found = [one for chapter in book if owner in {"", chapter.slug} for one in chapter.parameters if one.name == bare]
    return [(f"{name}={shown(choice)}", "") for choice in (found[0].choices if found else [])]


def _names(book: Sequence[Chapter], *, whole: bool) -> Iterable[tuple[str, str]]:
    """Return the names of parameters: bare, and for the whole book also those of one chapter."""
    offers = {f"{one.name}=": _brief(one.help) for chapter in book for one in chapter.parameters}
    if whole:
        offers |= {f"{chapter.slug}.{one.name}=": _brief(one.help) for chapter in book for one in chapter.parameters}
    return offers.items()


def _brief(text: str) -> str:
    """Return the first clause of a help text."""
    return re.split(r"[:;(]", text)[0].strip()


def join_bash_words(environment: MutableMapping[str, str]) -> None:
    """Leave of ``NAME = VALUE``, as bash takes it apart, the value alone, and note the name.

    Bash hands ``-p vintage=20`` over as the words ``-p``, ``vintage``, ``=`` and ``20``, and replaces only the last.

    Parameters
    ----------
    environment : mutable mapping
        Holds ``COMP_WORDS`` and ``COMP_CWORD``; is changed in place.

    Examples
    --------
    >>> words = {"COMP_WORDS": "compute-divide build -p vintage = 20", "COMP_CWORD": "5"}
    >>> join_bash_words(words)
    >>> words["COMP_WORDS"], words["COMP_CWORD"], words[BASH_PREFIX]
    ('compute-divide build -p 20', '3', 'vintage=')
    """
    words, place = environment.get("COMP_WORDS", "").split(), int(environment.get("COMP_CWORD") or 0)
    words = [*words, ""][: place + 1]
    sign = next((number for number in (place, place - 1) if 1 < number < len(words) and words[number] == "="), None)
    if sign is not None:
        value = words[sign + 1] if sign < place else ""
        environment["COMP_WORDS"] = " ".join([*words[: sign - 1], value]).rstrip()
        environment["COMP_CWORD"] = str(sign - 1)
        environment[BASH_PREFIX] = f"{words[sign - 1]}="
