"""Which results a chapter records, read from its code without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from bookpress.book.parameters import Parameter
from bookpress.check.expressions import Expressions
from bookpress.check.key_values import ANY, UNKNOWN, Imported, either, is_certain, pattern_of, plain
from bookpress.check.modules import imported_constant


@dataclass(frozen=True)
class Key:
    """A pattern of the keys that a call records, with the number of its cell and the line within it."""

    pattern: str
    cell: int
    line: int

    @property
    def is_open(self) -> bool:
        """Whether nothing at all is known of the key."""
        return self.pattern == ANY

    def fullmatch(self, key: str) -> bool:
        """Return whether a key may be recorded here."""
        return re.fullmatch(self.pattern, key) is not None


@dataclass(frozen=True, eq=False)
class Function:
    """A function of the chapter."""

    node: ast.FunctionDef | ast.Lambda


RECORD = object()
"""What the name ``record`` stands for."""


def recorded_keys(sources: Sequence[str], given: Mapping[str, Any] | None = None) -> list[Key]:
    r"""Return patterns of the keys under which the cells of a chapter record results.

    Loops over what is written out are followed round by round, and calls of the chapter's own functions into them, so
    that such keys are known exactly. A part that is only known when the chapter runs may be any word.

    Parameters
    ----------
    sources : sequence of str
        The code of the cells, in order; cells that are not plain Python are left out.
    given : mapping, optional
        What is known of parameters: their value depends on the edition.

    Examples
    --------
    >>> cell = "found = {k: f(k) for k in ('x', 'y')}\nfor k, v in found.items():\n    record(f'{k}_{year}', v)"
    >>> [key.pattern for key in recorded_keys([cell])]
    ['x_\\w*', 'y_\\w*']
    """
    reader = _Reader(given or {})
    for number, source in enumerate(sources):
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        reader.cell = number
        reader.follow(tree.body)
    reader.follow_uncalled()
    return list({key.pattern: key for key in reversed(reader.keys)}.values())[::-1]


def possible_values(parameters: Iterable[Parameter]) -> dict[str, Any]:
    r"""Return what is known of parameters: an edition may give them any value that they allow.

    Parameters
    ----------
    parameters : iterable of Parameter
        The parameters of a chapter.

    Examples
    --------
    >>> from bookpress.book.parameters import read_parameters
    >>> possible_values(read_parameters("from typing import Literal\n\nside: Literal['left', 'right'] = 'left'"))
    {'side': Some(pattern='(?:left|right)')}
    """
    return {one.name: either([text for text in one.choices if isinstance(text, str)]) for one in parameters}


class _Reader(Expressions, ast.NodeVisitor):
    """Follows the statements of a chapter and notes the keys it records."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__({"record": RECORD, **given})
        self.given = given
        self.cell = 0
        self.entered: list[Function] = []
        self.keys: list[Key] = []
        self.returned: list[Any] = []
        self.uncalled: dict[Function, int] = {}

    def follow(self, statements: Iterable[ast.stmt]) -> None:
        """Follow statements in order."""
        for statement in statements:
            self.visit(statement)

    def follow_uncalled(self) -> None:
        """Follow the functions that no call seen here reaches: pandas may call them."""
        while self.uncalled:
            function, self.cell = self.uncalled.popitem()
            with self.scope():
                self._enter(function, {})

    def call(self, function: Any, node: ast.Call) -> Any:
        """Follow a call: note the key of ``record``, go into a function of the chapter."""
        values = [self.visit(argument) for argument in node.args]
        keywords = {str(keyword.arg): self.visit(keyword.value) for keyword in node.keywords}
        if function is RECORD:
            key = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "key"), None)
            if key is not None:
                self.keys.append(Key(pattern_of(self.known(key, importing=True)), self.cell, node.lineno))
        elif isinstance(function, Function):
            return self._entered(function, values, keywords)
        elif function == Imported("typing", "get_args"):
            kind = values[0] if values else None
            return plain(get_args(imported_constant(kind.module, kind.name))) if isinstance(kind, Imported) else UNKNOWN
        return UNKNOWN

    def _entered(self, function: Function, values: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        self.uncalled.pop(function, None)
        if function in self.entered:
            return UNKNOWN
        if self.rounds_left <= 0:  # what it would record is not known
            self.keys.append(Key(ANY, self.cell, function.node.lineno))
            return UNKNOWN
        self.rounds_left -= 1
        names = [argument.arg for argument in (*function.node.args.posonlyargs, *function.node.args.args)]
        with self.scope():
            return self._enter(function, {**dict(zip(names, values, strict=False)), **keywords})

    def _enter(self, function: Function, arguments: Mapping[str, Any]) -> Any:
        """Follow the body of a function; return what it returns."""
        node, outer = function.node, self.returned
        given = node.args
        names = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, [given.vararg, given.kwarg])]
        self.names |= {argument.arg: arguments.get(argument.arg, UNKNOWN) for argument in names}
        for argument, default in [*zip([*given.posonlyargs, *given.args][::-1], given.defaults[::-1], strict=False)]:
            if argument.arg not in arguments:
                self.names[argument.arg] = self.visit(default)
        if isinstance(node, ast.Lambda):
            return self.visit(node.body)
        self.returned = []
        self.entered.append(function)
        self.follow(node.body)
        found, self.returned = either(self.returned), outer
        self.entered.pop()
        return found

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Remember a function; it is followed where it is called."""
        function = Function(node)
        self.names[node.name] = function
        self.uncalled[function] = self.cell

    def visit_Lambda(self, node: ast.Lambda) -> Function:
        """Remember a function without a name."""
        function = Function(node)
        self.uncalled[function] = self.cell
        return function

    def visit_Return(self, node: ast.Return) -> None:
        """Remember what a function returns."""
        self.returned.append(self.visit(node.value) if node.value else None)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Bind what is imported, without looking at it yet."""
        for alias in node.names:
            recorder = alias.name == "record" and str(node.module).endswith("press.results")
            self.names[alias.asname or alias.name] = RECORD if recorder else Imported(str(node.module), alias.name)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Bind the names of an assignment."""
        value = self.visit(node.value)
        for target in node.targets:
            self.bind(target, value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Bind a name with a type; an edition may give a parameter another value."""
        value = self.visit(node.value) if node.value else UNKNOWN
        given = isinstance(node.target, ast.Name) and node.target.id in self.given
        if not given:
            self.bind(node.target, value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Bind the sum; a list is changed in place by Python, here it is a new one."""
        value = self.visit(ast.BinOp(node.target, node.op, node.value))
        self.bind(node.target, value)

    def visit_For(self, node: ast.For) -> None:
        """Follow a loop round by round, or one round with unknown names."""
        rows = self.rows(node.iter)
        loose = rows is None or any(isinstance(part, ast.Break | ast.Continue) for part in ast.walk(node))
        for row in [UNKNOWN] if rows is None else rows:
            if loose:
                self._forget_bound(node)
            self.bind(node.target, row)
            self.follow(node.body)
        if loose:
            self._forget_bound(node)
        self.follow(node.orelse)

    def visit_While(self, node: ast.While) -> None:
        """Follow one round with unknown names."""
        self._forget_bound(node)
        self.generic_visit(node)
        self._forget_bound(node)

    def _forget_bound(self, loop: ast.stmt) -> None:
        """Know nothing of the names that a loop binds: its rounds cannot be told apart."""
        parts = [part for part in ast.walk(loop) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
        self.names |= {part.id: UNKNOWN for part in parts}

    def visit_If(self, node: ast.If) -> None:
        """Follow the branch that is taken, or both."""
        test = self.visit(node.test)
        if is_certain(test):
            self.follow(node.body if test else node.orelse)
        else:
            self._branches(node.body, node.orelse)

    def visit_Try(self, node: ast.Try) -> None:
        """Follow all that may happen."""
        self._branches([*node.body, *node.orelse], *(handler.body for handler in node.handlers))
        self.follow(node.finalbody)

    def visit_Match(self, node: ast.Match) -> None:
        """Follow every case."""
        self.visit(node.subject)
        self._branches(*(case.body for case in node.cases), [])

    def _branches(self, *branches: Sequence[ast.stmt]) -> None:
        """Follow each branch from here; afterwards a name is what it may be after any of them."""
        before, ends = self.names, []
        for branch in branches:
            self.names = dict(before)
            self.follow(branch)
            ends.append(self.names)
        names = set().union(*ends)
        self.names = {name: either([end.get(name, UNKNOWN) for end in ends]) for name in names}
