"""The code cells of a chapter, and the metadata above them in its canonical layout."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import yaml

from bookpress.chapter.bindings import NO_PYTHON
from bookpress.myst import CELLS
from finding import Finding

ORDER = ("mystnb", "figure", "name", "caption", "image", "alt")
"""The canonical order of a figure's metadata; other keys follow alphabetically."""


class UnreadableError(Exception):
    """A part of a chapter that cannot be read, with its line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Cell(NamedTuple):
    """A code cell: the head above the code, the code, and the line where each begins."""

    head: str
    head_line: int
    code: str
    line: int


class ChapterText(NamedTuple):
    """A chapter, under the name used in messages."""

    file: str
    text: str
    cells: Sequence[Cell]


def read_chapter(file: str, text: str) -> ChapterText:
    """Return a chapter with its code cells."""
    cells = []
    for cell in CELLS.finditer(text):
        code = cell["code"].lstrip("\n")
        head_line = line_at(text, cell.start("head"))
        line = line_at(text, cell.end("code") - len(code))
        cells.append(Cell(cell["head"], head_line, code.rstrip("\n"), line))
    return ChapterText(file, text, cells)


def line_at(text: str, place: int) -> int:
    """Return the line of a position in a text."""
    return text.count("\n", 0, place) + 1


def tree_of(cell: Cell) -> ast.Module:
    """Return the syntax tree of a cell, with the line numbers of the chapter."""
    try:
        tree = ast.parse(NO_PYTHON.sub("", cell.code))
    except (SyntaxError, ValueError) as error:
        line = cell.line + (getattr(error, "lineno", None) or 1) - 1
        reason = getattr(error, "msg", str(error))
        raise UnreadableError(line, f"unreadable the cell is no Python: {reason}") from error
    ast.increment_lineno(tree, cell.line - 1)
    return tree


def metadata_of(cell: Cell) -> dict[str, Any]:
    """Return the metadata of a cell."""
    try:
        entries = yaml.safe_load(_yaml_of(cell.head)) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = cell.head_line + (mark.line if mark else 0)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise UnreadableError(line, f"unreadable the metadata are no YAML: {reason}") from error
    if not isinstance(entries, dict):
        raise UnreadableError(cell.head_line, "unreadable the metadata are no names with values")
    return entries


def _yaml_of(head: str) -> str:
    """Return the YAML of a head, with every line in its place."""
    if head.startswith("---"):
        return head[: head.rindex("---")]
    return re.sub(r"^:", "", head, flags=re.MULTILINE)


def tags_of(cell: Cell) -> set[str]:
    """Return the tags of a cell."""
    tags = metadata_of(cell).get("tags") or []
    return {str(tag) for tag in tags} if isinstance(tags, list) else {str(tags)}


def unreadable(chapter: ChapterText) -> Iterator[Finding]:
    """Yield the parts of a chapter that can be neither linted nor formatted."""
    for cell in chapter.cells:
        for read in (figure_head, tree_of):
            try:
                read(cell)
            except UnreadableError as error:
                yield Finding(chapter.file, error.line, str(error))


# The metadata of figures


def figure_head(cell: Cell) -> str:
    """Return the head of a cell in its canonical layout; only the head of a figure is changed."""
    entries = _tidied(metadata_of(cell))
    if not cell.head.startswith("---") or "mystnb" not in entries:
        return cell.head
    if _has_comment(_yaml_of(cell.head)):
        message = "comment it would be lost when the notebook is saved: write it into the code"
        raise UnreadableError(cell.head_line, message)
    head = "---\n" + "".join(f"{line}\n" for line in _written(entries)) + "---\n"
    if yaml.safe_load(_yaml_of(head)) != entries:
        message = "unreadable the metadata cannot be written in lines: is a character no text?"
        raise UnreadableError(cell.head_line, message)
    return head


def _tidied(value: Any, key: str = "") -> Any:
    """Return metadata without invisible blanks: captions in paragraphs, other texts in one line."""
    if isinstance(value, dict):
        return {name: _tidied(entry, name) for name, entry in value.items()}
    if key == "caption" and isinstance(value, str) and value.strip():
        return re.sub(r"[ \t]+$", "", value.strip(), flags=re.MULTILINE) + "\n"
    if key in ORDER and isinstance(value, str):
        return " ".join(value.split())
    return value


def _written(entries: dict[str, Any], indent: str = "") -> Iterator[str]:
    """Yield metadata as lines."""
    for key in sorted(entries, key=_rank):
        value = entries[key]
        if isinstance(value, dict) and value:
            yield f"{indent}{key}:"
            yield from _written(value, f"{indent}  ")
        elif key == "caption" and isinstance(value, str) and value:
            yield f"{indent}{key}: |"
            yield from (f"{indent}  {line}".rstrip() for line in value[:-1].split("\n"))
        else:
            yield from (f"{indent}{line}" for line in _in_yaml(key, value))


def _rank(key: Any) -> tuple[int, str]:
    return ORDER.index(key) if key in ORDER else len(ORDER), str(key)


def _in_yaml(key: Any, value: Any) -> list[str]:
    """Return an entry as YAML: text in one line, quoted if necessary, a list in brackets."""
    flow = None if isinstance(value, list) else False
    written = yaml.safe_dump(
        {key: value}, allow_unicode=True, default_flow_style=flow, sort_keys=False, width=math.inf
    )
    if written.startswith(f"{key}: '") and not re.search(r'["\\]', value):
        return [f'{key}: "{value}"']
    return written.splitlines()


def _has_comment(text: str) -> bool:
    """Return whether there is anything but tokens between the tokens of YAML, such as a comment."""
    last = 0
    for token in yaml.scan(text):
        if "#" in text[last : token.start_mark.index]:
            return True
        last = max(last, token.end_mark.index)
    return False
