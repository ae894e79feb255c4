"""Read a MyST page into its parts, with line numbers, without Sphinx and without running anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import yaml

CODE = {"code-cell", "code", "code-block", "sourcecode", "literalinclude", "raw", "math", "mermaid", "bibliography"}
"""Directives whose content is no prose."""


FILES = {"figure", "image", "include", "literalinclude"}
"""Directives whose argument is a file."""

PLAIN = CODE | {"when", "finding", "toctree", "index", "only", "contents", "class", "container", "glue", "figure-md"}
"""Directives whose argument is no text that readers see."""


@dataclass(frozen=True)
class Item:
    """A part of a page.

    Parameters
    ----------
    kind : str
        ``"text"``, ``"role"``, ``"directive"``, ``"link"``, ``"address"`` (in HTML), ``"target"``, ``"cell"``,
        ``"entry"`` and ``"literal"`` (of the front matter), ``"fault"`` (what cannot be read).
    line : int
        Line of the file, from 1.
    name : str
        Of a role or directive; the tags of a cell; else empty.
    content : str
        The words, the content of the role, the argument of the directive, the address, the label, the code, the name
        of the entry.
    """

    kind: str
    line: int
    name: str
    content: str


def read_page(text: str, extensions: frozenset[str] = frozenset()) -> list[Item]:
    r"""Return the parts of a page in order.

    Parameters
    ----------
    text : str
        MyST Markdown, front matter included.
    extensions : frozenset of str
        Names of MyST extensions that are on.

    Examples
    --------
    >>> [(item.kind, item.line, item.content) for item in read_page("# Title\n\nSee {ref}`there`.")]
    [('text', 1, 'Title'), ('text', 3, 'See '), ('role', 3, 'there'), ('text', 3, '.')]
    """
    return list(_read(text, extensions, 0))


@cache
def _parser(extensions: frozenset[str]) -> Any:
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    return create_md_parser(MdParserConfig(enable_extensions=set(extensions)), RendererHTML)


def _read(text: str, extensions: frozenset[str], offset: int) -> Iterator[Item]:
    for token in _parser(extensions).parse(text):
        line = offset + (token.map[0] if token.map else 0) + 1
        if token.type in {"fence", "colon_fence"}:
            yield from _directive(token, line, extensions)
        elif token.type == "inline":
            yield from _inline(token.children or [], line, extensions)
        elif token.type == "myst_target":
            yield Item("target", line, "", token.content)
        elif token.type == "html_block":
            yield from _html(token.content, line)
        elif token.type == "front_matter":
            yield from _front_matter(token.content, extensions)


def _inline(tokens: list[Any], line: int, extensions: frozenset[str]) -> Iterator[Item]:
    is_address = False
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            line += 1
        elif token.type == "text" and token.content and not is_address:
            yield Item("text", line, "", token.content)
        elif token.type == "html_inline":
            yield from _html(token.content, line)
        elif token.type == "myst_role":
            yield from _role(token, line, extensions)
            line += token.content.count("\n")
        elif token.type in {"link_open", "image"}:
            yield from _link(token, line)
        # The text of <https://example.org/> is its address.
        is_address = token.type == "link_open" and token.info == "auto"


def _role(token: Any, line: int, extensions: frozenset[str]) -> Iterator[Item]:
    """Yield a role and the words that it shows."""
    name = token.meta["name"]
    yield Item("role", line, name, token.content)
    if name == "when":
        for text in token.content.split("|")[1:]:
            yield from _read(text.strip(), extensions, line - 1)
    elif titled := re.fullmatch(r"(.*\S)\s*<[^<>]+>", token.content, re.DOTALL):
        yield Item("text", line, "", titled[1])


def _link(token: Any, line: int) -> Iterator[Item]:
    """Yield the address of a link or a picture, with its title and what stands for the picture."""
    yield Item("link", line, "", str(token.attrs.get("href", token.attrs.get("src", ""))))
    for text in (token.content, token.attrs.get("title")):
        if text:
            yield Item("text", line, "", str(text))


class _Html(HTMLParser):
    """Reads the words and addresses of HTML."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.first = line
        self.items: list[Item] = []

    def _add(self, kind: str, text: str | None, below: int = 0) -> None:
        if text and text.strip():
            self.items.append(Item(kind, self.first + self.getpos()[0] - 1 + below, "", text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        for name, value in attrs:
            if name in {"href", "src"}:
                self._add("address", value)
            elif name in {"alt", "title", "aria-label"}:
                self._add("text", value)

    def handle_data(self, data: str) -> None:
        if self.lasttag not in {"script", "style"}:
            for below, text in enumerate(data.split("\n")):
                self._add("text", text, below)


def _html(text: str, line: int) -> list[Item]:
    """Return the words and addresses of HTML."""
    parser = _Html(line)
    parser.feed(text)
    parser.close()
    return parser.items


def _directive(token: Any, line: int, extensions: frozenset[str]) -> Iterator[Item]:
    """Yield a directive, its label, and what it contains."""
    found = re.match(r"\{([^}]+)\}\s*(.*)", token.info.strip())
    if found is None:
        return
    name, argument = found[1], found[2].strip()
    try:
        options, body, skipped = split_options(token.content)
    except yaml.YAMLError as error:
        yield Item("fault", line, "", f"the options of {{{name}}} are not YAML: {error}".splitlines()[0])
        return
    yield Item("directive", line, name, argument)
    if name in FILES:
        yield Item("link", line, "", argument)
    elif name not in PLAIN and argument:
        yield from _read(argument, extensions, line - 1)
    if "name" in options:
        yield Item("target", line, "", options["name"])
    if "alt" in options:
        yield Item("text", line, "", options["alt"])
    if name == "code-cell":
        yield Item("cell", line + 1 + skipped, options.get("tags", ""), body)
    elif name == "glossary":
        yield from _glossary(body, line + skipped, extensions)
    elif name not in CODE:
        yield from _read(body, extensions, line + skipped)


def split_options(content: str) -> tuple[dict[str, str], str, int]:
    r"""Return the options of a directive, its body, and how many lines the options take.

    Examples
    --------
    >>> split_options(":name: fig-a\n\nText")
    ({'name': 'fig-a'}, 'Text', 2)
    """
    lines = content.split("\n")
    if lines[0].strip() == "---" and "---" in (line.strip() for line in lines[1:]):
        end = next(number for number, line in enumerate(lines[1:], 1) if line.strip() == "---")
        loaded = yaml.safe_load("\n".join(lines[1:end])) or {}
        return {str(key): str(value) for key, value in loaded.items()}, "\n".join(lines[end + 1 :]), end + 1
    options, number = {}, 0
    while number < len(lines) and (found := re.match(r":([\w-]+):\s*(.*)", lines[number])):
        options[found[1]] = found[2].strip()
        number += 1
    if options and number < len(lines) and not lines[number].strip():
        number += 1
    return options, "\n".join(lines[number:]), number


def _glossary(body: str, offset: int, extensions: frozenset[str]) -> Iterator[Item]:
    """Yield the terms of a glossary and the text of their definitions."""
    for number, line in enumerate(body.split("\n"), 1):
        if line.strip() and not line[0].isspace():
            yield Item("directive", offset + number, "term", line.strip())
            yield from _read(line.strip(), extensions, offset + number - 1)
        else:
            yield from _read(line.strip(), extensions, offset + number - 1)


def _front_matter(content: str, extensions: frozenset[str]) -> Iterator[Item]:
    """Yield the parts of the texts that the book's own front matter holds."""
    try:
        loaded = yaml.safe_load(content)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or error
        yield Item("fault", mark.line + 2 if mark else 1, "", f"the front matter is not YAML: {problem}")
        return
    own = loaded.get("compute_divide") if isinstance(loaded, dict) else None
    if own is not None and not isinstance(own, dict):
        yield Item("fault", 1, "", "the front matter's `compute_divide` holds no named entries")
        return
    lines = content.split("\n")
    for key, value in (own or {}).items():
        line = next((n for n, text in enumerate(lines, 2) if text.strip().startswith(f"{key}:")), 1)
        yield Item("entry", line, "", str(key))
        for text in value if isinstance(value, list) else [value]:
            if key == "literals":
                yield Item("literal", line, "", str(text))
            elif isinstance(text, str) and key not in {"doi", "data_date"}:
                yield from (replace(item, line=line) for item in _read(text, extensions, line - 1))
