"""How sure each statement is: in how many states it holds, and which choice overturns it soonest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bookpress.book.editions import DEFAULT, load_edition
from bookpress.book.project import Project
from bookpress.chapter import number_formats as numbers
from bookpress.chapter.estimates import read_estimate
from bookpress.citation.record import load_built
from bookpress.errors import UsageError
from bookpress.files import parse_json, read
from bookpress.progress import folding_table, standard_output

Sureness = Mapping[str, Any]
"""How sure a statement is.

``holds`` of so many states ``of`` its chapter; ``falls`` under which single choice soonest, in ``words`` too, and why:
the nearest to the published one that makes it false, else unknown, None where none does; ``marks``: its sentences, in
the shape of ``statements.json``; ``specifications``: the result of many other runs that hold it, where one is named.
"""
FILE = "robustness.json"
"""In the staged source of an edition that was explored, and in its folder."""


def load(project: Project) -> dict[str, dict[str, Sureness]]:
    """Return how sure each statement of the published edition is, or say that it was not explored as it stands."""
    folder, explore = project.editions / DEFAULT, f"run `{project.settings.command} explore`"
    built, path = load_built(folder), folder / "source" / FILE
    if built is None or not path.is_file() or built.id != load_edition(project, DEFAULT).id:
        raise UsageError(f"the published edition was not explored, or has changed since: {explore}")
    return dict(parse_json(read(path), str(path)))


def most_fragile_first(
    found: Mapping[str, Mapping[str, Sureness]],
) -> list[tuple[str, str, Sureness]]:
    """Return chapter, key and sureness of every statement: those that fewest of their states hold up come first."""
    every = [(slug, key, sure) for slug, of in found.items() for key, sure in of.items()]
    return sorted(every, key=lambda one: one[2]["holds"] / one[2]["of"])


def told(sure: Sureness) -> str:
    """Return how sure a statement is in words: ``holds in 61 of 63``."""
    many = "all" if sure["holds"] == sure["of"] else f"{sure['holds']} of"
    return f"holds in {many} {sure['of']}"


def specifications(sure: Sureness) -> str:
    """Return what was counted over many other runs, in words; empty where nothing was."""
    result = read_estimate(sure["specifications"]) if "specifications" in sure else None
    return f"{numbers.full(result)} {result.label}" if result else ""


def print_robustness(found: Mapping[str, Mapping[str, Sureness]]) -> None:
    """Print how sure each statement is as a table on standard output, the most fragile first."""
    every = most_fragile_first(found)
    firm = sum(sure["holds"] == sure["of"] for *_, sure in every)
    title = f"{len(every)} statements: {firm} hold in every state of their chapter, {len(every) - firm} do not"
    heads = ("statement", "in its states", "soonest overturned by", "because", "specifications")
    table = folding_table(*heads, title=title)
    for slug, key, sure in every:
        falls = (
            [sure["falls"][name] for name in ("words", "because")] if sure["falls"] else ["", ""]
        )
        table.add_row(f"{slug}:{key}", told(sure), *falls, specifications(sure))
    standard_output().print(table)
