"""What a chapter's prose quotes: results, periods and statements, with line and sentence.

Prose stands in Markdown, in the front matter, and in the metadata of figures and tables. Reading it
runs nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import yaml

from bookpress.chapter.expressions import ELSEWHERE, PATH, read_statement
from bookpress.errors import UsageError, short
from bookpress.files import FRONT, sha256
from bookpress.myst import CELLS, CODE, FENCED
from bookpress.plain_yaml import load
from holdtrue.number_formats import FORMATS

ROLE = re.compile(r"\{(?P<kind>result|years|holds)\}`(?P<text>[^`]+)`(?!`)")
ROLE_OR_SPAN = re.compile(
    ROLE.pattern + r"|\{[\w:+.-]+\}(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
    r"|(?<!`)`(?!`)(?:[^`\n]|\n(?![ \t]*\n))+`(?!`)",
    re.DOTALL,
)
"""Those roles, and what may contain their text without being one: others, and code in a line."""
NO_CODE = re.compile(FENCED.pattern + r"|<!--.*?-->", FENCED.flags)
"""Comments, and listings; directives match too."""
NO_ROLES = re.compile(NO_CODE.pattern + r"|(?<!`)``(?!`).*?(?<!`)``(?!`)", FENCED.flags)
"""These, and code that only shows a role to readers."""
EMPTY = re.compile(r"\{(?:result|years|holds)\}``(?![`\w])")
"""A role without content, which would be shown as it is written."""
JOINTS = {"value": " to ", "dash": "–"}
"""The text between the first and the last year of a period, by format."""
Kind = Literal["result", "years", "statement"]
Fault = tuple[int, str]
"""A line of a page, and what is wrong there."""


@dataclass(frozen=True)
class Quote:
    """A fact that prose quotes, the code that computes it, and the sentences that quote it by line.

    A statement also has the results that all these sentences quote.
    """

    kind: Kind
    key: str
    code: str
    sentences: Mapping[int, str]
    results: Sequence[str] = ()


class Role(NamedTuple):
    """A role on a page: its text on one line, and the sentence up to it."""

    kind: str
    text: str
    line: int
    sentence: str
    place: str
    """The path in the metadata or front matter; empty in running text."""
    markdown: str = ""
    """The sentence in Markdown, as its author wrote it."""

    @property
    def results(self) -> list[str]:
        """The results that the sentence quotes, by the names it uses."""
        roles = ROLE.finditer(self.markdown)
        return [split_result(role["text"])[0] for role in roles if role["kind"] == "result"]


class Mark(NamedTuple):
    """A sentence without its values, and the full name of the statement that it rests on."""

    line: int
    name: str
    sentence: str
    markdown: str = ""
    """The sentence in Markdown, as its author wrote it."""


@lru_cache(maxsize=64)  # a chapter's are asked for when it is run, and for its sentences
def roles_of(source: str) -> tuple[Role, ...]:
    """Return the roles of a page that quote results, periods and statements, in order."""
    return tuple(_roles_in_page(source))


def without_code(page: str, code: re.Pattern[str] = NO_ROLES) -> str:
    r"""Return a page with spaces in place of what readers see as code, or never see.

    Examples
    --------
    >>> without_code("```{note}\n``x`` so\n~~~\nx\n~~~\n```\n")
    '```{note}\n      so\n   \n \n   \n```\n'
    """

    def in_block(block: re.Match[str]) -> str:
        if block["directive"] == CODE:
            return block[0]
        if block["directive"]:
            return block["open"] + code.sub(in_block, block["content"]) + block["close"]
        return blanked(block)

    return code.sub(in_block, page)


def blanked(part: re.Match[str]) -> str:
    """Return as many lines of spaces as a match has, so that lines and columns stay."""
    return re.sub(r"[^\n]", " ", part[0])


def _roles_in_page(source: str) -> Iterator[Role]:
    text = without_code(source)
    front = FRONT.match(text)
    if front:
        yield from _roles_in_yaml(front["yaml"], 1)
    last = front.end() if front else 0
    for cell in CELLS.finditer(text, last):
        yield from _roles_in_text(text, last, cell.start())
        lines_before = text.count("\n", 0, cell.start("head"))
        first_line = lines_before + 2  # the line below the opening fence
        yield from _roles_in_yaml(cell["head"].strip("-\n"), first_line)
        last = cell.end()
    yield from _roles_in_text(text, last, len(text))


def _roles_in_text(text: str, start: int, end: int) -> Iterator[Role]:
    last = start
    sentence = markdown = ""
    for role in role_matches(text, start, end):
        kind = role["kind"]
        line = text.count("\n", 0, role.start()) + 1
        written = _up_to(text, last, role)
        words = plain(written)
        if words:  # a second mark at a sentence has no text of its own
            sentence = words
            *_, markdown = SENTENCE_END.split(written.strip())
        yield Role(kind, _one_line(role["text"]), line, sentence, "", markdown)
        last = role.end() if kind == "holds" else last


def role_matches(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    r"""Yield the matches of roles in a text, except in code within a line.

    Examples
    --------
    >>> [role["text"] for role in role_matches("As `{result}` shows {result}`x`.", 0, 32)]
    ['x']
    """
    for match in ROLE_OR_SPAN.finditer(text, start, end):
        if match["kind"]:
            yield match


def _roles_in_yaml(text: str, first_line: int) -> Iterator[Role]:
    """Yield the roles in texts in YAML, parsed first because a text may be wrapped."""
    roles = role_matches(text, 0, len(text))
    lines = [first_line + text.count("\n", 0, role.start()) for role in roles]
    if not lines:
        return
    try:
        entries = load(text)
    except yaml.YAMLError:  # reported where the page is read
        return
    for path, value in texts_of(entries):
        for role in _roles_in_text(value, 0, len(value)):
            line = lines.pop(0) if lines else first_line
            yield role._replace(line=line, place=path)


def texts_of(entries: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts in nested lists and mappings, each with the path to it."""
    if isinstance(entries, str):
        yield path, entries
    elif isinstance(entries, dict | list):
        pairs = entries.items() if isinstance(entries, dict) else enumerate(entries)
        for key, value in pairs:
            yield from texts_of(value, f"{path}.{key}".strip("."))


