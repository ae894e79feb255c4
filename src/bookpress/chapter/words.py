"""Words of degree, each with the threshold that its sentence must meet.

A book adds words, changes them or switches them off under `words` in its settings file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

Kind = Literal["share", "times", "margin", "every", "none", "chance"]


class Word(BaseModel):
    """A word of degree: its pattern, its kind, and its threshold.

    For a *share* the threshold is what the share, or its complement, must exceed; for *times* it is
    the least factor. *margin* needs a comparison with a margin, *every* one of every member, *none*
    one that counts nothing, *chance* one that reads 95% intervals.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    pattern: str
    kind: Kind
    threshold: float = 0.0

    @field_validator("pattern")
    @classmethod
    def _is_pattern(cls, pattern: str) -> str:
        """Refuse an invalid regular expression."""
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
        return pattern

    @property
    def meaning(self) -> str:
        """What a comparison has to prove."""
        meanings = {
            "share": f"more than {self.threshold:g}",
            "times": f"at least {self.threshold:g} times",
            "margin": "within a margin that is named",
            "every": "each of all",
            "none": "not one",
            "chance": "beyond or within a 95% interval",
        }
        return meanings[self.kind]


NO_NOUNS = "is|was|has|does|as|this|its|thus|less|across|always|famous"
"""Words that end in s but are not nouns that "most" counts."""
MOST = (
    r"(?<!\bat )(?<!\bthe )\bmost"
    r"(?: of\b(?! all\b)(?! the time\b)"
    rf"|(?! recent\b)(?= (?:[a-z-]+ )?(?!(?:{NO_NOUNS})\b)[a-z-]+s\b))"
)
""""Most" as a count: "most models", "most of them"; not "the most cited" or "at most"."""
WORDS: Mapping[str, Word] = {
    "nearly all": Word(
        pattern=r"\b(?:nearly|almost|virtually) (?:all|every\w*|always)\b",
        kind="share",
        threshold=0.9,
    ),
    "most": Word(pattern=MOST, kind="share", threshold=0.5),
    "majority": Word(pattern=r"\bmajorit(?:y|ies)\b", kind="share", threshold=0.5),
    "several times": Word(pattern=r"\bseveral times\b", kind="times", threshold=2.0),
    "doubled": Word(
        # a doubling time is not a factor
        pattern=r"(?<!\bwere )\bdoubled\b(?!(?: \w+){0,2} every …)",
        kind="times",
        threshold=2.0,
    ),
    "twice": Word(pattern=r"\btwice (?:as|its|their|that of)\b", kind="times", threshold=2.0),
    "hardly": Word(pattern=r"\b(?:hardly|barely|scarcely)\b", kind="margin"),
    "every year": Word(pattern=r"\bevery year\b", kind="every"),
    "none": Word(pattern=r"\bnone\b", kind="none"),
    "chance": Word(
        pattern=r"\b(?:chance|significant(?:ly)?|statistical(?:ly)?|95%)(?!\w)", kind="chance"
    ),
}
"""The words for every book in English, by their names in messages."""


def words_of(own: Mapping[str, Word | None] | bool) -> dict[str, Word]:
    """Return the words of a book: those of the press, as its settings change them.

    Examples
    --------
    >>> "most" in words_of({"most": None}), words_of(False)
    (False, {})
    """
    if isinstance(own, bool):
        return dict(WORDS) if own else {}
    words = {**WORDS, **own}
    return {name: word for name, word in words.items() if word is not None}
