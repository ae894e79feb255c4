"""What the prose of a chapter quotes: results, periods and statements, with line and sentence.

Prose stands in Markdown, in the front matter, and in the metadata of figures and tables. It is read
here without running anything.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import yaml

from bookpress.chapter.expressions import ELSEWHERE, PATH, read_statement
from bookpress.chapter.number_formats import FORMATS
from bookpress.errors import UsageError, short
from bookpress.files import FRONT, sha256
from bookpress.plain_yaml import load_quickly

CELLS = re.compile(
    r"^(?P<fence>`{3,}|~{3,})\{code-cell\}[^\n]*\n"
    r"(?P<head>---[ \r]*\n.*?^---[ \r]*\n|(?::[^\n]*\n)*)(?P<code>.*?)^(?P=fence)[ \r]*$",
    re.DOTALL | re.MULTILINE,
)
"""The code cells of a MyST notebook: what stands above the code, and the code."""
ROLE = re.compile(r"\{(?P<kind>result|years|holds)\}`(?P<text>[^`]+)`(?!`)")
NO_ROLES = re.compile(
    r"^(?P<fence>`{3,}|~{3,})(?:(?P<directive>\{)|(?![`~])).*?^(?P=fence)[ \r]*$"
    r"|<!--.*?-->|(?<!`)``(?!`).*?(?<!`)``(?!`)",
    re.DOTALL | re.MULTILINE,
)
"""Comments, and code that shows a role to readers; what it finds of directives is kept."""
JOINTS = {"value": " to ", "dash": "–"}
"""What stands between the first and the last year of a period, by format."""
Kind = Literal["result", "years", "statement"]


@dataclass(frozen=True)
class Quote:
    """A fact that prose quotes, the code that makes it, and by line the sentences that quote it.

    Of a statement also the results that all these sentences quote.
    """

    kind: Kind
    key: str
    code: str
    sentences: Mapping[int, str]
    results: Sequence[str] = ()


class Role(NamedTuple):
    """A role of a page: what it holds in one line, and the sentence up to it."""

    kind: str
    text: str
    line: int
    sentence: str
    place: str
    """Empty in the text, else the path of the metadata or front matter."""
    markdown: str = ""
    """The sentence as its author wrote it."""

    @property
    def results(self) -> list[str]:
        """The results that the sentence quotes, as it names them."""
        roles = ROLE.finditer(self.markdown)
        return [split_result(role["text"])[0] for role in roles if role["kind"] == "result"]


class Mark(NamedTuple):
    """A sentence, told without its values, that rests on a statement, told by its full name."""

    page: str
    line: int
    name: str
    sentence: str
    markdown: str = ""
    """The same as its author wrote it."""


def roles_of(source: str) -> Iterator[Role]:
    """Yield the roles of a page that quote results, periods and statements, in their order."""
    text = NO_ROLES.sub(_blanked, source)
    front = FRONT.match(text)
    if front:
        yield from _roles_in_yaml(front["yaml"], 1)
    last = front.end() if front else 0
    for cell in CELLS.finditer(text, last):
        yield from _roles_in_text(text, last, cell.start())
        lines_before = text.count("\n", 0, cell.start("head"))
        first_line = lines_before + 2  # below the line that opens it
        yield from _roles_in_yaml(cell["head"].strip("-\n"), first_line)
        last = cell.end()
    yield from _roles_in_text(text, last, len(text))


def _blanked(found: re.Match[str]) -> str:
    if found["directive"]:
        return found[0]
    return re.sub(r"[^\n]", " ", found[0])


def _roles_in_text(text: str, start: int, end: int) -> Iterator[Role]:
    last = start
    markdown = ""
    for role in ROLE.finditer(text, start, end):
        kind = role["kind"]
        line = text.count("\n", 0, role.start()) + 1
        written = _up_to(text, last, role)
        sentence = plain(written)
        if sentence:  # a second mark at a sentence rests on the same results
            *_, markdown = SENTENCE_END.split(written.strip())
        yield Role(kind, _one_line(role["text"]), line, sentence, "", markdown)
        last = role.end() if kind == "holds" else last


def _roles_in_yaml(text: str, first_line: int) -> Iterator[Role]:
    """Yield the roles of texts in YAML as its parser reads them, for a text may be wrapped."""
    starts = [role.start() for role in re.finditer(r"\{(?:result|years|holds)\}`", text)]
    lines = [first_line + text.count("\n", 0, start) for start in starts]
    if not lines:
        return
    try:
        entries = load_quickly(text)
    except yaml.YAMLError:  # those who read it say so
        return
    for path, value in texts_of(entries):
        for role in _roles_in_text(value, 0, len(value)):
            line = lines.pop(0) if lines else first_line
            yield role._replace(line=line, place=path)


def texts_of(entries: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts in lists and mappings, each with the path that leads to it."""
    if isinstance(entries, str):
        yield path, entries
    elif isinstance(entries, dict | list):
        pairs = entries.items() if isinstance(entries, dict) else enumerate(entries)
        for key, value in pairs:
            yield from texts_of(value, f"{path}.{key}".strip("."))