def _one_line(text: str) -> str:
    return " ".join(text.split())


_BEFORE = re.compile(r"\n\s*\n|^[ \t]*(?:[-*+]|\d+\.|[\w-]+:)[ \t]+[\"']?|\|", re.MULTILINE)
"""What can precede a paragraph: an empty line, a list marker, an entry's name, a cell's edge."""
SENTENCE_END = re.compile(r"[.!?][”’)\"*]*\s+(?=[A-Z“‘(*…{\[]|$)")
"""The boundary between two sentences."""
_PLAIN = (
    (re.compile(r"^(?:`{3,}|:{3,}).*$", re.MULTILINE), ""),
    (re.compile(r"\{(?:term|ref|doc)\}`([^`<]+?)\s*(?:<[^`>]*>)?`"), r"\1"),
    (re.compile(r"\{cite:[a-z]+\}`[^`]*`|\{holds\}`[^`]*`"), ""),
    (re.compile(r"\{[\w:-]+\}(`+)[\s\S]*?\1"), "…"),  # a value, which depends on the edition
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"[*`]"), ""),
)


def _up_to(text: str, last: int, role: re.Match[str]) -> str:
    """Return the Markdown of a paragraph up to a mark, or up to and including a value."""
    end = role.end()
    if role["kind"] == "holds":
        end = role.start()
    starts = [before.end() for before in _BEFORE.finditer(text, last, role.start())]
    start = max([last, *starts])
    return text[start:end]


def plain(text: str) -> str:
    """Return the last sentence of Markdown without its markup, with … for each value."""
    sentences = SENTENCE_END.split(without_markup(text))
    return sentences[-1]


def without_markup(text: str) -> str:
    """Return Markdown without its markup, on one line."""
    for markup, words in _PLAIN:
        text = markup.sub(words, text)
    return _one_line(text)


def page_name(docname: str) -> str:
    """Return what stands for the slug of a page that is no chapter: the last part of its path."""
    return docname.rpartition("/")[2]


