"""The commands on citations and releases: what was said, whether it stands, and on which rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bookpress.commands import options as opt
from bookpress.errors import UsageError
from bookpress.progress import reporting, say


def cite(
    chapter: opt.AnyChapter = None,
    form: Annotated[
        str,
        typer.Option(
            "--format", "-f", help="apa, chicago and other styles; bibtex, ris and other files."
        ),
    ] = "apa",
    edition: opt.CitedEdition = "default",
    checked: Annotated[
        str | None,
        typer.Option(
            "--check",
            metavar="CHAPTER:KEY=NUMBER",
            help="Check whether a quoted number still stands.",
        ),
    ] = None,
    watched: Annotated[
        Path | None,
        typer.Option(
            "--watch",
            help="Check all that a bibliography, or a text, cites and quotes of the book.",
        ),
    ] = None,
) -> None:
    """Print the reference to a chapter, or to the book. It names the edition that was read.

    With --check, say instead what became of a number: exit code 0 if it stands, 1 if it was revised
    or withdrawn, 2 if it is in no release. With --watch, say so of every edition that a file cites
    and of every CHAPTER:KEY=NUMBER in it.
    """
    from bookpress.commands.cite import reference
    from bookpress.release.released import check as check_number

    if watched is not None:
        if (chapter, form, edition, checked) != (None, "apa", "default", None):
            raise UsageError(f"--watch {watched} goes with nothing else: it reads the file")
        raise typer.Exit(_watch(watched))

    if checked is not None:
        if (chapter, form, edition) != (None, "apa", "default"):
            alone = "it names the chapter, and asks every release"
            raise UsageError(f"--check {checked} goes with nothing else: {alone}")
        code, words = check_number(opt.current_project(), checked, opt.run_options(1))
        typer.echo(words)
        raise typer.Exit(code)
    typer.echo(reference(opt.current_project(), chapter, form, edition), nl=False)


def _watch(file: Path) -> int:
    """Print what became of all that a file cites; return the exit code."""
    from bookpress.release.watch import watch

    with reporting() as bar:
        answers = watch(opt.current_project(), file, opt.run_options(1), bar)
    for _, words in answers:
        typer.echo(words)
    return max(code for code, _ in answers)


def rows(
    result: Annotated[
        str, typer.Argument(metavar="CHAPTER:KEY", help="A share that the book counts.")
    ],
    parameter: opt.Parameters = None,
    edition: opt.BaseEdition = "default",
) -> None:
    """Print the rows that a share counts, and those that it does not, as CSV.

    The first column says whether a row is counted, and if not, why.
    """
    from bookpress.commands.rows import rows_behind

    text = rows_behind(opt.current_project(), result, parameter or [], edition)
    typer.echo(text, nl=False)


def verify(
    cited: Annotated[
        str, typer.Argument(help="Id of an edition, or a file with citations, such as FILE.bib.")
    ],
    sha: Annotated[
        str | None, typer.Argument(help="SHA-256 of the results, of a chapter or of the book.")
    ] = None,
    jobs: opt.Jobs = None,
) -> None:
    """Check whether this checkout gives the results of a cited state.

    If not, say what differs and by how much. Exit code 0: same results; 1: other results; 2:
    unknown.
    """
    from bookpress.release.verify import read_cited
    from bookpress.release.verify import verify as verify_state

    project = opt.current_project()
    options = opt.run_options(jobs)
    states = read_cited(cited, sha)
    codes = [0]
    with reporting() as bar:
        for state in states:
            code, words = verify_state(project, state, options, bar)
            typer.echo(words)
            codes.append(code)
    raise typer.Exit(max(codes))


def release(
    editions: opt.BuiltEditions = None,
    older: Annotated[
        list[Path] | None, typer.Option(help="Archive of an earlier release; may be repeated.")
    ] = None,
    to: Annotated[
        Path, typer.Option(help="Folder for the site, the archives and SHA256SUMS.")
    ] = Path("dist"),
    tag: Annotated[bool, typer.Option("--tag", help="Tag the commit with the version.")] = False,
) -> None:
    """Pack built editions with checksums; by default all published ones.

    Earlier releases stay on the site. Files already in the folder are kept, and released
    files never change.
    """
    from bookpress.release.release import release as release_editions

    ids = release_editions(opt.current_project(), editions or [], older or [], to, tag=tag)
    say(f"editions on the site: {', '.join(ids)}")
    typer.echo(to / "site" / "index.html")
