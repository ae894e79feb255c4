"""What `params` prints: the parameters of chapters, for people and as JSON Schema."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from bookpress.book.chapters import Chapter, choose, discover
from bookpress.book.project import Project
from bookpress.chapter.parameters import chapter_schema, describe
from bookpress.chapter.types.allowed import as_text
from bookpress.progress import folding_table, standard_output


def parameter_schemas(project: Project, slug: str | None = None) -> dict[str, Any]:
    """Return a JSON Schema for each chapter, or for one."""
    chapters = _chosen(project, slug)
    return {chapter.slug: chapter_schema(chapter.parameters) for chapter in chapters}


def print_parameters(project: Project, slug: str | None = None) -> None:
    """Print the parameters of each chapter, or of one, as tables on standard output."""
    console = standard_output()
    for chapter in _chosen(project, slug):
        if chapter.parameters:
            console.print(_parameter_table(chapter), highlight=False)
        else:
            console.print(f"{chapter.slug} has no parameters.", highlight=False)
        console.print()


def _parameter_table(chapter: Chapter) -> Table:
    table = folding_table("name", "default", "allowed", "unit", "meaning", title=chapter.slug)
    for row in describe(chapter.parameters):
        default = as_text(row["default"])
        table.add_row(row["name"], default, row["allowed"], row["unit"], row["help"])
    return table


def _chosen(project: Project, slug: str | None) -> list[Chapter]:
    chapters = discover(project)
    if slug is not None:
        return choose(chapters, [slug])
    return chapters
