"""What the cells of a notebook bind, published as outputs: a small table, and JSON for programs.

Importing `holdtrue` calls `listen`; programs that run cells without IPython call `publish`.
"""

from __future__ import annotations

import ast
import dataclasses
import html
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any, Literal, NamedTuple, get_args

from holdtrue import number_formats as forms
from holdtrue.comparisons.base import WORDS, Comparison
from holdtrue.comparisons.joint import joined
from holdtrue.estimates import FIELDS, Estimate

MIME = "application/vnd.holdtrue+json"
VERSION = 1
"""The version of the JSON; another one is refused, as stored outputs may be old."""
Part = Literal["results", "statements", "values", "refused"]
"""Estimates; comparisons; numbers, texts and periods; names with why they cannot be quoted."""
PARTS: Sequence[Part] = get_args(Part)
MOST_ENTRIES = 100
"""A larger mapping or list is data, not findings."""
MOST_CHARACTERS = 200
DEPTH = 3
"""How deep mappings within mappings are read."""
SILENT = "HOLDTRUE_SILENT"
"""The variable by which a program that gathers results on its own asks for no outputs."""
ROWS = 10
"""The most rows of a table."""
LOOPS = (ast.For, ast.While, ast.AsyncFor)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Published(NamedTuple):
    """What is published under a name."""

    part: Part
    content: Any


LOOPED = Published("refused", "is bound in a loop: its value is that of the last turn")


class Bound(NamedTuple):
    """The names that the source of a cell assigns: with the last value's code, and in loops."""

    plain: dict[str, ast.expr | None]
    looped: set[str]


def bound_in(source: str) -> Bound:
    r"""Return the names that a cell assigns; none if it cannot be parsed.

    Examples
    --------
    >>> bound = bound_in("a = 1\nfor b in range(3):\n    c = b")
    >>> sorted(bound.plain), sorted(bound.looped)
    (['a'], ['b', 'c'])
    """
    bound = Bound({}, set())
    lines = (line for line in source.splitlines() if not line.lstrip().startswith(("%", "!")))
    with suppress(SyntaxError, ValueError, RecursionError):
        _gather(ast.parse("\n".join(lines)), bound, in_loop=False)
    return bound


def _gather(node: ast.AST, bound: Bound, *, in_loop: bool) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, SCOPES):
            continue
        if isinstance(child, ast.Assign) and isinstance(child.targets[0], ast.Name) and not in_loop:
            bound.plain[child.targets[0].id] = child.value
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            if in_loop:
                bound.looped.add(child.id)
            else:
                bound.plain.setdefault(child.id, None)
        _gather(child, bound, in_loop=in_loop or isinstance(child, LOOPS))


def entries(name: str, value: Any, depth: int = DEPTH) -> Iterator[tuple[str, Published]]:
    """Yield what a name publishes: itself, or the entries of a mapping as ``name.key``."""
    entry = _entry(value)
    if entry:
        yield name, entry
        return
    inner = _mapping(value) if depth else None
    if inner is None:
        what = f"is a {type(value).__name__}, which cannot be quoted"
        yield name, Published("refused", what)
        return
    for key, held in inner.items():
        is_key = isinstance(key, str | int) and not isinstance(key, bool) and "." not in str(key)
        if is_key:
            yield from entries(f"{name}.{key}", held, depth - 1)


def _entry(value: Any) -> Published | None:
    """Return what is published of a value that is no mapping; None for any other."""
    if isinstance(value, Estimate):
        return Published("results", {**value.fields, "period": value.period and [*value.period]})
    if isinstance(value, Comparison):
        return Published("statements", dataclasses.asdict(value))
    if isinstance(value, list) and value and all(isinstance(each, Comparison) for each in value):
        return Published("statements", dataclasses.asdict(joined(value)))
    if isinstance(value, str):
        if len(value) > MOST_CHARACTERS:
            return Published("refused", f"is a text of more than {MOST_CHARACTERS} characters")
        return Published("values", str(value))
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(y, int) for y in value):
        return Published("values", [*value])
    return _number(value)


def _number(value: Any) -> Published | None:
    """Return a number or a boolean of Python, of numpy or of the library as one of JSON."""
    if hasattr(value, "item") and not getattr(value, "shape", None):
        value = value.item()  # a scalar of numpy
    if isinstance(value, bool):
        return Published("values", value)
    if isinstance(value, int):
        is_small = abs(value) < 1 << 1000
        return (
            Published("values", value)
            if is_small
            else Published("refused", "is too large a number")
        )
    if not isinstance(value, type) and hasattr(value, "__float__") and not hasattr(value, "shape"):
        with suppress(TypeError):
            number = float(value)
            if math.isfinite(number):
                return Published("values", number)
            return Published("refused", f"is {number}, which is no finite number")
    return None


def _mapping(value: Any) -> Mapping[Any, Any] | None:
    """Return a small mapping, list or Series, or what an object publishes; None for any other."""
    if isinstance(value, type):
        return None
    if callable(getattr(value, "published", None)):
        value = value.published()
    if isinstance(value, Mapping):
        return value if len(value) <= MOST_ENTRIES else None
    if isinstance(value, list | tuple):
        is_small = 0 < len(value) <= MOST_ENTRIES
        return dict(enumerate(value)) if is_small else None
    is_series = len(getattr(value, "shape", ())) == 1 and hasattr(value, "to_dict")
    if is_series and len(value) <= MOST_ENTRIES:
        return dict(value.to_dict())
    return None


