"""How sure each statement is.

In how many states it holds, and which choice overturns it soonest.
"""

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

``holds`` of so many states ``of`` its chapter; ``falls`` under which single choice soonest, in
``words`` too, and why: the nearest to the published one that makes it false, else unknown, None
where none does; ``marks``: its sentences, in the shape of ``statements.json``;
``specifications``: the result of many other runs that hold it, where one is named.
"""
FILE = "robustness.json"
"""In the staged source of an edition that was explored, and in its folder."""


def load(project: Project) -> dict[str, dict[str, Sureness]]:
    """Return how sure each statement of the published edition is.

    Or say that it was not explored as it stands.
    """
    folder = project.editions / DEFAULT
    path = folder / "source" / FILE
    built = load_built(folder)
    if built is None or not path.is_file() or built.id != load_edition(project, DEFAULT).id:
        explore = f"run `{project.settings.command} explore`"
        raise UsageError(f"the published edition was not explored, or has changed since: {explore}")
    return dict(parse_json(read(path), str(path)))


def most_fragile_first(
    found: Mapping[str, Mapping[str, Sureness]],
) -> list[tuple[str, str, Sureness]]:
    """Return chapter, key and sureness of every statement.

    Those that fewest of their states hold up come first.
    """
    statements = []
    for slug, chapter_statements in found.items():
        for key, sure in chapter_statements.items():
            statements.append((slug, key, sure))
    return sorted(statements, key=_share)


def _share(statement: tuple[str, str, Sureness]) -> float:
    """Return the share of its states in which a statement holds."""
    _, _, sure = statement
    return float(sure["holds"] / sure["of"])


def told(sure: Sureness) -> str:
    """Return how sure a statement is in words: ``holds in 61 of 63``."""
    holds_in_all = sure["holds"] == sure["of"]
    many = "all" if holds_in_all else f"{sure['holds']} of"
    return f"holds in {many} {sure['of']}"


def specifications(sure: Sureness) -> str:
    """Return what was counted over many other runs, in words; empty where nothing was."""
    if "specifications" not in sure:
        return ""
    result = read_estimate(sure["specifications"])
    return f"{numbers.full(result)} {result.label}"


def print_robustness(found: Mapping[str, Mapping[str, Sureness]]) -> None:
    """Print how sure each statement is as a table on standard output, the most fragile first."""
    statements = most_fragile_first(found)
    firm = sum(sure["holds"] == sure["of"] for _, _, sure in statements)
    fragile = len(statements) - firm
    total = f"{len(statements)} statements"
    title = f"{total}: {firm} hold in every state of their chapter, {fragile} do not"
    heads = ("statement", "in its states", "soonest overturned by", "because", "specifications")
    table = folding_table(*heads, title=title)
    for slug, key, sure in statements:
        falls = sure["falls"] or {"words": "", "because": ""}
        name = f"{slug}:{key}"
        runs = specifications(sure)
        table.add_row(name, told(sure), falls["words"], falls["because"], runs)
    standard_output().print(table)
