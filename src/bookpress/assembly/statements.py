"""The statements of an edition, and the sentences that rest on them.

The published edition must not say anything untrue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bookpress.book.chapters import Chapter, page_slugs
from bookpress.chapter.quotes import anchor, line_of_also, marks_of
from bookpress.edition.editions import Edition
from bookpress.errors import PressError
from bookpress.myst import TEXT, cell_at, in_cell, place_of
from bookpress.run.cache import Run
from bookpress.terminal.tables import folding_table, standard_output
from holdtrue.comparisons.base import WORDS, Comparison
from holdtrue.estimates import ResultError
from holdtrue.number_formats import NO_INTERVAL

NO_CHANCE = (
    "  (without an interval nothing is said of chance: give low= and high=, or compare values "
    "alone, as by above_value)"
)
"""What to do where an interval is missing."""
Statements = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""The content of ``statements.json``.

By chapter and key: the verdict on a statement, and the sentences that rest on it.
"""


def statements_of(run: Run) -> dict[str, Comparison]:
    """Return the statements that a chapter published when it was run."""
    try:
        return run.executed.statements
    except ResultError as error:
        raise PressError(f"chapter {run.chapter}: {error}, as a statement") from error


def edition_statements(
    files: Mapping[str, bytes], edition: Edition, runs: Mapping[str, Run]
) -> Statements:
    """Return every statement of an edition, in the order of the book.

    `files` are those of the book that are not chapters.
    """
    texts = {}
    for page, content in files.items():
        if page.endswith(".md"):
            texts[page] = content.decode("utf-8", "replace")
    for chapter in edition.chapters:
        texts[chapter.where] = chapter.source
    sentences = _sentences(texts, edition.chapters)
    by_chapter = {}
    for slug, run in runs.items():
        of_chapter = _of_chapter(run, sentences)
        if of_chapter:
            by_chapter[slug] = of_chapter
    return by_chapter


def _of_chapter(
    run: Run, sentences: Mapping[str, list[dict[str, Any]]]
) -> dict[str, dict[str, Any]]:
    """Return the statements of a chapter, with the sentences that rest on each."""
    return {
        key: {
            "holds": statement.holds,
            "because": statement.because,
            "kind": statement.kind,
            "marks": sentences.get(f"{run.chapter}:{key}", []),
        }
        for key, statement in statements_of(run).items()
    }


def summary(run: Run, chapter: Chapter) -> str:
    """Return how many statements of a chapter hold, and the sentences of those that do not."""
    statements = _of_chapter(run, _sentences({chapter.where: chapter.source}, [chapter]))
    untrue = {key: each for key, each in statements.items() if each["holds"] is not True}
    counts = f"statements: {len(statements) - len(untrue)} of {len(statements)} hold"
    lines = [line for key, each in untrue.items() for line in _faults(chapter, key, each)]
    return "\n".join([counts, *lines])


def checked_statements(
    files: Mapping[str, bytes], edition: Edition, runs: Mapping[str, Run]
) -> Statements:
    """Return every statement of an edition; raise if the published one says anything untrue."""
    statements = edition_statements(files, edition, runs)
    if edition.is_default:
        expect_truth(statements, edition)
    return statements


def _sentences(
    texts: Mapping[str, str], chapters: Sequence[Chapter]
) -> dict[str, list[dict[str, Any]]]:
    """Return the sentences of pages that rest on each statement, by full name."""
    sentences: dict[str, list[dict[str, Any]]] = {}
    for page, slug in page_slugs(texts, chapters).items():
        for quote in marks_of(slug, texts[page]):
            where = f"{page.rpartition('.')[0]}.html#{anchor(quote.name, slug)}"
            sentence = {
                "page": page,
                **_line(page, texts[page], quote.line),
                "sentence": quote.sentence,
                "markdown": quote.markdown,
                "anchor": where,
            }
            sentences.setdefault(quote.name, []).append(sentence)
    return sentences


def _line(page: str, source: str, line: int) -> dict[str, int]:
    """Return a line of a text, or a cell of a notebook and the line in it."""
    if page.endswith(TEXT):
        return {"line": line}
    place = cell_at(source, line)
    return {"cell": place[0], "line": place[1]} if place else {"line": 1}


def _named(mark: Mapping[str, Any]) -> str:
    """Name the place of a sentence."""
    if "cell" in mark:
        return f"{mark['page']}: {in_cell(mark['cell'], mark['line'])}"
    return f"{mark['page']}:{mark['line']}"


def expect_truth(statements: Statements, edition: Edition) -> None:
    """Raise an error that lists every sentence resting on something untrue or unknown."""
    chapters = {chapter.slug: chapter for chapter in edition.chapters}
    faults: list[str] = []
    verdicts: set[bool | None] = set()
    for slug, of_chapter in fallen(statements).items():
        for key, statement in of_chapter.items():
            faults += _faults(chapters[slug], key, statement)
            verdicts.add(statement["holds"])
    if faults:
        many = "a sentence of it is"
        if len(faults) > 1:
            many = f"{len(faults)} sentences of the published edition are"
        what = "not true" if False in verdicts else "not known"
        heading = f"the published edition says what is {what}: {many} to be rewritten"
        advice = [NO_CHANCE] if any(NO_INTERVAL in fault for fault in faults) else []
        raise PressError("\n".join([heading, *faults, *advice]))


def _faults(chapter: Chapter, key: str, statement: Mapping[str, Any]) -> Iterator[str]:
    reason = f"{chapter.slug}:{key} {WORDS[statement['holds']]} ({statement['because']})"
    for place in statement["marks"]:
        yield f"  {_named(place)}: {reason}: {place['sentence']}"
    if not statement["marks"]:
        where = place_of(chapter.where, chapter.source, line_of_also(chapter.source))
        yield f"  {where}: {reason}; no sentence rests on it"


def fallen(statements: Statements) -> Statements:
    """Return the statements that are false or unknown."""
    fallen: dict[str, dict[str, Mapping[str, Any]]] = {}
    for slug, of_chapter in statements.items():
        for key, statement in of_chapter.items():
            if statement["holds"] is not True:
                fallen.setdefault(slug, {})[key] = statement
    return fallen


def print_statements(statements: Statements, *, only_fallen: bool = False) -> None:
    """Print statements, or only those not true, as a table; its title counts all of them."""
    every = [statement for of_chapter in statements.values() for statement in of_chapter.values()]
    stands = Counter(statement["holds"] for statement in every)
    title = f"Statements: {stands[True]} true, {stands[False]} false, {stands[None]} unknown"
    table = folding_table("statement", "stands", "because", "where", "sentence", title=title)
    listed = fallen(statements) if only_fallen else statements
    for slug, of_chapter in listed.items():
        for key, statement in of_chapter.items():
            words = WORDS[statement["holds"]]
            places = statement["marks"]
            where = "\n".join(map(_named, places))
            sentences = "\n".join(dict.fromkeys(place["sentence"] for place in places))
            table.add_row(f"{slug}:{key}", words, statement["because"], where, sentences)
    standard_output().print(table)
