"""Compares two editions.

It finds which results differ and by how much, which statements have another verdict, and which
parameters differ with them.
"""

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

from rich.table import Table

from bookpress.assembly.page_files import page_files
from bookpress.assembly.staging import results_of
from bookpress.assembly.statements import edition_statements
from bookpress.book.project import Project
from bookpress.book.renamed import Renamed, load_renamed, under_present_names, values_now
from bookpress.edition.editions import Edition, load_edition
from bookpress.edition.files import edition_names
from bookpress.errors import PressError, UsageError, nearest, with_noun
from bookpress.run import processes
from bookpress.run.runner import RunOptions, failure, run_chapters
from bookpress.terminal.messages import note
from bookpress.terminal.tables import folding_table, standard_output
from holdtrue import number_formats as numbers
from holdtrue.comparisons.base import WORDS
from holdtrue.estimates import Estimate, read_estimate

RECORDED = ("id", "name", "title", "command", "parameters", "parts")
"""What the record of a built edition has, at least."""


@dataclass(frozen=True)
class Side:
    """One of the two editions.

    Its fields are by chapter and name, as in ``edition.json``, ``results.json`` and
    ``statements.json``.
    """

    id: str
    name: str
    title: str
    parameters: Mapping[str, Mapping[str, Any]]
    results: Mapping[str, Mapping[str, Mapping[str, Any]]]
    command: str = ""
    statements: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    own_rows: str = ""
    outputs: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict, repr=False)
    """What chapters without results show, if they were run for the comparison."""


@dataclass(frozen=True)
class Reversal:
    """A statement with another verdict in the other edition.

    A side is None if that edition lacks the statement.
    """

    chapter: str
    key: str
    one: Mapping[str, Any] | None
    other: Mapping[str, Any] | None

    @property
    def words(self) -> list[str]:
        """The verdict in each edition, with the reason."""
        return [_standing_words(self.one), _standing_words(self.other)]

    @property
    def sentences(self) -> list[str]:
        """The sentences that rest on it."""
        side = self.one or self.other or {}
        sentences = [mark["sentence"] for mark in side.get("marks", ())]
        return list(dict.fromkeys(sentences))


def _standing_words(side: Mapping[str, Any] | None) -> str:
    if not side:
        return "not recorded"
    return f"{WORDS[side['holds']]}: {side['because']}"


@dataclass(frozen=True)
class ChangedResult:
    """A result that differs; a side is None if that edition lacks it.

    It lists possible causes: parameters of the chapter, and the reader's own rows.
    """

    chapter: str
    key: str
    label: str
    one: Mapping[str, Any] | None
    other: Mapping[str, Any] | None
    parameters: list[str]
    own_rows: str = ""

    @property
    def cause(self) -> str:
        """The possible cause."""
        rows = [f"own rows ({self.own_rows})"] if self.own_rows else []
        return ", ".join([*self.parameters, *rows]) or "other data or code"

    @property
    def results(self) -> list[Estimate | None]:
        """The result in each edition."""
        sides = (self.one, self.other)
        return [read_estimate(side) if side else None for side in sides]

    @property
    def size(self) -> tuple[str, str]:
        """The direction, and the difference in words.

        The direction is ``"up"``, ``"down"`` or ``"level"``; empty if it cannot be determined.
        """
        one, other = self.results
        if one is None or other is None or one.value is None or other.value is None:
            return "", "no comparison"
        units = {one.unit, other.unit} - {""}  # a whole number is a count, another has no unit
        if len(units) > 1:
            return "", "other unit"
        if one.value == other.value:
            same = ("low", "high", "range", "k", "n")
            is_alike = all(getattr(one, name) == getattr(other, name) for name in same)
            return "level", "only the label" if is_alike else "same value"
        direction = "up" if other.value > one.value else "down"
        return direction, numbers.difference(one.value, other.value, "".join(units))


