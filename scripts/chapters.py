"""Check the code of chapters by the rules for modules, and format it.

``lint`` prints what is wrong, by file and line. ``format`` formats code as ruff does, and brings
the metadata of figures into its canonical layout, which jupytext changes whenever a notebook is
saved from JupyterLab.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from string import Template
from typing import Any

from bookpress.chapter.quotes import role_matches
from bookpress.commands.base.new_chapter import PATTERN
from bookpress.errors import PressError
from bookpress.files import decoded, replace_file
from bookpress.myst import CELLS
from chapter_cells import (
    Cell,
    ChapterText,
    figure_head,
    line_at,
    read_chapter,
    tags_of,
    tree_of,
    unreadable,
)
from finding import Finding

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "pyproject.toml"

LINES = 15  # of code in a cell
WIDTH = 100  # characters of a line of code
HIDING = {f"{verb}-{part}" for verb in ("hide", "remove") for part in ("input", "output", "cell")}
IMPORTED = {"compute_divide": "cd", "pandas": "pd"}
TYPES = "compute_divide.choices"

COLLECTIONS = (ast.Tuple, ast.List, ast.Set, ast.ListComp, ast.SetComp, ast.GeneratorExp)
MAKERS = {"filter", "map", "zip"}
CONVERTERS = {"iter", "list", "reversed", "sorted", "tuple"}


# The findings of ruff


@contextmanager
def as_notebooks(chapters: Sequence[ChapterText]) -> Iterator[list[Path]]:
    """Write the code of chapters as notebooks, which ruff reads cell by cell."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"chapter_{number}.ipynb") for number in range(len(chapters))]
        for file, chapter in zip(files, chapters, strict=True):
            cells = [_code_cell(cell.code) for cell in chapter.cells]
            notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
            file.write_text(json.dumps(notebook), encoding="utf-8")
        yield files


def _code_cell(code: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": code,
    }


