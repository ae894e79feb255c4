"""The strength of a comparison, judged by its expression: whether it proves a word of degree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from bookpress.chapter.expressions import comparisons_in
from bookpress.chapter.words import Kind, Word
from holdtrue.comparisons import READ_AS
from holdtrue.comparisons.base import Form

HALF = 0.5
ROUNDING = 1e-9


def says(code: str, word: Word, own: Mapping[str, Sequence[Form]]) -> bool:
    """Return whether one of the comparisons in an expression is as strong as a word.

    Examples
    --------
    >>> most = Word(pattern="most", kind="share", threshold=0.5)
    >>> says("majority(x)", most, {}), says("above(x, 0.4)", most, {})
    (True, False)
    """
    forms = {**READ_AS, **own}
    for call in comparisons_in(code):
        if isinstance(call, ast.Call):
            name = ast.unparse(call.func)
            for form in forms.get(name, ()):
                if _READERS[word.kind](form, call, word.threshold):
                    return True
    return False


def _says_share(form: Form, call: ast.Call, threshold: float) -> bool:
    """Whether a call puts a share above a threshold, or its complement below."""
    bounds = [*_bounds(form, call)]
    return any(
        low >= threshold - ROUNDING or high <= 1 - threshold + ROUNDING for low, high in bounds
    )


def _bounds(form: Form, call: ast.Call) -> Iterator[tuple[float, float]]:
    """Yield the bounds that a call sets for a share."""
    others = [number for node in call.args[1:] if (number := _number(node)) is not None]
    if form == "majority":
        yield HALF, 1
    elif form == "minority":
        yield 0, HALF
    elif form == "above" and others:
        yield max(others), 1
    elif form == "below" and others:
        yield 0, min(others)
    elif form == "about" and others:
        by = _argument(call, "by", 2) or 0.0
        yield others[0] - by, others[0] + by
    elif form == "counts":
        total = _argument(call, "of", 2)
        if others and total:
            yield _just_beyond(others[0] / total)


def _just_beyond(share: float) -> tuple[float, float]:
    """Return bounds for a known share, such that exactly half is not a majority."""
    return share - 2 * ROUNDING, share + 2 * ROUNDING


def _says_times(form: Form, call: ast.Call, threshold: float) -> bool:
    """Whether a call proves that one thing is at least so many times another."""
    factors = [factor for factor in _factors(form, call) if factor]
    return any(factor >= threshold for factor in factors)


def _factors(form: Form, call: ast.Call) -> Iterator[float]:
    """Yield by which factor a call makes one side larger than the other."""
    if form == "times":
        yield _argument(call, "at_least", 2) or 0.0
    if form == "about":
        yield _argument(call, "number", 1) or 0.0
    has_no_side = form not in {"above", "below"} or not call.args
    if has_no_side:
        return
    first, *others = call.args
    larger = [first] if form == "above" else others
    smaller = others if form == "above" else [first]
    for node in smaller:
        yield _number(node) or _scale(node)
    for node in larger:
        scale = _number(node) or _scale(node)
        if scale:
            yield 1 / scale


def _scale(node: ast.expr) -> float:
    """Return the factor that something is multiplied by, or 1."""
    if not isinstance(node, ast.BinOp):
        return 1.0
    left = _number(node.left)
    right = _number(node.right)
    if isinstance(node.op, ast.Mult):
        return left or right or 1.0
    if isinstance(node.op, ast.Div) and right:
        return 1 / right
    return 1.0


def _says_margin(form: Form, call: ast.Call, _threshold: float) -> bool:
    """Whether a call limits how far something is from something else, or from nothing."""
    has_limit = any(_number(node) is not None for node in call.args[1:])
    if form in {"about", "alike"}:
        return True
    return form == "below" and has_limit


def _says_every(form: Form, call: ast.Call, _threshold: float) -> bool:
    """Whether a call is about each member of a set."""
    if form == "counts":
        return _argument(call, "k", 1) == _argument(call, "of", 2)
    if form == "equals":
        counted = [ast.unparse(node).startswith("len(") for node in call.args]
        return any(counted)
    return form == "every"


def _says_none(form: Form, call: ast.Call, _threshold: float) -> bool:
    """Whether a call counts none, or is about each member of a set."""
    if form in {"counts", "equals"}:
        return _argument(call, "k", 1) == 0
    if form == "only":
        return len(call.args) == 1
    return form in {"nothing", "every"}


def _says_chance(form: Form, _call: ast.Call, _threshold: float) -> bool:
    """Whether a call argues with chance, which only 95% intervals bear."""
    return form == "chance"


_READERS: Mapping[Kind, Callable[[Form, ast.Call, float], bool]] = {
    "share": _says_share,
    "times": _says_times,
    "margin": _says_margin,
    "every": _says_every,
    "none": _says_none,
    "chance": _says_chance,
}


def _argument(call: ast.Call, name: str, place: int) -> float | None:
    """Return the number given as an argument, by name or by position."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return _number(keyword.value)
    if len(call.args) > place:
        return _number(call.args[place])
    return None


def _number(node: ast.expr) -> float | None:
    """Return a literal number such as 0.9 or 1 / 3; None if a name occurs in it."""
    if isinstance(node, ast.BinOp):
        left = _number(node.left)
        right = _number(node.right)
        if left is None or right is None:
            return None
        return _reckoned(node.op, left, right)
    with suppress(ValueError, TypeError):
        return float(ast.literal_eval(node))
    return None


def _reckoned(operator: ast.operator, left: float, right: float) -> float | None:
    if isinstance(operator, ast.Div):
        return left / right if right else None
    results = {ast.Mult: left * right, ast.Add: left + right, ast.Sub: left - right}
    return results.get(type(operator))
