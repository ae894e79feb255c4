"""Compare two editions: which results differ, by how much, which statements, and which parameters with them."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bookpress.book.editions import edition_names, load_edition
from bookpress.book.project import Project
from bookpress.book.renamed import Renamed, load_renamed, under_present_names, values_now
from bookpress.build.staging import results_of
from bookpress.build.statements import standings
from bookpress.chapter import number_formats as numbers
from bookpress.chapter.estimates import Estimate, read_estimate
from bookpress.chapter.statements import WORDS
from bookpress.errors import PressError, UsageError, nearest
from bookpress.progress import Reporter, folding_table, standard_output
from bookpress.run import processes
from bookpress.run.runner import RunOptions, failure, run_chapters


@dataclass(frozen=True)
class Side:
    """One of the two editions; by chapter and name, as ``edition.json``, ``results.json`` and ``statements.json``."""

    id: str
    name: str
    title: str
    parameters: Mapping[str, Mapping[str, Any]]
    results: Mapping[str, Mapping[str, Mapping[str, Any]]]
    command: str = ""
    statements: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """A statement that stands on another side in the other edition; None where an edition lacks it."""

    chapter: str
    key: str
    one: Mapping[str, Any] | None
    other: Mapping[str, Any] | None

    @property
    def words(self) -> list[str]:
        """How it stands in each edition, with the reason."""
        sides = (self.one, self.other)
        return [
            f"{WORDS[side['holds']]}: {side['because']}" if side else "not recorded"
            for side in sides
        ]

    @property
    def sentences(self) -> list[str]:
        """The sentences that rest on it."""
        return list(
            dict.fromkeys(
                mark["sentence"] for mark in (self.one or self.other or {}).get("marks", ())
            )
        )


@dataclass(frozen=True)
class Change:
    """A result that differs, None where an edition lacks it; with the chapter's parameters that do, if any."""

    chapter: str
    key: str
    label: str
    one: Mapping[str, Any] | None
    other: Mapping[str, Any] | None
    parameters: list[str]

    @property
    def results(self) -> list[Estimate | None]:
        """The result in each edition."""
        return [read_estimate(found) if found else None for found in (self.one, self.other)]

    @property
    def size(self) -> tuple[str, str]:
        """Its direction (``"up"``, ``"down"``, ``"level"``; empty where that cannot be said), and how far in words."""
        one, other = self.results
        if one is None or other is None or one.value is None or other.value is None:
            return "", "no comparison"
        if one.unit != other.unit:
            return "", "other unit"
        if one.value == other.value:
            return "level", "same value"
        return "up" if other.value > one.value else "down", numbers.difference(
            one.value, other.value, one.unit
        )


@dataclass(frozen=True)
class Comparison:
    """What differs between two editions: values of parameters, and results; so many results are the `same`."""

    sides: tuple[Side, Side]
    parameters: list[dict[str, Any]]
    changes: list[Change]
    same: int
    turns: list[Turn] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as plain JSON."""
        return {
            "editions": [
                {"id": side.id, "name": side.name, "title": side.title} for side in self.sides
            ],
            "parameters": self.parameters,
            "results": [asdict(change) for change in self.changes],
            "same": self.same,
            "statements": [asdict(turn) for turn in self.turns],
        }


def by_choice(rows: Iterable[Mapping[str, Any]], *values: str) -> list[dict[str, Any]]:
    """Return one row for all that have the same name and values, with the ``chapters`` of all."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = json.dumps([row[name] for name in ("name", *values)])
        found.setdefault(key, {**row, "chapters": []})["chapters"].append(row["chapter"])
    return list(found.values())


def sides(
    project: Project,
    names: Sequence[str],
    options: RunOptions,
    reporter: Reporter,
    changes: Sequence[str] = (),
) -> list[Side]:
    """Return editions by name, brought up to date through the cache, or built ones by id.

    The last takes other values, ``NAME=VALUE``. Of several the first is without what a reader laid over the evidence.
    """
    known = list(dict.fromkeys([*edition_names(project), *project.built]))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            *(
                f"no edition {name!r}, by name or by the id of a built one{nearest(name, known)}"
                for name in unknown
            )
        )
    *firsts, last = names
    with as_shipped(project) as shipped:
        found = [_side(shipped, name, options, reporter) for name in firsts]
    return [*found, _side(project, last, options, reporter, changes)]


