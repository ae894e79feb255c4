"""How sure each statement is: in how many states it holds, and which choice overturns it soonest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bookpress.book import number_formats as numbers
from bookpress.book.editions import DEFAULT, load_edition
from bookpress.book.parameters import Value
from bookpress.book.project import Project
from bookpress.book.results import Result
from bookpress.book.statements import WORDS, Comparison
from bookpress.errors import PressError, UsageError
from bookpress.progress import folding_table, standard_output

Sureness = Mapping[str, Any]
"""How sure a statement is; see `tally`."""
FILE = "robustness.json"
"""In the staged source of an edition that was explored, and in its folder."""


@dataclass(frozen=True)
class Verdicts:
    """What one state says of the statements of a chapter; `steps` is how far its choice lies from the published one."""

    choice: Mapping[str, Value]
    steps: int
    found: Mapping[str, Comparison]


def tally(
    published: Mapping[str, Mapping[str, Mapping[str, Any]]],
    states: Mapping[str, Sequence[Verdicts]],
    shares: Mapping[str, Result],
) -> dict[str, dict[str, Sureness]]:
    """Return how sure each statement is, by chapter and key.

    ``holds`` of so many states ``of`` its chapter; ``falls`` under which single choice soonest, and why: the nearest to
    the published one that makes it false, else unknown, None where none does; ``marks``: its sentences, as `published`
    has them, in the shape of ``statements.json``. `shares` count, for a statement by its full name, many other runs.
    """
    return {
        slug: {
            key: {**_sureness(key, states[slug], shares.get(f"{slug}:{key}")), "marks": one["marks"]}
            for key, one in found.items()
        }
        for slug, found in published.items()
        if slug in states
    }


def _sureness(key: str, states: Sequence[Verdicts], share: Result | None) -> dict[str, Any]:
    unknown = Comparison(None, "it is not recorded")
    fallen = [(one, found) for one in states if (found := one.found.get(key, unknown)).holds is not True]
    single = [(one, found) for one, found in fallen if len(one.choice) == 1]
    soonest = min(single, key=lambda pair: (pair[1].holds is None, pair[0].steps), default=None)
    sure: dict[str, Any] = {"holds": len(states) - len(fallen), "of": len(states), "falls": None}
    if soonest:
        one, found = soonest
        because = f"{WORDS[found.holds]}: {found.because}"
        sure["falls"] = {"choice": dict(one.choice), "words": in_words(one.choice), "because": because}
    return {**sure, "specifications": share.model_dump()} if share else sure


def in_words(choice: Mapping[str, Value]) -> str:
    """Return a choice as people say it."""
    return " and ".join(f"{name.replace('_', ' ')} {numbers.setting(value)}" for name, value in choice.items())


def load(project: Project) -> dict[str, dict[str, Sureness]]:
    """Return how sure each statement of the published edition is, as it was explored.

    Raises
    ------
    UsageError
        If it was not, or has changed since.
    """
    folder, edition = project.editions / DEFAULT, load_edition(project, DEFAULT)
    explore = f"run `{project.settings.command} explore`"
    try:
        built = json.loads((folder / "edition.json").read_text("utf-8"))["id"]
        found: dict[str, dict[str, Sureness]] = json.loads((folder / "source" / FILE).read_text("utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"the published edition was not explored: {explore}") from error
    except (OSError, ValueError, KeyError) as error:
        raise PressError(f"{folder} is damaged: {error}; {explore}") from error
    if built != edition.id:
        raise UsageError(f"the published edition has changed since it was explored: {explore}")
    return found


def most_fragile_first(found: Mapping[str, Mapping[str, Sureness]]) -> Iterator[tuple[str, str, Sureness]]:
    """Yield chapter, key and sureness of every statement: those that fewest of their states hold up come first."""
    every = [(slug, key, sure) for slug, of in found.items() for key, sure in of.items()]
    yield from sorted(every, key=lambda one: one[2]["holds"] / one[2]["of"])


def told(sure: Sureness) -> str:
    """Return how sure a statement is in words: ``holds in 61 of 63``."""
    many = "all" if sure["holds"] == sure["of"] else f"{sure['holds']} of"
    return f"holds in {many} {sure['of']}"


def specifications(sure: Sureness) -> str:
    """Return what was counted over many other runs, in words; empty where nothing was."""
    if "specifications" not in sure:
        return ""
    result = Result.model_validate(sure["specifications"])
    return f"{numbers.full(result)} {result.label}"


def print_robustness(found: Mapping[str, Mapping[str, Sureness]]) -> None:
    """Print how sure each statement is as a table on standard output, the most fragile first."""
    every = list(most_fragile_first(found))
    firm = sum(sure["holds"] == sure["of"] for *_, sure in every)
    title = f"{len(every)} statements: {firm} hold in every state of their chapter, {len(every) - firm} do not"
    heads = ("statement", "in its states", "soonest overturned by", "because", "specifications")
    table = folding_table(*heads, title=title)
    for slug, key, sure in every:
        falls = sure["falls"] or {"words": "", "because": ""}
        table.add_row(f"{slug}:{key}", told(sure), falls["words"], falls["because"], specifications(sure))
    standard_output().print(table)
