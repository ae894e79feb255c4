"""What `init` says about a book that is new to the press, and the two lines it writes."""

from __future__ import annotations

from collections.abc import Iterator

from bookpress.book.chapters import Chapter
from bookpress.book.discovery import discover, namesakes
from bookpress.book.documents import excluded_files, listed_documents, source_files
from bookpress.book.needs import missing_needs
from bookpress.book.parsed import KERNEL
from bookpress.book.project import FILE, Project
from bookpress.cite.book import SETTINGS, load_book
from bookpress.cite.cited_edition import reference
from bookpress.edition.files import DEFAULT, FOLDER
from bookpress.errors import PressError, UsageError, some_of, with_noun
from bookpress.files import decoded, naming, replace_file
from holdtrue.number_formats import in_list

WRITTEN = """\
layout: theme # the theme of the book lays out its pages; press: the press does
strict: false # true: a warning, a chapter that fails or a broken link fails a build
"""
CITING = "citation: true # chapters end with how to cite them\n"
NAMED = 20
"""The most chapters that are named."""


def introduce(project: Project) -> Iterator[str]:
    """Yield what the press finds in a book, one line each.

    Raises
    ------
    PressError
        If it is not a book.
    """
    book = load_book(project.root)
    chapters = discover(project)
    names = some_of([chapter.slug for chapter in chapters], NAMED)
    documents = [path for path in listed_documents(project).values() if path.is_file()]
    pages = len(documents) - len([chapter for chapter in chapters if chapter.listed])
    yield f"{book.title}, by {in_list([author.full for author in book.authors])}"
    yield f"cited as: {reference(project, None, 'apa', DEFAULT).strip()}"
    if not (project.root / SETTINGS).exists():
        yield f"{SETTINGS}, if you write one, states what that says: authors, version, date, ..."
    listed = f": {names}" if names else ""
    with_code = with_noun(len(chapters), "chapter")
    yield f"{with_code} with code{listed}; {with_noun(pages, 'page')} without"
    yield from filter(None, [namesakes(chapters)])
    yield from _kernels(chapters)
    yield from (f"{need} is not installed" for need in missing_needs(project))
    yield from _staged(project)
    yield from _parameters(chapters)


def _staged(project: Project) -> Iterator[str]:
    """Yield which files are copied to the build folder, if the settings do not limit them."""
    if project.settings.folders:
        return
    belonging = source_files(project)
    paths = [*belonging.values(), *excluded_files(project, belonging).values()]
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    yield (
        f"{len(paths)} files ({megabytes:.1f} MB) are copied to where the pages are made: all but "
        "hidden ones, and large ones that the book excludes; a list of `folders` in "
        f"{FILE}, if you write one, limits this to what they contain"
    )


def _kernels(chapters: list[Chapter]) -> Iterator[str]:
    """Yield the kernels other than Python's that run chapters, and whether they are installed."""
    from jupyter_client.kernelspec import KernelSpecManager

    run_in: dict[str, list[str]] = {}
    for chapter in chapters:
        kernel = chapter.notebook["metadata"].get("kernelspec", KERNEL)["name"]
        if kernel != KERNEL["name"]:
            run_in.setdefault(kernel, []).append(chapter.slug)
    here = KernelSpecManager().find_kernel_specs() if run_in else {}
    for kernel, slugs in run_in.items():
        run = f"{slugs[0]} runs" if len(slugs) == 1 else f"{len(slugs)} chapters run"
        yield f"{run} in the kernel {kernel}, which is {'' if kernel in here else 'not '}installed"


def _parameters(chapters: list[Chapter]) -> Iterator[str]:
    """Yield the parameters of each chapter that has some, or the fault of its cell."""
    has_some = False
    for chapter in chapters:
        try:
            names = [parameter.name for parameter in chapter.declared]
        except PressError as error:
            yield from str(error).splitlines()
            continue
        if names:
            has_some = True
            yield f"{chapter.slug} has the parameters {', '.join(names)}"
    if chapters and not has_some:
        yield (
            "no chapter has parameters: tag the cell of a chapter that assigns them "
            "`parameters`, and `bookpress run CHAPTER -p NAME=VALUE` runs it with others"
        )


def write_settings(project: Project, *, citation: bool) -> str:
    """Write the settings file of a book that has none; return a message."""
    path = project.root / FILE
    if path.exists():
        return f"{FILE} is there already; nothing written"
    written = WRITTEN + (CITING if citation else "")
    replace_file(path, written.encode())
    lines = "three lines" if citation else "two lines"
    return f"written: {FILE}, {lines}; `bookpress init --remove` takes it back"


def remove_settings(project: Project) -> str:
    """Remove the settings file if it is unchanged since `write_settings`; return a message."""
    path = project.root / FILE
    if not path.is_file():
        return f"there is no {FILE}; nothing removed"
    if decoded(path) not in {WRITTEN, WRITTEN + CITING}:
        raise UsageError(f"{FILE} was changed since it was written; remove it by hand")
    with naming(path, "remove"):
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    is_kept = (project.root / FOLDER).is_dir()
    stays = f"; {FOLDER} stays, with what you saved" if is_kept else ""
    return f"removed: {FILE}{stays}"
