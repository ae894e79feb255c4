"""Plain text: tidy it, fold it to ASCII."""

from __future__ import annotations

import re
import unicodedata

# Letters that have no decomposition into a base letter and a mark.
_WHOLE = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i"}
)


def tidy(text: str) -> str:
    """Return a text in composed form (NFC) with single spaces.

    Examples
    --------
    >>> tidy("  two   words ")
    'two words'
    """
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def ascii_words(text: str) -> str:
    """Return the letters and digits of a text in small ASCII, without a leading article.

    Examples
    --------
    >>> ascii_words("The Ørsted project"), ascii_words("Núñez")
    ('orstedproject', 'nunez')
    """
    bare = re.sub(r"^The ", "", text).translate(_WHOLE)
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", bare).lower())
