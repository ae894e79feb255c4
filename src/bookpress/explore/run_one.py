"""One chapter at a time: run it with other values, print what it recorded, list its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bookpress.book import number_formats as numbers
from bookpress.book.chapters import Chapter, choose, discover
from bookpress.book.editions import Edition, Fingerprint, edition_values
from bookpress.book.parameters import Value, as_text, chapter_schema, describe
from bookpress.book.project import Project
from bookpress.book.results import Result
from bookpress.progress import folding_table, standard_output
from bookpress.run.cache import Run
from bookpress.run.runner import RunOptions, failure, run_chapters


def run_one(
    project: Project,
    slug: str,
    options: Sequence[str],
    base: str,
    how: RunOptions,
    say: Callable[[str], None],
) -> Run:
    """Run one chapter and return the run.

    Raises
    ------
    UsageError
        If the chapter or a parameter is unknown, or a value is not allowed.
    PressError
        If the chapter fails.
    """
    chapter, values = values_of(project, slug, options, base)
    edition = Edition("", (chapter,), {slug: values}, fingerprint=Fingerprint.of(project))
    outcome = run_chapters(project, edition, how)
    if outcome.errors:
        raise failure(project, outcome.errors)
    took = f"run in {outcome.runs[slug].seconds:.1f} s" if outcome.fresh else "nothing has changed since it was run"
    say(f"{slug}: {took}")
    return outcome.runs[slug]


def values_of(project: Project, slug: str, options: Sequence[str], base: str) -> tuple[Chapter, dict[str, Value]]:
    """Return a chapter and the value of each of its parameters: its own, the edition's, the command line's."""
    book = discover(project)
    [chapter] = choose(book, [slug])
    _, _, values = edition_values(project, book, base, options, [slug])
    return chapter, dict(values[slug])


def print_results(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Print results as a table on standard output."""
    table = folding_table("result", "value", "interval", "counts", "what it is")
    for key, found in (one for recorded in results.values() for one in recorded.items()):
        result = Result.model_validate(found)
        interval = numbers.interval(result, extra=1) if result.low is not None else ""
        counts = numbers.counts(result) if result.n is not None else ""
        table.add_row(key, numbers.write(result, "precise"), interval, counts, result.label)
    standard_output().print(table)


def parameter_schemas(project: Project, slug: str | None = None) -> dict[str, Any]:
    """Return a JSON Schema for each chapter, or for one."""
    return {chapter.slug: chapter_schema(chapter.parameters) for chapter in _chosen(project, slug)}


def print_parameters(project: Project, slug: str | None = None) -> None:
    """Print the parameters of each chapter, or of one, as tables on standard output."""
    console = standard_output()
    for chapter in _chosen(project, slug):
        if not chapter.parameters:
            console.print(f"{chapter.slug} has no parameters.", highlight=False)
            continue
        table = folding_table("name", "default", "allowed", "unit", "meaning", title=chapter.slug)
        for row in describe(chapter.parameters):
            table.add_row(row["name"], as_text(row["default"]), row["allowed"], row["unit"], row["help"])
        console.print(table)
        console.print()


def _chosen(project: Project, slug: str | None) -> list[Chapter]:
    chapters = discover(project)
    return choose(chapters, [slug]) if slug is not None else chapters
