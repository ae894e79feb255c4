"""Build an edition: run what has changed, assemble the pages, check them, and only then publish."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookpress.book.clock import EPOCH_VARIABLE, build_time
from bookpress.book.edition_files import DEFAULT
from bookpress.book.editions import Edition, differences, edition_path, load_edition
from bookpress.book.project import Project
from bookpress.build.formats import PAGES, Format, make
from bookpress.build.link_check import check_pages
from bookpress.build.locks import edition_lock
from bookpress.build.ro_crate import write_manifest
from bookpress.build.sphinx_cache import (
    MEMORY,
    busy,
    prepare,
    read_state,
    shared_state,
    workshop_lock,
    write_state,
)
from bookpress.build.sphinx_process import Assembly, Binder
from bookpress.build.staging import extra_extensions, page_files, stage
from bookpress.errors import PressError
from bookpress.files import canonical, link_or_copy, naming, pretty, replace_file, sha256, tree
from bookpress.progress import Reporter, Silent
from bookpress.run import processes as running
from bookpress.run.cache import Run
from bookpress.run.engines import Engine
from bookpress.run.executor import cores
from bookpress.run.runner import RunOptions, cached_runs, failure, run_chapters
from bookpress.run.worker import versions
from bookpress.swap import publish, recover

WRITERS = 4
"""Processes that write pages at the most, besides the one that hands them out: more share too little."""

Verify = Callable[[], Sequence[object]]
"""Returns what is wrong with the evidence."""


@dataclass(frozen=True)
class Built:
    """A built edition.

    Parameters
    ----------
    edition : Edition
        What was built.
    folder : pathlib.Path
        Where it is.
    changed : bool
        Whether anything had to be done.
    fresh : list of str
        Slugs of the chapters that were run.
    timings : dict
        Seconds by step.
    """

    edition: Edition
    folder: Path
    changed: bool
    fresh: list[str]
    timings: Mapping[str, Any]


def results_of(runs: Mapping[str, Run]) -> dict[str, dict[str, Any]]:
    """Return the results of an edition: by chapter, by key."""
    return {slug: dict(run.results) for slug, run in runs.items()}


def edition_record(project: Project, edition: Edition, default: Edition, results: bytes) -> dict[str, Any]:
    """Return what ``edition.json`` says: the edition as pages and citations need it, and how the default differs."""
    vintages = [values["vintage"] for values in edition.values.values() if "vintage" in values]
    return {
        "id": edition.id,
        "name": edition.folder,
        "title": edition.title,
        "description": edition.description,
        "is_default": edition.is_default,
        "parameters": {slug: dict(values) for slug, values in edition.values.items()},
        "differs": differences(edition, default),
        "date": build_time(project.root).date().isoformat(),
        "vintage": max(set(vintages), key=vintages.count) if vintages else None,
        "results_sha256": sha256(results),
        "command": edition.command,
    }


def build(
    project: Project,
    edition: Edition,
    options: RunOptions | None = None,
    reporter: Reporter | None = None,
    verify: Verify | None = None,
    formats: Sequence[Format] = (),
    engine: Engine | None = None,
) -> Built:
    """Build an edition and publish it; what was published before stands until the new one is whole.

    Parameters
    ----------
    project : Project
        The book.
    edition : Edition
        Values, checked.
    options : RunOptions, optional
        How to run the chapters.
    reporter : Reporter, optional
        Told how it goes.
    verify : callable, optional
        Returns what is wrong with the evidence; called before anything is run.
    formats : sequence of Format, optional
        What to make besides the pages.
    engine : Engine, optional
        One that the caller has opened, and closes; by default one is opened when there is something to run.

    Raises
    ------
    PressError
        If the evidence is damaged, a chapter fails, a page warns or a link is broken, or another build of the same
        edition is running.
    """
    options, reporter = options or RunOptions(), reporter or Silent()
    target = edition_path(project, edition)
    with edition_lock(project, edition.folder):
        recover(target)
        shutil.rmtree(draft_path(project, edition), ignore_errors=True)
        default = edition if edition.is_default else load_edition(project, DEFAULT)
        state = {**page_state(project, edition, default), "formats": [one.name for one in formats]}
        if not options.force and is_current(target, state):
            return Built(edition, target, changed=False, fresh=[], timings={})
        known = {} if options.force else cached_runs(project, edition)
        fresh = len(edition.chapters) - len(known)
        with running.session(), Binder(environment(project), extra_extensions(project), fresh) as binder:
            check_evidence(project, edition, reporter, verify)
            return _build(project, edition, default, options, reporter, state, formats, binder, engine, known)


def environment(project: Project) -> dict[str, str]:
    """Return what the processes that make pages find in their environment: the evidence and the date."""
    return {
        project.settings.data_variable: str(project.data),
        EPOCH_VARIABLE: str(int(build_time(project.root).timestamp())),
    }


def _build(
    project: Project,
    edition: Edition,
    default: Edition,
    options: RunOptions,
    reporter: Reporter,
    state: dict[str, Any],
    formats: Sequence[Format],
    binder: Binder,
    engine: Engine | None,
    known: Mapping[str, Run],
) -> Built:
    """Run, assemble, check, publish."""
    timer = Timer()
    outcome = run_chapters(project, edition, options, reporter, engine, known)
    timer.lap("execution")
    if outcome.errors:
        raise failure(project, outcome.errors)
    with workshop_lock(project, reporter):
        reporter.step("assembling the pages")
        record, memory = assemble(project, edition, default, outcome.runs, binder, state["formats"])
        timer.lap("assembly")
        shop = project.workshop
        for one in formats:
            reporter.step(f"making {one.name}")
        make(formats, shop / "html", shop / "source", int(build_time(project.root).timestamp()))
        timer.lap("formats")
        reporter.step("checking the pages")
        faults = check_pages(shop / "html")
        if faults:
            raise PressError("the pages have faults:\n" + "\n".join(f"  {fault}" for fault in faults))
        timer.lap("check")
        timings = {**timer.laps, "chapters": {slug: run.seconds for slug, run in outcome.runs.items()}}
        draft = draft_edition(project, edition, record, outcome.runs, timings, {**state, **memory})
        target = edition_path(project, edition)
        publish(draft, target)  # in the workshop: another edition may start from what is published
    return Built(edition, target, changed=True, fresh=outcome.fresh, timings=timings)


class Timer:
    """Seconds by step."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Note the time since the last step under a name."""
        now = time.monotonic()
        self.laps[name] = round(now - self._last, 3)
        self._last = now


