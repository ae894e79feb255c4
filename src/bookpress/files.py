"""Files that are never half-written, hashes of files and folders, and YAML that people write."""

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

Model = TypeVar("Model", bound=BaseModel)
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""The earliest date that an archive can state."""
DISTRIBUTION = frozenset({"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"})
QUESTION_MARK = "bookpress.question_mark"
"""How a text is decoded in which bytes that are not UTF-8 become question marks."""
codecs.register_error(QUESTION_MARK, lambda error: ("?", getattr(error, "end", 0)))
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes a cell for a formula by."""


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def canonical(value: Any) -> str:
    """Return JSON with one spelling for one value: sorted keys, no spaces, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def pretty(value: Any) -> str:
    """Return JSON for people and for `diff`: two spaces, order kept, a newline at the end."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def files_of(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in a fixed order.

    Leaving out hidden ones and compiled Python.
    """
    for here, folders, names in os.walk(folder):
        visible = [name for name in folders if not name.startswith(".")]
        folders[:] = sorted(name for name in visible if name != "__pycache__")
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(here, name)


def tree(folder: Path, without: Collection[str] = ()) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, but for some in it.

    By its path with forward slashes.
    """
    hashes = {}
    for path in files_of(folder):
        name = path.relative_to(folder)
        if name.parts[0] not in without:
            hashes[name.as_posix()] = sha256(read(path))
    return hashes


def trees(folders: Iterable[Path]) -> dict[str, str]:
    """Return what `tree` says of packages, each name with that of its folder before it.

    What makes a distribution of a package is not part of it once it is installed.
    """
    hashes = {}
    for folder in folders:
        for name, digest in tree(folder, without=DISTRIBUTION).items():
            hashes[f"{folder.name}/{name}"] = digest
    return hashes


Stamp = tuple[str, int, int, int, int]


def stamps(folders: Iterable[Path]) -> frozenset[Stamp]:
    """Return what the files of folders tell without being read.

    Any write changes it, even one that is undone.
    """
    stamps = set()
    for folder in folders:
        with naming(folder, "read"):
            for path in files_of(folder):
                stamps.add(_stamp(path))
    return frozenset(stamps)


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def read(path: Path) -> bytes:
    """Return the content of a file; the error names it."""
    with naming(path, "read"):
        return path.read_bytes()


