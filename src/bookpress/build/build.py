"""Build an edition: run what has changed, assemble the pages, check them, and only then publish."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bookpress.book.editions import DEFAULT, Edition, differences, load_edition
from bookpress.book.project import Project
from bookpress.book.source import build_time, load_source
from bookpress.build.formats import PAGES, Format, Maker, make
from bookpress.build.link_check import check_pages
from bookpress.build.published import (
    EXTRAS,
    STATE,
    build_lock,
    draft_path,
    is_current,
    outputs,
    publish,
)
from bookpress.build.staging import keep_memory, page_files, prepare_memory, results_of, stage
from bookpress.build.statements import expect_truth, standings
from bookpress.chapter.estimates import results_file
from bookpress.citation.record import load_book
from bookpress.errors import PressError
from bookpress.files import canonical, naming, pretty, replace_file, sha256
from bookpress.progress import Reporter
from bookpress.run.cache import Run
from bookpress.run.engine import Engine
from bookpress.run.runner import Outcome, RunOptions, failure, run_chapters
from bookpress.run.worker import versions


@dataclass(frozen=True)
class Built:
    """A built edition, its folder, whether anything had to be done, and the chapters that were run."""

    edition: Edition
    folder: Path
    changed: bool
    fresh: list[str]


@dataclass(frozen=True)
class Extras:
    """What an edition has besides: a mark of it, staged files, and what writes more, given source and pages."""

    mark: str
    staged: Mapping[str, bytes]
    write: Callable[[Path, Path], None]


def build(
    project: Project,
    edition: Edition,
    options: RunOptions | None = None,
    reporter: Reporter | None = None,
    formats: Sequence[Format] = (),
    engine: Engine | None = None,
    extras: Extras | None = None,
) -> Built:
    """Build an edition and publish it once it is whole; extras stay as long as nothing else of it changes."""
    options, reporter = options or RunOptions(), reporter or Reporter()
    target = project.editions / edition.folder
    with build_lock(project, reporter):
        default = edition if edition.is_default else load_edition(project, DEFAULT)
        state = page_state(project, edition, default, formats)
        if not options.force and is_current(target, state, extras.mark if extras else None):
            return Built(edition, target, changed=False, fresh=[])
        with Maker(
            PAGES, state["date"]
        ) as sphinx:  # it imports, then begins to draw, while chapters run
            begun = time.monotonic()
            check = partial(check_evidence, project, edition)
            outcome = run_chapters(project, edition, options, reporter, engine, sphinx.tell, check)
            if outcome.errors:
                raise failure(project, outcome.errors)
            found = standings(project, edition, outcome.runs)
            if edition.is_default:
                expect_truth(found, edition)
            record = edition_record(project, edition, default, outcome.runs, [PAGES, *formats])
            clock = {"execution": round(time.monotonic() - begun, 3)}
            reporter.step("assembling the pages")
            mark, source = prepare_memory(project, edition), project.workshop / "source"
            stage(project, edition, outcome.runs, record, source, extras.staged if extras else {})
            sphinx.begin(project.workshop, source)
            draft = begin_draft(project, record, outcome, found)
            sphinx.finish()
        finish_pages(project, state["date"], reporter, formats, extras)
        clock["assembly"] = round(time.monotonic() - begun - clock["execution"], 3)
        finish_draft(
            project,
            edition,
            record,
            draft,
            clock,
            {**state, EXTRAS: extras.mark if extras else None},
        )
        publish(project, edition.folder)
        keep_memory(project, mark)
    return Built(edition, target, changed=True, fresh=outcome.fresh)


def page_state(
    project: Project, edition: Edition, default: Edition, formats: Sequence[Format]
) -> dict[str, Any]:
    """Return hashes of all that an edition is made from."""
    pages = {name: sha256(content) for name, content in page_files(project).items()}
    return {
        "edition": edition.id,
        "default": default.id,
        "pages": sha256(canonical(pages).encode()),
        "renamed": {one.slug: one.old_addresses for one in edition.chapters if one.old_addresses},
        "formats": [one.name for one in formats],
        "python": platform.python_version(),
        "date": int(build_time(project.root).timestamp()),
        "source": _source(project),
    }


def _source(project: Project) -> dict[str, Any] | None:
    source = load_source(project)
    return source.model_dump(mode="json", exclude={"files"}) if source else None


def check_evidence(project: Project, edition: Edition, engine: Engine) -> None:
    """Raise when there is anything wrong with the evidence; the very same evidence is not checked twice."""
    mark = sha256(
        canonical([edition.fingerprint.evidence, edition.fingerprint.packages]).encode()
    ).encode()
    stamp = project.cache / "verified"
    if not project.settings.verify or (stamp.is_file() and stamp.read_bytes() == mark):
        return
    problems = engine.call(
        project.settings.verify, {project.settings.data_variable: str(project.data)}, project.root
    )
    if problems:
        raise PressError(
            "the evidence is damaged:\n" + "\n".join(f"  {problem}" for problem in problems)
        )
    replace_file(stamp, mark)


def edition_record(
    project: Project,
    edition: Edition,
    default: Edition,
    runs: Mapping[str, Run],
    formats: Sequence[Format],
) -> dict[str, Any]:
    """Return what ``edition.json`` says: the edition as pages and citations need it, and how the default differs."""
    vintages = [values["vintage"] for values in edition.values.values() if "vintage" in values]
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
        "date": build_time(project.root).date().isoformat(),
        "vintage": max(set(vintages), key=vintages.count) if vintages else None,
        "results_sha256": sha256(pretty(results_of(runs)).encode()),
        "chapter_results_sha256": {
            slug: sha256(results_file(run.results)) for slug, run in runs.items()
        },
        "made_with": dict(versions()),
        "command": edition.command,
        "source": _source(project),
        "formats": [one.name for one in formats],
    }


def begin_draft(
    project: Project, record: Mapping[str, Any], outcome: Outcome, statements: Mapping[str, Any]
) -> Path:
    """Begin to put the edition together beside the published one, with what is there before the pages are made."""
    draft = draft_path(project, record["name"])
    files = {"results": results_of(outcome.runs), "statements": statements, "edition": record}
    with naming(project.editions):
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(project.workshop / "source", draft / "source")
        for name, content in files.items():
            (draft / f"{name}.json").write_text(pretty(content), encoding="utf-8")
    return draft


def finish_pages(
    project: Project,
    epoch: int,
    reporter: Reporter,
    formats: Sequence[Format],
    extras: Extras | None,
) -> None:
    """Make the other formats of the pages, check them, and let more be written."""
    pages, source = project.workshop / PAGES.name, project.workshop / "source"
    for one in formats:
        reporter.step(f"making {one.name}")
    make(formats, pages, source, epoch)
    reporter.step("checking the pages")
    faults = check_pages(pages)
    if faults:
        raise PressError("the pages have faults:\n" + "\n".join(f"  {fault}" for fault in faults))
    if extras:
        extras.write(source, pages)


def finish_draft(
    project: Project,
    edition: Edition,
    record: Mapping[str, Any],
    draft: Path,
    clock: Mapping[str, Any],
    state: Mapping[str, Any],
) -> None:
    """Add the pages, how long it took, the manifest, and what it was made from."""
    from bookpress.build.ro_crate import (
        write_manifest,
    )  # all of citing: not for a build that has nothing to do

    timings = {**clock, "system": platform.platform(), "cores": os.cpu_count()}
    with naming(project.editions):
        (project.workshop / PAGES.name / ".buildinfo").unlink(missing_ok=True)
        shutil.move(project.workshop / PAGES.name, draft / PAGES.name)
        (draft / "timings.json").write_text(pretty(timings), encoding="utf-8")
        write_manifest(project, edition, record, draft)
        (draft / STATE).write_text(pretty({**state, "outputs": outputs(draft)}), encoding="utf-8")
