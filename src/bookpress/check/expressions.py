"""What an expression of a chapter can be, as far as its text tells: nothing is run.

Followed are literals and what comprehensions, f-strings, functions of Python and methods of texts make of them.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from contextlib import contextmanager
from typing import Any

from bookpress.check.key_values import UNKNOWN, Imported, Some, either, is_certain, is_key, pattern_of, plain
from bookpress.check.modules import imported_constant, written_constant

PURE: Mapping[str, Callable[..., Any]] = {
    "dict": dict,
    "enumerate": lambda *parts: list(enumerate(*parts)),
    "len": len,
    "list": list,
    "range": lambda *ends: list(range(*ends)) if all(abs(end) < 1000 for end in ends) else UNKNOWN,
    "reversed": lambda part: list(reversed(part)),
    "set": list,
    "sorted": sorted,
    "str": str,
    "tuple": tuple,
    "zip": lambda *parts: list(zip(*parts, strict=False)),
}
"""Functions of Python that are followed."""

ROUNDS = 5000
"""How many rounds of loops, and calls of functions, are followed in a chapter."""

METHODS: Mapping[type, frozenset[str]] = {
    str: frozenset(name for name in dir(str) if not name.startswith("_")),
    dict: frozenset({"copy", "get", "items", "keys", "pop", "setdefault", "update", "values"}),
    list: frozenset({"append", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse"}),
    tuple: frozenset({"count", "index"}),
}
"""Methods that are followed."""

OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.BitOr: operator.or_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda part, whole: part in whole,
    ast.NotIn: lambda part, whole: part not in whole,
}


class Expressions(ast.NodeVisitor):
    """Follows expressions; `visit` returns the value of one.

    Parameters
    ----------
    names : dict
        What is known of the names.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.rounds_left = ROUNDS

    def call(self, function: Any, node: ast.Call) -> Any:  # noqa: ARG002 - for those who know functions
        """Return the value of a call of something that a name of the chapter stands for."""
        return self.generic_visit(node)

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Forget, afterwards, what is bound inside."""
        outer = self.names
        self.names = dict(outer)
        try:
            yield
        finally:
            self.names = outer

    def known(self, node: ast.expr, *, importing: bool = False) -> Any:
        """Return the value of an expression; a constant that the chapter imports is looked up.

        Importing its module takes time, and is done only on demand, where its source does not tell.
        """
        value = self.visit(node)
        if not isinstance(value, Imported):
            return value
        written = written_constant(value.module, value.name)
        found = UNKNOWN if written is None else Expressions({}).visit(written)
        return plain(imported_constant(value.module, value.name)) if importing and found == UNKNOWN else found

    def rows(self, node: ast.expr) -> list[Any] | None:
        """Return what a loop goes over, None where that is not known or would take too long."""
        value = self.known(node, importing=True)
        if not isinstance(value, list | tuple | dict | str) or len(value) > self.rounds_left:
            return None
        self.rounds_left -= len(value)
        return list(value)

    def bind(self, target: ast.expr, value: Any) -> None:
        """Bind the names of a target."""
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Starred):
            self.bind(target.value, UNKNOWN)
        elif isinstance(target, ast.Tuple | ast.List):
            plain_row = isinstance(value, list | tuple) and len(value) == len(target.elts)
            for inner, one in zip(target.elts, value if plain_row else [UNKNOWN] * len(target.elts), strict=True):
                self.bind(inner, one)
        elif isinstance(target, ast.Subscript):
            self._put(target, value)

    def _put(self, target: ast.Subscript, value: Any) -> None:
        """Put a value into a container; one that cannot be followed is forgotten."""
        owner, place = self.visit(target.value), self.visit(target.slice)
        if isinstance(owner, dict) and is_key(place):
            owner[place] = value
        else:
            self.forget(target.value)

    def forget(self, node: ast.expr) -> None:
        """Know no more of a name."""
        if isinstance(node, ast.Name):
            self.names[node.id] = UNKNOWN

    def generic_visit(self, node: ast.AST) -> Any:
        """Follow the parts of something of which nothing is known."""
        super().generic_visit(node)
        return UNKNOWN

    def visit_Constant(self, node: ast.Constant) -> Any:
        """Return a literal."""
        return plain(node.value)

    def visit_Name(self, node: ast.Name) -> Any:
        """Return what a name stands for."""
        return self.names.get(node.id, UNKNOWN)

    def visit_List(self, node: ast.List | ast.Tuple | ast.Set) -> Any:
        """Return the elements."""
        found: list[Any] = []
        for element in node.elts:
            if not isinstance(element, ast.Starred):
                found.append(self.visit(element))
            elif (rows := self.rows(element.value)) is not None:
                found += rows
            else:
                return self.generic_visit(node)
        return found

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        """Return the elements."""
        found = self.visit_List(node)
        return found if found == UNKNOWN else tuple(found)

    def visit_Set(self, node: ast.Set) -> Any:
        """Return the elements."""
        return self.visit_List(node)

    def visit_Dict(self, node: ast.Dict) -> Any:
        """Return the entries."""
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            name, entry = (self.visit(key), self.visit(value)) if key else (None, self.known(value))
            if key is None and isinstance(entry, dict):
                found |= entry
            elif key is None or not is_key(name):
                return UNKNOWN
            else:
                found[name] = entry
        return found

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        """Return a text, or its pattern."""
        parts = [self.visit(part) for part in node.values]
        if all(isinstance(part, str) for part in parts):
            return "".join(parts)
        return Some("".join(map(pattern_of, parts)))

    def visit_FormattedValue(self, node: ast.FormattedValue) -> Any:
        """Return the text of a placeholder."""
        value = self.known(node.value)
        if node.format_spec or node.conversion != -1:
            return UNKNOWN
        return str(value) if isinstance(value, str | int) else value if isinstance(value, Some) else UNKNOWN

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        """Return the sum of texts, or of lists."""
        left, right = self.known(node.left), self.known(node.right)
        texts = isinstance(left, str | Some) and isinstance(right, str | Some)
        if isinstance(node.op, ast.Add) and texts and not (isinstance(left, str) and isinstance(right, str)):
            return Some(pattern_of(left) + pattern_of(right))
        return self._operate(node.op, left, right)

    def visit_Compare(self, node: ast.Compare) -> Any:
        """Return the truth of a comparison where both sides are known."""
        sides = [self.known(part) for part in (node.left, *node.comparators)]
        certain = len(sides) == 2 and all(map(is_certain, sides))
        return self._operate(node.ops[0], *sides) if certain else UNKNOWN

    def _operate(self, op: ast.AST, left: Any, right: Any) -> Any:
        if type(op) not in OPERATORS or isinstance(left, Some) or isinstance(right, Some):
            return UNKNOWN
        try:
            return OPERATORS[type(op)](left, right)
        except TypeError:
            return UNKNOWN

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        """Return the part that decides."""
        parts = [self.visit(part) for part in node.values]
        if not all(map(is_certain, parts)):
            return UNKNOWN
        every = isinstance(node.op, ast.And)
        return next((part for part in parts[:-1] if bool(part) is not every), parts[-1])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        """Return the contrary of a truth."""
        value = self.visit(node.operand)
        return not value if isinstance(node.op, ast.Not) and is_certain(value) else UNKNOWN

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        """Return the branch that is taken, or what both have in common."""
        test = self.visit(node.test)
        if is_certain(test):
            return self.visit(node.body if test else node.orelse)
        return either([self.visit(node.body), self.visit(node.orelse)])

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Any:
        """Bind a name within an expression."""
        value = self.visit(node.value)
        self.bind(node.target, value)
        return value

    def visit_Slice(self, node: ast.Slice) -> Any:
        """Return a part of a list to take."""
        ends = [self.visit(end) if end else None for end in (node.lower, node.upper, node.step)]
        return slice(*ends) if is_certain(ends) else UNKNOWN

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        """Return an entry, or what all entries have in common."""
        owner, place = self.known(node.value), self.visit(node.slice)
        if not isinstance(owner, list | tuple | dict | str):
            return UNKNOWN
        if isinstance(place, Some):
            return either(list(owner.values() if isinstance(owner, dict) else owner))
        try:
            return owner[place]
        except (LookupError, TypeError):
            return UNKNOWN

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Any:
        """Return the elements of a comprehension."""
        found: list[Any] = []
        with self.scope():
            complete = self._each(node.generators, lambda: found.append(self.visit(node.elt)))
        return found if complete else UNKNOWN

    def visit_SetComp(self, node: ast.SetComp) -> Any:
        """Return the elements of a comprehension."""
        return self.visit_ListComp(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> Any:
        """Return the elements of a comprehension."""
        return self.visit_ListComp(node)

    def visit_DictComp(self, node: ast.DictComp) -> Any:
        """Return the entries of a comprehension."""
        found: list[tuple[Any, Any]] = []
        with self.scope():
            complete = self._each(node.generators, lambda: found.append((self.visit(node.key), self.visit(node.value))))
        usable = all(is_key(key) for key, _ in found)
        return dict(found) if complete and usable else UNKNOWN

    def _each(self, generators: Sequence[ast.comprehension], act: Callable[[], None]) -> bool:
        """Act for every round of a comprehension; return whether all rounds are known."""
        if not generators:
            act()
            return True
        first, *inner = generators
        rows = self.rows(first.iter)
        complete = rows is not None
        for row in [UNKNOWN] if rows is None else rows:
            self.bind(first.target, row)
            tests = [self.visit(test) for test in first.ifs]
            if all(not is_certain(test) or test for test in tests):
                complete &= all(map(is_certain, tests))
                complete &= self._each(inner, act)
        return complete

    def visit_Call(self, node: ast.Call) -> Any:
        """Return the value of a call: of a function of Python, a method of a known value, or one of the chapter."""
        function = node.func
        if isinstance(function, ast.Name):
            if function.id in self.names:
                return self.call(self.names[function.id], node)
            return self.apply(PURE.get(function.id), node)
        if isinstance(function, ast.Attribute):
            return self._method(function, node)
        return self.generic_visit(node)

    def _method(self, function: ast.Attribute, node: ast.Call) -> Any:
        """Return the value of a call of a method."""
        if ast.unparse(function) == "dict.fromkeys":
            return self.apply(dict.fromkeys, node)
        owner = self.known(function.value, importing=function.attr in METHODS[dict] - {"get", "pop"})
        if function.attr not in METHODS.get(type(owner), ()):
            if isinstance(owner, list | dict):
                self.forget(function.value)
            return self.apply(None, node)
        found = self.apply(getattr(owner, function.attr), node)
        if found == UNKNOWN and not isinstance(owner, str | tuple):
            self.forget(function.value)
        return list(found) if isinstance(found, KeysView | ValuesView | ItemsView) else found

    def apply(self, function: Callable[..., Any] | None, node: ast.Call) -> Any:
        """Return what a function of Python makes of arguments that are known."""
        values = [self.known(argument) for argument in node.args]
        keywords = {str(keyword.arg): self.visit(keyword.value) for keyword in node.keywords}
        if function is None:
            return UNKNOWN
        keywords.pop("strict", None)
        # What is put into a list or dict need not be known.
        needed = values[:-1] if getattr(function, "__name__", "") in {"append", "setdefault"} else values
        if any(isinstance(value, Some) for value in (*needed, *keywords.values())):
            return UNKNOWN
        try:
            return function(*values, **keywords)
        except Exception:  # noqa: BLE001 - the chapter would fail too, or what it does cannot be followed
            return UNKNOWN