def decoded(path: Path, *, lenient: bool = False) -> str:
    """Return the text of a file, without a mark of its encoding.

    One that is not UTF-8 is an error that names the file and the first wrong byte; where that is
    `lenient`, it is told, and what is wrong becomes a question mark, as Sphinx has it.
    """
    content = read(path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = error.start + len(content) - len(error.object)  # of which the mark is no part
        line = content.count(b"\n", 0, wrong) + 1
        name = f"{path.parent.name}/{path.name}"
        where = f"byte {wrong} (0x{content[wrong]:02x}, line {line})"
        problem = f"{name} is no UTF-8 text: {where}; save it as UTF-8"
        if not lenient:
            raise PressError(problem) from error
        _tell(f"{problem}: what is wrong is shown as ?")
        return content.decode("utf-8-sig", errors=QUESTION_MARK)


def _tell(problem: str) -> None:
    from bookpress.progress import note  # which not every program needs

    note(problem)


@contextmanager
def naming(path: Path, verb: str = "write") -> Iterator[None]:
    """Turn an operating system's error into a `PressError`.

    It names the file and says what to do.
    """
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
    """Make a folder and raise when nothing can be written to it.

    Better known before hours of work than after.
    """
    with naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def replace_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, then rename it.

    So no reader ever meets half a file.
    """
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


def archive(files: Mapping[str, bytes], moment: datetime = EARLIEST) -> bytes:
    """Return a ZIP that depends on these files and one time alone.

    A file ``mimetype`` is stored as it is.
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


def harmless(value: Any) -> Any:
    """Return a cell of a CSV so that no spreadsheet takes a text for a formula.

    An apostrophe stands before it.
    """
    if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
        return f"'{value}"
    return value


def update_file(path: Path, content: bytes) -> None:
    """Write a file only where its content differs, so that its date says when it last changed."""
    has_changed = not path.is_file() or path.read_bytes() != content
    if has_changed:
        replace_file(path, content)


def as_mapping(
    content: bytes | str, where: str, holds: str, *, lenient: bool = False
) -> dict[Any, Any]:
    """Return what YAML holds, none where it is empty.

    Messages name where it stands and say what it should hold. A key that is given again is an
    error; where that is `lenient`, the last one counts, as elsewhere, which is told.
    """
    try:
        loaded, repeated = load_plain(content, takes_repeated=lenient)
    except RecursionError as error:
        raise UsageError(f"{where} is not plain YAML: it is nested too deeply") from error
    except (yaml.YAMLError, ValueError) as error:
        place = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", error)
        line = f"line {place.line + 1}: " if place else ""
        raise UsageError(f"{where} is not plain YAML: {line}{short(str(problem), 200)}") from error
    if loaded is not None and not isinstance(loaded, dict):
        raise UsageError(f"{where} is a {type(loaded).__name__}: it holds {holds}")
    for words in repeated:
        _tell(f"{where}: {words}; the last one counts")
    return loaded or {}


def parse_json(content: bytes | str, where: str) -> Any:
    """Return what JSON holds; the message names where it stands."""
    try:
        return json.loads(content)
    except RecursionError as error:
        raise UsageError(f"{where} is not JSON: it is nested too deeply") from error
    except ValueError as error:
        raise UsageError(f"{where} is not JSON: {short(str(error), 200)}") from error


FRONT = re.compile(
    r"\A(?P<fence>-{3,}+)[^\n]*(?P<yaml>\n.*?)\n(?:(?P=fence)-*|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
"""The front matter of a page, whose last line has no fewer dashes than its first."""
MALFORMED = (yaml.parser.ParserError, yaml.scanner.ScannerError, type(None))
"""What MyST has found where it goes on without the front matter; none where that is a list."""


def front_matter(text: str, where: str, *, strict: bool = True) -> dict[Any, Any]:
    """Return the front matter of a page; keys that it gives again are an error where it is strict.

    So is one that is malformed; else it is told, and the page has none, as MyST has it.
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
        _tell(f"{error}: the page is built without it")
        return {}


def load_model(path: Path, where: str, model: type[Model]) -> Model:
    """Return what a YAML file holds, as a pydantic model checks it.

    An entry with nothing under it is not there.
    """
    entries = as_mapping(read(path), where, f"the entries {', '.join(model.model_fields)}")
    filled = {name: value for name, value in entries.items() if value is not None}
    return checked(model, filled, where)


def checked(model: type[Model], entries: Any, where: str) -> Model:
    """Return entries as a pydantic model checks them.

    One error names all that is wrong, and where they stand.
    """
    try:
        return model.model_validate(entries)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        # a list with something refused within is no shorter for it
        refused_within = {fault["loc"][:1] for fault in faults if len(fault["loc"]) > 1}
        outermost = [fault for fault in faults if fault["loc"] not in refused_within]
        problems = [f"{where}: {_in_words(fault, model)}" for fault in outermost]
        raise UsageError(*problems) from error


def _entries(model: Any, place: Sequence[Any]) -> list[str]:
    """Return which entries there may be at a place of what a model checks; none where any may."""
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
            return f"{short(entry)}: {value} holds no named entries"
        case "missing":
            return f"the entry {entry!r} is missing"
        case "too_short":
            return f"the entry {entry!r} is empty"
        case "string_type":
            value = short(repr(fault["input"]))
            return f"{short(entry)}: {value} is no text; put it in quotes"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{short(entry)}: {message[:1].lower()}{message[1:]}"
