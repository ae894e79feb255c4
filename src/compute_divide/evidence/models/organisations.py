"""Names of organisations from a cell: hand-typed lists of 2022 and 2023, and exported lists since."""

from __future__ import annotations

import re

from compute_divide.evidence.store.raw_csv import clean

_SEPARATORS = re.compile(r"\s*[;,]\s*|\s+&\s+|\s+and\s+(?!Technology\b)")

_PLACES = frozenset({"chicago", "college park", "cracow", "finland", "germany", "japan", "oh", "usa"})
_FORMS = frozenset({"inc", "inc.", "llc", "ltd", "ltd."})
_GROUPS = frozenset({"brain team", "lit ai lab"})
_CONTINUATIONS = _PLACES | _FORMS | _GROUPS
"""What never is an organisation of its own: it goes on with the name before it."""

_CAMPUSES = frozenset(["berkeley", "davis", "irvine", "los angeles", "san diego", "santa barbara", "santa cruz"])
"""Campuses of the University of California, when they follow its name."""


def typed_organisations(text: str) -> list[str]:
    """Return the organisations of a hand-typed cell.

    The spreadsheets of 2022 and 2023 separate names by commas, semicolons, ampersands or "and", and some names hold a
    comma. Places and legal forms that follow a comma are kept with the name.

    Parameters
    ----------
    text : str
        The cell.

    Examples
    --------
    >>> typed_organisations("Johns Hopkins University, Stanford, Google AI")
    ['Johns Hopkins University', 'Stanford', 'Google AI']
    >>> typed_organisations("Google Research, Brain Team")
    ['Google Research, Brain Team']
    >>> typed_organisations("University of California, San Diego & Korea Advanced Institute of Science and Technology")
    ['University of California, San Diego', 'Korea Advanced Institute of Science and Technology']
    """
    names: list[str] = []
    for part in _SEPARATORS.split(text):
        name = clean(part)
        if not name:
            continue
        if names and _continues(names[-1], name):
            names[-1] = f"{names[-1]}, {name}"
        else:
            names.append(name)
    return names


def _continues(before: str, name: str) -> bool:
    """Whether a piece belongs to the name before it."""
    folded = name.casefold()
    return folded in _CONTINUATIONS or (folded in _CAMPUSES and before.endswith("University of California"))