def publish(
    namespace: Mapping[str, Any], source: str, published: dict[str, Any]
) -> dict[str, Any] | None:
    r"""Return what a cell publishes, and remember it; None for a cell that published nothing.

    Parameters
    ----------
    namespace : mapping
        The names of the notebook, after the cell has run.
    source : str
        The code of the cell.
    published : dict
        What the cells before it have published; it is added to.

    Returns
    -------
    dict or None
        The JSON of the cell's output, by the parts of `PARTS`.

    Notes
    -----
    A name is published if the cell assigns it, or if its content is not what it was. It never
    raises: what cannot be read is published as refused, with the reason.

    Examples
    --------
    >>> payload = publish({"tides": 2, "few": True}, "tides = 2\nfew = tides < 3", {})
    >>> payload["values"], payload["statements"]["few"]["because"]
    ({'tides': 2}, 'tides < 3: tides is 2')
    """
    bound = bound_in(source)
    payload: dict[str, Any] = {"version": VERSION, **{part: {} for part in PARTS}}
    for name, value in namespace.items():
        if name.startswith("_") or isinstance(value, ModuleType | type):
            continue
        if callable(value) and not hasattr(value, "published"):
            continue
        now = _named(name, value, bound, namespace, published.get(name))
        for key, entry in now.items():
            is_assigned = name in bound.plain or name in bound.looped
            if is_assigned or published.get(key) != entry:
                payload[entry.part][key] = entry.content
        published.update(now)
    return payload if any(payload[part] for part in PARTS) else None


def _named(
    name: str, value: Any, bound: Bound, namespace: Mapping[str, Any], before: Published | None
) -> dict[str, Published]:
    """Return what a name publishes, by key."""
    is_looped = name in bound.looped or before == LOOPED
    if is_looped and name not in bound.plain:
        return {name: LOOPED}
    try:
        now = dict(entries(name, value))
        code = bound.plain.get(name)
        if isinstance(code, ast.Compare | ast.BoolOp | ast.UnaryOp) and name in now:
            now[name] = _reasoned(now[name], code, namespace)
    except Exception as error:  # noqa: BLE001 an object of the author's may do anything
        return {name: Published("refused", f"cannot be read: {type(error).__name__}: {error}")}
    if before and before.part == "statements" and name not in bound.plain:
        verdict = Published("values", before.content["holds"])
        if now.get(name) == verdict:  # a boolean keeps its reason
            now[name] = before
    return now


def _reasoned(entry: Published, code: ast.expr, namespace: Mapping[str, Any]) -> Published:
    """Return a boolean as a statement, whose reason is the line that made it with its numbers."""
    if not isinstance(entry.content, bool):
        return entry
    names = dict.fromkeys(each.id for each in ast.walk(code) if isinstance(each, ast.Name))
    shown = []
    for name in names:
        for key, held in entries(name, namespace.get(name)):
            if key == name and held.part in {"results", "values"}:
                shown.append(f"{name} is {_words(held)}")
    reason = ": ".join(filter(None, [ast.unparse(code), ", ".join(shown)]))
    return Published("statements", dataclasses.asdict(Comparison(entry.content, reason)))


def _words(entry: Published) -> str:
    """Return an estimate or a value in words."""
    if entry.part == "results":
        fields = {name: entry.content[name] for name in FIELDS}
        return forms.write(Estimate(**fields), "full")
    if isinstance(entry.content, int | float) and not isinstance(entry.content, bool):
        return forms.number(entry.content, "")
    return str(entry.content)


def rows_of(payload: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the rows of a cell's table: verdicts first, entries of a mapping as one."""
    verdicts = payload["statements"].items()
    rows = [(name, WORDS[each["holds"]], each["because"]) for name, each in verdicts]
    grouped: dict[str, list[tuple[str, str]]] = {}
    for key, fields in payload["results"].items():
        name, _, inner = key.partition(".")
        grouped.setdefault(name, []).append((inner, _words(Published("results", fields))))
    for name, held in grouped.items():
        texts = [f"{inner}: {text}" if inner else text for inner, text in held]
        labels = [each["label"] for key, each in payload["results"].items() if key == name]
        rows.append((name, "; ".join(texts), "".join(labels)))
    return rows


def bundle_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the output of a cell: JSON, and a table if it found something."""
    rows = rows_of(payload)
    shown = rows[:ROWS]
    if len(rows) > ROWS:
        shown.append(("", f"and {len(rows) - ROWS} more", ""))
    text = "\n".join(": ".join(filter(None, row)) for row in shown)
    bundle = {MIME: dict(payload), "text/plain": text}
    if rows:
        cells = ("".join(f"<td>{html.escape(text)}</td>" for text in row) for row in shown)
        bundle["text/html"] = f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
    return bundle


class _Listener:
    """Publishes after each cell of a shell what it has bound."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.published: dict[str, Any] = {}

    def __call__(self, result: Any) -> None:
        from IPython.display import display

        hidden = self.shell.user_ns_hidden
        names = {
            name: value
            for name, value in self.shell.user_ns.items()
            if name not in hidden or value is not hidden[name]
        }
        payload = publish(names, result.info.raw_cell or "", self.published)
        if payload:
            display(bundle_of(payload), metadata={MIME: VERSION}, raw=True)


def listen() -> None:
    """Publish after each cell what it has bound; outside a notebook, and again, do nothing."""
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None or os.environ.get(SILENT):
        return
    listening = shell.events.callbacks["post_run_cell"]
    if not any(type(each).__name__ == _Listener.__name__ for each in listening):
        shell.events.register("post_run_cell", _Listener(shell))
