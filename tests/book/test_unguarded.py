"""No sentence types what a choice sets, and what lists the sentences to be read leaves none out."""

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from book.unguarded import unguarded
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.chapter.parameters import Parameter
from holdtrue.periods import years_of

PROJECT = Project.at(Path(__file__).parents[2])
CHAPTERS = {chapter.where: chapter for chapter in discover(PROJECT)}
AROUND = ("index.md", "book/summary.md", "book/methods.md", "book/reading.md")
WORDS = [
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
]
PARTS = {0.1: "tenth", 0.2: "fifth", 0.25: "quarter", 0.5: "half"}
BESIDE = {
    "top_k": "{n} (?:largest|biggest)",
    "months": "{n} months",
    "own_gpus": "{n} GPUs",
    "facility_chips": "{n} chips",
    "top": "(?:top|most cited) {n}",
}
"""How prose would type the value of a choice: the number beside its noun, by the name of the parameter."""


def typed(parameter: Parameter) -> str:
    """Return the pattern of the published value of a choice in prose; empty where prose has none of its own for it."""
    value = parameter.default
    if parameter.is_period:
        first, last = years_of(value)
        return rf"{first}(?: to |–){last}" if first < last else ""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}", value):
        year, month = map(int, value.split("-"))
        return f"(?:vintage|snapshot) of {calendar.month_name[month]} {year}"
    if parameter.name in BESIDE:
        return f"\\b{BESIDE[parameter.name].format(n=number(value))}"
    return ""


def number(value: float) -> str:
    """Return the pattern of a number in digits or words."""
    ways = [f"{value:,}", f"{value}", PARTS.get(value, "")]
    if value in range(len(WORDS)):
        ways.append(WORDS[int(value)])
    return f"(?:{'|'.join(filter(None, dict.fromkeys(ways)))})"


def faults(
    texts: Mapping[str, str], parameters: Mapping[str, Sequence[Parameter]]
) -> Iterator[str]:
    """Yield the sentences without a statement that type what a choice of their page sets."""
    for sentence in unguarded(texts):
        patterns = {typed(parameter) for parameter in parameters[sentence.page]} - {""}
        if any(re.search(pattern, sentence.words, re.IGNORECASE) for pattern in patterns):
            yield f"{sentence.page}:{sentence.line}: {sentence.source}"


PAGE = """# Who

Take the ten largest runs of a year. Of {years}`early` they made most. GPT-4 is one of them. They
made {result}`share` of the ten largest. {holds}`fall` None was GPT-4. It fell. {holds}`fall`

The vintage of August 2026 has them. So has {cite:p}`besiroglu2024`. They were the
10 largest of {years}`late`.
"""


def test_what_is_listed_holds_a_number_a_name_a_superlative_or_a_year_and_no_statement() -> None:
    found = {sentence.source: sentence for sentence in unguarded({"page.md": PAGE})}
    assert [(one.line, one.is_plain, one.holds) for one in found.values()] == [
        (3, True, ("ten", "largest")),
        (3, False, ("most",)),
        (3, True, ("one", "GPT-4")),
        (4, True, ("None", "GPT-4")),
        (6, True, ("2026", "August")),
        (6, False, ("10", "largest")),
    ]
    assert "Of {years}`early` they made most." in found


def test_what_types_a_choice_is_told_and_what_rests_on_a_statement_is_not() -> None:
    [chapter] = [one for one in CHAPTERS.values() if one.slug == "large-scale-models"]
    found = list(faults({"page.md": PAGE}, {"page.md": chapter.parameters}))
    assert found == [
        "page.md:3: Take the ten largest runs of a year.",
        "page.md:6: The vintage of August 2026 has them.",
        "page.md:6: They were the 10 largest of {years}`late`.",
    ]


def test_no_sentence_types_what_a_choice_sets() -> None:
    texts = {page: chapter.source for page, chapter in CHAPTERS.items()}
    own = {page: chapter.parameters for page, chapter in CHAPTERS.items()}
    every = [parameter for chapter in CHAPTERS.values() for parameter in chapter.parameters]
    around = {page: (PROJECT.root / page).read_text("utf-8") for page in AROUND}
    found = faults(texts | around, own | dict.fromkeys(around, every))
    assert list(found) == []
