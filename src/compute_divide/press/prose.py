"""Read a MyST page into its parts, with line numbers, without Sphinx and without running anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

CODE = {"code-cell", "code", "code-block", "sourcecode", "literalinclude", "raw", "math", "mermaid", "bibliography"}
"""Directives whose content is no prose."""


@dataclass(frozen=True)
class Item:
    """A part of a page.

    Parameters
    ----------
    kind : str
        ``"text"``, ``"role"``, ``"directive"``, ``"link"``, ``"target"``, ``"cell"``, ``"literal"``.
    line : int
        Line of the file, from 1.
    name : str
        Of a role or directive; else empty.
    content : str
        The words, the content of the role, the argument of the directive, the address, the label, the code.
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
            yield from _inline(token.children or [], line)
        elif token.type == "myst_target":
            yield Item("target", line, "", token.content)
        elif token.type == "front_matter":
            yield from _front_matter(token.content, extensions)


def _inline(tokens: list[Any], line: int) -> Iterator[Item]:
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            line += 1
        elif token.type == "text" and token.content:
            yield Item("text", line, "", token.content)
        elif token.type == "myst_role":
            yield Item("role", line, token.meta["name"], token.content)
            line += token.content.count("\n")
        elif token.type == "link_open":
            yield Item("link", line, "", str(token.attrs.get("href", "")))
        elif token.type == "image":
            yield Item("link", line, "", str(token.attrs.get("src", "")))
            yield Item("text", line, "", token.content)


def _directive(token: Any, line: int, extensions: frozenset[str]) -> Iterator[Item]:
    """Yield a directive, its label, and what it contains."""
    found = re.match(r"\{([^}]+)\}\s*(.*)", token.info.strip())
    if found is None:
        return
    name, argument = found[1], found[2].strip()
    options, body, skipped = split_options(token.content)
    yield Item("directive", line, name, argument)
    if "name" in options:
        yield Item("target", line, "", options["name"])
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
        else:
            yield from _read(line.strip(), extensions, offset + number - 1)


def _front_matter(content: str, extensions: frozenset[str]) -> Iterator[Item]:
    """Yield the parts of the texts that the book's own front matter holds."""
    loaded = yaml.safe_load(content)
    own = loaded.get("compute_divide") if isinstance(loaded, dict) else None
    lines = content.split("\n")
    for text in (own.get("literals") or []) if isinstance(own, dict) else ():
        yield Item("literal", 1, "", str(text))
    for key, value in own.items() if isinstance(own, dict) else ():
        if isinstance(value, str):
            line = next((n for n, text in enumerate(lines, 2) if text.strip().startswith(f"{key}:")), 1)
            for item in _read(value, extensions, line - 1):
                yield Item(item.kind, line, item.name, item.content)
