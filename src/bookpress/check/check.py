"""Read the whole book without running anything of it, and say what is wrong, with file and line.

Ruff finds undefined names, Sphinx the rest: it reads the staged book, chapters as they were run before, if they were.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bookpress.book.chapters import FOLDER, Chapter, discover, toc_files
from bookpress.book.editions import Edition, edition_names, file_faults, load_edition
from bookpress.book.project import Project
from bookpress.book.renamed import load_renamed, where
from bookpress.book.source import build_time
from bookpress.build.build import edition_record
from bookpress.build.formats import PAGES, Format, make
from bookpress.build.staging import stage
from bookpress.chapter.bindings import python_of
from bookpress.chapter.quotes import CELLS
from bookpress.check.renamed import table_faults
from bookpress.citation.deposit import deposit_files
from bookpress.citation.record import SETTINGS, load_book
from bookpress.errors import PressError, UsageError, nearest
from bookpress.files import FRONT, as_mapping, decoded, front_matter, read
from bookpress.run import processes
from bookpress.run.cache import Run
from bookpress.run.notebook import as_file
from bookpress.run.runner import cached_runs

ENTRIES = [
    "abstract",
    "also",
    "authors",
    "data_date",
    "doi",
    "finding",
    "keywords",
    "literals",
    "template",
    "time_limit",
]
SHOWN = {
    "title",
    "alt",
    "caption",
    "description",
    "label",
}  # arguments whose text is shown to readers
DISPLAYED = ["display", "get_ipython"]  # names that a notebook has without importing them
PLACE = re.compile(
    r"^\s*(?P<file>[^\s:]+?)(?:\.(?P<ending>md|ipynb))?(?::(?P<line>\d+))?: (?:WARNING|ERROR|CRITICAL): "
)
DUMMY = Format("dummy", PAGES.module)  # all that Jupyter Book does, but for writing
CELL = 10_000  # MyST-NB counts lines within a cell, and cells in tens of thousands
DIRECTION = re.compile(
    r"\b(?:rose|ris(?:e|es|en|ing)|f[ae]ll(?:s|en|ing)?|gr[eo]w(?:s|n|ing|th)?|shr[aiu]nk\w*|declin\w+|(?:in|de)creas\w+"
    r"|doubl(?:ed|es|ing)|halv(?:ed|es|ing)|widen\w*|narrow(?:s|ed|ing)|more|less|fewer|higher|lower|larger|smaller|greater"
    r"|faster|slower|rarer|most|majority|minority|exceed\w*|twice|times as|only)\b",
    re.IGNORECASE,
)
"""Words by which a sentence says which way, or on which side."""


class Problem(NamedTuple):
    """What is wrong, and where."""

    where: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.where}:{self.line}: {self.what}"


def check(project: Project) -> tuple[list[Problem], list[str]]:
    """Return what is wrong with a book, in the order of its files, and the chapters whose result keys are unchecked."""
    table = where(project)
    try:
        load_renamed(project)
    except UsageError as error:  # no chapter is known without it
        return [Problem(table, 1, one.removeprefix(f"{table}: ")) for one in error.problems], []
    try:
        chapters = discover(project)
        texts = _texts(project, chapters)
    except PressError as error:
        return [Problem("_toc.yml", 1, str(error))], []
    broken = list(_structure(project, chapters))
    broken += [problem for name, text in texts.items() for problem in _front(project, name, text)]
    faulty = {problem.where for problem in broken}
    problems = [*broken, *_names([chapter for chapter in chapters if chapter.where not in faulty])]
    problems += [problem for name, text in texts.items() for problem in _typed(name, text)]
    problems += _deposits(project)
    problems += _quotes([chapter for chapter in chapters if chapter.where not in faulty])
    if not broken:
        problems += [Problem(table, *fault) for fault in table_faults(project, chapters)]
    if broken:  # Sphinx would only repeat what is wrong already
        return sorted({*problems}), []
    edition = load_edition(project, "default")
    runs = cached_runs(project, edition)
    unchecked = [chapter.slug for chapter in edition.chapters if chapter.slug not in runs]
    told = {(problem.where, problem.what) for problem in problems}
    found = _references(project, edition, runs, unchecked)
    problems += [one for one in found if (one.where, one.what) not in told]
    return sorted(problems), unchecked


def _texts(project: Project, chapters: Sequence[Chapter]) -> dict[str, str]:
    """Return the text of every page by its file."""
    names = dict.fromkeys(
        [*toc_files(project), *(f"{FOLDER}/{chapter.slug}" for chapter in chapters)]
    )
    return {f"{name}.md": decoded(project.root / f"{name}.md") for name in names}


def untested(project: Project) -> list[Problem]:
    """Return the paragraphs that quote results, claim a direction and rest on no statement: a list, no verdict."""
    return [
        Problem(name, line, f"says {words} of a result, and rests on no statement")
        for name, page in _texts(project, discover(project)).items()
        for line, text in paragraphs(page)
        if "{result}`" in text and "{holds}`" not in text
        for prose in (" ".join(content for _, content in prose_lines(text)),)
        if (words := ", ".join(map(repr, dict.fromkeys(DIRECTION.findall(prose)))))
    ]


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a MyST page without its cells, and the lines of its front matter, each with its line."""
    head = FRONT.match(text)
    front = text[: head.end() if head else 0]
    yield from enumerate(front.splitlines(), 1)
    body = CELLS.sub(lambda cell: "\n" * cell[0].count("\n"), text[len(front) :])
    for found in re.finditer(r"(?:^.*\S.*\n?)+", body, re.MULTILINE):
        yield front.count("\n") + body.count("\n", 0, found.start()) + 1, found[0].rstrip("\n")