@contextmanager
def as_shipped(project: Project) -> Iterator[Project]:
    """Give the book with its evidence as it ships, where a reader laid something over it."""
    if not project.own_rows:
        yield project
        return
    with tempfile.TemporaryDirectory(dir=processes.scratch()) as home:
        own = shutil.ignore_patterns(project.settings.own)
        shutil.copytree(
            project.data, home, copy_function=os.symlink, ignore=own, dirs_exist_ok=True
        )
        yield replace(project, data=Path(home))


def _side(
    project: Project,
    name: str,
    options: RunOptions,
    reporter: Reporter,
    changes: Sequence[str] = (),
) -> Side:
    if name not in edition_names(project) and not changes:
        return _built_side(project.editions / name, load_renamed(project))
    edition = load_edition(project, name, changes)
    outcome = run_chapters(project, edition, options, reporter)
    if outcome.errors:
        raise failure(project, outcome.errors)
    values = {slug: dict(chosen) for slug, chosen in edition.values.items()}
    statements = standings(project, edition, outcome.runs)
    results = results_of(outcome.runs)
    return Side(
        edition.id, edition.folder, edition.title, values, results, edition.command, statements
    )


def _built_side(folder: Path, table: Renamed) -> Side:
    """Return an edition as it was built: an older one too under the names of today."""
    try:
        record, results, statements = (
            json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            for name in ("edition", "results", "statements")
        )
    except (OSError, ValueError) as error:
        raise PressError(f"{folder} is damaged: {error}; build it again") from error
    facts = {name: record[name] for name in ("id", "name", "title", "command")}
    return Side(
        **facts,
        parameters=values_now(table, record["parameters"]),
        results=under_present_names(table, "results", results),
        statements=under_present_names(table, "statements", statements),
    )


def compare(one: Side, other: Side) -> Comparison:
    """Return what differs between two editions, in the order of the first."""
    parameters: list[dict[str, Any]] = [
        {"chapter": slug, "name": name, "one": first, "other": second}
        for slug, name, first, second in _pairs(one.parameters, other.parameters)
        if first != second and slug in one.parameters and slug in other.parameters
    ]
    causes = {
        row["chapter"]: [each["name"] for each in parameters if each["chapter"] == row["chapter"]]
        for row in parameters
    }
    results = list(_pairs(one.results, other.results))
    changes = [
        Change(
            slug,
            key,
            str((first or second or {}).get("label", "")),
            first,
            second,
            causes.get(slug, []),
        )
        for slug, key, first, second in results
        if first != second
    ]
    turns = [
        Turn(slug, key, first, second)
        for slug, key, first, second in _pairs(one.statements, other.statements)
        if not (first and second and first["holds"] is second["holds"])
    ]
    return Comparison((one, other), parameters, changes, len(results) - len(changes), turns)


def _pairs(
    one: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield chapter, name and both values of all that stands in either, in the order of the first."""
    for slug in dict.fromkeys([*one, *other]):
        first, second = one.get(slug, {}), other.get(slug, {})
        for name in dict.fromkeys([*first, *second]):
            yield slug, name, first.get(name), second.get(name)


def print_comparison(comparison: Comparison) -> None:
    """Print what differs, as tables on standard output."""
    console = standard_output()
    names = [side.name for side in comparison.sides]
    if comparison.parameters:
        table = folding_table("parameter", *names, "chapters", title="Parameters that differ")
        for row in by_choice(comparison.parameters, "one", "other"):
            table.add_row(
                row["name"],
                json.dumps(row["one"]),
                json.dumps(row["other"]),
                ", ".join(row["chapters"]),
            )
        console.print(table)
    if comparison.turns:
        table = folding_table(
            "statement", *names, title=f"{len(comparison.turns)} statements changed side"
        )
        for turn in comparison.turns:
            table.add_row(f"{turn.chapter}:{turn.key}", *turn.words)
        console.print(table)
    if not comparison.changes:
        console.print(f"All {comparison.same} results are the same.", highlight=False)
        return
    title = f"{len(comparison.changes)} results differ, {comparison.same} are the same"
    table = folding_table("chapter", "result", *names, "change", "with", title=title)
    for change in comparison.changes:
        values = [numbers.full(result) if result else "not recorded" for result in change.results]
        words = {"up": "+ ", "down": "- "}.get(change.size[0], "") + change.size[1]
        table.add_row(
            change.chapter,
            change.key,
            *values,
            words,
            ", ".join(change.parameters) or "other data or code",
        )
    console.print(table)
