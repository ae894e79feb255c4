"""Explore a book: run its states, and publish it with them beside its pages.

The states of a chapter lie in ``html/states/<slug>/``: a script each, and ``index.js`` with all of them. Each script is
one call, ``bookpress.state(name, content)``, as pages opened as files can load nothing else. A state goes by its id,
that of the edition which ``build -p CHAPTER.NAME=VALUE`` makes. `index_of` and `content_of` say what is in them,
`bookpress.explore.edits` how blocks of a page are counted.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from bookpress.book.chapters import FOLDER, Chapter
from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.book.results import Result
from bookpress.book.statements import Comparison
from bookpress.build.build import Built, Extras, build, edition_record
from bookpress.build.formats import PAGES, Format
from bookpress.build.staging import staged_notebook
from bookpress.build.statements import as_json, standings, statements_of
from bookpress.errors import PressError
from bookpress.explore import robustness
from bookpress.explore.states import PLACE, Plan, State, run_states
from bookpress.explore.warm import WarmBook
from bookpress.files import canonical, pretty, replace_file, sha256
from bookpress.progress import Reporter
from bookpress.run.cache import Run, RunCache
from bookpress.run.executor import cores
from bookpress.run.runner import RunOptions, failure, run_chapters

WORTH_SHARING = 2000
"""Characters from which a dataset that several states of a chapter draw is a script of its own."""
QUOTED = re.compile(r"\{result\}`(?:([\w-]+):)?(\w+)")
"""A result in a finding."""


@dataclass(frozen=True)
class Outcome:
    """What came out of a state: results as in ``results.json``, statements by key."""

    state: State
    results: Mapping[str, Mapping[str, Any]]
    statements: Mapping[str, Comparison]

    @property
    def fallen(self) -> dict[str, list[Any]]:
        """The statements that are not true, and why."""
        return {key: [one.holds, one.because] for key, one in self.statements.items() if one.holds is not True}


def explore(
    project: Project,
    work: Plan,
    options: RunOptions,
    reporter: Reporter,
    formats: Sequence[Format] = (),
    scheduler: str | None = None,
) -> Built:
    """Run the states of a plan and publish the default edition with them; until then the last one stands.

    Raises
    ------
    PressError
        If a chapter fails under some value, or shows other figures or tables under it.
    """
    run_states(project, work, options, reporter, scheduler)
    options = replace(options, force=False)
    done = run_chapters(project, work.default, options, reporter)
    if done.errors:
        raise failure(project, done.errors)
    found = [_outcome(state, _run_of(project, state)) for state in work.states]
    sureness = _sureness(project, work.default, done.runs, found)
    ids = [one.state.edition.id for one in found]
    indices = {
        chapter.slug: index_of(chapter, work.default, done.runs[chapter.slug], own)
        for chapter in work.default.chapters
        if (own := [one for one in found if one.state.chapter is chapter])
    }

    def write(source: Path, pages: Path) -> None:
        reporter.step("making the pages of states")
        _write_states(project, work.default, done.runs, found, source, pages, options)
        for slug, index in indices.items():
            _write_script(pages, slug, "index", index)

    staged = {robustness.FILE: pretty(sureness).encode()}
    staged |= {f"{PLACE}/{slug}.json": pretty(index).encode() for slug, index in indices.items()}
    extras = Extras(sha256(canonical([ids, sureness]).encode()), staged, write)
    return build(project, work.default, options, reporter, formats, extras=extras)


def _run_of(project: Project, state: State) -> Run:
    run = RunCache(project.cache).find(state.key)
    if run is None:
        raise PressError(f"the run of {state.label} is damaged; explore again: what is done is kept")
    return run


def _outcome(state: State, run: Run) -> Outcome:
    return Outcome(state, run.results, statements_of(run))


def _sureness(
    project: Project, default: Edition, runs: Mapping[str, Run], found: Sequence[Outcome]
) -> dict[str, dict[str, robustness.Sureness]]:
    published = as_json(standings(project, default, runs))
    states = [(one.state.chapter.slug, one.state.choice, one.state.steps, one.statements) for one in found]
    shares = {}
    for statement, name in project.settings.multiverse.items():
        slug, _, key = name.partition(":")
        if slug in runs and key in runs[slug].results:
            shares[statement] = Result.model_validate(runs[slug].results[key])
    return robustness.tally(published, [robustness.Verdicts(*one) for one in states], shares)


def _write_states(
    project: Project,
    default: Edition,
    runs: Mapping[str, Run],
    found: Sequence[Outcome],
    source: Path,
    pages: Path,
    options: RunOptions,
) -> None:
    """Make the pages of all states, side by side, and write their scripts."""
    made: list[dict[str, Any]] = []
    problems: list[str] = []
    with WarmBook(project, source, pages) as warm, ThreadPoolExecutor(options.jobs or cores()) as pool:
        warm.wait()

        def page(one: Outcome) -> dict[str, Any]:
            asked = order_for(project, one.state, default, runs, _run_of(project, one.state))
            return content_of(one, asked, runs[one.state.chapter.slug], warm.page(asked))

        for one, future in [(one, pool.submit(page, one)) for one in found]:
            try:
                made.append(future.result())
            except PressError as error:
                problems.append(f"  {one.state.label}: {error}")
    if problems:
        raise PressError("a chapter shows the same figures and tables under all values:\n" + "\n".join(problems))
    for chapter in default.chapters:
        own = [(one, content) for one, content in zip(found, made, strict=True) if one.state.chapter is chapter]
        if not own:
            continue
        files = {one.state.edition.id: content for one, content in own}
        files |= share([content for _, content in own])
        for name, content in files.items():
            _write_script(pages, chapter.slug, name, content)


def _write_script(pages: Path, slug: str, name: str, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    replace_file(pages / PLACE / slug / f"{name}.js", f"bookpress.state({json.dumps(name)},{text});\n".encode())


def order_for(project: Project, state: State, default: Edition, runs: Mapping[str, Run], run: Run) -> dict[str, Any]:
    """Return what `WarmBook.page` is asked for a state: `runs` are those of the published edition, `run` its own."""
    chapter = state.chapter
    record = edition_record(project, state.edition, default, {**runs, chapter.slug: run}, [PAGES])
    notebook = staged_notebook(chapter, state.edition, run, record, {one.slug for one in default.chapters})
    return {"docname": f"{FOLDER}/{chapter.slug}", "notebook": notebook.decode(), "edition": record}


def content_of(one: Outcome, asked: Mapping[str, Any], published: Run, page: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of the script of a state.

    ``choice``, ``title``, ``command``, ``results_sha256``, ``vintage``: what it is, and what a citation of it says;
    ``results`` that differ as value, low, high; ``fallen``: statements that are false or unknown, and why; ``edits``
    and ``figures`` of the page. A figure has ``datasets`` and the entries of ``wide`` and ``narrow`` that the script of
    the published chart has not (null: an entry goes), ``rows`` of its table of data (text, and what it is sorted by),
    and ``shared`` datasets, each in a script of that name.
    """
    record = asked["edition"]
    differ = {key: found for key, found in one.results.items() if found != published.results.get(key)}
    return {
        "choice": dict(one.state.choice),
        **{name: record[name] for name in ("title", "command", "results_sha256", "vintage")},
        "results": {key: _three(found) for key, found in differ.items()},
        "fallen": one.fallen,
        "edits": page["edits"],
        "figures": page["figures"],
    }


