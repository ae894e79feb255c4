"""Numbers that stand in prose and should have been computed."""

from __future__ import annotations

import re
from collections.abc import Iterable

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
COUNTED = "models|papers|works|chips|authors|clusters|hours|organisations|companies|universities|conferences|runs"
"""What comes in thousands: before these a number is no year, unless a word such as "the" or "of" says so."""

LEVELS = "intervals?|confidence|level|bands?|limits?"

ALLOWED_NUMBERS = (
    r"https?://\S+|\b10\.\d{4,9}/\S+|\barxiv:\s?\S+",  # addresses and identifiers
    rf"\b\d{{1,2}}\s+(?:{MONTHS})\b|\b(?:{MONTHS})\s+\d{{1,2}}\b(?!%)",  # days
    # Years, ranges of years, months, dates
    rf"\b(?:(?<=\bthe )|(?<=\bof )|(?<=\bin )|(?!\d{{4}}\s+(?:{COUNTED})\b))(?:19|20)\d\d(?:[-–/]\d\d){{0,2}}s?\b(?!%)",
    # The level of intervals, and of nothing else: 95% of models is a result.
    rf"\b95%(?=\s*$|[\s-]+(?:[\w-]+\s+){{0,2}}(?:{LEVELS})\b|\s+CI\b|[;)])|\b(?:middle|at) 95%",
    r"\b\d+(?:st|nd|rd|th)\b",  # ordinals
    # Names: H100, P100, GPT-4. A hyphen makes a name only of what is capitalised: "almost-37" is none.
    r"\b[^\W\d_][\w.+]*\d[\w.,]*",
    r"\b(?-i:[A-Z])[\w.+]*-\d[\w.,]*",
    r"\b(?:sections?|chapters?|figures?|tables?|parts?|version|python|step|cc by|rfc|iso|issue)\s+\d[\d.]*",
    r"\b\d+-(?:bit|hour|day|week)\b",  # number formats and spans of the clock
    r"(?<![\d.,])[01](?!\d|[.,]\d|%)",  # nothing and one: words as much as numbers
)
"""Numbers that may stand in prose. Any other is a result or a claim, or stands in code or mathematics."""

NUMBER = re.compile(r"\d[\d.,]*\s?%?")


def typed_numbers(text: str, literals: Iterable[str] = ()) -> list[str]:
    """Return the numbers of a text that should have been computed.

    Parameters
    ----------
    text : str
        One line.
    literals : iterable of str
        Texts that are excused.

    Examples
    --------
    >>> typed_numbers("In 2012 the H100 did not exist; 64% of 86 models came later, see section 3.")
    ['64%', '86']
    """
    for literal in literals:
        text = text.replace(literal, " ")
    for allowed in ALLOWED_NUMBERS:
        text = re.sub(allowed, " ", text, flags=re.IGNORECASE)
    return [number.strip(" .,") for number in NUMBER.findall(text)]
