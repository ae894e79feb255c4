"""Build an edition: run what has changed, assemble the pages, check them, and only then publish."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bookpress.assembly.link_check import check_pages, hosts_in
from bookpress.assembly.open_data import write_open_data
from bookpress.assembly.published import (
    EXTRAS,
    FORMATS,
    STATE,
    STATES,
    build_lock,
    draft_path,
    is_current,
    outputs,
    publish,
    whole,
)
from bookpress.assembly.staging import (
    keep_memory,
    page_files,
    prepare_memory,
    results_of,
    stage,
    with_states,
)
from bookpress.assembly.statements import checked_standings
from bookpress.book.needs import check_needs
from bookpress.book.project import Project, load_settings
from bookpress.book.renamed import load_renamed
from bookpress.book.source import build_time, day_of, load_source
from bookpress.chapter.estimates import results_file
from bookpress.cite.book import load_book
from bookpress.edition.editions import DEFAULT, Edition, differences, load_edition
from bookpress.edition.sureness import FILE as SURENESS
from bookpress.errors import PressError
from bookpress.files import canonical, naming, pretty, read, replace_file, sha256
from bookpress.formats import Format, choose
from bookpress.outputs.base.process import Maker, make
from bookpress.outputs.html import FORMAT as PAGES
from bookpress.outputs.html.executed import executed_file
from bookpress.outputs.html.pages import warnings_of
from bookpress.progress import Reporter, note
from bookpress.run.cache import Run
from bookpress.run.engine import Engine
from bookpress.run.notebook import failed_run
from bookpress.run.runner import (
    Outcome,
    RunOptions,
    failure,
    has_own_values,
    run_chapters,
)
from bookpress.run.worker import versions

TOLD = 5
"""Faults that are told at the most where they do not fail a build."""


@dataclass(frozen=True)
class Built:
    """A built edition and its folder.

    Whether anything had to be done, and the chapters that were run.
    """

    edition: Edition
    folder: Path
    changed: bool
    fresh: list[str]
    failed: Sequence[str] = ()
    """Chapters that did not run to their end."""


@dataclass(frozen=True)
class Extras:
    """What an edition has besides.

    A mark of it, staged files, and what writes more, given source and pages.
    """

    mark: str
    staged: Mapping[str, bytes]
    write: Callable[[Path, Path], None]


@dataclass(frozen=True)
class Ingredients:
    """What an edition is made from."""

    edition: Edition
    default: Edition
    """The published one, from which it differs."""
    files: Mapping[str, bytes]
    """Files of the book that are no chapters, by name."""
    formats: Sequence[Format]
    """The formats besides the pages."""
    extras: Extras | None
    state: Mapping[str, Any]
    """Hashes of all this, as the built edition keeps them."""

    @property
    def epoch(self) -> int:
        """The one date of the build, in seconds since 1970."""
        return int(self.state["date"])


def build(
    project: Project,
    edition: Edition,
    options: RunOptions | None = None,
    formats: Sequence[Format] = (),
    extras: Extras | None = None,
) -> Built:
    """Build an edition and publish it once it is whole.

    Extras and formats that it has stay as long as nothing else of it changes.
    """
    options = replace(options or RunOptions(), as_stored=True)
    target = project.editions / edition.folder
    with build_lock(project, options.reporter):
        wanted = _ingredients(project, edition, formats, extras)
        extras_mark = wanted.state[EXTRAS]
        if not options.force and is_current(target, wanted.state, extras_mark):
            return Built(edition, target, changed=False, fresh=[])
        check_needs(project)
        outcome = _make(project, wanted, options)
    failed = [error.chapter for error in outcome.errors]
    return Built(edition, target, changed=True, fresh=outcome.fresh, failed=failed)


def _ingredients(
    project: Project, edition: Edition, formats: Sequence[Format], extras: Extras | None
) -> Ingredients:
    """Return what an edition is to be made from, with the formats and extras that it keeps."""
    default = edition if edition.is_default else load_edition(project, DEFAULT)
    files = page_files(project)
    state = page_state(project, edition, default, formats, files)
    target = project.editions / edition.folder
    before = whole(target, state)
    formats = _in_order([*formats, *_formats_before(before, formats)])
    if extras is None and before.get(EXTRAS):
        extras = _kept(target, before[EXTRAS])
    state[FORMATS] = [each.name for each in formats]
    state[EXTRAS] = extras.mark if extras else None
    return Ingredients(edition, default, files, formats, extras, state)


def _make(project: Project, wanted: Ingredients, options: RunOptions) -> Outcome:
    """Run what has changed, make the pages and all that goes with them, and publish them."""
    edition = wanted.edition
    source = project.workshop / "source"
    # the process imports, then begins to draw, while chapters run
    with Maker(PAGES, wanted.epoch) as sphinx:
        begun = time.monotonic()
        outcome = _run(project, edition, options, sphinx.prepare)
        statements = checked_standings(wanted.files, edition, outcome.runs)
        made = [PAGES, *wanted.formats]
        record = edition_record(project, edition, wanted.default, outcome.runs, made)
        executed = time.monotonic()
        options.reporter.step("assembling the pages")
        memory_mark = prepare_memory(project, edition, wanted.files)
        staged = _staged_files(project, wanted, outcome.runs)
        stage(staged, edition, outcome.runs, record, source)
        sphinx.begin(project.workshop, source)
        draft = begin_draft(project, record, outcome, statements)
        sphinx.finish()
    write_open_data(draft, project.workshop / PAGES.name)
    _tell(warnings_of(project.workshop), "Jupyter Book warns:")
    finish_pages(project, wanted, options.reporter)
    assembled = time.monotonic()
    write_timings(draft, execution=executed - begun, assembly=assembled - executed)
    finish_draft(project, wanted, record, draft)
    publish(project, edition.folder)
    keep_memory(project, memory_mark)
    return outcome


def _run(
    project: Project, edition: Edition, options: RunOptions, ended: Callable[[Path], object]
) -> Outcome:
    """Run the chapters that have changed, and check the evidence meanwhile."""
    outcome = run_chapters(
        project, edition, options, ended, partial(check_evidence, project, edition)
    )
    if outcome.errors:
        return _with_failed(project, edition, options, outcome)
    return outcome


def _staged_files(
    project: Project, wanted: Ingredients, runs: Mapping[str, Run]
) -> Mapping[str, bytes]:
    """Return the files that are staged beside the chapters: of the book, its states and runs."""
    states = wanted.extras.staged if wanted.extras else {}
    files = with_states(wanted.files, states, project.settings.front_matter)
    return {**files, **executed_file(project, wanted.edition, runs, wanted.files)}


def _formats_before(before: Mapping[str, Any], asked: Sequence[Format]) -> list[Format]:
    """Return the formats that an edition has besides those asked for."""
    names = {*before.get(FORMATS, ())} - {each.name for each in asked}
    return choose(",".join([PAGES.name, *sorted(names)]))


def _in_order(formats: Sequence[Format]) -> list[Format]:
    """Return formats in the order in which the press lists them."""
    return sorted(formats, key=lambda each: (each.order, each.name))


def _with_failed(
    project: Project, edition: Edition, options: RunOptions, outcome: Outcome
) -> Outcome:
    """Return an outcome with the chapters that failed, as far as they got; raise where none may."""
    problem = failure(project, outcome.errors)
    chapters = {chapter.slug: chapter for chapter in edition.chapters}
    stops = any(chapters[error.chapter].execution.raise_on_error for error in outcome.errors)
    if (project.settings.strict or stops) and not options.keep_going:
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


def _kept(folder: Path, mark: str) -> Extras:
    """Return what a built edition has besides, to be taken over into its new pages."""
    source = folder / "source"
    names = [SURENESS, *(f"{STATES}/{path.name}" for path in (source / STATES).glob("*.json"))]
    staged = {name: read(source / name) for name in names if (source / name).is_file()}

    def write(_: Path, pages: Path) -> None:
        shutil.copytree(folder / PAGES.name / STATES, pages / STATES, dirs_exist_ok=True)

    return Extras(mark, staged, write)


def page_state(
    project: Project,
    edition: Edition,
    default: Edition,
    formats: Sequence[Format],
    files: Mapping[str, bytes],
) -> dict[str, Any]:
    """Return hashes of all that an edition is made from.

    `files` are those of the book that are no chapters.
    """
    pages = {name: sha256(content) for name, content in files.items()}
    moved = load_renamed(project).moved.items()
    renamed: dict[str, Any] = {slug: names.model_dump() for slug, names in moved}
    for chapter in edition.chapters:
        if chapter.old_addresses:
            renamed[chapter.slug] = chapter.old_addresses
    return {
        "edition": edition.id,
        "default": default.id,
        "pages": sha256(canonical(pages).encode()),
        "renamed": renamed,
        FORMATS: [each.name for each in formats],
        "python": platform.python_version(),
        "date": int(build_time(project.root).timestamp()),
        "source": _source(project),
    }


def _source(project: Project) -> dict[str, Any] | None:
    source = load_source(project)
    if source:
        return source.model_dump(mode="json", exclude={"files"})
    return None


def check_evidence(project: Project, edition: Edition, engine: Engine) -> None:
    """Raise when there is anything wrong with the evidence.

    The very same evidence is not checked twice.
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