def assemble(
    project: Project,
    edition: Edition,
    default: Edition,
    runs: Mapping[str, Run],
    binder: Binder,
    formats: Sequence[str] = (),
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Stage the sources in the workshop and let Jupyter Book make the pages.

    Returns
    -------
    tuple of dict
        What ``edition.json`` says, and what a later edition needs to know to start from this one.
    """
    shop = project.workshop
    results = pretty(results_of(runs)).encode()
    record = {**edition_record(project, edition, default, results), "formats": [PAGES, *formats]}
    shared = shared_state(project, edition)
    prepare(project, runs, shared)
    with naming(shop):
        stage(project, edition, runs, record, results, shop / "source")
    order = Assembly(
        source=str(shop / "source"),
        output=str(shop / "html"),
        doctrees=str(shop / "doctrees"),
        lock=str(busy(shop).lock_file),
        jobs=1 + min(cores(), WRITERS),
    )
    binder.build(order, log=shop / "sphinx.log")
    memory = {"shared": shared, "runs": {slug: sha256(run.notebook) for slug, run in runs.items()}}
    write_state(shop, memory)
    return record, memory


def draft_edition(
    project: Project,
    edition: Edition,
    record: Mapping[str, Any],
    runs: Mapping[str, Run],
    timings: Mapping[str, Any],
    state: Mapping[str, Any],
) -> Path:
    """Put the finished edition together under a hidden name and return it."""
    with naming(project.editions):
        draft = draft_path(project, edition)
        draft.mkdir(parents=True)
        hidden = shutil.ignore_patterns(".buildinfo*")
        shutil.copytree(project.workshop / "html", draft / "html", ignore=hidden, copy_function=link_or_copy)
        for name in MEMORY:
            shutil.copytree(project.workshop / name, draft / name)
        (draft / "results.json").write_text(pretty(results_of(runs)), encoding="utf-8")
        (draft / "edition.json").write_text(pretty(dict(record)), encoding="utf-8")
        (draft / "timings.json").write_text(pretty({**timings, **host()}), encoding="utf-8")
        write_manifest(project, edition, record, draft)
        write_state(draft, {**state, "outputs": published(draft)})
    return draft


def published(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a built edition, but for its timings and Sphinx's memory."""
    return tree(folder, without=("doctrees", "timings.json"))


def draft_path(project: Project, edition: Edition) -> Path:
    """Return where an edition is put together; only the build that holds its lock uses it."""
    return project.editions / ".drafts" / edition.folder


def host() -> dict[str, Any]:
    """Return facts of the machine, for the file of timings: they are no part of the book."""
    return {"system": platform.platform(), "cores": os.cpu_count(), "versions": dict(versions())}


def page_state(project: Project, edition: Edition, default: Edition) -> dict[str, Any]:
    """Return hashes of all that the pages of an edition are made from."""
    pages = {name: sha256(content) for name, content in page_files(project).items()}
    for name in ("_config.yml", "_toc.yml"):
        pages[name] = sha256((project.root / name).read_bytes())
    made_from = {
        "pages": pages,
        "default": default.id,
        "python": platform.python_version(),
        "date": int(build_time(project.root).timestamp()),
    }
    return {"edition": edition.id, "pages": sha256(canonical(made_from).encode())}


def is_current(folder: Path, state: Mapping[str, Any]) -> bool:
    """Return whether a built edition was made from just this, and is as it was made."""
    found = read_state(folder)
    return {key: found.get(key) for key in state} == dict(state) and found.get("outputs") == published(folder)


def check_evidence(project: Project, edition: Edition, reporter: Reporter, verify: Verify | None) -> None:
    """Raise when there is anything wrong with the evidence; the very same evidence is not checked twice.

    Raises
    ------
    PressError
        That names every file with a fault.
    """
    if verify is None:
        return
    mark = sha256(canonical([edition.fingerprint.evidence, edition.fingerprint.packages]).encode()).encode()
    stamp = project.cache / "verified"
    if stamp.is_file() and stamp.read_bytes() == mark:
        return
    reporter.step("checking the evidence")
    problems = verify()
    if problems:
        raise PressError("the evidence is damaged:\n" + "\n".join(f"  {problem}" for problem in problems))
    replace_file(stamp, mark)
