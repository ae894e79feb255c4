"""Writing files atomically, hashing files and folders, and reading YAML that people write."""

from __future__ import annotations

import codecs
import errno
import hashlib
import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from bookpress.errors import PressError, UsageError, nearest, quoted, short
from bookpress.plain_yaml import load_plain
from bookpress.terminal.messages import note

Model = TypeVar("Model", bound=BaseModel)
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""The earliest date that an archive can state."""
DISTRIBUTION = frozenset({"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"})
UNTRACKED = ".gitignore"
"""The file that makes git ignore what is built, whatever the book's own file says."""
QUESTION_MARK = "bookpress.question_mark"
"""The error handler that decodes bytes that are not UTF-8 as question marks."""
codecs.register_error(QUESTION_MARK, lambda error: ("?", getattr(error, "end", 0)))
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""The first characters that make a spreadsheet treat a cell as a formula."""


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def canonical(value: Any) -> str:
    """Return JSON in canonical form: sorted keys, no spaces, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def pretty(value: Any) -> str:
    """Return JSON for people and for `diff`: indented, in the given order, with a final newline."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def files_of(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in a fixed order, except hidden ones and compiled Python."""
    for here, folders, names in os.walk(folder):
        visible = [name for name in folders if not name.startswith(".")]
        folders[:] = sorted(name for name in visible if name != "__pycache__")
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(here, name)


def tree(folder: Path, without: Collection[str] = ()) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its path with forward slashes.

    The folders and files at its top level that `without` names are left out.
    """
    hashes = {}
    above = f"{folder.as_posix()}/"
    for path in files_of(folder):
        name = path.as_posix().removeprefix(above)
        if name.partition("/")[0] not in without:
            hashes[name] = sha256(read(path))
    return hashes


def trees(folders: Iterable[Path]) -> dict[str, str]:
    """Return what `tree` returns for several packages, with the folder's name before each path.

    The files that make a package a distribution are left out: an installed package lacks them.
    """
    hashes = {}
    for folder in folders:
        for name, digest in tree(folder, without=DISTRIBUTION).items():
            hashes[f"{folder.name}/{name}"] = digest
    return hashes


Stamp = tuple[str, int, int, int, int]


def stamps(folders: Iterable[Path]) -> frozenset[Stamp]:
    """Return the state of the files in folders, as the file system records it.

    Nothing is read. Any write changes it, even one that is undone later.
    """
    stamps: set[Stamp] = set()
    for folder in folders:
        stamps.update(map(stamp, files_of(folder)))
    return frozenset(stamps)


def stamp(path: Path) -> Stamp:
    """Return the state of a file, as the file system records it."""
    with naming(path, "read"):
        status = path.stat()
    return str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def read(path: Path) -> bytes:
    """Return the content of a file; an error names the file."""
    with naming(path, "read"):
        return path.read_bytes()


def decoded(path: Path, *, lenient: bool = False) -> str:
    """Return the text of a file, without a byte order mark.

    A file that is not UTF-8 is an error that names the file and the first wrong byte. If `lenient`,
    it is a note instead, and each wrong byte becomes a question mark, as in Sphinx.
    """
    content = read(path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # positions in the error do not count the byte order mark
        wrong = error.start + len(content) - len(error.object)
        line = content.count(b"\n", 0, wrong) + 1
        name = f"{path.parent.name}/{path.name}"
        where = f"byte {wrong} (0x{content[wrong]:02x}, line {line})"
        problem = f"{name} is not UTF-8 text: {where}; save it as UTF-8"
        if not lenient:
            raise PressError(problem) from error
        note(f"{problem}: what is wrong is shown as ?")
        return content.decode("utf-8-sig", errors=QUESTION_MARK)


@contextmanager
def naming(path: Path, verb: str = "write") -> Iterator[None]:
    """Turn an operating system's error into a `PressError` that names the file and what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise PressError(
                f"the disk is full: cannot {verb} {path}. "
                "Free some space (the command `clean` removes what was built) "
                "and build again: what is done is kept."
            ) from error
        raise PressError(f"cannot {verb} {path}: {error.strerror or error}") from error


def check_writable(folder: Path) -> None:
    """Make a folder, and raise if nothing can be written to it.

    Better to learn that before hours of work than after.
    """
    with naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def replace_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, then rename it: no reader ever sees half a file."""
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def hide_from_git(folder: Path) -> None:
    """Keep a folder of what is built out of a book's repository, whatever that book says of it."""
    path = folder / UNTRACKED
    if not path.exists():
        replace_file(path, b"*\n")


def archive(files: Mapping[str, bytes], moment: datetime = EARLIEST) -> bytes:
    """Return a ZIP that depends only on these files and one time.

    A file named ``mimetype`` is stored uncompressed.
    """
    buffer = io.BytesIO()
    date = max(moment, EARLIEST).timetuple()[:6]
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date)
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, content)
    return buffer.getvalue()


def printable(value: Any) -> Any:
    """Return JSON content without the characters that no page, XML file or terminal may hold."""
    match value:
        case str():
            return _UNPRINTABLE.sub("", value)
        case list():
            return [printable(inner) for inner in value]
        case dict():
            return {printable(name): printable(inner) for name, inner in value.items()}
    return value


def harmless(value: Any) -> Any:
    """Return a cell of a CSV that no spreadsheet treats as a formula.

    A text that looks like one gets an apostrophe in front.
    """
    if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
        return f"'{value}"
    return value