def _structure(project: Project, chapters: Sequence[Chapter]) -> Iterator[Problem]:
    for chapter in chapters:
        if not chapter.listed:
            yield Problem(chapter.where, 1, "not in _toc.yml")
        try:
            _ = chapter.title, chapter.front_matter, chapter.parameters
        except PressError as error:
            found = re.search(r"parameter (\w+)", str(error))
            lines = chapter.source.splitlines()
            line = next(
                (n for n, text in enumerate(lines, 1) if found and text.startswith(f"{found[1]}:")),
                1,
            )
            yield Problem(chapter.where, line, str(error).removeprefix(f"{chapter.where}: "))
            return  # no edition can be read either
    yield from (Problem(file, 1, fault) for file, fault in file_faults(project).items())
    for name in edition_names(project):
        try:
            load_edition(project, name)
        except PressError as error:
            yield Problem(f"book/editions/{name}.yml", 1, str(error))


def _front(project: Project, name: str, text: str) -> Iterator[Problem]:
    """Yield what is wrong with the book's own part of the front matter of a page."""
    key = project.settings.front_matter
    try:
        own = front_matter(text, name).get(key) or {}
    except UsageError as error:
        place = re.search(r"line (\d+): ", str(error))
        yield Problem(name, int(place[1]) + 1 if place else 1, str(error).removeprefix(f"{name}: "))
        return
    if not isinstance(own, dict):
        yield Problem(name, 1, f"the front matter's `{key}` holds no named entries")
        return
    lines = text.splitlines()
    for entry in (entry for entry in own if entry not in ENTRIES):
        line = next(
            n for n, content in enumerate(lines, 1) if content.strip().startswith(f"{entry}:")
        )
        yield Problem(
            name, line, f"the front matter's `{key}` has no {entry!r}{nearest(entry, ENTRIES)}"
        )


