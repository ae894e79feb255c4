"""List the sentences that no statement guards: ``python -m tests.unmarked [PAGE ...] [--editions N]``.

A sentence that repeats a choice ("the ten largest", "since 2018", "OpenAI, which has the most") and has neither a
role that follows the choice nor a statement may be false if somebody chooses differently, and no note says so. Only a
reader can tell which ones are; this lists the candidates, by file and line: every sentence without a statement that
contains a number in digits or words, a superlative, a name or a year. ``plain`` ones have no value in them and read
alike in every edition.

With ``--editions N`` the chapters run in N random legal editions (seeded: each choice as published, as a page offers
it, or any allowed value). The choices are printed, and each sentence with values as it reads there, each wording
once, with its editions. A chapter that fails is named, and the others are read.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tests.book.unguarded import SHELVED, Unguarded, unguarded
from tests.compute_divide.notebooks.choosing import drawn

from bookpress.assembly.statements import statements_of
from bookpress.book.chapters import Chapter
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.chapter.parameters import describe
from bookpress.edition.editions import Edition
from bookpress.edition.fingerprint import Fingerprint
from bookpress.elements.base.store import Store, UnknownNameError
from bookpress.elements.value.reported import load_reported
from bookpress.elements.value.roles import split_name, value_text
from bookpress.run.cache import Run
from bookpress.run.runner import run_chapters
from holdtrue.estimates import read_estimate

PROJECT = Project.at(Path(__file__).parents[1])
AROUND = ("summary", "methods", "glossary", "reading", "sentences", "choices")
"""The pages around the chapters that speak of what the book shows."""

Values = dict[str, dict[str, Any]]
"""The values of all parameters, by chapter and name."""


def main() -> int:
    """List sentences, and their wording in other editions."""
    options = parser().parse_args()
    os.environ[PROJECT.settings.data_variable] = str(PROJECT.data)
    chapters = list(discover(PROJECT))
    every = unguarded(pages(chapters))
    listed = [one for one in every if not options.pages or one.page in options.pages]
    stores = []
    for number, values in enumerate(editions(chapters, options.editions, options.seed), 1):
        print(f"edition {number}: {' '.join(changed(chapters, values))}")
        stores.append(store_of(chapters, values))
    for one in listed:
        kind = "plain" if one.is_plain else "values"
        print(f"{one.page}:{one.line}: {kind} [{', '.join(one.holds)}]\n    {one.source}")
        if not one.is_plain:
            print("\n".join(readings(one, stores)))
    kinds = Counter("plain" if one.is_plain else "with values" for one in listed)
    print(", ".join(f"{number:,} {kind}" for kind, number in kinds.items()))
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    made.add_argument(
        "pages", nargs="*", help="files, such as notebooks/ledger.md; all where none is named"
    )
    made.add_argument("--editions", type=int, default=0, help="how many editions to read in")
    made.add_argument("--seed", type=int, default=31)
    return made


def pages(chapters: Sequence[Chapter]) -> dict[str, str]:
    """Return the sources of the pages about the content of the book."""
    texts = {chapter.where: chapter.source for chapter in chapters}
    around = ["index.md", *(f"book/{name}.md" for name in AROUND)]
    return texts | {page: (PROJECT.root / page).read_text("utf-8") for page in around}


def editions(chapters: Sequence[Chapter], number: int, seed: int) -> Iterator[Values]:
    """Yield a number of legal editions; the first ones are always the same."""
    rng = np.random.default_rng(seed)
    for _ in range(number):
        yield {chapter.slug: chosen(chapter, rng) for chapter in chapters}


def chosen(chapter: Chapter, rng: np.random.Generator) -> dict[str, Any]:
    """Return choices of a chapter, each as published, as a page offers it, or any allowed value."""
    anything = drawn(chapter.parameters, rng)
    values = {}
    for parameter in chapter.parameters:
        offered = parameter.explored(parameter.default)
        ways = (
            parameter.default,
            offered[int(rng.integers(len(offered)))],
            parameter.check(anything[parameter.name]),
        )
        values[parameter.name] = ways[int(rng.integers(len(ways)))]
    return values


def changed(chapters: Sequence[Chapter], values: Values) -> Iterator[str]:
    """Yield the choices that differ from the published ones, in the form of the command line."""
    for chapter in chapters:
        for parameter in chapter.parameters:
            value = values[chapter.slug][parameter.name]
            if value != parameter.default:
                yield f"{chapter.slug}.{parameter.name}={value}".replace(" ", "")


def store_of(chapters: Sequence[Chapter], values: Values) -> Store:
    """Return everything that pages say about an edition, whose chapters are run or taken from the cache."""
    edition = Edition("", tuple(chapters), values, fingerprint=Fingerprint.of(PROJECT))
    outcome = run_chapters(PROJECT, edition)
    for error in outcome.errors:
        print(error)
    store = Store()
    store.reported = load_reported(PROJECT)
    for chapter in chapters:
        if chapter.slug in outcome.runs:
            add_page(store, chapter, outcome.runs[chapter.slug], values[chapter.slug])
    return store


def add_page(store: Store, chapter: Chapter, run: Run, values: dict[str, Any]) -> None:
    """Add what a chapter says to a store."""
    page = store.page(chapter.where.removesuffix(".md"))
    page.is_chapter = True
    page.results = {key: read_estimate(fields) for key, fields in run.results.items()}
    page.statements = statements_of(run)
    page.parameter_rows = describe(chapter.parameters, values)


def readings(sentence: Unguarded, stores: Sequence[Store]) -> Iterator[str]:
    """Yield each wording of a sentence once, with the numbers of its editions."""
    found = defaultdict(list)
    for number, store in enumerate(stores, 1):
        found[reading(sentence, store)].append(str(number))
    for words, numbers in found.items():
        yield f"      {','.join(numbers)}: {words}"


def reading(sentence: Unguarded, store: Store) -> str:
    """Return a sentence in the wording of an edition."""
    words = sentence.words
    for place in SHELVED.findall(words):
        kind, text = sentence.values[place]
        name, how = split_name(kind, text, store.slug(sentence.page.removesuffix(".md")))
        try:
            value = value_text(kind, name, how, store)[0]
        except UnknownNameError:  # its chapter failed, as was said
            value = "(failed)"
        words = words.replace(f"⟨{place}⟩", value)
    return words


if __name__ == "__main__":
    sys.exit(main())
