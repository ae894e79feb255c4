"""Why a run failed, in words, and the chapter as far as it ran."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bookpress.book.cells import is_skipped
from bookpress.book.chapters import Chapter
from bookpress.chapter.publish import TAG
from bookpress.chapter.types.allowed import Value
from bookpress.edition.fingerprint import Fingerprint
from bookpress.edition.installed import installed_hash
from bookpress.errors import PressError
from bookpress.files import canonical, pretty, replace_file, sha256
from bookpress.myst import TEXT, in_cell
from bookpress.run.cache import Run, run_key
from bookpress.run.notebook import INJECTED, as_file, tidied

FENCE = "`" * 8
BOX = f"{FENCE}`{{danger}}"
"""The beginning of the box that says where a run failed."""
FRAME = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")
"""A line of a cell in a traceback."""
IN_CELL = re.compile(r" \((?:\d+\.py|<cell>), line (\d+)\)$")
"""The end of a message about a cell that is not Python, with the file that stands for the cell."""


class ChapterError(PressError):
    """A chapter that failed, with its slug, the message, and the notebook as far as it ran.

    If a cell of it raised (`is_of_cell`), it would fail again; a time limit may do next time.
    """

    def __init__(
        self, chapter: str, message: str, notebook: bytes, is_of_cell: bool = False
    ) -> None:
        super().__init__(f"{chapter}: {message}")
        self.chapter = chapter
        self.message = message
        self.notebook = notebook
        self.is_of_cell = is_of_cell
        self.is_remembered = not notebook
        """Whether it is told without a run, as nothing of the chapter has changed."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the error completely, for other processes."""
        return ChapterError, (self.chapter, self.message, self.notebook, self.is_of_cell)


def not_run_again(command: str) -> str:
    """Say why a failure is told without a run, and that `command` tries again."""
    return (
        f"what failed before was not run again, as nothing of it has changed: `{command}` "
        "tries again"
    )


class FailureCache:
    """Failures of cells on disk, beside the runs; a damaged file counts as missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> ChapterError | None:
        """Return the failure with this key, if there is one."""
        try:
            content = json.loads(self._path(key).read_text("utf-8"))
            notebook = content["notebook"].encode()
            error = ChapterError(content["chapter"], content["message"], notebook, is_of_cell=True)
        except (OSError, ValueError, TypeError, KeyError):
            return None
        error.is_remembered = True
        return error

    def store(self, key: str, error: ChapterError) -> None:
        """Store the failure of a cell, which need not be run again to fail again."""
        if not error.is_of_cell:
            return
        notebook = error.notebook.decode("utf-8")
        content = {"chapter": error.chapter, "message": error.message, "notebook": notebook}
        replace_file(self._path(key), pretty(content).encode())

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.failed.json"


def failure_key(chapter: Chapter, values: Mapping[str, Value], fingerprint: Fingerprint) -> str:
    """Return the hash of everything that the failure of a chapter may depend on.

    Besides what a run depends on, a package may have been missing, and what is shown has the prose
    and the lines of its file.
    """
    rests_on = [run_key(chapter, values, fingerprint), chapter.sha256, installed_hash()]
    return sha256(canonical(rests_on).encode())


def interruption(notebook: Any, where: str, error: Exception, limit: float) -> str:
    """Say where a run of a file broke off and why; `limit` is its time limit in seconds.

    Whatever happened fails one chapter, not the build.
    """
    return f"{_where(notebook, where)} {_why(error, limit)}"


def _why(error: Exception, limit: float) -> str:
    """Say what broke off a run."""
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import DeadKernelError

    from bookpress.run.forked.fork_server import OutputError

    match error:
        case TimeoutError():
            return f"was still running after the time limit of {limit:g} seconds"
        case OutputError():
            return str(error)
        case NoSuchKernel(name=kernel):
            return f"needs the kernel {kernel}, which is not installed"
        case DeadKernelError() | RuntimeError():
            return f"did not end: {error}"
    return f"broke off with {type(error).__name__}: {error}"


def _where(notebook: Any, file: str) -> str:
    """Name the code cell that failed, else the last one started."""
    cell = _broken(notebook)
    if cell is None:
        return "before its first cell, it"
    return _named(notebook, file, cell)


def _broken(notebook: Any) -> Any:
    """Return the code cell that failed, else the last one started; None if none was."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    started = [cell for cell in code if _noted(cell, "start_time")]
    broken = [cell for cell in started if _noted(cell, "exception")]
    if not started:
        return None
    return (broken or started)[-1]