def _names(chapters: Sequence[Chapter]) -> Iterator[Problem]:
    """Yield undefined names and faults of syntax, as ruff finds them in the cells."""
    with tempfile.TemporaryDirectory(dir=processes.scratch()) as folder:
        for chapter in chapters:
            Path(folder, f"{chapter.slug}.py").write_text(
                python_of(chapter.source), encoding="utf-8"
            )
        options = (
            "--isolated",
            "--no-cache",
            "--select",
            "F821",
            "--config",
            f"builtins={DISPLAYED}",
        )
        command = [
            sys.executable,
            "-m",
            "ruff",
            "check",
            *options,
            "--output-format",
            "json",
            folder,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise PressError(
            f"ruff, which looks for undefined names, failed: {done.stderr.strip().splitlines()[-1]}"
        )
    for one in json.loads(done.stdout):
        file, what = f"{FOLDER}/{Path(one['filename']).stem}.md", one["message"]
        yield Problem(file, one["location"]["row"], what[:1].lower() + what[1:])


def _quotes(chapters: Sequence[Chapter]) -> Iterator[Problem]:
    """Yield what is wrong with what the prose of chapters quotes of their names and comparisons."""
    for chapter in chapters:
        try:
            _ = chapter.quotes_cell
        except PressError as error:
            for place in str(error).splitlines():
                line, _, what = place.removeprefix(f"{chapter.where}:").partition(": ")
                yield Problem(chapter.where, int(line), what)


def _deposits(project: Project) -> Iterator[Problem]:
    """Yield the records for archives and code hosts that are not what the publication settings say."""
    with suppress(PressError):  # what is wrong with the settings is told elsewhere
        for name, text in deposit_files(load_book(project.root)).items():
            path = project.root / name
            if path.is_file() and read(path) != text.encode():
                yield Problem(
                    name,
                    1,
                    f"is not what {SETTINGS} says: run `python -m {deposit_files.__module__}`",
                )


def _typed(name: str, text: str) -> Iterator[Problem]:
    """Yield numbers typed by hand in the prose of a page, and in the texts that its cells show."""
    excused = re.findall(r"^\s+literals: *\[(.*)\]", text, re.MULTILINE)
    literals = [
        one for found in excused for one in as_mapping(f"x: [{found}]", name, "literals")["x"]
    ]
    for line, content in [*prose_lines(text), *_shown(text)]:
        for number in typed_numbers(content, literals):
            yield Problem(
                name,
                line,
                f"the number {number} is typed by hand: record it as a result, or quote a claim",
            )


def _shown(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and content of the texts that code cells show to readers."""
    with suppress(SyntaxError):
        nodes = list(ast.walk(ast.parse(python_of(text))))
        for value in (node for node in nodes if isinstance(node, ast.FormattedValue)):
            value.format_spec = None  # says how a value is written: no text
        calls = [node for node in nodes if isinstance(node, ast.keyword) and node.arg in SHOWN]
        for part in (part for call in calls for part in ast.walk(call.value)):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.lineno, part.value


def _references(
    project: Project, edition: Edition, runs: Mapping[str, Run], unchecked: Sequence[str]
) -> Iterator[Problem]:
    """Yield what Sphinx warns of when it reads the staged book, with lines as the author knows them."""
    standing = {
        chapter.slug: runs.get(chapter.slug)
        or Run(chapter.slug, "", as_file(chapter.notebook), {}, 0.0)  # as it was written, not run
        for chapter in edition.chapters
    }
    with tempfile.TemporaryDirectory(dir=processes.scratch()) as home:
        source, log = Path(home, "source"), Path(home, "sphinx.log")
        stage(
            project,
            edition,
            standing,
            edition_record(project, edition, edition, standing, [PAGES]),
            source,
        )
        try:
            make([DUMMY], Path(home), source, int(build_time(project.root).timestamp()))
            warnings = []
        except PressError:
            said = log.read_text(encoding="utf-8") if log.is_file() else ""
            warnings = [
                line for line in said.replace(f"{source}/", "").splitlines() if PLACE.match(line)
            ]
            if not warnings:
                raise
    chapters = {f"{FOLDER}/{chapter.slug}": chapter for chapter in edition.chapters}
    yield from dict.fromkeys(
        _placed(line, chapters) for line in warnings if not _excused(line, unchecked)
    )


def _excused(warning: str, unchecked: Sequence[str]) -> bool:
    """Whether a warning is about what is only known when chapters have been run."""
    unknown = [f"the chapter {slug!r} publishes no (result|statement)" for slug in unchecked]
    return any(
        re.search(words, warning) for words in [*unknown, r"\b(fig|tab)-[a-z0-9-]+"] if unchecked
    )


def _placed(warning: str, chapters: Mapping[str, Chapter]) -> Problem:
    """Return a warning of Sphinx as a problem; of a chapter, cell and line become a line of its source."""
    import jupytext

    found = PLACE.match(warning)
    assert found  # noqa: S101 - only such lines are asked
    name, line, what = found["file"], int(found["line"] or 1), warning[found.end() :].strip()
    if name in chapters and line >= CELL:
        starts = jupytext.myst.myst_to_notebook(
            chapters[name].source, add_source_map=True
        ).metadata["source_map"]
        cell, within = divmod(line, CELL)
        line = starts[min(cell, len(starts)) - 1] + within
    return Problem(f"{name}.md" if found["ending"] or name in chapters else name, line, what)


MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
COUNTED = "models|papers|works|chips|authors|clusters|hours|organisations|companies|universities|conferences|runs"
"""What comes in thousands: before these a number is no year, unless a word such as "the" or "of" says so."""

LEVELS = "intervals?|confidence|level|bands?|limits?"

ALLOWED_NUMBERS = (
    r"https?://\S+|\b10\.\d{4,9}/\S+|\barxiv:\s?\S+",  # addresses and identifiers
    rf"\b\d{{1,2}}\s+(?:{MONTHS})\b|\b(?:{MONTHS})\s+\d{{1,2}}\b(?!%)",  # days
    # Years, ranges of years, months, dates
    rf"\b(?:(?<=\bthe )|(?<=\bof )|(?<=\bin )|(?!\d{{4}}\s+(?:{COUNTED})\b))"
    r"(?:1[5-9]|20)\d\d(?:[-–/]\d\d){0,2}s?\b(?!%)",
    # The level of intervals, and of nothing else: 95% of models is a result.
    rf"\b95%(?=\s*$|[\s-]+(?:[\w-]+\s+){{0,2}}(?:{LEVELS})\b|\s+CI\b|[;)])|\b(?:middle|at) 95%",
    r"\b\d+(?:st|nd|rd|th)\b",  # ordinals
    # Names: H100, P100, GPT-4. A hyphen makes a name only of what is capitalised: "almost-37" is none.
    r"\b[^\W\d_][\w.+]*\d[\w.,]*",
    r"\b(?-i:[A-Z])[\w.+]*-\d[\w.,]*",
    r"\b(?:sections?|chapters?|figures?|tables?|parts?|version|python|step|cc by|rfc|iso|issue)\s+\d[\d.]*",
    r"\b\d+-(?:bit|hour|day|week)\b",  # number formats and spans of the clock
    r"(?<![\d.,])[01](?!\d|[.,]\d|%)",  # nothing and one: words as much as numbers
)
"""Numbers that may stand in prose. Any other is a result or a claim, or stands in code or mathematics."""

NUMBER = re.compile(r"\d[\d.,]*\s?%?")


def typed_numbers(text: str, literals: Iterable[str] = ()) -> list[str]:
    """Return the numbers of a line that should have been computed, but for texts that are excused."""
    for literal in literals:
        text = text.replace(literal, " ")
    for allowed in ALLOWED_NUMBERS:
        text = re.sub(allowed, " ", text, flags=re.IGNORECASE)
    return [number.strip(" .,") for number in NUMBER.findall(text)]


FENCE = re.compile(r"^(`{3,}|~{3,}|:{3,})\{(?P<name>[\w:-]+)\}(?P<argument>.*)$")
CODE = {
    "code-cell",
    "code",
    "code-block",
    "sourcecode",
    "literalinclude",
    "raw",
    "math",
    "mermaid",
    "bibliography",
}
"""Directives whose content is no prose."""
PLAIN = {"otherwise", "finding", "include", "image", "figure", "toctree", "tableofcontents"}
"""Directives whose argument is no text that readers see."""

NO_PROSE = (
    r"<!--.*?-->",
    r"\{[\w:+.-]+\}(`+).*?(?<!`)\1(?!`)",  # roles
    r"(`+).*?(?<!`)\1(?!`)",  # code
    r"\$[^$]+\$",  # mathematics
    r"\]\([^)\s]*",  # addresses of links; their titles are read
    r"(?<=<)[a-z][^\s>]*|\b(?:href|src|class|id)=\"[^\"]*\"",  # HTML, but for what it says
    r"^:(?!alt:)[\w-]+:.*$|^\([\w-]+\)=$",  # options of directives, labels
)
"""Parts of a line that are not read as prose."""


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a MyST page that readers see, numbered from 1, without roles, code and addresses."""
    lines = text.splitlines()
    front = lines.index("---", 1) if text.startswith("---\n") and "---" in lines[1:] else 0
    for number, line in enumerate(lines[:front], 1):
        entry, _, content = line.strip().partition(": ")
        if entry not in {"also", "literals", "doi", "data_date"} and line.startswith(" "):
            yield from _prose(number, content)
    code = ""
    for number, line in enumerate(lines[front:], front + 1):
        fence = FENCE.match(line)
        if code:
            code = "" if line.strip() == code else code
        elif not fence and (plain := re.match(r"\$\$$|(?:`{3,}|~{3,})(?= *[^\s`~])", line)):
            code = plain[0]
        elif fence and fence["name"] in CODE:
            code = fence[1]
        elif fence is None or fence["name"] not in PLAIN:
            yield from _prose(number, fence["argument"] if fence else line)


def _prose(number: int, line: str) -> Iterator[tuple[int, str]]:
    """Yield what is prose of a line, if anything."""
    for part in NO_PROSE:
        line = re.sub(part, " ", line)
    if line.strip(" `:-"):
        yield number, line
