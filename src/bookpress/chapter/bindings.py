"""The names that a chapter's code binds, and the faults of those that its prose quotes.

Nothing is run.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from bookpress.chapter.expressions import IN_SCOPE, names_in
from bookpress.chapter.quotes import Quote, in_sentence, read_quotes
from bookpress.errors import PressError, nearest, short
from bookpress.myst import CELLS, lines_in_words, place_of

OF_PYTHON = r"(?:capture|prun|time|timeit)\b"
"""Cell magics whose cells contain Python all the same."""
NO_PYTHON = re.compile(
    rf"\A%%(?!{OF_PYTHON}).*|^[%!?][^\n]*|^[\w.*]+\?{{1,2}}[ \t]*$", re.DOTALL | re.MULTILINE
)
"""The magics and help requests of a notebook."""
WITHIN = re.compile(r"^(?P<indent>[ \t]+)[%!][A-Za-z][^\n]*", re.MULTILINE)
"""Magics inside an indented block."""
GIVEN = re.compile(r"^(?P<name>[ \t]*\w[\w., ]*=)[ \t]*[%!][A-Za-z][^\n]*", re.MULTILINE)
"""Assignments from a magic."""
CAPTURED = re.compile(r"%%capture(?:[ \t]+--?\S+)*[ \t]+(?P<name>\w+)")
MAY_FAIL = re.compile(r"\b(?:raises-exception|skip-execution)\b")
"""Tags of a cell that is to fail, or is not run."""
OTHER_LINE = re.compile(r" on line \d+")
"""Words of Python about another line, which it counts within the cell."""
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
"""Nodes with a scope of their own."""
NAMED = (*INNER[:3], ast.ExceptHandler, ast.MatchAs)
LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
PLAIN = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
"""Statements that bind a name unconditionally, at the level of the module."""
BLOCKS: Mapping[type[ast.stmt], str] = {
    ast.For: "a loop",
    ast.AsyncFor: "a loop",
    ast.While: "a loop",
    ast.If: "a branch",
    ast.Match: "a branch",
    ast.With: "a `with` block",
    ast.AsyncWith: "a `with` block",
    ast.Try: "a `try` block",
    ast.TryStar: "a `try` block",
}
"""What statements that contain others are called; any other statement is an expression."""
PRESS = __name__.partition(".")[0]
FENCE = re.compile(r"^[`~]{3,}\{", re.MULTILINE)
"""The beginning of a cell or directive, which code in Python cannot have."""
STAR = "*"
"""The name of what ``from module import *`` binds."""


class Binding(NamedTuple):
    """A place where a name is bound: its line, and in what, if that is not unconditional."""

    line: int
    block: str = ""
    is_of_press: bool = False
    """Whether it is imported from the press."""

    @property
    def is_plain(self) -> bool:
        """Whether it is bound unconditionally."""
        return not self.block


def python_of(source: str) -> str:
    """Return the Python code of a page's cells, each line at its place, all other lines empty.

    Cells that are not Python are left out, so that the others can be read.
    """
    all_cells = _code_of(source, lambda _: True)
    if _fault_of(all_cells) is None:
        return all_cells
    return _code_of(source, lambda code: _fault_of(code) is None)


def module_of(source: str) -> ast.Module:
    """Return that code, see `python_of`, as a module."""
    try:
        return ast.parse(_code_of(source, lambda _: True))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.parse(python_of(source))


def _code_of(source: str, is_read: Callable[[str], bool]) -> str:
    """Return the code of some cells, each line at its place, all other lines empty."""
    lines = [""] * (source.count("\n") + 1)
    for first, code, _ in _cells(source):
        if is_read(code):
            lines[first : first + code.count("\n") + 1] = code.split("\n")
    return "\n".join(lines)


def no_python(source: str) -> Iterator[tuple[int, str]]:
    r"""Yield what is wrong in cells that are not Python, with the line, unless they are to fail.

    Examples
    --------
    >>> list(no_python("```{code-cell}\ny = = 2\n```\n"))
    [(2, 'invalid syntax')]
    """
    for first, code, head in _cells(source):
        error = None if MAY_FAIL.search(head) else _fault_of(code)
        if not error:
            continue
        if inner := FENCE.search(code):
            line = first + code.count("\n", 0, inner.start()) + 1
            yield line, f"a cell begins within that of line {first + 1}: is its fence closed?"
        else:
            yield first + (error.lineno or 1), OTHER_LINE.sub("", error.msg)


def lines_that_may_fail(source: str) -> set[int]:
    """Return the lines of the cells that are tagged to fail."""
    failing = [(first, code) for first, code, head in _cells(source) if MAY_FAIL.search(head)]
    return {
        line for first, code in failing for line in range(first + 1, first + code.count("\n") + 2)
    }


def _cells(source: str) -> Iterator[tuple[int, str, str]]:
    """Yield the lines before the code of each cell, its code without magics, and its options."""
    for cell in CELLS.finditer(source):
        first = source.count("\n", 0, cell.start("code"))
        python = GIVEN.sub(r"\g<name> None", WITHIN.sub(r"\g<indent>pass", cell["code"]))
        code = NO_PYTHON.sub(_replacement, python).replace("\r\n", "\n")
        yield first, code.removesuffix("\n"), cell["head"]


def _fault_of(code: str) -> SyntaxError | None:
    """Return why code is not Python; None if it is."""
    try:
        ast.parse(code)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxError(short(str(error)))
    return None


def _replacement(magic: re.Match[str]) -> str:
    captured = CAPTURED.match(magic[0])
    if captured:
        return f"{captured['name']} = None"
    return "\n" * magic[0].count("\n")


def bindings_of(source: str) -> Mapping[str, Sequence[Binding]]:
    r"""Return where the code of a chapter binds names at its top level.

    The result is empty if the code is not Python.

    Examples
    --------
    >>> source = "```{code-cell}\nfor year in range(3):\n    last = year\nfirst = 1\n```"
    >>> bindings = bindings_of(source)
    >>> [(name, *bindings[name][0][:2]) for name in ("first", "last")]
    [('first', 4, ''), ('last', 3, 'a loop')]
    """
    bindings: dict[str, list[Binding]] = defaultdict(list)
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for statement in module_of(source).body:
            block = BLOCKS.get(type(statement), "an expression")
            if isinstance(statement, PLAIN):
                block = ""
            of_press = _imported_from_press(statement)
            for name, line in _bound(statement):
                bindings[name].append(Binding(line, block, name in of_press))
    return bindings


def _imported_from_press(statement: ast.stmt) -> list[str]:
    """Return the names that a statement imports from the press as they are there."""
    match statement:
        case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == PRESS:
            return [alias.name for alias in names if alias.asname in {None, alias.name}]
    return []


def overwritten(source: str, names: Collection[str]) -> Iterator[tuple[str, int]]:
    r"""Yield the names that are bound again before anything reads them, with the line.

    Examples
    --------
    >>> source = "```{code-cell}\nyear = 1\nside = 2\n```\n```{code-cell}\nyear = 3\nside += 1\n```"
    >>> list(overwritten(source, {"year", "side"}))
    [('year', 6)]
    """
    declared: set[str] = set()
    used: set[str] = set()
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for statement in module_of(source).body:
            nodes = list(ast.walk(statement))
            read = {
                node.id
                for node in nodes
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
            }
            is_moved = isinstance(statement, ast.AugAssign)
            for name, line in _bound(statement):
                is_unread = name not in read | used and not is_moved
                if name in declared and is_unread:
                    yield name, line
                declared |= {name} & {*names}
            used |= read


def _bound(statement: ast.stmt) -> Iterator[tuple[str, int]]:
    """Yield the names that a statement binds in its own scope."""
    nodes: deque[ast.AST] = deque([statement])
    while nodes:
        node = nodes.popleft()
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name, node.lineno
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    name = alias.asname or alias.name
                    yield name.partition(".")[0], node.lineno
            case _ if isinstance(node, NAMED) and node.name:
                yield node.name, node.lineno
        if isinstance(node, LOOPS):
            yield from _bound_by_walrus(node)
        elif not isinstance(node, INNER):
            nodes.extend(ast.iter_child_nodes(node))


def _bound_by_walrus(loop: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the names that a comprehension binds outside of itself."""
    for node in ast.walk(loop):
        if isinstance(node, ast.NamedExpr):
            target = node.target
            yield target.id, target.lineno