def edition_record(
    project: Project,
    edition: Edition,
    default: Edition,
    runs: Mapping[str, Run],
    formats: Sequence[Format],
) -> dict[str, Any]:
    """Return what ``edition.json`` says.

    The edition as pages and citations need it, and how the default differs.
    """
    results = pretty(results_of(runs))
    chapter_hashes = {slug: sha256(results_file(run.results)) for slug, run in runs.items()}
    return {
        "id": edition.id,
        "parts": edition.parts,
        "version": load_book(project.root).version,
        "name": edition.folder,
        "title": edition.title,
        "description": edition.description,
        "is_default": edition.is_default,
        "parameters": {slug: dict(values) for slug, values in edition.values.items()},
        "differs": differences(edition, default),
        "date": _date(project, edition),
        **_data_versions(project, edition),
        "results_sha256": sha256(results.encode()),
        "chapter_results_sha256": chapter_hashes,
        "made_with": dict(versions()),
        "command": edition.command,
        "source": _source(project),
        "formats": [each.name for each in formats],
    }


def _date(project: Project, edition: Edition) -> str:
    """Return the one date of an edition: that of publication, else the day of the commit."""
    published = load_book(project.root).date if edition.is_default else None
    return (published or day_of(project.root)).isoformat()


def _data_versions(project: Project, edition: Edition) -> dict[str, Any]:
    """Return which version of the data chapters use: most of them, and each that has one."""
    name = project.settings.data_version_parameter
    chosen = edition.values.items()
    versions = {slug: str(values[name]) for slug, values in chosen if name in values}
    listed = [*versions.values()]
    most = max(set(listed), key=listed.count) if listed else None
    return {"data_parameter": name, "data_version": most, "data_versions": versions}