def _three(result: Mapping[str, Any] | None) -> list[float | None]:
    return [result[name] if result else None for name in ("value", "low", "high")]


def share(states: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Take large datasets that several states draw out of them; return each by its name."""
    parts = [figure for state in states for figure in state["figures"].values()]
    many = Counter(chain.from_iterable(part["datasets"] for part in parts))
    shared = dict[str, Any]()
    for part in parts:
        names = [
            name
            for name in part["datasets"]
            if name in shared or (many[name] > 1 and len(json.dumps(part["datasets"][name])) > WORTH_SHARING)
        ]
        if names:
            part["shared"] = names
            shared |= {name: part["datasets"].pop(name) for name in names}
    return shared


def index_of(chapter: Chapter, default: Edition, published: Run, found: Sequence[Outcome]) -> dict[str, Any]:
    """Return the content of the index of a chapter's states.

    ``published``: the id of the edition that they are states of; ``headline``: the key of the result that stands for
    the chapter, with its label, unit and published ``result``; ``statements``: how many there are; ``usual`` value,
    ``labels`` and ``helps`` of every parameter; ``choices``: of each that was explored the values, the published one
    among them, with the headline under it and how many statements fall; ``pairs``: the states with two choices.
    """
    usual, key = default.values[chapter.slug], headline_of(chapter, published.results)
    headline = published.results.get(key, {})
    known = {one.name: one for one in chapter.parameters}
    rows: dict[str, dict[str, Any]] = {name: {} for name in known}
    pairs = []
    for one in found:
        row = {"id": one.state.edition.id, "result": _three(one.results.get(key)), "fallen": len(one.fallen)}
        if len(one.state.choice) == 1:
            [(name, value)] = one.state.choice.items()
            rows[name][json.dumps(value)] = row
        else:
            pairs.append({"choice": dict(one.state.choice), **row})
    choices = {}
    for name, made in rows.items():
        if made:
            made[json.dumps(usual[name])] = {"id": default.id, "result": _three(headline), "fallen": 0}
            values = [value for value in known[name].explored(usual[name]) if json.dumps(value) in made]
            choices[name] = [
                {"value": value, "words": known[name].words(value), **made[json.dumps(value)]} for value in values
            ]
    return {
        "published": default.id,
        "headline": key,
        "headline_label": headline.get("label", ""),
        "unit": headline.get("unit", ""),
        "result": _three(headline),
        "statements": len(statements_of(published)),
        "usual": dict(usual),
        "labels": {name: one.label for name, one in known.items()},
        "helps": {name: one.help.partition(":")[0] for name, one in known.items()},
        "choices": choices,
        "pairs": pairs,
    }


def headline_of(chapter: Chapter, results: Mapping[str, Any]) -> str:
    """Return the key of the result that stands for a chapter: the first of its own in its finding, else of all."""
    named = QUOTED.findall(str(chapter.front_matter.get("finding", "")))
    own = [key for slug, key in named if slug in {"", chapter.slug} and key in results]
    return next(iter([*own, *results]), "")
