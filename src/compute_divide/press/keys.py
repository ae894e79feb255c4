"""Which results a chapter records, read from its code without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

ANY = r"\w*"
"""The pattern of a part of a key that is only known when the chapter runs."""

Texts = Mapping[str, frozenset[str]]
"""The texts that a name may stand for."""


def recorded_keys(sources: Sequence[str]) -> list[re.Pattern[str]]:
    r"""Return patterns of the keys under which the cells of a chapter record results.

    A key that is a literal, or put together from literals in a loop, is known exactly; a part that is only known when
    the chapter runs may be any word. A function of the chapter that passes its argument on to ``record`` counts too.

    Parameters
    ----------
    sources : sequence of str
        The code of the cells, in order; cells that are not plain Python are left out.

    Examples
    --------
    >>> cell = "for key, (a, b) in {'x': (1, 2), 'y': (3, 4)}.items():\n    record(f'{key}_{year}', a)"
    >>> [pattern.pattern for pattern in recorded_keys([cell])]
    ['(?:x|y)_\\w*']
    """
    statements: list[ast.stmt] = []
    for source in sources:
        try:
            statements += ast.parse(source).body
        except SyntaxError:
            continue
    reader = _Reader(statements)
    return [re.compile(pattern) for pattern in dict.fromkeys(reader.read(statements, {}))]


class _Reader:
    """Follows the statements of a chapter with what is known of its names."""

    def __init__(self, statements: Iterable[ast.stmt]) -> None:
        self.literals: dict[str, ast.expr] = {}
        self.recorders = {"record": 0}
        for node in (node for statement in statements for node in ast.walk(statement)):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.literals[node.targets[0].id] = node.value
            elif isinstance(node, ast.FunctionDef):
                self._note_recorder(node)

    def _note_recorder(self, function: ast.FunctionDef) -> None:
        """Note a function that hands one of its arguments on as a key."""
        names = [argument.arg for argument in function.args.args]
        for call in _calls(function, self.recorders):
            key = call.args[0]
            if isinstance(key, ast.Name) and key.id in names:
                self.recorders[function.name] = names.index(key.id)

    def read(self, statements: Iterable[ast.stmt], known: Texts) -> Iterator[str]:
        """Yield the patterns of the keys that the statements record."""
        for statement in statements:
            if isinstance(statement, ast.FunctionDef):
                if statement.name not in self.recorders:
                    names = {argument.arg for argument in statement.args.args}
                    yield from self.read(statement.body, _without(known, names))
            elif isinstance(statement, ast.For):
                inside = {**_without(known, _names(statement.target)), **dict(self._bound(statement))}
                yield from self.read([*statement.body, *statement.orelse], inside)
            elif isinstance(statement, ast.If | ast.While | ast.With | ast.Try):
                yield from self.read([*statement.body, *getattr(statement, "orelse", [])], known)
            else:
                known = _assigned(statement, known)
                yield from (
                    self._pattern(call.args[place], known)
                    for call in _calls(statement, self.recorders)
                    if len(call.args) > (place := self.recorders[call.func.id])  # type: ignore[attr-defined]
                )

    def _bound(self, loop: ast.For) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield the names that a loop over literals binds to texts."""
        yield from _destructured(loop.target, self._rows(loop.iter))

    def _rows(self, iterated: ast.expr) -> list[ast.expr]:
        """Return what a loop goes over, where it is written out."""
        if isinstance(iterated, ast.Name):
            iterated = self.literals.get(iterated.id, iterated)
        if isinstance(iterated, ast.List | ast.Tuple | ast.Set):
            return list(iterated.elts)
        if isinstance(iterated, ast.Dict):
            return [key for key in iterated.keys if key is not None]
        if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Attribute):
            owner = iterated.func.value
            owner = self.literals.get(owner.id, owner) if isinstance(owner, ast.Name) else owner
            if isinstance(owner, ast.Dict) and None not in owner.keys:
                pairs = zip(owner.keys, owner.values, strict=True)
                if iterated.func.attr == "items":
                    return [ast.Tuple([key, value]) for key, value in pairs if key is not None]
                return list(owner.values) if iterated.func.attr == "values" else []
        return []

    def _pattern(self, node: ast.expr, known: Texts) -> str:
        """Return the pattern of the texts that an expression may be."""
        if isinstance(node, ast.Constant):
            return re.escape(str(node.value))
        if isinstance(node, ast.FormattedValue):
            return self._pattern(node.value, known)
        if isinstance(node, ast.JoinedStr):
            return "".join(self._pattern(part, known) for part in node.values)
        if isinstance(node, ast.Name) and node.id in known:
            return f"(?:{'|'.join(map(re.escape, sorted(known[node.id])))})"
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            owner = self.literals.get(node.value.id)
            texts = (
                [v.value for v in owner.values if isinstance(v, ast.Constant)] if isinstance(owner, ast.Dict) else []
            )
            if isinstance(owner, ast.Dict) and len(texts) == len(owner.values):
                return f"(?:{'|'.join(re.escape(str(text)) for text in texts)})"
        return ANY


def _calls(node: ast.AST, names: Mapping[str, int]) -> Iterator[ast.Call]:
    """Yield the calls, with an argument, of functions with these names."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in names and inner.args:
            yield inner


def _names(target: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _without(known: Texts, names: set[str]) -> dict[str, frozenset[str]]:
    return {name: texts for name, texts in known.items() if name not in names}


def _assigned(statement: ast.stmt, known: Texts) -> dict[str, frozenset[str]]:
    """Return what is known after an assignment."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return dict(known)
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    left = _without(known, {name for target in targets for name in _names(target)})
    value = statement.value
    if isinstance(targets[0], ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
        left[targets[0].id] = frozenset({value.value})
    return left


def _destructured(target: ast.expr, rows: Sequence[ast.expr]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the names of a target with the texts that the rows give them, where all of them are literal."""
    if isinstance(target, ast.Name):
        texts = [row.value for row in rows if isinstance(row, ast.Constant) and isinstance(row.value, str)]
        if rows and len(texts) == len(rows):
            yield target.id, frozenset(texts)
    elif isinstance(target, ast.Tuple):
        for place, part in enumerate(target.elts):
            inner = [row.elts[place] for row in rows if isinstance(row, ast.Tuple) and place < len(row.elts)]
            if len(inner) == len(rows):
                yield from _destructured(part, inner)
