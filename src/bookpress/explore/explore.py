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
    options, default = replace(options, force=False), work.default
    done = run_chapters(project, default, options, reporter)
    if done.errors:
        raise failure(project, done.errors)
    found: dict[str, list[Outcome]] = {}
    for state in work.states:
        run = _run_of(project, state)
        found.setdefault(state.chapter.slug, []).append(Outcome(state, run.results, statements_of(run)))
    sureness = _sureness(project, default, done.runs, found)
    indices = {slug: index_of(default, done.runs[slug], outcomes) for slug, outcomes in found.items()}

    def write(source: Path, pages: Path) -> None:
        made = _contents(project, default, done.runs, found, source, pages, options, reporter)
        for slug, files in made.items():
            for name, content in {**files, **share(list(files.values())), "index": indices[slug]}.items():
                text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
                call = f"bookpress.state({json.dumps(name)},{text});\n"
                replace_file(pages / PLACE / slug / f"{name}.js", call.encode())

    staged = {robustness.FILE: sureness, **{f"{PLACE}/{slug}.json": index for slug, index in indices.items()}}
    files = {name: pretty(content).encode() for name, content in staged.items()}
    extras = Extras(sha256(canonical(staged).encode()), files, write)
    return build(project, default, options, reporter, formats, extras=extras)


def _run_of(project: Project, state: State) -> Run:
    run = RunCache(project.cache).find(state.key)
    if run is None:
        raise PressError(f"the run of {state.label} is damaged; explore again: what is done is kept")
    return run


def _sureness(
    project: Project, default: Edition, runs: Mapping[str, Run], found: Mapping[str, Sequence[Outcome]]
) -> dict[str, dict[str, robustness.Sureness]]:
    states = {
        slug: [robustness.Verdicts(one.state.choice, one.state.steps, one.statements) for one in outcomes]
        for slug, outcomes in found.items()
    }
    shares = {}
    for statement, name in project.settings.multiverse.items():
        slug, _, key = name.partition(":")
        if slug in runs and key in runs[slug].results:
            shares[statement] = Result.model_validate(runs[slug].results[key])
    return robustness.tally(as_json(standings(project, default, runs)), states, shares)


def _contents(
    project: Project,
    default: Edition,
    runs: Mapping[str, Run],
    found: Mapping[str, Sequence[Outcome]],
    source: Path,
    pages: Path,
    options: RunOptions,
    reporter: Reporter,
) -> dict[str, dict[str, Any]]:
    """Return the contents of the scripts of states by chapter and id, their pages made side by side."""

    def content(one: Outcome) -> dict[str, Any]:
        asked = order_for(project, one.state, default, runs, _run_of(project, one.state))
        return content_of(one, asked, runs[one.state.chapter.slug], warm.page(asked))

    every = list(chain.from_iterable(found.values()))
    made, problems = {slug: dict[str, Any]() for slug in found}, list[str]()
    reporter.begin(len(every))
    reporter.step("making the pages of states")
    with WarmBook(project, source, pages) as warm, ThreadPoolExecutor(options.jobs or cores()) as pool:
        warm.wait()
        waiting = [pool.submit(content, one) for one in every]
        try:
            for one, future in zip(every, waiting, strict=True):
                try:
                    made[one.state.chapter.slug][one.state.edition.id] = future.result()
                except PressError as error:
                    problems.append(f"  {one.state.label}: {error}")
                reporter.done(one.state.label, None)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if problems:
        raise PressError(f"{len(problems)} of {len(every)} states have no page:\n" + "\n".join(problems))
    return made


def order_for(project: Project, state: State, default: Edition, runs: Mapping[str, Run], run: Run) -> dict[str, Any]:
    """Return what `WarmBook.page` is asked for a state: `runs` are those of the published edition, `run` its own."""
    chapter = state.chapter
    record = edition_record(project, state.edition, default, {**runs, chapter.slug: run}, [PAGES])
    notebook = staged_notebook(chapter, state.edition, run, record, {one.slug for one in default.chapters})
    return {"docname": f"{FOLDER}/{chapter.slug}", "notebook": notebook.decode(), "edition": record}


def content_of(one: Outcome, asked: Mapping[str, Any], published: Run, page: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of the script of a state.

    ``choice``, ``title``, ``command``, ``results_sha256``, ``vintage``: what it is, and what a citation of it says, as
    does ``chapter_sha256``, the hash of the results of the chapter;
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
        "chapter_sha256": record["chapter_results_sha256"][one.state.chapter.slug],
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


def index_of(default: Edition, published: Run, found: Sequence[Outcome]) -> dict[str, Any]:
    """Return the content of the index of a chapter's states.

    ``published``: the id of the edition that they are states of; ``headline``: the key of the result that stands for
    the chapter, with its label, unit and published ``result``; ``usual``: the published values; ``choices``: of each
    that was explored the values, the published one among them, with the headline under it and how many statements fall;
    ``pairs``: the states with two choices.
    """
    chapter = found[0].state.chapter
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
        "usual": dict(usual),
        "choices": choices,
        "pairs": pairs,
    }


def headline_of(chapter: Chapter, results: Mapping[str, Any]) -> str:
    """Return the key of the result that stands for a chapter: the first of its own in its finding, else of all."""
    named = QUOTED.findall(str(chapter.front_matter.get("finding", "")))
    own = [key for slug, key in named if slug in {"", chapter.slug} and key in results]
    return next(iter([*own, *results]), "")
