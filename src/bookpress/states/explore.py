"""Explore a book: run its states and publish it with them.

A state is the published edition with a choice or two changed. The states of a chapter lie in
``html/states/<slug>/``: a script each, and ``index.js`` with all of them. Each script is one call,
``bookpress.state(name, content)``, as pages opened as files can load nothing else. A state goes by
its id, that of the edition which ``build -p CHAPTER.NAME=VALUE`` makes. `index_of` and
`content_of` say what is in them, `bookpress.elements.base.blocks` what the blocks of a page are.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bookpress.book.chapters import Chapter, choose
from bookpress.book.project import Project
from bookpress.chapter.parameters import as_text
from bookpress.cite.record import load_built
from bookpress.edition.build import Built, Extras, build, edition_record
from bookpress.edition.editions import DEFAULT, Edition, load_edition
from bookpress.edition.staging import staged_notebook
from bookpress.edition.statements import standings
from bookpress.errors import PressError
from bookpress.files import canonical, pretty, replace_file, sha256
from bookpress.outputs.base.registry import Format
from bookpress.outputs.html import FORMAT as PAGES
from bookpress.progress import Reporter
from bookpress.run.cache import Run
from bookpress.run.executor import cores
from bookpress.run.notebook import as_file
from bookpress.run.runner import Durations, RunOptions
from bookpress.states import robustness
from bookpress.states.index import index_of, three
from bookpress.states.states import Outcome, State, states_of
from bookpress.states.sweep import Task, raise_failed, run_all
from bookpress.states.tally import tally
from bookpress.states.warm import warm_book

PLACE = "states"
"""The folder of states among the pages."""
PAGE_SECONDS = 0.25
"""About what the page of a state takes, to tell how long all will."""
SHARED_CHARACTERS = 2000
"""Datasets that are longer and drawn by several states have a script of their own."""


def states_to_explore(project: Project, slugs: Sequence[str]) -> tuple[Edition, list[State], str]:
    """Return the published edition, states of chapters, and in which formats it was built.

    By default of all chapters. Chapters whose states stand beside the pages of the very same
    edition keep them, whatever is asked for.
    """
    default = load_edition(project, DEFAULT)
    folder = project.editions / DEFAULT
    built = load_built(folder)
    chapters: Sequence[Chapter] = default.chapters
    if slugs:
        is_current = built and built.id == default.id
        explored = _explored(folder) if is_current else []
        chapters = choose(default.chapters, [*slugs, *explored])
    states = [state for chapter in chapters for state in states_of(default, chapter)]
    formats = ",".join(built.formats) if built else "html"
    return default, states, formats


def _explored(folder: Path) -> list[str]:
    """Return the chapters whose states stand beside the pages of a built edition."""
    indices = (folder / "html" / PLACE).glob("*/index.js")
    return [path.parent.name for path in indices]


def explore(
    project: Project,
    default: Edition,
    states: Sequence[State],
    options: RunOptions,
    reporter: Reporter,
    formats: Sequence[Format] = (),
    scheduler: str | None = None,
) -> Built:
    """Run states of the default edition and publish it with them; until then the last one stands.

    A chapter that fails under some value, or shows other figures or tables under it, is an error.
    """
    tasks = [
        Task(chapter, default.values[chapter.slug], f"{chapter.slug} as published")
        for chapter in default.chapters
    ]
    tasks += [state.task for state in states]
    ran, _, errors = run_all(project, tasks, default.fingerprint, options, reporter, scheduler)
    raise_failed(tasks, errors, "runs failed")
    runs = {chapter.slug: ran[place] for place, chapter in enumerate(default.chapters)}
    Durations(project).note(runs.values())
    outcomes = [Outcome(state, ran[place]) for place, state in enumerate(states, len(runs))]
    by_chapter = _by_chapter(outcomes)
    indices = {
        slug: index_of(default, runs[slug], of_chapter) for slug, of_chapter in by_chapter.items()
    }

    def write(source: Path, pages: Path) -> None:
        with warm_book(project, source, pages) as warm:
            make = partial(content_of, project, default, runs, warm.page)
            contents = _contents(outcomes, make, options.jobs or cores(), reporter)
        for slug, of_chapter in by_chapter.items():
            ids = [outcome.state.edition.id for outcome in of_chapter]
            chapter_contents = {name: contents[name] for name in ids}
            _write_scripts(pages / PLACE / slug, chapter_contents, indices[slug])

    sureness = tally(standings(project, default, runs), by_chapter, _shares(project, runs))
    staged: dict[str, Any] = {robustness.FILE: sureness}
    for slug, index in indices.items():
        staged[f"{PLACE}/{slug}.json"] = index
    files = {name: pretty(content).encode() for name, content in staged.items()}
    extras = Extras(sha256(canonical(staged).encode()), files, write)
    return build(project, default, replace(options, force=False), reporter, formats, extras=extras)


def _by_chapter(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    by_chapter: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_chapter.setdefault(outcome.state.chapter.slug, []).append(outcome)
    return by_chapter


def _shares(project: Project, runs: Mapping[str, Run]) -> dict[str, Any]:
    """Return by statements the results of many other runs that the settings name for them."""
    results = {}
    for slug, run in runs.items():
        for key, result in run.results.items():
            results[f"{slug}:{key}"] = result
    multiverse = project.settings.multiverse
    return {name: results[result] for name, result in multiverse.items() if result in results}


def _write_scripts(
    folder: Path, contents: dict[str, dict[str, Any]], index: Mapping[str, Any]
) -> None:
    """Write a script for each state of a chapter, for datasets that several share, and an index."""
    shared = share(list(contents.values()))
    for name, content in {**contents, **shared, "index": index}.items():
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        script = f"bookpress.state({json.dumps(name)},{text});\n"
        replace_file(folder / f"{name}.js", script.encode())


def _contents(
    outcomes: Sequence[Outcome],
    make: Callable[[Outcome], dict[str, Any]],
    width: int,
    reporter: Reporter,
) -> dict[str, dict[str, Any]]:
    """Return the contents of the scripts of states by id, so many made at a time."""

    def content_or_error(outcome: Outcome) -> dict[str, Any] | PressError:
        try:
            return make(outcome)
        except PressError as error:
            return error

    contents: dict[str, dict[str, Any]] = {}
    problems: dict[int, str] = {}
    tasks = [outcome.state.task for outcome in outcomes]
    reporter.begin(len(tasks))
    reporter.step("making the pages of states")
    with ThreadPoolExecutor(width) as pool:
        made = pool.map(content_or_error, outcomes)  # which cancels the rest when it is left
        for place, content in enumerate(made):
            if isinstance(content, PressError):
                problems[place] = str(content)
            else:
                contents[outcomes[place].state.edition.id] = content
            reporter.done(tasks[place].label, None)
    raise_failed(tasks, problems, "states have no page")
    return contents


def content_of(
    project: Project,
    default: Edition,
    runs: Mapping[str, Run],
    page: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    outcome: Outcome,
) -> dict[str, Any]:
    """Return the content of the script of a state.

    `runs` are those of the published edition, `page` makes its page. The content is: ``choice``,
    ``title``, ``command``, ``results_sha256``: what it is; ``results`` that differ as value, low,
    high; ``fallen``: statements that are false or unknown, why, and what gives way; ``blocks``: by
    id the HTML of those of the page that differ; ``figures``. A figure has
    ``datasets`` and the entries of ``wide`` and ``narrow`` that the script of the published chart
    has not (null: an entry goes), ``rows`` of its table of data (text, and what it is sorted by),
    and ``shared`` datasets, each in a script of that name.
    """
    chapter = outcome.state.chapter
    edition = outcome.state.edition
    state_runs = {**runs, chapter.slug: outcome.run}
    record = edition_record(project, edition, default, state_runs, [PAGES])
    chapters = {known.docname for known in default.chapters}
    choice = {name: as_text(value) for name, value in outcome.state.choice.items()}
    notebook = staged_notebook(chapter, edition, outcome.run, record, chapters)
    order = {
        "docname": chapter.docname,
        "notebook": as_file(notebook).decode(),
        "edition": {**record, "query": urlencode(choice)},
    }
    return {
        "choice": dict(outcome.state.choice),
        "title": record["title"],
        "command": record["command"],
        "results_sha256": record["results_sha256"],
        "results": _changed_results(runs[chapter.slug], outcome.run),
        "fallen": outcome.fallen,
        **page(order),
    }


def _changed_results(published: Run, run: Run) -> dict[str, list[float | None]]:
    """Return the results of a state that are not the published ones, as value, low, high."""
    changed = {}
    for key, result in run.results.items():
        if result != published.results.get(key):
            changed[key] = three(result)
    return changed


def share(states: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Take long datasets that several states draw out of them; return each by its name."""
    figures = [figure for state in states for figure in state["figures"].values()]
    uses = Counter(name for figure in figures for name in figure["datasets"])
    shared: dict[str, Any] = {}
    for figure in figures:
        datasets = figure["datasets"]
        for name in list(datasets):
            if name in shared or (uses[name] > 1 and _is_long(datasets[name])):
                figure.setdefault("shared", []).append(name)
                shared[name] = datasets.pop(name)
    return shared


def _is_long(dataset: Any) -> bool:
    return len(json.dumps(dataset)) > SHARED_CHARACTERS
