"""A watch on what a chapter reads, so that no read escapes the cache.

The loaders of the evidence note what they read in the file that ``BOOKPRESS_READS`` names. A chapter may read by
other means; an audit hook in its process notes that too: files that Python opens and folders that it lists, in the
evidence or elsewhere, but for Python's own files, the system's, and those of the run itself.

What Python does not open itself is out of sight: another program, or a library that reads in C. A chapter that starts
the one or imports the other counts as having read the whole evidence. What such a reader takes from outside the
evidence, from the network, or from the mere existence of a file, is not seen.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import sys
import threading
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any

START = "__import__('bookpress.run.read_tracking').run.read_tracking.watch()"
"""The line that starts the watch in a kernel."""

WHOLE = "**"
"""The read that stands for all evidence."""

LOADING = "compute_divide.loading"
"""The audit event of a loader: true when it begins to read what it notes itself, false when it ends."""

PROGRAMS = frozenset({"os.exec", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn", "subprocess.Popen"})
LISTINGS = frozenset({"os.listdir", "os.scandir"})
HEARD = PROGRAMS | LISTINGS | {"open"}

SYSTEM = ("/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sys", "/usr", "/Library", "/System")
"""Folders of the system, no part of the book."""

LIBRARIES = frozenset({"compute_divide", "numpy", "pandas", "pydantic"})
"""What a cell may import and stay in sight: these open files in Python, or note what they read."""

BEYOND = frozenset({"concurrent", "ctypes", "dbm", "importlib", "multiprocessing", "runpy", "sqlite3"})
"""Modules of Python's own that lead out of sight."""

READERS = frozenset({"read_bytes", "read_csv", "read_fwf", "read_json", "read_table", "read_text"})
"""Methods named ``read_...`` that open files in Python; others, such as ``read_parquet``, may do it in C."""


def watch() -> None:
    """Note what this process reads from now on."""
    log, data = os.environ.get("BOOKPRESS_READS"), os.environ.get("COMPUTE_DIVIDE_DATA")
    if log and data:
        sys.addaudithook(_Watch(log, data))


def mark_of(path: str) -> str:
    """Return the SHA-256 of a file, or of the names in a folder; empty where there is neither.

    The folder that Python makes beside modules when it imports them is not among the names.

    Examples
    --------
    >>> mark_of("/no/such/file")
    ''
    """
    try:
        if os.path.isdir(path):  # noqa: PTH112 - strings: this is called for every file that is opened
            names = sorted(name for name in os.listdir(path) if name != "__pycache__")  # noqa: PTH208
            content = "\n".join(names).encode("utf-8", "surrogateescape")
        elif os.path.isfile(path):  # noqa: PTH113
            content = Path(path).read_bytes()
        else:
            return ""
    except OSError:
        return ""
    return hashlib.sha256(content).hexdigest()


class _Watch:
    """The audit hook. An error of its own, such as a full disk, stops the chapter: a read must not be lost."""

    def __init__(self, log: str, data: str) -> None:
        self._log = log
        self._data = tuple({os.path.abspath(data) + os.sep, os.path.realpath(data) + os.sep})  # noqa: PTH100
        own = (sys.prefix, sys.base_prefix, os.path.dirname(os.__file__), str(Path(__file__).parents[1]))  # noqa: PTH120
        passed = (*SYSTEM, *own, os.path.dirname(log))  # noqa: PTH120
        self._passed = tuple({os.path.realpath(folder) + os.sep for folder in passed})
        self._made: set[str] = set()
        self._thread = threading.local()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == LOADING:
            self._thread.deaf = arguments[0]
        elif event in HEARD and not getattr(self._thread, "deaf", False):
            self._thread.deaf = True
            try:
                self._hear(event, arguments)
            finally:
                self._thread.deaf = False

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in PROGRAMS:
            self._write(WHOLE)
        elif event == "open":
            self._opened(*arguments)
        else:
            self._listed(arguments[0])

    def _opened(self, path: Any, mode: str | None, flags: int) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # a descriptor: the file was noted when it was opened
        name = os.fsdecode(path)
        if "\0" in name:
            return
        if mode is None and not os.path.isabs(name):  # noqa: PTH117
            self._write(WHOLE)  # os.open may count from any folder, and does not say which
        place = os.path.abspath(name)  # noqa: PTH100
        if flags & (os.O_TRUNC | os.O_EXCL):
            self._made.add(place)
        elif flags & os.O_ACCMODE != os.O_WRONLY:
            self._read(place, is_own=place in self._made)

    def _listed(self, path: Any) -> None:
        if isinstance(path, int):
            self._write(WHOLE)
        else:
            self._read(os.path.abspath(os.fsdecode("." if path is None else path)))  # noqa: PTH100

    def _read(self, place: str, *, is_own: bool = False) -> None:
        """Note a file or folder under its name in the evidence, else under its path."""
        real = os.path.realpath(place)
        for path in (place, real):
            for root in self._data:
                if path.startswith(root):
                    self._write(path.removeprefix(root).replace(os.sep, "/"), mark_of(path))
                    return
        if not is_own and not (real + os.sep).startswith(self._passed):
            source = _source(place)
            self._write(source, mark_of(source))

    def _write(self, name: str, mark: str = "") -> None:
        with open(self._log, "a", encoding="utf-8") as file:  # noqa: PTH123
            file.write(json.dumps({"name": name, "sha256": mark}) + "\n")


def _source(path: str) -> str:
    """Return the source of a compiled module: Python looks whether it has changed before it opens the other."""
    try:
        return source_from_cache(path)
    except ValueError:
        return path


def in_sight(cell: str) -> bool:
    """Return whether all that a cell reads is seen: it is plain Python and imports nothing that reads in C.

    Examples
    --------
    >>> in_sight("import pandas as pd"), in_sight("import duckdb"), in_sight("!cat data/a.csv")
    (True, False, False)
    >>> in_sight("pd.read_csv(path)"), in_sight("pd.read_parquet(path)")
    (True, False)
    """
    try:
        return all(map(_in_sight, ast.walk(ast.parse(cell))))
    except (SyntaxError, ValueError):
        return False


def _in_sight(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return all(_known(alias.name) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        names = [alias.name for alias in node.names]
        return _known(node.module or "") and (_is_ours(node.module) or all(map(_reads_in_sight, names)))
    return not isinstance(node, ast.Attribute) or _reads_in_sight(node.attr)


def _known(module: str) -> bool:
    top = module.partition(".")[0]
    return top in LIBRARIES or (top in sys.stdlib_module_names and top not in BEYOND)


def _is_ours(module: str | None) -> bool:
    return (module or "").partition(".")[0] == "compute_divide"


def _reads_in_sight(name: str) -> bool:
    return name != "*" and (not name.startswith("read_") or name in READERS)