def checked_quotes(slug: str, source: str, also: Sequence[str], where: str) -> Sequence[Quote]:
    """Return what a chapter's prose quotes from the chapter itself, see `quotes_of`.

    Raises
    ------
    PressError
        If quotes are faulty: one line each, with file, line and sentence.
    """
    quotes, faults = read_quotes(slug, source, also)
    problems = sorted([*faults, *quote_problems(quotes, source, where)])
    if problems:  # a cell that cannot be read binds nothing, so that its names are missing
        problems = list(no_python(source)) or problems
    if problems:
        lines = [f"{place_of(where, source, line)}: {what}" for line, what in problems]
        raise PressError("\n".join(lines))
    return quotes


def quote_problems(quotes: Sequence[Quote], source: str, where: str) -> Iterator[tuple[int, str]]:
    """Yield the faults of the names that a chapter's prose quotes, each with its line."""
    bound = bindings_of(source)
    is_tested = any(quote.kind == "statement" for quote in quotes)
    for name in IN_SCOPE if is_tested else ():
        for binding in bound.get(name, ()):
            if not binding.is_of_press:
                yield binding.line, f"{name} is the name of a comparison: choose another name"
    for quote in quotes:
        sentences = iter(quote.sentences.items())
        line, sentence = next(sentences)
        code = short(quote.code)
        in_scope = IN_SCOPE if quote.kind == "statement" else ()
        for name in dict.fromkeys(names_in(quote.code)):
            if fault := _fault(name, bound, in_scope, partial(lines_in_words, where, source)):
                yield line, f"`{code}`: {fault}{in_sentence(sentence)}"


def _fault(
    name: str,
    bound: Mapping[str, Sequence[Binding]],
    in_scope: Collection[str],
    in_words: Callable[[list[int]], str],
) -> str:
    """Return what is wrong with a name that prose quotes; empty if nothing is.

    Names may be in scope besides those bound. What a star imports is known when the chapter is run.
    """
    places = bound.get(name, ())
    if not places:
        if STAR in bound:
            return ""
        if name in vars(builtins):
            return f"prose has no {name!r}: call it in a cell, and quote what it gives by a name"
        suggestion = nearest(name, sorted({*bound, *in_scope}))
        return f"no {name!r} in the chapter{suggestion}"
    lines = in_words([place.line for place in places])
    if len(places) > 1:
        return (
            f"{name!r} is bound more than once, in {lines}: "
            "give what prose quotes a name of its own"
        )
    if places[0].block:
        return (
            f"{name!r} is bound in {places[0].block}, in {lines}: bind it by one statement outside"
        )
    return ""
