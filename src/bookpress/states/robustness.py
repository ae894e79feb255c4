"""How certain the statements of the published edition are, according to its states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bookpress.book.project import Project
from bookpress.cite.record import load_built
from bookpress.edition.editions import load_edition
from bookpress.edition.files import DEFAULT
from bookpress.edition.sureness import (
    FILE,
    Sureness,
    is_firm,
    is_tested,
    specifications,
    sureness_in_words,
)
from bookpress.errors import UsageError
from bookpress.files import parse_json, read
from bookpress.terminal.tables import folding_table, standard_output


def load_sureness(project: Project) -> dict[str, dict[str, Sureness]]:
    """Return how certain each statement of the published edition is.

    Raise if it was not explored as it is now.
    """
    folder = project.editions / DEFAULT
    path = folder / "source" / FILE
    built = load_built(folder)
    is_unexplored = (
        built is None or not path.is_file() or built.id != load_edition(project, DEFAULT).id
    )
    if is_unexplored:
        explore = f"run `{project.settings.command} explore`"
        raise UsageError(f"the published edition was not explored, or has changed since: {explore}")
    return dict(parse_json(read(path), str(path)))


def most_fragile_first(
    sureness: Mapping[str, Mapping[str, Sureness]],
) -> list[tuple[str, str, Sureness]]:
    """Return chapter, key and certainty of every tested statement.

    Those that hold under the fewest choices come first.
    """
    statements = []
    for slug, chapter_statements in sureness.items():
        for key, sure in chapter_statements.items():
            if is_tested(sure):
                statements.append((slug, key, sure))
    return sorted(statements, key=_share)


def _share(statement: tuple[str, str, Sureness]) -> float:
    """Return the share of choices under which a statement holds."""
    _, _, sure = statement
    return float(sure["holds"] / sure["of"])


def print_robustness(sureness: Mapping[str, Mapping[str, Sureness]]) -> None:
    """Print how certain each statement is, as a table, most fragile first."""
    statements = most_fragile_first(sureness)
    firm = sum(is_firm(sure) for _, _, sure in statements)
    title = f"Statements that hold under every choice tried: {firm} of {len(statements)}"
    heads = ("statement", "how sure", "because", "specifications")
    table = folding_table(*heads, title=title)
    for slug, key, sure in statements:
        name = f"{slug}:{key}"
        because = _because(sure["falls"] or sure["pairs"])
        table.add_row(name, sureness_in_words(sure), because, specifications(sure))
    standard_output().print(table)


def _because(falls: Sequence[Mapping[str, Any]]) -> str:
    if falls:
        return str(falls[0]["because"])
    return ""