def ruff(command: str, files: Sequence[Path], *options: str) -> str:
    """Run ruff on notebooks with the rules of the project; return its output."""
    if not files:  # it would take the whole folder
        return ""
    program = Path(sys.executable).with_name("ruff")
    words = ["--quiet", "--no-cache", "--config", str(CONFIG), *options, *map(str, files)]
    done = subprocess.run(
        [program, command, *words],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode not in {0, 1}:
        raise PressError(f"ruff {command} failed: {done.stderr.strip()}")
    return done.stdout


def ruff_findings(chapters: Sequence[ChapterText]) -> Iterator[Finding]:
    """Yield the findings of ruff in the code of chapters, with the line numbers of the chapters."""
    with as_notebooks(chapters) as files:
        faults = json.loads(ruff("check", files, "--output-format", "json") or "[]")
    by_name = {file.name: chapter for file, chapter in zip(files, chapters, strict=True)}
    for fault in faults:
        chapter = by_name[Path(fault["filename"]).name]
        first = chapter.cells[(fault["cell"] or 1) - 1].line
        message = f"{fault['code'] or 'unreadable'} {fault['message']}"
        yield Finding(chapter.file, first + fault["location"]["row"] - 1, message)


def formatted(chapters: Sequence[ChapterText]) -> list[str]:
    """Return the texts of chapters with formatted code and metadata of figures."""
    with as_notebooks(chapters) as files:
        ruff("format", files)
        notebooks = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return [
        _spliced(chapter, ["".join(cell["source"]) for cell in notebook["cells"]])
        for chapter, notebook in zip(chapters, notebooks, strict=True)
    ]


def _spliced(chapter: ChapterText, codes: Sequence[str]) -> str:
    """Return the text of a chapter with other code in its cells."""
    parts = []
    last = 0
    places = CELLS.finditer(chapter.text)
    for place, cell, code in zip(places, chapter.cells, codes, strict=True):
        blank = "\n" if cell.head.startswith(":") else ""  # as jupytext has it
        written = f"{blank}{code.rstrip()}\n" if code.strip() else place["code"]
        parts += [chapter.text[last : place.start("head")], figure_head(cell), written]
        last = place.end("code")
    return "".join([*parts, chapter.text[last:]])


def unformatted(chapter: ChapterText, shaped: str) -> Iterator[Finding]:
    """Yield the first line of each cell that formatting would change."""
    cells = zip(CELLS.finditer(chapter.text), CELLS.finditer(shaped), strict=True)
    for old, new in cells:
        lines = zip_longest(old[0].splitlines(), new[0].splitlines())
        others = [number for number, (before, after) in enumerate(lines) if before != after]
        if others:
            line = line_at(chapter.text, old.start()) + others[0]
            yield Finding(chapter.file, line, "format the cell is out of shape: `make format`")


# Our own limits


def over_limits(chapter: ChapterText) -> Iterator[Finding]:
    """Yield cells that are too long or too wide, pack statements, or import too much."""
    declaring = [number for number, cell in enumerate(chapter.cells) if _declares(cell)]
    for place, cell in enumerate(chapter.cells):
        lines = cell.code.splitlines()
        if len(lines) > LINES:
            message = f"long-cell {len(lines)} lines of code: a cell has at most {LINES}"
            yield Finding(chapter.file, cell.line, message)
        takes_types = bool(declaring) and place <= declaring[0]
        for number, line in enumerate(lines, cell.line):
            if len(line) > WIDTH:
                message = f"long-line {len(line)} characters: a line has at most {WIDTH}"
                yield Finding(chapter.file, number, message)
        for node in ast.walk(tree_of(cell)):
            for message in (_packed(node), _imported(node, takes_types)):
                if message:
                    yield Finding(chapter.file, node.lineno, message)  # type: ignore[attr-defined]


def long_expressions(chapter: ChapterText) -> Iterator[Finding]:
    """Yield the lines of expressions at sentences that are too wide; they may be wrapped."""
    for role in role_matches(chapter.text, 0, len(chapter.text)):
        lines = role[0].split("\n") if role["kind"] == "holds" else []
        for number, line in enumerate(lines, line_at(chapter.text, role.start())):
            if len(line) > WIDTH:
                message = f"long-expression {len(line)} characters: wrap it at {WIDTH} or fewer"
                yield Finding(chapter.file, number, message)


def _declares(cell: Cell) -> bool:
    """Return whether a cell declares the parameters of its chapter."""
    return "parameters" in tags_of(cell)


def _packed(node: ast.AST) -> str:
    """Return the fault of an assignment of several computed values to several names."""
    if not isinstance(node, ast.Assign) or not _is_several(node.value):
        return ""
    unpacked = any(isinstance(target, ast.Tuple | ast.List) for target in node.targets)
    return "packed several values in one assignment: give each a statement" if unpacked else ""


def _is_several(value: ast.expr) -> bool:
    """Return whether an expression builds several values and is not a call that returns them."""
    match value:
        case ast.IfExp(body=body, orelse=other):
            return _is_several(body) or _is_several(other)
        case ast.Call(func=ast.Name(id=name)) if name in MAKERS:
            return True
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in CONVERTERS:
            return _is_several(first)
        case _:
            return isinstance(value, COLLECTIONS)


def _imported(node: ast.AST, takes_types: bool) -> str:
    """Return the fault of an import."""
    match node:
        case ast.Import(names=names):
            wrong = [each.name for each in names if IMPORTED.get(each.name, "") != each.asname]
        case ast.ImportFrom(module=module, level=level):
            is_types = f"{module}.".startswith(f"{TYPES}.") and not level
            wrong = [] if is_types and takes_types else ["." * level + (module or "")]
        case _:
            return ""
    allowed = ", ".join(f"{name} as {short}" for name, short in IMPORTED.items())
    listed = ", ".join(wrong)
    return (
        f"import of {listed}: a chapter imports {allowed}, and {TYPES} down to its parameters"
        if wrong
        else ""
    )


def hidden(chapter: ChapterText) -> Iterator[Finding]:
    """Yield the cells that are hidden from readers, who can open each by themselves."""
    for cell in chapter.cells:
        for tag in sorted(tags_of(cell) & HIDING):
            yield Finding(chapter.file, cell.head_line, f"hidden {tag}: no cell is hidden")


# The commands


def lint(files: Sequence[Path]) -> int:
    """Print everything that is wrong with the code of chapters; return the exit code."""
    chapters = [read_chapter(str(file), _as_chapter(file)) for file in files]
    findings, sound = _read(chapters)
    findings += ruff_findings(sound)
    findings += [finding for chapter in sound for finding in hidden(chapter)]
    findings += [finding for chapter in sound for finding in long_expressions(chapter)]
    for chapter, shaped in zip(sound, formatted(sound), strict=True):
        findings += unformatted(chapter, shaped)
        findings += over_limits(chapter)
    for finding in sorted(set(findings)):
        print(finding)
    return 1 if findings else 0


def _read(chapters: Sequence[ChapterText]) -> tuple[list[Finding], list[ChapterText]]:
    """Return what is unreadable in chapters, and the chapters in which nothing is."""
    findings = [finding for chapter in chapters for finding in unreadable(chapter)]
    broken = {finding.file for finding in findings}
    return findings, [chapter for chapter in chapters if chapter.file not in broken]


def _as_chapter(file: Path) -> str:
    """Return the text of a chapter, or of the pattern as it is in a new chapter."""
    text = decoded(file).replace("\r\n", "\n")
    if file.resolve() != ROOT / PATTERN:
        return text
    return Template(text).safe_substitute(title="My question", slug="my-question")


def format_chapters(files: Sequence[Path]) -> int:
    """Format the code of chapters and print which were changed; return the exit code."""
    texts = {str(file): decoded(file) for file in files}
    # The result must remain a pattern: its `$slug` is in texts and metadata, like any word.
    chapters = [read_chapter(file, text.replace("\r\n", "\n")) for file, text in texts.items()]
    findings, sound = _read(chapters)
    for chapter, shaped in zip(sound, formatted(sound), strict=True):
        if shaped != chapter.text:
            end = "\r\n" if "\r\n" in texts[chapter.file] else "\n"
            replace_file(Path(chapter.file), shaped.replace("\n", end).encode())
            print(f"formatted {chapter.file}")
    for finding in sorted(set(findings)):
        print(finding)
    return 1 if findings else 0


def book_files() -> list[Path]:
    """Return the chapters and the pattern of new ones, relative to the current folder."""
    files = [*sorted(ROOT.glob("notebooks/*.md")), ROOT / PATTERN]
    return [Path(os.path.relpath(file)) for file in files]


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in (("lint", lint), ("format", format_chapters)):
        command = commands.add_parser(name, help=str(run.__doc__).partition(";")[0])
        command.set_defaults(run=run)
        command.add_argument(
            "--only",
            nargs="+",
            type=Path,
            metavar="FILE",
            help="these files; else all chapters of the book and the pattern of new ones",
        )
    wanted = parser.parse_args()
    try:
        return int(wanted.run(wanted.only or book_files()))
    except PressError as error:
        print(error, file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