def with_place(problem: str, notebook: Any, where: str, cell_lines: Sequence[int]) -> str:
    """Return the message about a failed cell with its file, and the line if that is known.

    `cell_lines` are the lines of the file where the code of each code cell begins.
    """
    cell = _broken(notebook)
    own = [each for each in notebook.cells if each.cell_type == "code" and _is_of_author(each)]
    number = next((place for place, each in enumerate(own) if each is cell), None)
    if number is None or not where:
        return problem
    place = where
    errors = [output for output in cell.outputs if output.output_type == "error"]
    line = _failed_line(cell, errors[-1]) if errors else 1
    if not where.endswith(TEXT):
        place = f"{where}: {in_cell(_own_number(notebook, cell), line)}"
    elif len(cell_lines) == len(own):
        before = len(cell.source) - len(cell.source.lstrip("\n"))
        place = f"{where}:{cell_lines[number] + max(line - before, 1) - 1}"
    first, *others = problem.split("\n")
    return "\n".join([f"{first} ({place})", *others])


def failure_in(notebook: Any, where: str) -> str | None:
    """Say which cell ended the run of a file and with what error; None if none did.

    A cell that calls ``sys.exit`` has failed.
    """
    cell = next((cell for cell in notebook.cells if _noted(cell, "exception")), None)
    if cell is None:
        return None
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return f"{_named(notebook, where, cell)} failed"
    error = errors[-1]
    if TAG in cell.metadata.get("tags", []):  # the message itself names file, line and sentence
        return f"what its prose quotes cannot be evaluated:\n{error.evalue}"
    value = IN_CELL.sub("", error.evalue)
    what = f"{error.ename}: {value}" if value else error.ename
    return f"{_named(notebook, where, cell, _failed_line(cell, error))} failed with {what}"


def _noted(cell: Any, name: str) -> Any:
    """Return what papermill noted of a cell under a name; None if nothing."""
    return cell.metadata.get("papermill", {}).get(name)


def _failed_line(cell: Any, error: Any) -> int:
    """Return the number of the line of a cell that raised, else 1."""
    from papermill.exceptions import strip_color

    if not_python := IN_CELL.search(error.evalue):
        return int(not_python[1])
    frames = FRAME.findall(strip_color("\n".join(error.traceback)))
    lines = [int(line) for count, line in frames if int(count) == cell.execution_count]
    if lines:
        return lines[-1]
    return 1


def _named(notebook: Any, where: str, cell: Any, line: int = 1) -> str:
    """Name a cell by its number in the chapter and one of its lines.

    A text shows its author only the cells with code.
    """
    if _is_injected(cell):
        return "the cell with the values of the parameters"
    is_text = where.endswith(TEXT)
    number = _own_number(notebook, cell, "code" if is_text else "")
    kind = "code cell" if is_text else "cell"
    lines = cell.source.strip("\n").splitlines() or [""]
    shown = lines[min(line, len(lines)) - 1]
    return f"{kind} {number} (`{shown.strip()}`)"


def _own_number(notebook: Any, cell: Any, kind: str = "") -> int:
    """Return the number of a cell among all of its chapter, or those of one type.

    Injected parameters do not count, because the chapter itself has none.
    """
    own = [each for each in notebook.cells if not _is_injected(each)]
    counted = [each for each in own if not kind or each.cell_type == kind]
    return next(number for number, each in enumerate(counted, 1) if each is cell)


def _is_injected(cell: Any) -> bool:
    return INJECTED in cell.metadata.get("tags", [])


def failed_run(error: ChapterError, stored: Sequence[Sequence[Any]] = ()) -> Run:
    """Return a chapter as far as it ran, with a box about the failure at that place.

    The code cells after it, and those that are never run, have the outputs in `stored`, from the
    chapter's file.
    """
    import nbformat

    notebook = nbformat.reads(error.notebook.decode("utf-8"), as_version=4)
    place = _end_of(notebook)
    notebook.cells.insert(place, nbformat.v4.new_markdown_cell())
    tidy = tidied(notebook)
    box, *after = tidy.cells[place:]
    left = sum(map(_is_of_author, after))
    saved = [*stored]
    written = filter(_is_of_author, reversed(tidy.cells))
    for place, (cell, outputs) in enumerate(zip(written, reversed(saved), strict=False)):
        if place < left or is_skipped(cell):
            cell.outputs = [nbformat.from_dict(output) for output in outputs]
    is_more = any(saved[len(saved) - left :])
    more = " What follows is what its file has stored." if is_more else ""
    box.source = (
        f"{BOX}\n**This chapter could not be run to its end.**{more}\n\n"
        f"{FENCE}{{code-block}} text\n{error}\n{FENCE}\n{FENCE}`"
    )
    return Run(error.chapter, "", as_file(tidy), {}, 0.0)


def _end_of(notebook: Any) -> int:
    """Return the index after the cell that failed, else after the last one started.

    If none was started, return that of the first code cell.
    """
    places = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    started = [place for place in places if _noted(notebook.cells[place], "start_time")]
    broken = [place for place in started if _noted(notebook.cells[place], "exception")]
    if not started:
        return next(iter(places), len(notebook.cells))
    return (broken or started[-1:])[0] + 1


def _is_of_author(cell: Any) -> bool:
    """Return whether a code cell is the chapter's own."""
    tags = cell.metadata.get("tags", [])
    return bool(cell.cell_type == "code") and INJECTED not in tags and TAG not in tags
