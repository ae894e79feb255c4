"""Sweeps: a chapter under every combination of values, as one table.

Every finished run goes to the cache of runs at once, so that an interrupted sweep continues where
it was, and runs of a build are not repeated.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookpress.assembly.statements import statements_of
from bookpress.book.chapters import Chapter, named_chapters
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.chapter.types.allowed import Value, as_text
from bookpress.edition.assignments import Assignment, beside, hits_of, notes_on, parse_assignments
from bookpress.edition.files import DEFAULT
from bookpress.edition.fingerprint import Fingerprint
from bookpress.errors import UsageError, collecting
from bookpress.files import canonical, check_writable, harmless, replace_file, sha256
from bookpress.run.cache import Run
from bookpress.run.runner import RunOptions
from bookpress.states.sweeps.grid import combinations, grid_option, present_grid, values_to_try
from bookpress.states.sweeps.tasks import Task, run_all, values_of
from bookpress.terminal.messages import note

if TYPE_CHECKING:
    import pandas as pd

RESULT_COLUMNS = ("key", "value", "low", "high", "range", "k", "n", "unit", "label")
TAKEN = ("run", *RESULT_COLUMNS)
"""The columns of a table that are no parameters."""
TYPES = {
    "run": "int64",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "range": "str",
    "k": "Int64",
    "n": "Int64",
}
KINDS = {
    "boolean": "boolean",
    "floating": "float64",
    "integer": "Int64",
    "mixed-integer-float": "float64",
    "string": "str",
}
"""The type of a column, by what pandas infers of the values of a parameter."""


@dataclass(frozen=True)
class Plan:
    """A valid sweep: the `usual` values of a chapter, and those tried instead of some of them."""

    chapter: Chapter
    usual: Mapping[str, Value]
    tried: Mapping[str, Sequence[Value]]
    command: str

    @property
    def varied(self) -> list[str]:
        """The parameters that vary."""
        return [*self.tried]

    @cached_property
    def sets(self) -> list[dict[str, Value]]:
        """Every combination, as complete values of the chapter."""
        return combinations(self.tried, self.usual)

    @cached_property
    def tasks(self) -> list[Task]:
        """The runs, each with a label: ``year=2010 side=left``."""
        tasks = []
        for values in self.sets:
            label = " ".join(f"{name}={as_text(values[name])}" for name in self.varied)
            tasks.append(Task(self.chapter, values, label))
        return tasks


@dataclass(frozen=True)
class Sweep:
    """A finished sweep: runs and errors by their position in the plan; `fresh` ones ran now."""

    plan: Plan
    folder: Path
    runs: dict[int, Run]
    fresh: int
    errors: dict[int, str]

    @property
    def tables(self) -> list[Path]:
        """The table of results, as Parquet and as CSV."""
        return [self.folder / "results.parquet", self.folder / "results.csv"]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each result of each combination.

        It has the values that vary, then the result.
        """
        return self._rows(lambda run: run.results)

    @cached_property
    def statement_rows(self) -> list[dict[str, Any]]:
        """A row for each statement, with the reason.

        Its value is 1 if it holds, 0 if it does not, None if it is unknown.
        """
        return self._rows(_statement_results)

    def _rows(
        self, results_in: Callable[[Run], Mapping[str, Mapping[str, Any]]]
    ) -> list[dict[str, Any]]:
        rows = []
        for place, run in sorted(self.runs.items()):
            values = self.plan.sets[place]
            varied = {column_of(name): values[name] for name in self.plan.varied}
            for key, result in results_in(run).items():
                columns = {column: result.get(column) for column in RESULT_COLUMNS[1:]}
                rows.append({"run": place + 1, **varied, "key": key, **columns})
        return rows

    @cached_property
    def statements(self) -> list[dict[str, Any]]:
        """How often each statement holds.

        Its key, the number of runs in which it holds, does not, and is unknown, and the share of
        the first.
        """
        values_by_key: dict[str, list[float | None]] = {}
        for row in self.statement_rows:
            values_by_key.setdefault(row["key"], []).append(row["value"])
        return [_counted(key, values) for key, values in values_by_key.items()]

    @property
    def keys(self) -> list[str]:
        """The results that have a value, in the order they were published."""
        keys = [row["key"] for row in self.rows if row["value"] is not None]
        return list(dict.fromkeys(keys))


def column_of(parameter: str) -> str:
    """Return the column of a parameter: its name, unless another column has it."""
    return f"parameter_{parameter}" if parameter in TAKEN else parameter


def _statement_results(run: Run) -> dict[str, dict[str, Any]]:
    """Return the statements of a run in the form of results."""
    results = {}
    for key, statement in statements_of(run).items():
        value = None if statement.holds is None else float(statement.holds)
        results[key] = {"value": value, "unit": "statement", "label": statement.because}
    return results


def _counted(key: str, values: list[float | None]) -> dict[str, Any]:
    holds = values.count(1.0)
    return {
        "key": key,
        "holds": holds,
        "does_not": values.count(0.0),
        "unknown": values.count(None),
        "share": holds / len(values),
    }


