"""Values of a chapter's names, as far as its text tells.

Texts, numbers, lists and dicts that are written out stand for themselves. Anything else is `Some`: a value of which at
most the pattern of its text is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ANY = r"\w*"
"""The pattern of a text that is only known when the chapter runs."""


@dataclass(frozen=True)
class Some:
    """A value that is only known when the chapter runs.

    Parameters
    ----------
    pattern : str
        What is known of its text.
    """

    pattern: str = ANY


@dataclass(frozen=True)
class Imported:
    """What a chapter imports; looked at only where a key may depend on it."""

    module: str
    name: str


UNKNOWN = Some()


def pattern_of(value: Any) -> str:
    r"""Return the pattern of the texts that a value may be.

    Examples
    --------
    >>> pattern_of("a.b"), pattern_of(Some("x|y")), pattern_of([1])
    ('a\\.b', 'x|y', '\\w*')
    """
    if isinstance(value, Some):
        return value.pattern
    return re.escape(str(value)) if isinstance(value, str | int | float) else ANY


def either(values: Sequence[Any]) -> Any:
    r"""Return what is known of a value that is one of several.

    Examples
    --------
    >>> either(["a", "a"]), either(["a", "b"]), either(["a", UNKNOWN])
    ('a', Some(pattern='(?:a|b)'), Some(pattern='\\w*'))
    """
    if values and all(value == values[0] for value in values):
        return values[0]
    patterns = sorted({pattern_of(value) for value in values})
    return UNKNOWN if ANY in patterns or not patterns else Some(f"(?:{'|'.join(patterns)})")


def is_certain(value: Any) -> bool:
    """Return whether a value is known in all its parts."""
    if isinstance(value, list | tuple):
        return all(map(is_certain, value))
    if isinstance(value, dict):
        return all(map(is_certain, value.values()))
    return value is None or isinstance(value, str | int | float)


def is_key(value: Any) -> bool:
    """Return whether a value can be the key of an entry."""
    return isinstance(value, Imported) or (is_certain(value) and not isinstance(value, list | dict))


def plain(value: Any) -> Any:
    """Return a copy of a constant with lists, dicts and texts; other objects are not looked into."""
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value), key=str)
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value)) if type(value) in {list, tuple} else UNKNOWN
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value if is_certain(value) else UNKNOWN
