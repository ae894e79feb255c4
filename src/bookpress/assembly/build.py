"""Builds an edition, unless it is there already, made from what it would be made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bookpress.assembly.ingredients import Ingredients, StateFiles, gather
from bookpress.assembly.published import FORMATS, STATES_HASH, build_lock, made_from
from bookpress.book.project import Project
from bookpress.book.renamed import load_renamed
from bookpress.edition.editions import Edition
from bookpress.formats import Format, still_made
from bookpress.outputs.html import FORMAT as PAGES
from bookpress.run.failures import ChapterError
from bookpress.run.runner import RunOptions, failure
from bookpress.terminal.messages import note


@dataclass(frozen=True)
class Built:
    """A built edition and its folder, whether anything changed, and the chapters that ran."""

    edition: Edition
    folder: Path
    changed: bool
    fresh: list[str]
    failed: Sequence[str] = ()
    """The chapters that failed."""


def build(
    project: Project,
    edition: Edition,
    options: RunOptions | None = None,
    formats: Sequence[Format] = (),
    states: StateFiles | None = None,
) -> Built:
    """Build an edition, and publish it once it is complete.

    Its states and formats are kept as long as nothing else of it changes.
    """
    options = replace(options or RunOptions(), as_stored=True)
    target = project.editions / edition.folder
    with build_lock(project, options.reporter):
        wanted = gather(project, edition, formats, states)
        if wanted.is_built and not options.force:
            before = wanted.failed.items()
            errors = [ChapterError(slug, message, b"") for slug, message in before]
            if errors:
                note(str(failure(project, errors)))
            return Built(edition, target, changed=False, fresh=[], failed=[*wanted.failed])
        # imported here: a build with nothing to do needs none of it, and is a third faster without
        from bookpress.outputs.base.process import Maker

        with Maker(PAGES) as sphinx:  # imports while this process does
            from bookpress.assembly.make import make_edition

            load_renamed(project)  # a fault in it is told before chapters run
            left_out = _left_out(project, wanted)
            outcome = make_edition(project, wanted, options, sphinx)
    if left_out:
        note(f"the edition has changed, and is built again without {' and '.join(left_out)}")
    failed = [error.chapter for error in outcome.errors]
    return Built(edition, target, changed=True, fresh=outcome.fresh, failed=failed)


def _left_out(project: Project, wanted: Ingredients) -> list[str]:
    """Return what the edition has in addition, and will not have, with the commands for it."""
    command = project.settings.command
    before = made_from(project.editions / wanted.edition.folder)
    left_out = []
    if before.get(STATES_HASH) and wanted.states is None:
        left_out.append(f"its choices (`{command} explore` makes them)")
    names = {each.name for each in wanted.formats}
    gone = {*before.get(FORMATS, ())} - names
    possible = still_made(gone, is_laid_out=project.settings.is_laid_out)
    formats = ",".join(each.name for each in possible)
    if formats:
        left_out.append(f"{formats} (`{command} build --format html,{formats}`)")
    return left_out