def full_name(name: str, chapter: str) -> str:
    """Return a name with its chapter, by default the one given."""
    if ELSEWHERE.match(name):
        return name
    return f"{chapter}:{name}"


def statement_name(text: str, chapter: str) -> str:
    """Return the full name of the statement that a ``{holds}`` names or defines.

    Raises
    ------
    UsageError
        If it does neither.
    """
    if ELSEWHERE.fullmatch(text):
        return text
    return full_name(read_statement(text).key, chapter)


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

    The only format besides the value is ``words``: a month in words, a small number spelled out.
    """
    head, _, last = text.rpartition(":")
    if head and last == "words":
        return head, last
    return text, "value"


def id_of(key: str) -> str:
    """Return a statement's key in a form fit for an id: of an expression, words and a hash."""
    if key.isidentifier():
        return key
    hyphened = re.sub(r"\W+", "-", key)
    words = hyphened.strip("-")[:40]
    short_hash = sha256(key.encode())[:6]
    return f"{words}-{short_hash}"


def anchor(name: str, own: str) -> str:
    """Return the id of a place that rests on a statement, in the chapter `own`."""
    chapter, _, key = name.partition(":")
    if chapter == own:
        return f"holds-{id_of(key)}"
    return f"holds-{chapter}-{id_of(key)}"


def marks_of(chapter: str, source: str) -> Iterator[Mark]:
    r"""Yield the marks of a chapter or another page in order, except in comments.

    A ``{holds}`` that is not a statement is left out.

    Examples
    --------
    >>> page = "# Who\n\n*One*. It {term}`fell`\nto {result}`late`. {holds}`fell`"
    >>> [mark] = marks_of("models", page)
    >>> mark.line, mark.name, mark.sentence
    (4, 'models:fell', 'It fell to ….')
    >>> [mark.sentence for mark in marks_of("models", "It fell. {holds}`a` {holds}`b`")]
    ['It fell.', 'It fell.']
    """
    for role in roles_of(source):
        if role.kind == "holds":
            for name in _names(role.text, chapter):
                yield Mark(role.line, name, role.sentence, role.markdown)


def statements_in(chapter: str, prose: str) -> Iterator[str]:
    """Yield the full names of the statements that prose of a chapter rests on, in order.

    Examples
    --------
    >>> list(statements_in("models", "It fell. {holds}`fell` {holds}`winds:rose`"))
    ['models:fell', 'winds:rose']
    """
    text = without_code(prose)
    for role in role_matches(text, 0, len(text)):
        if role["kind"] == "holds":
            yield from _names(_one_line(role["text"]), chapter)


def _names(text: str, chapter: str) -> Iterator[str]:
    """Yield the full name of the statement in a ``{holds}``, if it is one."""
    with suppress(UsageError):  # reported by the check of names
        yield statement_name(text, chapter)


def quotes_of(slug: str, source: str, also: Sequence[str] = ()) -> list[Quote]:
    """Return what a chapter's prose quotes from the chapter itself.

    This includes what the chapter publishes for other pages (`also`).

    Raises
    ------
    UsageError
        If quotes are neither a path nor an expression, or a name stands for two statements; the
        message gives the line and the sentence of each.
    """
    quotes, faults = read_quotes(slug, source, also)
    if faults:
        raise UsageError(*(f"line {line}: {what}" for line, what in faults))
    return quotes