@dataclass(frozen=True)
class EditionComparison:
    """The values of parameters and the results that differ between two editions.

    `same` is the number of results that do not.
    """

    sides: tuple[Side, Side]
    parameters: list[dict[str, Any]]
    changes: list[ChangedResult]
    same: int
    turns: list[Reversal] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as plain JSON."""
        editions = [{"id": side.id, "name": side.name, "title": side.title} for side in self.sides]
        return {
            "editions": editions,
            "parameters": self.parameters,
            "results": [asdict(change) for change in self.changes],
            "same": self.same,
            "statements": [asdict(turn) for turn in self.turns],
        }


def by_choice(rows: Iterable[Mapping[str, Any]], *values: str) -> list[dict[str, Any]]:
    """Return one row for all with the same name and values, with the ``chapters`` of all."""
    merged: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = json.dumps([row[name] for name in ("name", *values)])
        if key not in merged:
            merged[key] = {**row, "chapters": []}
        merged[key]["chapters"].append(row["chapter"])
    return list(merged.values())


def sides(
    project: Project,
    names: Sequence[str],
    options: RunOptions,
    changes: Sequence[str] = (),
) -> list[Side]:
    """Return editions by name, brought up to date through the cache, or built ones by id.

    The last one takes other values, ``NAME=VALUE``. Of several, the others are without the reader's
    own rows.
    """
    named = edition_names(project)
    editions = list(dict.fromkeys([*named, *project.built]))
    problems = [
        f"no edition {name!r}, by name or by the id of a built one{nearest(name, editions)}"
        for name in names
        if name not in named and project.built_folder(name) is None
    ]
    if problems:
        raise UsageError(*problems)
    *firsts, last = names
    with as_shipped(project) as shipped:
        first_sides = [_side(shipped, name, options) for name in firsts]
    last_side = _side(project, last, options, changes)
    return [*first_sides, last_side]


@contextmanager
def as_shipped(project: Project) -> Iterator[Project]:
    """Yield the book with its evidence as published, without a reader's own rows."""
    if not project.own_rows:
        yield project
        return
    own = shutil.ignore_patterns(project.settings.own)
    with tempfile.TemporaryDirectory(dir=processes.scratch()) as home:
        shutil.copytree(
            project.data, home, copy_function=os.symlink, ignore=own, dirs_exist_ok=True
        )
        yield replace(project, data=Path(home))


def _side(
    project: Project,
    name: str,
    options: RunOptions,
    changes: Sequence[str] = (),
) -> Side:
    folder = project.built_folder(name)
    if folder and name not in edition_names(project) and not changes:
        return _built_side(folder, load_renamed(project))
    return side_of(project, load_edition(project, name, changes), options)


def side_of(project: Project, edition: Edition, options: RunOptions) -> Side:
    """Return an edition, brought up to date through the cache."""
    outcome = run_chapters(project, edition, replace(options, as_stored=True))
    if outcome.errors:
        problem = failure(project, outcome.errors)
        if project.settings.strict:
            raise problem
        note(str(problem))
    return Side(
        id=edition.id,
        name=edition.folder,
        title=edition.title,
        parameters={slug: dict(values) for slug, values in edition.values.items()},
        results=results_of(outcome.runs),
        command=edition.command,
        statements=edition_statements(page_files(project, edition), edition, outcome.runs),
        own_rows=project.own_rows,
        outputs={
            slug: run.executed.outputs for slug, run in outcome.runs.items() if not run.results
        },
    )


def _built_side(folder: Path, table: Renamed) -> Side:
    """Return a built edition, under present names even if it is older."""
    record, results, statements = read_built(folder)
    return Side(
        id=record["id"],
        name=record["name"],
        title=record["title"],
        command=record["command"],
        parameters=values_now(table, record["parameters"]),
        results=under_present_names(table, "results", results),
        statements=under_present_names(table, "statements", statements),
    )


def read_built(folder: Path) -> list[dict[str, Any]]:
    """Return the record, the results and the statements of a built edition.

    Raise if it is damaged, or was built by a press that recorded less.
    """
    files = [folder / name for name in ("edition.json", "results.json", "statements.json")]
    try:
        contents = [json.loads(file.read_bytes()) for file in files]
    except (OSError, ValueError) as error:
        raise PressError(f"{folder} is damaged: {error}; build it again") from error
    record = contents[0] if all(isinstance(each, dict) for each in contents) else {}
    missing = [name for name in RECORDED if name not in record]
    if missing:
        lack = f"its edition.json has no {', '.join(missing)}"
        raise PressError(f"{folder} is damaged: {lack}; build it again")
    return contents


