"""Makes an edition: runs what has changed, makes and checks the pages, and only then publishes."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bookpress.assembly.edition_record import edition_record
from bookpress.assembly.ingredients import Ingredients
from bookpress.assembly.page_check import PageFault, by_fault, check_pages, hosts_in
from bookpress.assembly.published import (
    FAILED,
    MADE_FROM,
    draft_path,
    outputs,
    publish,
    write_open_data,
)
from bookpress.assembly.ro_crate import write_manifest
from bookpress.assembly.staging import results_of, stage, with_states
from bookpress.assembly.statements import checked_statements
from bookpress.assembly.theme import check_theme
from bookpress.book.configuration import unchecked_links
from bookpress.book.discovery import missing_problem
from bookpress.book.documents import RUNS, listed_documents, may_be_written
from bookpress.book.needs import check_needs
from bookpress.book.project import Project, load_settings
from bookpress.book.source import page_epoch
from bookpress.edition.editions import Edition
from bookpress.edition.installed import installed_hash
from bookpress.elements.contested.register import load_contested
from bookpress.elements.value.reported import load_reported
from bookpress.errors import PressError
from bookpress.files import canonical, naming, pretty, replace_file, sha256
from bookpress.outputs.base.process import Maker, make
from bookpress.outputs.html import FORMAT as PAGES
from bookpress.outputs.html.executed import executed_file
from bookpress.outputs.html.memory import keep_memory, prepare_memory
from bookpress.outputs.html.pages import LOG, by_kind, log_of, notes_in, warnings_in
from bookpress.run.cache import Run
from bookpress.run.engine import Engine
from bookpress.run.failures import failed_run
from bookpress.run.runner import (
    Outcome,
    RunOptions,
    failure,
    has_own_values,
    may_fail,
    run_chapters,
)
from bookpress.terminal.messages import note
from bookpress.terminal.progress import Reporter

SHOWN = 5
"""The most faults that are reported if they do not fail the build."""


def make_edition(
    project: Project, wanted: Ingredients, options: RunOptions, sphinx: Maker
) -> Outcome:
    """Run what has changed, make the pages and everything with them, and publish.

    While chapters run, `sphinx`, the process that makes the pages, draws pictures.
    """
    check_needs(project)
    check_theme(project, wanted.epoch)
    load_reported(project)
    load_contested(project)
    edition = wanted.edition
    source = project.workshop / "source"
    begun = time.monotonic()
    outcome = _run(project, edition, options, sphinx.prepare)
    statements = checked_statements(wanted.files, edition, outcome.runs)
    made = [PAGES, *wanted.formats]
    record = edition_record(project, edition, wanted.default, outcome.runs, made)
    executed = time.monotonic()
    options.reporter.step("assembling the pages")
    memory_digest = prepare_memory(project, edition, wanted.files)
    staged = _staged_files(project, wanted, outcome.runs)
    stage(staged, edition, outcome.runs, record, source)
    sphinx.begin(project.workshop, source, page_epoch(project.root))
    draft = _begin_draft(project, record, outcome, statements)
    sphinx.finish()
    write_open_data(draft, project.workshop / PAGES.name)
    log = log_of(project.workshop)
    _note_warnings(project, warnings_in(log))
    for said in notes_in(log):
        note(said)
    _note_missing(project)
    _finish_pages(project, wanted, options.reporter)
    assembled = time.monotonic()
    _write_timings(draft, execution=executed - begun, assembly=assembled - executed)
    _finish_draft(project, wanted, record, draft, outcome)
    publish(project, edition.folder)
    keep_memory(project, memory_digest)
    return outcome


def _run(
    project: Project, edition: Edition, options: RunOptions, ended: Callable[[Path], object]
) -> Outcome:
    """Run the chapters that have changed, and check the evidence meanwhile."""
    outcome = run_chapters(
        project, edition, options, ended, partial(_check_evidence, project, edition)
    )
    if outcome.errors:
        return _with_failed(project, edition, options, outcome)
    return outcome


def _staged_files(
    project: Project, wanted: Ingredients, runs: Mapping[str, Run]
) -> Mapping[str, bytes]:
    """Return the files staged beside the chapters: those of the book, its states and its runs."""
    states = wanted.states.staged if wanted.states else {}
    files = with_states(wanted.files, states, project.settings.front_matter)
    return {**files, **executed_file(project, wanted.edition, runs, wanted.files)}


def _with_failed(
    project: Project, edition: Edition, options: RunOptions, outcome: Outcome
) -> Outcome:
    """Return an outcome with the failed chapters, as far as they ran; raise if none may fail."""
    problem = failure(project, outcome.errors)
    chapters = {chapter.slug: chapter for chapter in edition.chapters}
    if not all(may_fail(project, chapters[error.chapter], options) for error in outcome.errors):
        raise problem
    note(str(problem))
    failed = {}
    for error in outcome.errors:
        chapter = chapters[error.chapter]
        stored = chapter.outputs if has_own_values(edition, chapter) else ()
        failed[error.chapter] = failed_run(error, stored)
    runs = {**outcome.runs, **failed}
    slugs = [chapter.slug for chapter in edition.chapters]
    return replace(outcome, runs={slug: runs[slug] for slug in slugs})


def _check_evidence(project: Project, edition: Edition, engine: Engine) -> None:
    """Raise if anything is wrong with the evidence.

    Unchanged evidence is not checked again.
    """
    fingerprint = edition.fingerprint
    checked = canonical([fingerprint.evidence, fingerprint.packages])
    digest = sha256(checked.encode()).encode()
    stamp = project.cache / "verified"
    verify = project.settings.verify
    is_verified = not verify or (stamp.is_file() and stamp.read_bytes() == digest)
    if is_verified:
        return
    variables = {project.settings.data_variable: str(project.data)}
    problems = engine.call(verify, variables, project.root)
    if problems:
        raise PressError(_listed("the evidence is damaged:", problems))
    replace_file(stamp, digest)


def _listed(heading: str, problems: Iterable[object]) -> str:
    return "\n".join([heading, *(f"  {problem}" for problem in problems)])


def _begin_draft(
    project: Project, record: Mapping[str, Any], outcome: Outcome, statements: Mapping[str, Any]
) -> Path:
    """Begin a draft beside the published edition, with everything that precedes the pages."""
    draft = draft_path(project, record["name"])
    files = {"results": results_of(outcome.runs), "statements": statements, "edition": record}
    with naming(project.editions):
        shutil.rmtree(draft, ignore_errors=True)
        for part in ("source", RUNS):
            shutil.copytree(project.workshop / part, draft / part)
        for name, content in files.items():
            (draft / f"{name}.json").write_text(pretty(content), encoding="utf-8")
    return draft


def _finish_pages(project: Project, wanted: Ingredients, reporter: Reporter) -> None:
    """Make the other formats from the pages, check the pages, and write the states."""
    pages = project.workshop / PAGES.name
    source = project.workshop / "source"
    for other in wanted.formats:
        reporter.step(f"making {other.name}")
    make(wanted.formats, pages, source, wanted.epoch)
    reporter.step("checking the pages")
    faults = check_pages(pages, unchecked_links(project.root))
    if faults and load_settings(source).strict:
        raise PressError(_listed("the pages have faults:", faults))
    _note_faults(project, faults)
    if wanted.states:
        wanted.states.write(source, pages)


def _note_missing(project: Project) -> None:
    """Report listed documents that do not exist, and that no extension has written either."""
    if not may_be_written(project):
        return
    pages = project.workshop / PAGES.name
    unwritten = [
        path
        for name, path in listed_documents(project).items()
        if not path.is_file() and not (pages / f"{name}.html").is_file()
    ]
    if unwritten:
        note(missing_problem(project, unwritten))


def _note_warnings(project: Project, warnings: Sequence[str]) -> None:
    """Report what Jupyter Book warns of; of many warnings, those of a kind once."""
    lines = [*dict.fromkeys(warnings)]  # some repeat for every page
    if len(lines) > SHOWN:
        log = project.workshop / LOG
        lines = [*_first(by_kind(lines)), f"(all that Jupyter Book said: {log})"]
    if lines:
        note(_listed("Jupyter Book warns:", lines))


def _note_faults(project: Project, faults: Sequence[PageFault]) -> None:
    """Report faults of a book that may have some; of many, a file beside the log has all."""
    lists = {
        "the pages have faults:": by_fault(faults),
        "the pages fetch from other hosts:": hosts_in(faults),
    }
    file = project.workshop / "faults.txt"
    replace_file(file, "".join(f"{fault}\n" for fault in faults).encode())
    for heading, lines in lists.items():
        more = [f"(all of them: {file})"] if len(lines) > SHOWN else []
        if lines:
            note(_listed(heading, [*_first(lines), *more]))


def _first(lines: Sequence[str]) -> list[str]:
    """Return the first lines, and how many more there are."""
    more = [f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return [*lines[:SHOWN], *more]


def _write_timings(draft: Path, **seconds: float) -> None:
    """Add the durations of the build's parts, and the machine."""
    rounded = {part: round(length, 3) for part, length in seconds.items()}
    timings = {**rounded, "system": platform.platform(), "cores": os.cpu_count()}
    replace_file(draft / "timings.json", pretty(timings).encode())


def _finish_draft(
    project: Project,
    wanted: Ingredients,
    record: Mapping[str, Any],
    draft: Path,
    outcome: Outcome,
) -> None:
    """Add the pages, the manifest, and what the edition was made from."""
    pages = project.workshop / PAGES.name
    with naming(project.editions):
        (pages / ".buildinfo").unlink(missing_ok=True)
        shutil.move(pages, draft / PAGES.name)
        write_manifest(project, wanted.edition, record, draft)
        messages = {error.chapter: error.message for error in outcome.errors}
        failed = {"messages": messages, "installed": installed_hash()} if messages else {}
        made_from = {**wanted.hashes, FAILED: failed, "outputs": outputs(draft)}
        (draft / MADE_FROM).write_text(pretty(made_from), encoding="utf-8")
