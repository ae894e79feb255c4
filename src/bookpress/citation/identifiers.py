"""Checks of public identifiers. Each returns the text, or raises a `ValueError` that says what is allowed."""

from __future__ import annotations

import re


def check_orcid(text: str) -> str:
    """Return an ORCID iD after checking its last digit (ISO 7064, MOD 11-2).

    Raises
    ------
    ValueError
        If the form or the check digit is wrong.

    Notes
    -----
    https://support.orcid.org/hc/en-us/articles/360006897674

    Examples
    --------
    >>> check_orcid("0000-0002-1825-0097")
    '0000-0002-1825-0097'
    >>> check_orcid("0000-0002-1825-0096")
    Traceback (most recent call last):
    ValueError: '0000-0002-1825-0096' is not an ORCID iD: its last digit should be 7
    """
    if not re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", text):
        raise ValueError(f"{text!r} is not an ORCID iD; allowed: four groups of four such as 0000-0002-1825-0097")
    total = 0
    for digit in text.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    _expect(text, "ORCID iD", (12 - total % 11) % 11)
    return text


def check_isbn(text: str) -> str:
    """Return an ISBN of 13 digits after checking the last one; hyphens are kept.

    Examples
    --------
    >>> check_isbn("978-3-16-148410-0")
    '978-3-16-148410-0'
    """
    digits = text.replace("-", "").replace(" ", "")
    if not re.fullmatch(r"97[89]\d{10}", digits):
        raise ValueError(f"{text!r} is not an ISBN; allowed: 13 digits that begin with 978 or 979")
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12]))
    _expect(digits, "ISBN", -weighted % 10)
    return text


def check_issn(text: str) -> str:
    """Return an ISSN after checking its last digit.

    Examples
    --------
    >>> check_issn("2049-3630")
    '2049-3630'
    """
    if not re.fullmatch(r"\d{4}-\d{3}[\dX]", text):
        raise ValueError(f"{text!r} is not an ISSN; allowed: two groups of four such as 2049-3630")
    weighted = sum(int(digit) * (8 - place) for place, digit in enumerate(text.replace("-", "")[:7]))
    _expect(text, "ISSN", -weighted % 11)
    return text


def check_doi(text: str) -> str:
    """Return a DOI, which is written bare: no ``https://doi.org/``, no ``doi:``.

    Examples
    --------
    >>> check_doi("10.5555/12345678")
    '10.5555/12345678'
    """
    if not re.fullmatch(r"10\.\d{4,9}/[^\s\"<>]+", text):
        raise ValueError(f"{text!r} is not a DOI; allowed: the bare name such as 10.5555/12345678, no https://")
    return text


def _expect(text: str, kind: str, check: int) -> None:
    """Refuse a text whose last character is not the check digit."""
    wanted = "X" if check == 10 else str(check)
    if text[-1] != wanted:
        raise ValueError(f"{text!r} is not an {kind}: its last digit should be {wanted}")
