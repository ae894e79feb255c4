"""Conditions on results, for text that shows only where it holds. Knows no Sphinx.

``large-scale-models:late.high < large-scale-models:early.low and not claim:academia-share-late > 0.2``

Logic has three values (Kleene's): a comparison with a missing number is neither true nor false but unknown (None),
so that text is never shown on the strength of data that are not there.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

Value = float | str | None
Lookup = Callable[[str], Value]

_NAME = re.compile(r"""'[^']*'|"[^"]*"|([A-Za-z][\w-]*:[A-Za-z][\w-]*(?:\.\w+)?)""")
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class ConditionError(ValueError):
    """A condition that cannot be read or decided."""


class Condition:
    """A condition, parsed once and decided whenever the results are known.

    Parameters
    ----------
    text : str
        The expression: comparisons, ``and``, ``or``, ``not``, ``+ - * /``, parentheses, numbers, quoted texts, names.

    Raises
    ------
    ConditionError
        If the expression is not one.

    Examples
    --------
    >>> Condition("a:late.high < a:early.low").decide({"a:late.high": 0.2, "a:early.low": 0.5}.get)
    True
    >>> Condition("not a:late > 1").decide({}.get) is None
    True
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: dict[str, str] = {}
        try:
            self._tree = ast.parse(_NAME.sub(self._placeholder, text.strip()), mode="eval").body
        except SyntaxError:
            raise ConditionError(f"{text!r} is not a condition") from None

    @property
    def all_names(self) -> set[str]:
        """Every name that the condition looks up, as it stands in the text."""
        names = set()
        attributes = [part for part in ast.walk(self._tree) if isinstance(part, ast.Attribute)]
        heads = {id(part.value) for part in attributes}
        for part in ast.walk(self._tree):
            if isinstance(part, ast.Attribute):
                names.add(ast.unparse(part))
            elif isinstance(part, ast.Name) and id(part) not in heads:
                names.add(self.names.get(part.id, part.id))
        return names

    def _placeholder(self, match: re.Match[str]) -> str:
        """Stand a Python name in for ``chapter:key.part``, which is not one."""
        if match[1] is None:
            return match[0]
        name = f"_{len(self.names)}"
        self.names[name] = match[1]
        return name

    def decide(self, lookup: Lookup) -> bool | None:
        """Return whether the condition holds; None where missing values leave it unknown.

        Parameters
        ----------
        lookup : callable
            Returns the value of a name as it stands in the text, None for a missing one; raises for an unknown one.
        """
        held = self._evaluate(self._tree, lookup)
        if held is None or isinstance(held, bool):
            return held
        raise ConditionError(f"{self.text!r} is a value, not a condition")

    def _evaluate(self, node: ast.expr, lookup: Lookup) -> Any:
        """Evaluate one part."""
        match node:
            case ast.BoolOp(op=op, values=parts):
                return _combine(isinstance(op, ast.And), [self._truth(part, lookup) for part in parts])
            case ast.UnaryOp(op=ast.Not(), operand=part):
                held = self._truth(part, lookup)
                return None if held is None else not held
            case ast.UnaryOp(op=ast.USub(), operand=part):
                value = self._evaluate(part, lookup)
                return None if value is None else -value
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return self._apply(_ARITHMETIC[type(op)], left, right, lookup)
            case ast.Compare():
                return self._compare(node, lookup)
            case ast.Constant(value=int() | float() | str() as value) if not isinstance(value, bool):
                return value
            case ast.Name(id=name):
                return lookup(self.names.get(name, name))
            case ast.Attribute(value=ast.Name(id=name), attr=part) if name not in self.names:
                return lookup(f"{name}.{part}")
        raise ConditionError(f"{self.text!r}: {ast.unparse(node)!r} is not allowed in a condition")

    def _truth(self, node: ast.expr, lookup: Lookup) -> bool | None:
        held = self._evaluate(node, lookup)
        if held is None or isinstance(held, bool):
            return held
        raise ConditionError(f"{self.text!r}: {held!r} is a value where a condition is wanted")

    def _compare(self, node: ast.Compare, lookup: Lookup) -> bool | None:
        """Compare, chains included: ``0.1 < a:b < 0.2``."""
        sides = [node.left, *node.comparators]
        steps = [
            self._apply(_COMPARISONS[type(op)], left, right, lookup)
            for op, left, right in zip(node.ops, sides, sides[1:], strict=False)
            if type(op) in _COMPARISONS
        ]
        if len(steps) != len(node.ops):
            raise ConditionError(f"{self.text!r}: only < <= > >= == != compare")
        return _combine(every=True, parts=steps)

    def _apply(self, function: Callable[[Any, Any], Any], left: ast.expr, right: ast.expr, lookup: Lookup) -> Any:
        """Apply an operator of two sides; missing when one of them is."""
        one, other = self._evaluate(left, lookup), self._evaluate(right, lookup)
        if one is None or other is None:
            return None
        try:
            return function(one, other)
        except (TypeError, ZeroDivisionError) as error:
            raise ConditionError(f"{self.text!r}: {error}") from error


def _combine(every: bool, parts: list[bool | None]) -> bool | None:
    """Combine three-valued truths by "and" (every) or "or"."""
    deciding = not every
    if deciding in parts:
        return deciding
    return None if None in parts else every
