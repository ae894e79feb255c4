"""What a shell may offer while a command is typed: editions, chapters, parameters and their values."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass

from bookpress.book.chapters import Chapter, discover
from bookpress.book.edition_files import edition_names, load_edition_file
from bookpress.book.parameters import Parameter
from bookpress.book.project import Project
from bookpress.errors import PressError
from bookpress.explore.run_one import shown

BASH_PREFIX = "COMPUTE_DIVIDE_BASH_PREFIX"
"""Variable that holds what bash has taken off the word that it replaces; set where bash wants its own quoting."""

Offers = Iterable[tuple[str, str]]
"""What may be typed, each with a short explanation."""


@dataclass(frozen=True)
class Request:
    """What is being typed.

    Parameters
    ----------
    project : Project
        The book.
    chapter : str or None
        The chapter that the command is about; None for the whole book.
    typed : str
        What was typed so far of the last word.
    """

    project: Project
    chapter: str | None
    typed: str

    @property
    def book(self) -> list[Chapter]:
        """The chapters whose parameters count."""
        return [one for one in discover(self.project) if self.chapter in {None, one.slug}]


def offered(make: Callable[[str], Offers], incomplete: str) -> list[tuple[str, str]]:
    """Return the offers that begin with what was typed; none where the book cannot be read.

    Parameters
    ----------
    make : callable
        Returns the offers for what was typed, each with an explanation.
    incomplete : str
        What was typed of the last word.
    """
    said = os.environ.get(BASH_PREFIX)
    typed = incomplete if said is None else said + plain(incomplete)
    try:
        offers = [(text.removeprefix(said or ""), words) for text, words in make(typed) if text.startswith(typed)]
    except PressError:
        return []
    return offers if said is None else [(escaped(text), words) for text, words in offers]


def escaped(text: str) -> str:
    r"""Return a text as it is typed in bash.

    Examples
    --------
    >>> print(escaped('NVIDIA A100'))
    NVIDIA\ A100
    """
    return re.sub(r"([^\w@%+=:,./~-])", r"\\\1", text)


def plain(text: str) -> str:
    r"""Return what a text means that is typed in bash; it is the other way round of `escaped`.

    Examples
    --------
    >>> plain(escaped("NVIDIA A100"))
    'NVIDIA A100'
    """
    return re.sub(r"\\(.)", r"\1", text)


def editions(request: Request) -> Offers:
    """Return the editions with their titles; one whose file is not in order without."""
    return [(name, _title(request.project, name)) for name in edition_names(request.project)]


def _title(project: Project, name: str) -> str:
    try:
        return load_edition_file(project, name).title
    except PressError:
        return ""


def built(request: Request) -> Offers:
    """Return the built editions: their names, and the ids of those without."""
    return [(name, "built") for name in request.project.built]


def editions_and_built(request: Request) -> Offers:
    """Return the editions with their titles, and the ids of those built without a name."""
    return {**dict(built(request)), **dict(editions(request))}.items()


def chapters(request: Request) -> Offers:
    """Return the chapters with their titles."""
    return [(chapter.slug, chapter.title) for chapter in discover(request.project)]


def several_chapters(request: Request) -> Offers:
    """Return the chapters, after those that stand there already."""
    return several(chapters(request), request.typed)


def several(known: Offers, typed: str) -> Offers:
    """Return names with commas between: those typed, then each of the others.

    Examples
    --------
    >>> several([("html", ""), ("pdf", "")], "html,p")
    [('html,pdf', '')]
    """
    before, comma, _ = typed.rpartition(",")
    return [(f"{before}{comma}{name}", words) for name, words in known if name not in before.split(",")]


def assignments(request: Request) -> Offers:
    """Return ``NAME=`` for each parameter, and ``NAME=VALUE`` once a name with a closed set of values stands there."""
    name, equals, text = request.typed.partition("=")
    if not equals:
        return _names(request.book, whole=request.chapter is None)
    return [(f"{name}={value}", "") for one in _named(request.book, name) for value in _values(one, text)]


def grid(request: Request) -> Offers:
    """Return ``NAME=`` for each parameter, and values with commas between once a name stands there."""
    name, equals, text = request.typed.partition("=")
    if not equals:
        return _names(request.book, whole=False)
    known = [(shown(choice), "") for one in _named(request.book, name) for choice in one.choices]
    return [(f"{name}={values}", "") for values, _ in several(known, text)]


def _named(book: Sequence[Chapter], name: str) -> list[Parameter]:
    """Return the parameter with a name, or with the name of a chapter and its own; the first where several have it."""
    owner, _, bare = name.rpartition(".")
    found = [one for chapter in book if owner in {"", chapter.slug} for one in chapter.parameters if one.name == bare]
    return found[:1]


def _values(parameter: Parameter, text: str) -> list[str]:
    """Return what may stand behind the name of a parameter: its choices, or a list of them that grows."""
    if parameter.choices:
        return [shown(choice) for choice in parameter.choices]
    end = max(text.rfind("["), text.rfind(",")) + 1
    start = f"{text[:end]}{' ' * (text[end : end + 1] == ' ')}" or "["
    items = [json.dumps(choice, ensure_ascii=False) for choice in parameter.item_choices]
    return [f"{start}{item}]" for item in items if item not in start]


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
    That one stays as it was typed, with its backslashes: what is offered must begin with it.

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
    typed, place = environment.get("COMP_WORDS", ""), int(environment.get("COMP_CWORD") or 0)
    words = [*(typed.split("\n") if "\n" in typed else typed.split()), ""][: place + 1]
    sign = next((number for number in (place, place - 1) if 1 < number < len(words) and words[number] == "="), None)
    before, prefix, last = words[:-1], "", words[-1]
    if sign is not None:
        is_option = words[sign - 1].startswith("--")
        before, prefix = (words[:sign], "") if is_option else (words[: sign - 1], f"{words[sign - 1]}=")
        last = last if sign < place else ""
    if last[:1] not in {"'", '"'}:  # what stands in quotation marks needs no other
        environment[BASH_PREFIX], last = prefix, shlex.quote(last)
    environment["COMP_WORDS"] = " ".join([*before, last])
    environment["COMP_CWORD"] = str(len(before))


def zsh_code(offers: Iterable[tuple[str, str]]) -> str:
    """Return what zsh has to evaluate to offer words: no space follows a name that waits for its value.

    Parameters
    ----------
    offers : iterable of (str, str)
        What may be typed, each with an explanation.

    Examples
    --------
    >>> zsh_code([("vintage=", "")])
    "compset -P 1 '--*='; local -a w e; w=(vintage=) e=(vintage=); compadd -S '' -d e -a w"
    """
    known = list(offers)
    if not known:
        return "_files"
    words = " ".join(shlex.quote(word) for word, _ in known)
    lines = " ".join(shlex.quote(f"{word}  -- {text}" if text else word) for word, text in known)
    end = "-S '' " * all(word.endswith("=") for word, _ in known) + "-l " * any(text for _, text in known)
    return f"compset -P 1 '--*='; local -a w e; w=({words}) e=({lines}); compadd {end}-d e -a w"


def as_zsh(complete: Callable[[], object], environment: MutableMapping[str, str]) -> str:
    """Return for zsh what is offered to fish: typer's own code for zsh has it put a space behind ``NAME=``.

    Parameters
    ----------
    complete : callable
        Prints, for fish, a line for each offer, and ends Python.
    environment : mutable mapping
        Tells typer what to complete; is changed in place.
    """
    environment["_COMPUTE_DIVIDE_COMPLETE"], environment["_TYPER_COMPLETE_FISH_ACTION"] = "complete_fish", "get-args"
    said = io.StringIO()
    with redirect_stdout(said), suppress(SystemExit):
        complete()
    offers = (line.partition("\t") for line in said.getvalue().splitlines())
    return zsh_code((word, text) for word, _, text in offers)
