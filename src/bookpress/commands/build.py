"""The command `build`: editions of the book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from bookpress.commands.base import options as opt
from bookpress.terminal.messages import note, say, styled

if TYPE_CHECKING:
    from bookpress.assembly.build import Built
    from bookpress.book.chapters import Chapter
    from bookpress.book.project import Project
    from bookpress.formats import Format


def build(
    editions: opt.EditionNames = None,
    parameter: opt.Parameters = None,
    chapters: opt.Chapters = None,
    save: Annotated[
        str | None, typer.Option(help="Save these choices as an edition with this name.")
    ] = None,
    jobs: opt.Jobs = None,
    engine: opt.EngineName = None,
    force: opt.Force = False,
    time_limit: opt.TimeLimit = None,
    formats: opt.Formats = opt.FORMATS[0],
    keep_going: opt.KeepGoing = False,
) -> None:
    """Build one edition of the book, or several with an index.

    Chapters that have not changed are not run again.
    """
    from bookpress.book.discovery import discover, namesakes
    from bookpress.run.engine import engine_for

    project = opt.current_project()
    names = editions or ["default"]
    only = None
    if chapters is not None:
        only = [slug.strip() for slug in chapters.split(",")]
    is_built = set(names) <= set(project.built)
    is_new = bool(parameter) or only is not None or not is_built
    all_chapters = discover(project)
    if words := namesakes(all_chapters):
        note(words)
    likely = _single_chapter(parameter or [], all_chapters) if is_built and not force else None
    opened = engine_for(project, engine, likely, all_chapters) if is_new or force else None
    # imported here, while that process does its imports
    from bookpress.assembly.build import build as build_edition
    from bookpress.edition.editions import BookAsRead, load_edition, save_edition
    from bookpress.formats import choose_formats

    read = BookAsRead.of(project, all_chapters)
    wanted = [load_edition(project, name, parameter or [], only, read) for name in names]
    # check what each format needs now, not after the chapters have run
    chosen = choose_formats(formats, is_laid_out=project.settings.is_laid_out)
    if save is not None:
        wanted = [save_edition(project, wanted, save)]
    options = opt.run_options(jobs, engine, force, time_limit)
    with opt.reported(replace(options, keep_going=keep_going, opened=opened)) as how:
        built = [build_edition(project, plan, how, chosen) for plan in wanted]
    _print_built(project, built, chosen)
    has_failed = project.settings.strict and any(done.failed for done in built)
    if has_failed:
        raise typer.Exit(1)


def _single_chapter(given: Sequence[str], chapters: Sequence[Chapter]) -> str | None:
    """Return the chapter that all given values are for, if it is one: no other has to run."""
    slugs = {text.partition("=")[0].rpartition(".")[0] for text in given}
    known = slugs & {chapter.slug for chapter in chapters}
    return known.pop() if slugs == known and len(known) == 1 else None


def _print_built(project: Project, built: Sequence[Built], formats: Sequence[Format]) -> None:
    """Report what was done for each edition and its files; print where to begin reading."""
    for done in built:
        what = "nothing to do"
        if done.changed:
            what = f"{len(done.fresh)} of {len(done.edition.chapters)} chapters run"
        say(f"edition {styled(done.edition.folder, 'bold')} ({done.edition.id}): {what}")
        for each in formats:
            for path in sorted((done.folder / "html" / each.name).iterdir()):
                say(f"as {each.name}: {path}")
    if len(built) == 1:
        typer.echo(built[0].folder / "html" / "index.html")
    else:
        from bookpress.states.sweeps.comparison_page import write_index

        typer.echo(write_index(project, [done.edition.folder for done in built]))