def begin_draft(
    project: Project, record: Mapping[str, Any], outcome: Outcome, statements: Mapping[str, Any]
) -> Path:
    """Begin to put the edition together beside the published one.

    With what is there before the pages are made.
    """
    draft = draft_path(project, record["name"])
    files = {"results": results_of(outcome.runs), "statements": statements, "edition": record}
    with naming(project.editions):
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(project.workshop / "source", draft / "source")
        for name, content in files.items():
            (draft / f"{name}.json").write_text(pretty(content), encoding="utf-8")
    return draft


def finish_pages(project: Project, wanted: Ingredients, reporter: Reporter) -> None:
    """Make the other formats of the pages, check them, and let more be written."""
    pages = project.workshop / PAGES.name
    source = project.workshop / "source"
    for other in wanted.formats:
        reporter.step(f"making {other.name}")
    make(wanted.formats, pages, source, wanted.epoch)
    reporter.step("checking the pages")
    faults = check_pages(pages)
    if faults and load_settings(source).strict:
        raise PressError(_listed("the pages have faults:", faults))
    _tell([fault for fault in faults if not fault.host], "the pages have faults:")
    _tell(hosts_in(faults), "the pages fetch from other hosts:")
    if wanted.extras:
        wanted.extras.write(source, pages)


def _tell(faults: Sequence[object], heading: str) -> None:
    """Tell what is wrong with a book that need not be without faults."""
    if faults:
        counted = Counter(map(str, faults))  # some warnings are the same for each page
        lines = [f"{line} ({many} times)" if many > 1 else line for line, many in counted.items()]
        more = [f"... and {len(lines) - TOLD} more"] if len(lines) > TOLD else []
        note(_listed(heading, [*lines[:TOLD], *more]))


def write_timings(draft: Path, **seconds: float) -> None:
    """Add how long the parts of the build took, and on what machine."""
    rounded = {part: round(length, 3) for part, length in seconds.items()}
    timings = {**rounded, "system": platform.platform(), "cores": os.cpu_count()}
    replace_file(draft / "timings.json", pretty(timings).encode())


def finish_draft(
    project: Project, wanted: Ingredients, record: Mapping[str, Any], draft: Path
) -> None:
    """Add the pages, the manifest, and what the edition was made from."""
    # all of citing: not for a build that has nothing to do
    from bookpress.assembly.ro_crate import write_manifest

    pages = project.workshop / PAGES.name
    with naming(project.editions):
        (pages / ".buildinfo").unlink(missing_ok=True)
        shutil.move(pages, draft / PAGES.name)
        write_manifest(project, wanted.edition, record, draft)
        made_from = {**wanted.state, "outputs": outputs(draft)}
        (draft / STATE).write_text(pretty(made_from), encoding="utf-8")