def plan_sweep(
    project: Project,
    slug: str,
    grid: Mapping[str, Sequence[Any]],
    options: Sequence[str] = (),
    base: str = DEFAULT,
) -> Plan:
    """Return a valid sweep, or raise one error with all its faults.

    Nothing is run yet.
    """
    book = discover(project)
    [chapter] = named_chapters(book, [slug])
    grid, problems = _of_chapter(grid, slug)
    assignments, _ = parse_assignments(options)
    asked = {assignment.name for assignment in assignments}
    usual = {parameter.name: parameter.default for parameter in chapter.parameters}
    with collecting(problems):
        _, usual = values_of(project, book, slug, options, base)
    both = sorted(asked & set(grid))
    problems += [f"{name} is set with -p and varied with -g: choose one" for name in both]
    named = [Assignment(None, name, None) for name in dict.fromkeys([*sorted(asked), *grid])]
    if not problems:
        hits = [(assignment, hits_of(assignment, [chapter])) for assignment in named]
        problems += beside(hits)
    tried = values_to_try(chapter, present_grid(chapter, grid, usual), problems)
    if problems:
        raise UsageError(*problems)
    varied_names = [assignment for assignment in named if assignment.name in grid]
    for words in notes_on(varied_names, [chapter]):
        note(words)
    grid_words = [grid_option(name, values) for name, values in tried.items()]
    flags = _flags(chapter, tried, options, base)
    command = " ".join([project.settings.command, "sweep", slug, *grid_words, *flags])
    return Plan(chapter, usual, tried, command)


def _of_chapter(
    grid: Mapping[str, Sequence[Any]], slug: str
) -> tuple[dict[str, Sequence[Any]], list[str]]:
    """Return a grid with ``name`` for ``chapter.name``, and what is given under both."""
    both = [name for name in grid if f"{slug}.{name}" in grid]
    problems = [f"{name} and {slug}.{name} are one parameter: give only {name}" for name in both]
    return {label.removeprefix(f"{slug}."): values for label, values in grid.items()}, problems


def _flags(chapter: Chapter, varied: Iterable[str], options: Iterable[str], base: str) -> list[str]:
    """Return the options of a sweep's command besides its grid, quoted for a shell.

    An option for one end of a period is left out if the grid varies the other end.
    """
    varied = set(varied)
    others = [text for text in options if varied.isdisjoint(_reached(text, chapter))]
    flags = [shlex.join(("-p", text)) for text in others]
    if base != DEFAULT:
        flags.append(shlex.join(("--edition", base)))
    return flags


def _reached(text: str, chapter: Chapter) -> list[str]:
    """Return the parameters of a chapter that an option sets, by their present names."""
    assignments, _ = parse_assignments([text])
    hits = [hit for assignment in assignments for hit in hits_of(assignment, [chapter])]
    return [hit.parameter.name for hit in hits]


def check_folder(out: Path | None) -> None:
    """Raise if a sweep would write into a folder that is not its own."""
    if out is None or not out.is_dir():
        return
    names = {path.name for path in out.iterdir()}
    is_own = names >= {"results.csv", "results.parquet"}  # the first files: the rest may be missing
    if names and not is_own:
        foreign = f"{out} contains {min(names)!r} and is not the folder of a sweep"
        raise UsageError(f"{foreign}; give --out a folder of its own")


def run_sweep(
    project: Project,
    plan: Plan,
    options: RunOptions,
    out: Path | None = None,
) -> Sweep:
    """Run every combination of a plan; if one fails, the others still run."""
    if out is not None:
        check_writable(out)
    fingerprint = Fingerprint.of(project)
    runs, fresh, errors = run_all(project, plan.tasks, fingerprint, options)
    digest = sha256(canonical(plan.sets).encode())
    folder = out or project.build / "sweeps" / f"{plan.chapter.slug}-{digest[:8]}"
    return Sweep(plan, folder, runs, fresh, errors)


def write_table(sweep: Sweep) -> None:
    """Write the table of a sweep as Parquet and CSV, with statements last.

    The columns are the run, the values that vary, and `RESULT_COLUMNS`. Values that are lists, or
    not all of one kind, are texts as on the command line.
    """
    import pandas as pd

    rows = [*sweep.rows, *sweep.statement_rows]
    varied = [column_of(name) for name in sweep.plan.varied]
    frame = pd.DataFrame(rows, columns=["run", *varied, *RESULT_COLUMNS], dtype=object)
    frame = frame.astype(TYPES)
    for name in varied:
        frame[name] = _of_one_kind(frame[name])
    text = frame.astype(object).map(harmless).to_csv(index=False, lineterminator="\n")
    parquet, csv = sweep.tables
    replace_file(parquet, frame.to_parquet(index=False))
    replace_file(csv, text.encode())


def _of_one_kind(column: pd.Series) -> pd.Series:
    """Return a column that Parquet can store: as texts if its values are not all of one kind."""
    import pandas as pd

    kind: Any = KINDS.get(pd.api.types.infer_dtype(column, skipna=True), "")
    is_too_large = kind == "Int64" and not column.dropna().between(-(2**63), 2**63 - 1).all()
    if is_too_large or not kind:
        return column.map(as_text, na_action="ignore").astype("str")
    return column.astype(kind)
