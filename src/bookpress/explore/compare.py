"""Compare two editions: which results differ, by how much, and which parameters differ with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bookpress.book.chapters import nearest
from bookpress.book.edition_files import edition_names
from bookpress.book.editions import load_edition
from bookpress.book.project import Project
from bookpress.build.build import results_of
from bookpress.errors import PressError, UsageError
from bookpress.progress import Reporter, folding_table, standard_output
from bookpress.run.runner import RunOptions, failure, run_chapters

Results = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Side:
    """One of the two editions.

    Parameters
    ----------
    id, name, title : str
        What it is called.
    parameters : mapping
        Values, by chapter and name.
    results : mapping
        Results, by chapter and key.
    command : str
        The command that builds it again.
    """

    id: str
    name: str
    title: str
    parameters: Mapping[str, Mapping[str, Any]]
    results: Results
    command: str = ""

    @property
    def chapters(self) -> list[str]:
        """Slugs of its chapters."""
        return _both(self.parameters, self.results)


@dataclass(frozen=True)
class Change:
    """A result that is not the same in both editions.

    Parameters
    ----------
    chapter, key, label : str
        Which result.
    one, other : mapping or None
        The result in each edition; None where it does not exist.
    parameters : list of str
        Parameters of the chapter whose values differ; empty when the data or the code must be the cause.
    """

    chapter: str
    key: str
    label: str
    one: Mapping[str, Any] | None
    other: Mapping[str, Any] | None
    parameters: list[str]


@dataclass(frozen=True)
class Comparison:
    """What differs between two editions.

    Parameters
    ----------
    sides : tuple of Side
        The two editions.
    parameters : list of dict
        Values that differ: chapter, name, and the value in each edition.
    changes : list of Change
        Results that differ.
    same : int
        How many results are the same in both.
    only : tuple of list
        For each edition the chapters that only it has; nothing of them is compared.
    """

    sides: tuple[Side, Side]
    parameters: list[dict[str, Any]]
    changes: list[Change]
    same: int
    only: tuple[Sequence[str], Sequence[str]] = ((), ())

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as plain JSON."""
        return {
            "editions": [
                {"id": side.id, "name": side.name, "title": side.title, "only_here": list(only)}
                for side, only in zip(self.sides, self.only, strict=True)
            ],
            "parameters": self.parameters,
            "results": [asdict(change) for change in self.changes],
            "same": self.same,
        }

    def choices(self) -> list[dict[str, Any]]:
        """Return the values that differ, one row a change: name, both values, and the chapters that it reaches."""
        rows: dict[str, dict[str, Any]] = {}
        for row in self.parameters:
            key = json.dumps([row["name"], row["one"], row["other"]])
            rows.setdefault(key, {**row, "chapters": []})["chapters"].append(row["chapter"])
        return list(rows.values())


def compare_editions(project: Project, names: tuple[str, str], options: RunOptions, reporter: Reporter) -> Comparison:
    """Return what differs between two editions: named ones, brought up to date through the cache, or built ones.

    Parameters
    ----------
    project : Project
        The book.
    names : tuple of str
        Each a name, or the id of an edition that was built without one.
    options : RunOptions
        How to run what has changed.
    reporter : Reporter
        Told how it goes.

    Raises
    ------
    UsageError
        If there is no such edition; nothing is run then.
    PressError
        If a chapter fails.
    """
    known = [*edition_names(project), *project.built]
    problems = [
        f"no edition {name!r}, by name or by the id of a built one{nearest(name, list(dict.fromkeys(known)))}"
        for name in names
        if name not in known
    ]
    if problems:
        raise UsageError.listing(problems)
    one, other = (side_of(project, name, options, reporter) for name in names)
    return compare(one, other)


def side_of(project: Project, name: str, options: RunOptions, reporter: Reporter) -> Side:
    """Return one side of a comparison."""
    if name not in edition_names(project):
        return _built_side(project, name)
    edition = load_edition(project, name)
    outcome = run_chapters(project, edition, options, reporter)
    if outcome.errors:
        raise failure(project, outcome.errors)
    results = results_of(outcome.runs)
    values = {slug: dict(chosen) for slug, chosen in edition.values.items()}
    return Side(edition.id, name, edition.title, values, results, edition.command)