def read_quotes(
    slug: str, source: str, also: Sequence[str] = ()
) -> tuple[list[Quote], list[Fault]]:
    """Return what a chapter's prose quotes, see `quotes_of`, and the faults of what it cannot."""
    faults: list[Fault] = []
    facts: dict[tuple[Kind, str, str], dict[int, str]] = defaultdict(dict)
    results: dict[str, list[str]] = {}
    own = (_own(role, slug) for role in roles_of(source))
    roles = [role for role in own if role]
    published = list(_published(source, also, faults))
    codes = {name: code for _, _, name, code in published if name}
    codes |= _statements_made(roles, faults)
    for role in roles:
        with _noting(role.line, role.sentence, faults):
            fact = _quoted(role, codes)
            facts[fact].setdefault(role.line, role.sentence)
            if role.kind == "holds":
                names = [name.removeprefix(f"{slug}:") for name in role.results]
                common = results.setdefault(fact[1], names)
                results[fact[1]] = [name for name in common if name in names]
    for line, entry, name, code in published:
        kind: Kind = "statement" if name or not PATH.fullmatch(code) else "result"
        published_key = name or code
        if published_key not in {key for _, key, _ in facts}:
            facts[kind, published_key, code][line] = f"also: {entry}"
    for empty in EMPTY.finditer(without_code(source, NO_CODE)):
        line = source.count("\n", 0, empty.start()) + 1
        faults.append((line, f"{empty[0]} is empty: give it a name or a comparison"))
    quotes = [
        Quote(*fact, sentences, results.get(fact[1], ())) for fact, sentences in facts.items()
    ]
    return quotes, list(dict.fromkeys(faults))


def _published(
    source: str, also: Sequence[str], faults: list[Fault]
) -> Iterator[tuple[int, str, str, str]]:
    """Yield what the front matter publishes: line, entry, the name, if any, and the code."""
    for entry in also:
        line = line_of_also(source, entry)
        if PATH.fullmatch(entry):
            yield line, entry, "", entry
            continue
        with _noting(line, f"also: {entry}", faults):
            yield line, entry, *read_statement(entry)


def line_of_also(source: str, entry: str = "") -> int:
    """Return the line of an entry of ``also`` in the front matter; by default, of the list."""
    front = FRONT.match(source)
    listed = re.search(r"^.*\balso[\"']?[ \t]*:", front[0], re.MULTILINE) if front else None
    if not front or not listed:
        return 1
    words = r"\s+".join(map(re.escape, entry.split()))
    place = re.compile(rf"(?<![\w.]){words}(?![\w.])").search(front[0], listed.end())
    return source.count("\n", 0, place.start() if place else listed.end()) + 1


def _own(role: Role, slug: str) -> Role | None:
    """Return a role without its own chapter's name; None if it quotes another chapter."""
    name = _quoted_name(role)
    names_chapter = ELSEWHERE.fullmatch(name) if role.kind == "holds" else ":" in name
    if not names_chapter:
        return role._replace(text=name)
    chapter, _, bare = name.partition(":")
    if chapter == slug:
        return role._replace(text=bare)
    return None


def _quoted_name(role: Role) -> str:
    """Return the name that a role quotes, without the format."""
    if role.kind == "result":
        return split_result(role.text)[0]
    if role.kind == "years":
        return split_years(role.text)[0]
    return role.text


def _statements_made(roles: Sequence[Role], faults: list[Fault]) -> dict[str, str]:
    """Return the code of the statements that sentences name, by name."""
    codes: dict[str, str] = {}
    for role in roles:
        if role.kind == "holds":
            with _noting(role.line, role.sentence, faults):
                name, code = read_statement(role.text)
                first = codes.setdefault(name, code) if name else code
                if first != code:
                    raise UsageError(f"{name} stands for two statements: {first} and {code}")
    return codes


def _quoted(role: Role, codes: Mapping[str, str]) -> tuple[Kind, str, str]:
    """Return kind, key and code of what a role quotes from its own chapter."""
    if role.kind == "holds":
        if role.place.endswith("image.alt"):
            raise UsageError("an alternative text cannot hold a {holds}: put it into the caption")
        statement = read_statement(role.text)
        code = codes.get(statement.key, statement.code)
        return "statement", statement.key, code
    if not PATH.fullmatch(role.text):
        raise UsageError(f"`{short(role.text)}` is neither a name nor a path such as odds.late")
    kind: Kind = "result" if role.kind == "result" else "years"
    return kind, role.text, role.text


@contextmanager
def _noting(line: int, sentence: str, faults: list[Fault]) -> Iterator[None]:
    """Note a `UsageError` with its line and sentence, so that reading goes on."""
    try:
        yield
    except UsageError as error:
        faults.append((line, f"{error}{in_sentence(sentence)}"))


def in_sentence(sentence: str) -> str:
    """Return the end of a message that shows the sentence it is about; empty if there is none."""
    return f" (in: {short(sentence)})" if sentence else ""