def compare(one: Side, other: Side) -> EditionComparison:
    """Return what differs between two editions, in the order of the first."""
    parameters = _parameter_differences(one, other)
    causes: dict[str, list[str]] = {}
    for row in parameters:
        causes.setdefault(row["chapter"], []).append(row["name"])
    results = list(_pairs(one.results, other.results))
    own_rows = other.own_rows if other.own_rows != one.own_rows else ""
    changes = []
    for slug, key, first, second in results:
        if first != second:
            label = str((first or second or {}).get("label", ""))
            names = causes.get(slug, [])
            changes.append(ChangedResult(slug, key, label, first, second, names, own_rows))
    turns = []
    for slug, key, first, second in _pairs(one.statements, other.statements):
        is_same = first and second and first["holds"] is second["holds"]
        if not is_same:
            turns.append(Reversal(slug, key, first, second))
    same = len(results) - len(changes)
    return EditionComparison((one, other), parameters, changes, same, turns)


def _parameter_differences(one: Side, other: Side) -> list[dict[str, Any]]:
    """Return a row for each parameter whose values differ, in chapters that both sides have."""
    rows: list[dict[str, Any]] = []
    for slug, name, first, second in _pairs(one.parameters, other.parameters):
        in_both = slug in one.parameters and slug in other.parameters
        if in_both and first != second:
            rows.append({"chapter": slug, "name": name, "one": first, "other": second})
    return rows


def _pairs(
    one: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield chapter, name and both values of everything in either side, in the first's order."""
    for slug in dict.fromkeys([*one, *other]):
        first = one.get(slug, {})
        second = other.get(slug, {})
        for name in dict.fromkeys([*first, *second]):
            yield slug, name, first.get(name), second.get(name)


def print_comparison(comparison: EditionComparison) -> None:
    """Print what differs, as tables on standard output."""
    console = standard_output()
    if comparison.parameters:
        console.print(_parameter_table(comparison))
    if comparison.turns:
        console.print(_turn_table(comparison))
    if comparison.changes:
        console.print(_change_table(comparison))
    elif comparison.same:
        console.print(f"Results that differ: none of {comparison.same}", highlight=False)
    else:
        note("neither edition has results to compare: no prose quotes a number as {result}`name`")


def _parameter_table(comparison: EditionComparison) -> Table:
    names = [side.name for side in comparison.sides]
    table = folding_table("parameter", *names, "chapters", title="Parameters that differ")
    for row in by_choice(comparison.parameters, "one", "other"):
        first = json.dumps(row["one"])
        second = json.dumps(row["other"])
        table.add_row(row["name"], first, second, ", ".join(row["chapters"]))
    return table


def _turn_table(comparison: EditionComparison) -> Table:
    names = [side.name for side in comparison.sides]
    title = f"{with_noun(len(comparison.turns), 'statement')} changed side"
    table = folding_table("statement", *names, title=title)
    for turn in comparison.turns:
        table.add_row(f"{turn.chapter}:{turn.key}", *turn.words)
    return table


def _change_table(comparison: EditionComparison) -> Table:
    names = [side.name for side in comparison.sides]
    changed = len(comparison.changes)
    title = f"{with_noun(changed, 'result')} of {changed + comparison.same} changed"
    table = folding_table("chapter", "result", *names, "change", "with", title=title)
    signs = {"up": "+ ", "down": "- "}
    for change in comparison.changes:
        values = [numbers.full(result) if result else "not recorded" for result in change.results]
        direction, distance = change.size
        is_factor = distance.startswith(("×", "÷"))  # which says the direction itself
        words = distance if is_factor else signs.get(direction, "") + distance
        table.add_row(change.chapter, change.key, *values, words, change.cause)
    return table