def _built_side(project: Project, name: str) -> Side:
    folder = project.editions / name
    try:
        record = json.loads((folder / "edition.json").read_text(encoding="utf-8"))
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PressError(f"{folder} is damaged: {error}; build it again") from error
    return Side(record["id"], record["name"], record["title"], record["parameters"], results, record["command"])


def compare(one: Side, other: Side) -> Comparison:
    """Return what differs between two editions in the chapters that both have, in the order of the first."""
    shared = [slug for slug in one.chapters if slug in other.chapters]
    parameters: list[dict[str, Any]] = [
        {"chapter": slug, "name": name, "one": first, "other": second}
        for slug in shared
        for name in _both(one.parameters.get(slug, {}), other.parameters.get(slug, {}))
        if (first := one.parameters.get(slug, {}).get(name)) != (second := other.parameters.get(slug, {}).get(name))
    ]
    changes, same = [], 0
    for slug in shared:
        differing = [row["name"] for row in parameters if row["chapter"] == slug]
        for key in _both(one.results.get(slug, {}), other.results.get(slug, {})):
            first, second = (side.results.get(slug, {}).get(key) for side in (one, other))
            if first == second:
                same += 1
            else:
                label = str((first or second or {}).get("label", ""))
                changes.append(Change(slug, key, label, first, second, differing))
    only = [[slug for slug in side.chapters if slug not in shared] for side in (one, other)]
    return Comparison((one, other), parameters, changes, same, (only[0], only[1]))


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the keys of both, in the order of the first, then the rest."""
    return list(dict.fromkeys([*one, *other]))


def worded(result: Mapping[str, Any] | None) -> str:
    """Return a result in a few characters: value, interval, counts.

    Examples
    --------
    >>> worded({"value": 0.64, "low": 0.53, "high": 0.73, "k": 55, "n": 86, "unit": "share"})
    '64% [53, 73], 55 of 86'
    >>> worded({"value": 5.7, "low": None, "high": None, "k": None, "n": None, "unit": "months"})
    '5.7 months'
    >>> worded(None)
    'not recorded'
    """
    if result is None:
        return "not recorded"
    if result["value"] is None:
        return "no value"
    share = result["unit"] == "share"
    unit = "" if share or result["unit"] in {"", "count", "year", "ratio"} else f" {result['unit']}"
    text = f"{100 * result['value']:.3g}%" if share else f"{result['value']:.4g}{unit}"
    if result.get("low") is not None:
        low, high = (100 * result[bound] if share else result[bound] for bound in ("low", "high"))
        text += f" [{low:.3g}, {high:.3g}]"
    if result.get("k") is not None and result.get("n") is not None:
        text += f", {result['k']} of {result['n']}"
    return text


def print_comparison(comparison: Comparison) -> None:
    """Print what differs, as tables on standard output."""
    console = standard_output()
    one, other = comparison.sides
    for side, slugs in zip(comparison.sides, comparison.only, strict=True):
        if slugs:
            console.print(f"Not compared, only in {side.name}: {', '.join(slugs)}", highlight=False)
    if comparison.parameters:
        table = folding_table("parameter", one.name, other.name, "chapters", title="Parameters that differ")
        for row in comparison.choices():
            table.add_row(row["name"], json.dumps(row["one"]), json.dumps(row["other"]), ", ".join(row["chapters"]))
        console.print(table)
    if not comparison.changes:
        console.print(f"All {comparison.same} results are the same.", highlight=False)
        return
    title = f"{len(comparison.changes)} results differ, {comparison.same} are the same"
    table = folding_table("chapter", "result", one.name, other.name, "with", title=title)
    for change in comparison.changes:
        cause = ", ".join(change.parameters) or "other data or code"
        table.add_row(change.chapter, change.key, worded(change.one), worded(change.other), cause)
    console.print(table)
