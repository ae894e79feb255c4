"""Conditions on results, for text that shows only where it holds. Knows no Sphinx.

``large-scale-models:late.high < large-scale-models:early.low and not claim:academia-share-late > 0.2``

Logic has three values (Kleene's): a comparison with a missing number is neither true nor false but unknown (None),
so that text is never shown on the strength of data that are not there. ``known(late, early.low)`` tells whether there
are values at all, for the text that says what could not be found.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

Value = float | str | None
Lookup = Callable[[str], Value]

PARTS = ("value", "low", "high", "k", "n")
"""Parts of a result that a condition can name: ``key.low``."""

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

    It holds comparisons, ``and``, ``or``, ``not``, ``+ - * /``, parentheses, numbers, quoted texts and names;
    ``known(name, ...)`` holds where all of these names have a value.

    Examples
    --------
    >>> Condition("a:late.high < a:early.low").decide({"a:late.high": 0.2, "a:early.low": 0.5}.get)
    True
    >>> Condition("not a:late > 1").decide({}.get) is None
    True
    >>> Condition("not known(a:late)").decide({}.get)
    True
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: dict[str, str] = {}
        try:
            self._tree = ast.parse(_NAME.sub(self._placeholder, text.strip()), mode="eval").body
        except SyntaxError:
            raise ConditionError(f"{text!r} is not a condition") from None
        self._expect_truth(self._tree)

    @property
    def all_names(self) -> set[str]:
        """Every name that the condition looks up, as it stands in the text."""
        names = set()
        attributes = [part for part in ast.walk(self._tree) if isinstance(part, ast.Attribute)]
        calls = [part for part in ast.walk(self._tree) if isinstance(part, ast.Call)]
        heads = {id(part.value) for part in attributes} | {id(part.func) for part in calls}
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
        """Return whether the condition holds, by what tells the value of a name; None where a missing one hides it."""
        return self._truth(self._tree, lookup)

    def _expect_truth(self, node: ast.expr) -> None:
        """Refuse what is not a comparison, or several joined by ``and``, ``or`` and ``not``."""
        match node:
            case ast.BoolOp(values=parts):
                for part in parts:
                    self._expect_truth(part)
            case ast.UnaryOp(op=ast.Not(), operand=part):
                self._expect_truth(part)
            case ast.Compare(left=left, ops=ops, comparators=others):
                if any(type(op) not in _COMPARISONS for op in ops):
                    raise ConditionError(f"{self.text!r}: only < <= > >= == != compare")
                for part in (left, *others):
                    self._expect_value(part)
            case ast.Call(func=ast.Name(id="known"), args=[_, *_] as parts, keywords=[]):
                self._expect_names(parts)
            case _:
                self._expect_value(node)
                raise ConditionError(f"{self.text!r}: {self._shown(node)} is a value where a condition is wanted")

    def _expect_names(self, nodes: list[ast.expr]) -> None:
        for node in nodes:
            if not isinstance(node, ast.Name | ast.Attribute):
                raise ConditionError(f"{self.text!r}: known() takes names, and {self._shown(node)} is none")
            self._expect_value(node)

    def _expect_value(self, node: ast.expr) -> None:
        """Refuse what is not a number, a text, a name, or arithmetic with these."""
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=part):
                self._expect_value(part)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                self._expect_value(left)
                self._expect_value(right)
            case ast.Constant(value=int() | float() | str() as value) if not isinstance(value, bool):
                pass
            case ast.Name():
                pass
            case ast.Attribute(value=ast.Name(id=name)) if name not in self.names:
                pass
            case _:
                raise ConditionError(f"{self.text!r}: {self._shown(node)} is not allowed in a condition")

    def _shown(self, node: ast.expr) -> str:
        """Return a part as it stands in the text."""
        shown = ast.unparse(node)
        for placeholder, name in self.names.items():
            shown = re.sub(rf"\b{placeholder}\b", name, shown)
        return shown

    def _truth(self, node: ast.expr, lookup: Lookup) -> bool | None:
        """Decide one part that is a comparison or several joined."""
        match node:
            case ast.BoolOp(op=op, values=parts):
                return _combine(isinstance(op, ast.And), [self._truth(part, lookup) for part in parts])
            case ast.UnaryOp(operand=part):
                held = self._truth(part, lookup)
                return None if held is None else not held
            case ast.Call(args=parts):
                return all(lookup(self._name(part)) is not None for part in parts)
        assert isinstance(node, ast.Compare)  # noqa: S101 - anything else was refused when it was parsed
        sides = [node.left, *node.comparators]
        steps = zip(node.ops, sides, sides[1:], strict=False)  # several in a chain: 0.1 < a:b < 0.2
        return _combine(
            every=True, parts=[self._apply(_COMPARISONS[type(op)], one, other, lookup) for op, one, other in steps]
        )

    def _name(self, node: ast.expr) -> str:
        """Return a name as it stands in the text."""
        return self.names.get(node.id, node.id) if isinstance(node, ast.Name) else ast.unparse(node)

    def _value(self, node: ast.expr, lookup: Lookup) -> Any:
        """Return the value of one side of a comparison."""
        match node:
            case ast.UnaryOp(operand=part):
                value = self._value(part, lookup)
                return None if value is None else -value
            case ast.BinOp(left=left, op=op, right=right):
                return self._apply(_ARITHMETIC[type(op)], left, right, lookup)
            case ast.Constant(value=value):
                return value
        return lookup(self._name(node))

    def _apply(self, function: Callable[[Any, Any], Any], left: ast.expr, right: ast.expr, lookup: Lookup) -> Any:
        """Apply an operator of two sides; missing when one of them is."""
        one, other = self._value(left, lookup), self._value(right, lookup)
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