def update_file(path: Path, content: bytes) -> None:
    """Write a file only if its content differs, so that its date says when it last changed."""
    has_changed = not path.is_file() or path.read_bytes() != content
    if has_changed:
        replace_file(path, content)


def as_mapping(
    content: bytes | str, where: str, holds: str, *, lenient: bool = False
) -> dict[Any, Any]:
    """Return a mapping read from YAML; an empty text gives an empty mapping.

    Messages name `where` the text stands and what it should contain (`holds`). A repeated key is an
    error; if `lenient`, it is a note, and the last one counts, as in other readers of YAML.
    """
    try:
        loaded, repeated = load_plain(content)
    except RecursionError as error:
        raise UsageError(f"{where} is not plain YAML: it is nested too deeply") from error
    except (yaml.YAMLError, ValueError) as error:
        place = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", error)
        line = f"line {place.line + 1}: " if place else ""
        raise UsageError(f"{where} is not plain YAML: {line}{short(str(problem), 200)}") from error
    if repeated and not lenient:
        raise UsageError(f"{where} is not plain YAML: {repeated[0]}")
    if loaded is not None and not isinstance(loaded, dict):
        raise UsageError(f"{where} is a {type(loaded).__name__}: it contains {holds}")
    for words in repeated:
        note(f"{where}: {words}; the last one counts")
    return loaded or {}


def parse_json(content: bytes | str, where: str) -> Any:
    """Return parsed JSON; an error names where it stands."""
    try:
        return json.loads(content)
    except RecursionError as error:
        raise UsageError(f"{where} is not JSON: it is nested too deeply") from error
    except ValueError as error:
        raise UsageError(f"{where} is not JSON: {short(str(error), 200)}") from error


FRONT = re.compile(
    r"\A(?P<fence>-{3,}+)[^\n]*(?P<yaml>\n.*?)\n(?:(?P=fence)-*|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
"""The front matter of a page; its last line has at least as many dashes as its first."""
MALFORMED = (yaml.parser.ParserError, yaml.scanner.ScannerError, type(None))
"""The causes for which MyST builds a page without its front matter; `NoneType` is for a list."""


def front_matter(text: str, where: str, *, strict: bool = True) -> dict[Any, Any]:
    """Return the front matter of a page.

    If `strict`, repeated keys and malformed YAML are errors; otherwise they are notes, and a page
    whose front matter is malformed has none, as in MyST.
    """
    head = FRONT.match(text.replace("\r\n", "\n"))
    if head is None:
        return {}
    place = f"{where}: the front matter"
    try:
        return as_mapping(head["yaml"], place, "named entries", lenient=not strict)
    except UsageError as error:
        if strict or not isinstance(error.__cause__, MALFORMED):
            raise
        note(f"{error}: the page is built without it")
        return {}


def load_model(path: Path, where: str, model: type[Model]) -> Model:
    """Return the content of a YAML file, validated by a pydantic model.

    An entry with nothing under it counts as absent.
    """
    return checked(model, load_entries(path, where, model), where)


def load_entries(path: Path, where: str, model: type[BaseModel]) -> dict[str, Any]:
    """Return the entries of a YAML file that has those of a model, unchecked; no empty ones."""
    entries = as_mapping(read(path), where, f"the entries {', '.join(model.model_fields)}")
    return {name: value for name, value in entries.items() if value is not None}


def checked(model: type[Model], entries: Any, where: str) -> Model:
    """Return entries validated by a pydantic model.

    One error names all problems and where they are.
    """
    try:
        return model.model_validate(entries)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        # if an item is refused, pydantic also calls the list too short: leave that out
        refused_within = {fault["loc"][:1] for fault in faults if len(fault["loc"]) > 1}
        outermost = [fault for fault in faults if fault["loc"] not in refused_within]
        problems = [f"{where}: {_in_words(fault, model)}" for fault in outermost]
        raise UsageError(*problems) from error


def _entries(model: Any, place: Sequence[Any]) -> list[str]:
    """Return the entries allowed at a place in a model's input; empty if any name is allowed."""
    for step in place:
        fields = getattr(model, "model_fields", {})
        if step in fields:
            model = fields[step].annotation
        else:
            model = get_args(model)[-1] if get_origin(model) is dict else None
    return list(getattr(model, "model_fields", ()))


def _in_words(fault: Any, model: type[BaseModel]) -> str:
    entry = ".".join(map(str, fault["loc"]))
    match fault["type"]:
        case "extra_forbidden":
            *place, name = fault["loc"]
            known = _entries(model, place)
            hint = nearest(str(name), known) if known else ""
            return f"no entry {quoted(entry)}{hint}"
        case "model_type" | "dict_type":
            value = short(repr(fault["input"]))
            of_entry = f"{short(entry)}: " if entry else ""
            return f"{of_entry}{value} holds no named entries"
        case "missing":
            return f"the entry {entry!r} is missing"
        case "too_short":
            return f"the entry {entry!r} is empty"
        case "string_type":
            value = short(repr(fault["input"]))
            return f"{short(entry)}: {value} is no text; put it in quotes"
        case "float_type":
            return f"{short(entry)}: {short(repr(fault['input']))} is no number"
    message = fault["msg"].removeprefix("Value error, ")
    if message.startswith("Input should"):
        value = short(repr(fault["input"]))
        return f"{short(entry)}: {value}{message.removeprefix('Input')}"
    return f"{short(entry)}: {message[:1].lower()}{message[1:]}"