def _one_line(text: str) -> str:
    return " ".join(text.split())


_BEFORE = re.compile(r"\n\s*\n|^[ \t]*(?:[-*+]|\d+\.|[\w-]+:)[ \t]+[\"']?|\|", re.MULTILINE)
"""What a paragraph begins after.

That is an empty line, the sign of a list item, the name of an entry, or the edge of a cell.
"""
SENTENCE_END = re.compile(r"[.!?][”’)\"*]*\s+(?=[A-Z“‘(*…{\[]|$)")
"""What lies between two sentences."""
_PLAIN = (
    (r"^(?:`{3,}|:{3,}).*$", ""),
    (r"\{(?:term|ref|doc)\}`([^`<]+?)\s*(?:<[^`>]*>)?`", r"\1"),
    (r"\{cite:[a-z]+\}`[^`]*`|\{holds\}`[^`]*`", ""),
    (r"\{[\w:-]+\}(`+)[\s\S]*?\1", "…"),  # a value, which differs between editions
    (r"\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"[*`]", ""),
)


def _up_to(text: str, last: int, role: re.Match[str]) -> str:
    """Return the Markdown of a paragraph up to a mark, or to a value and with it."""
    end = role.end()
    if role["kind"] == "holds":
        end = role.start()
    starts = [before.end() for before in _BEFORE.finditer(text, last, role.start())]
    start = max([last, *starts])
    return text[start:end]


def plain(text: str) -> str:
    """Return the last sentence of Markdown without its markup.

    Of values nothing is told but that they are there.
    """
    sentences = SENTENCE_END.split(without_markup(text))
    return sentences[-1]


def without_markup(text: str) -> str:
    """Return Markdown without its markup, in one line."""
    for markup, words in _PLAIN:
        text = re.sub(markup, words, text, flags=re.MULTILINE)
    return _one_line(text)


def full_name(name: str, docname: str) -> str:
    """Return a name with its chapter: that of the page where none is given."""
    if ELSEWHERE.match(name):
        return name
    chapter = docname.rsplit("/", 1)[-1]
    return f"{chapter}:{name}"


def statement_name(text: str, docname: str) -> str:
    """Return the full name of the statement that a ``{holds}`` names or makes.

    Raises
    ------
    UsageError
        If it does neither.
    """
    if ELSEWHERE.fullmatch(text):
        return text
    return full_name(read_statement(text).key, docname)


def split_result(text: str) -> tuple[str, str]:
    """Return the name in a ``{result}``, with its chapter if there is one, and the format."""
    head, _, last = text.rpartition(":")
    is_formatted = head and (last in FORMATS or ":" in head)
    if is_formatted:
        return head, last
    return text, "value"


def split_years(text: str) -> tuple[str, str]:
    """Return the name in a ``{years}``, with its chapter if there is one, and the format."""
    head, _, last = text.rpartition(":")
    if head and last in JOINTS:
        return head, last
    return text, "value"


def split_parameter(text: str) -> tuple[str, str]:
    """Return the name in a ``{param}``, with its chapter if there is one, and the format.

    ``words`` is the one format besides the value: a month as it is spoken, a small number spelled.
    """
    head, _, last = text.rpartition(":")
    if head and last == "words":
        return head, last
    return text, "value"


def id_of(key: str) -> str:
    """Return the key of a statement as part of an id.

    An expression gives its words and a short hash.
    """
    if key.isidentifier():
        return key
    hyphened = re.sub(r"\W+", "-", key)
    words = hyphened.strip("-")[:40]
    short_hash = sha256(key.encode())[:6]
    return f"{words}-{short_hash}"


def anchor(name: str, docname: str) -> str:
    """Return the id of a place that rests on a statement."""
    chapter, _, key = name.partition(":")
    own = docname.rsplit("/", 1)[-1]
    if chapter == own:
        return f"holds-{id_of(key)}"
    return f"holds-{chapter}-{id_of(key)}"


def marks_of(docname: str, source: str) -> Iterator[Mark]:
    r"""Yield the marks of a page in their order, but for those in comments.

    One that is no statement is left out.

    Examples
    --------
    >>> page = "# Who\n\n*One*. It {term}`fell`\nto {result}`late`. {holds}`fell`"
    >>> [mark] = marks_of("notebooks/models", page)
    >>> mark.line, mark.name, mark.sentence
    (4, 'models:fell', 'It fell to ….')
    """
    for role in roles_of(source):
        if role.kind == "holds":
            try:
                name = statement_name(role.text, docname)
            except UsageError:  # `problems_of` says so
                continue
            yield Mark(docname, role.line, name, role.sentence, role.markdown)


def quotes_of(slug: str, source: str, also: Sequence[str] = ()) -> list[Quote]:
    """Return what the prose of a chapter quotes of the chapter itself.

    With it goes what the chapter publishes for other pages besides.

    Raises
    ------
    UsageError
        If something is no path and no expression, or a name stands for two statements; with the
        line.
    """
    facts: dict[tuple[Kind, str, str], dict[int, str]] = defaultdict(dict)
    results: dict[str, list[str]] = {}
    own = (_own(role, slug) for role in roles_of(source))
    roles = [role for role in own if role]
    published = [_published(entry) for entry in also]
    codes = {name: code for name, code in published if name}
    codes |= _statements_made(roles)
    for role in roles:
        with _at_line(role.line):
            fact = _quoted(role, codes)
        facts[fact].setdefault(role.line, role.sentence)
        if role.kind == "holds":
            names = [name.removeprefix(f"{slug}:") for name in role.results]
            common = results.setdefault(fact[1], names)
            results[fact[1]] = [name for name in common if name in names]
    for entry, (name, code) in zip(also, published, strict=True):
        kind: Kind = "statement" if name or not PATH.fullmatch(code) else "result"
        published_key = name or code
        if published_key not in {key for _, key, _ in facts}:
            facts[kind, published_key, code][1] = f"also: {entry}"
    return [Quote(*fact, sentences, results.get(fact[1], ())) for fact, sentences in facts.items()]


def _published(entry: str) -> tuple[str, str]:
    """Return name, if any, and code of what the front matter publishes."""
    if PATH.fullmatch(entry):
        return "", entry
    with _at_line(1):
        return read_statement(entry)


def _own(role: Role, slug: str) -> Role | None:
    """Return a role that quotes its own chapter, without the name of it.

    There is none where it quotes another.
    """
    name = _quoted_name(role)
    names_chapter = ELSEWHERE.fullmatch(name) if role.kind == "holds" else ":" in name
    if not names_chapter:
        return role._replace(text=name)
    chapter, _, bare = name.partition(":")
    if chapter == slug:
        return role._replace(text=bare)
    return None


def _quoted_name(role: Role) -> str:
    """Return what a role quotes, without the format."""
    if role.kind == "result":
        return split_result(role.text)[0]
    if role.kind == "years":
        return split_years(role.text)[0]
    return role.text


def _statements_made(roles: Sequence[Role]) -> dict[str, str]:
    """Return the code of the statements that sentences give a name, by it."""
    codes: dict[str, str] = {}
    for role in roles:
        if role.kind == "holds":
            with _at_line(role.line):
                name, code = read_statement(role.text)
                first = codes.setdefault(name, code) if name else code
                if first != code:
                    raise UsageError(f"{name} stands for two statements: {first} and {code}")
    return codes


def _quoted(role: Role, codes: Mapping[str, str]) -> tuple[Kind, str, str]:
    """Return kind, key and code of what a role quotes of its own chapter."""
    if role.kind == "holds":
        if role.place.endswith("image.alt"):
            raise UsageError("an alternative text cannot hold a {holds}: put it into the caption")
        statement = read_statement(role.text)
        code = codes.get(statement.key, statement.code)
        return "statement", statement.key, code
    if not PATH.fullmatch(role.text):
        raise UsageError(f"`{short(role.text)}` is no name and no path such as odds.late")
    kind: Kind = "result" if role.kind == "result" else "years"
    return kind, role.text, role.text


@contextmanager
def _at_line(line: int) -> Iterator[None]:
    """Let a refusal name a line."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"line {line}: {error}") from error
