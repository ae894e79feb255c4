"""Readers of the raw conference lists: three formats, one type of record.

A list is recognised by its file name (`KINDS`). Every record becomes a `RawPaper`, or an `Unusable`
with its place and its fault, which does not stop the others; a truncated file is refused.
"""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bookpress.errors import UsageError
from compute_divide.sources.papers.affiliations import without_entities
from compute_divide.sources.papers.profiles import VENUE
from compute_divide.sources.store.files import EvidenceError, problem
from compute_divide_evidence.store.raw_csv import Origin

VENUE_NAMES = {"nips": "neurips"}


@dataclass(frozen=True, slots=True)
class RawPaper:
    """One record of one list; missing values are None.

    `affiliations` and `domains` contain one string per slot. A slot is an author in most lists and
    an organisation of the paper in some; an empty string is a slot without a statement. `pairs` are
    the slots with both, if the record lists the two in parallel, each after whether the list is a
    version with abstracts.
    """

    place: str
    title: str
    status: str | None = None
    track: str | None = None
    keywords: str | None = None
    abstract: str | None = None
    affiliations: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    authors: int | None = None
    pairs: tuple[tuple[bool, str, str], ...] = ()
    citations: int | None = None


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record that could not be read: its place in the file, and the reason.

    The same fault always has the same text.
    """

    place: str
    reason: str


Reader = Callable[[bytes], Iterator[RawPaper | Unusable]]


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of raw list.

    If it `adds_only`, other lists decide which papers there are.
    """

    name: re.Pattern[str]
    reader: Reader
    adds_only: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class PaperList:
    """A raw list: its location, its venue and year, and its kind."""

    path: Path
    venue: str
    year: int
    kind: ListKind

    @property
    def with_abstracts(self) -> bool:
        """Whether this is a version of a list that has abstracts."""
        return ".abstracts." in self.path.name

    def records(self) -> list[RawPaper | Unusable]:
        """Return all records; raise EvidenceError if the file is damaged or of another format."""
        try:
            return list(self.kind.reader(self.path.read_bytes()))
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise EvidenceError(
                f"{self.path.name} is damaged, breaks off or is no such list: {error}"
            ) from error


class _Record(BaseModel):
    """The used fields of a JSON record, as the lists of 2026 write them."""

    title: str
    status: str | None = None
    track: str | None = None
    keywords: str | None = None
    abstract: str | None = None
    aff: str | None = None
    aff_domain: str | None = None
    author_num: int | None = None
    gs_citation: int | None = None


class _Author(BaseModel):
    affiliation: str | None = None


class _AuthoredRecord(BaseModel):
    title: str
    authors: list[_Author]


def read_json_list(content: bytes) -> Iterator[RawPaper | Unusable]:
    """Yield the records of a gzipped JSON list."""
    items = json.loads(_unpacked(content))
    if not isinstance(items, list):
        raise ValueError("not a list of records")  # noqa: TRY004 - like the errors of json
    for number, item in enumerate(items, start=1):
        yield _from_record(item, f"record {number}")


def _unpacked(content: bytes) -> str:
    return gzip.decompress(content).decode("utf-8", errors="replace")


def read_tab_separated(content: bytes) -> Iterator[RawPaper | Unusable]:
    """Yield the records of a list of lines ``title TAB affiliation TAB affiliation ...``.

    In them ``none`` stands for a missing affiliation.
    """
    lines = content.decode("utf-8", errors="replace").split("\n")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            title, *slots = line.split("\t")
            stated = ["" if slot.strip() == "none" else slot for slot in slots]
            yield _listed(f"line {number}", title, stated)


def read_json_lines(content: bytes) -> Iterator[RawPaper | Unusable]:
    r"""Yield the records of gzipped JSON lines.

    Their texts contain HTML entities and literal ``\xHH`` escapes.
    """
    lines = _unpacked(content).split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"line {number}"
        try:
            record = _AuthoredRecord.model_validate_json(line)
        except ValidationError as error:
            yield Unusable(place, problem(error))
        else:
            slots = [unescape(author.affiliation or "") for author in record.authors]
            yield _listed(place, unescape(record.title), slots)


def _listed(place: str, title: str, slots: Sequence[str]) -> RawPaper | Unusable:
    """Return a record of a list with only titles and affiliations."""
    if not title_key(title):
        return Unusable(place, "no title")
    affiliations = tuple(slot.strip() for slot in slots)
    return RawPaper(place, title, "Listed", affiliations=affiliations, authors=len(slots) or None)


_PAPERLISTS = Origin(
    "papers",
    "list of papers of a venue",
    "2026-02",
    "Paper Copilot, paperlists",
    "none stated: only facts derived from it are kept",
    "https://github.com/papercopilot/paperlists",
)

_WITH_ABSTRACTS = replace(_PAPERLISTS, title="list of papers of a venue, a version with abstracts")
_NEURIPS_2022 = Origin(
    "papers",
    "titles and affiliations of NeurIPS 2022",
    "2022-11",
    "D. Kim, neurips2022_analysis",
    "Apache-2.0",
    "https://github.com/dongkwan-kim/neurips2022_analysis",
)
_NEURIPS_2024 = Origin(
    "papers",
    "titles and affiliations of NeurIPS 2024",
    "2024-10",
    "NeurIPS2024PapersViz",
    "none stated: only facts derived from it are kept",
    "https://github.com/jingshi-yang/NeurIPS2024PapersViz",
)

_JSON = re.compile(rf"({VENUE})__\1(\d{{4}})\.json\.gz")
_JSON_WITH_ABSTRACTS = re.compile(rf"({VENUE})__\1(\d{{4}})\.abstracts\.json\.gz")
_TAB_SEPARATED = re.compile(rf"({VENUE})(\d{{4}})_title_and_aff\.tsv")
_JSON_LINES = re.compile(rf"({VENUE})(\d{{4}})_\w+\.jsonl\.gz")

KINDS = (
    ListKind(_JSON, read_json_list, False, _PAPERLISTS),
    ListKind(_JSON_WITH_ABSTRACTS, read_json_list, False, _WITH_ABSTRACTS),
    ListKind(_TAB_SEPARATED, read_tab_separated, True, _NEURIPS_2022),
    ListKind(_JSON_LINES, read_json_lines, True, _NEURIPS_2024),
)
"""The kinds of lists, in the order in which the lists of one venue and year are read: a paper's
affiliations come from the first list that has any."""


def find_lists(folder: Path) -> list[PaperList]:
    """Return the lists of a folder, ordered by venue, year and kind."""
    visible = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    paper_lists = [_by_name(path) for path in visible if path.suffix != ".md"]
    if not paper_lists:
        raise EvidenceError(f"no paper list in {folder}")
    return sorted(paper_lists, key=_order)


def _by_name(path: Path) -> PaperList:
    """Return a list identified by its file name."""
    for kind in KINDS:
        if match := kind.name.fullmatch(path.name):
            venue, year = match.groups()
            return PaperList(path, VENUE_NAMES.get(venue, venue), int(year), kind)
    allowed = ", ".join(kind.name.pattern for kind in KINDS)
    raise EvidenceError(
        f"no reader for the file name {path.name!r}; a list is named by one of: {allowed}"
    )


def _order(paper_list: PaperList) -> tuple[str, int, int, str]:
    number = KINDS.index(paper_list.kind)
    return paper_list.venue, paper_list.year, number, paper_list.path.name


def as_list(path: Path, venue: str, year: int) -> PaperList:
    """Return a list named by a user, whose file name need not give venue and year.

    The ending of the file decides how it is read.
    """
    readers = {".json.gz": read_json_list, ".jsonl.gz": read_json_lines, ".tsv": read_tab_separated}
    named = (reader for ending, reader in readers.items() if path.name.endswith(ending))
    reader = next(named, None)
    if reader is None:
        raise EvidenceError(
            f"no reader for {path.name!r}: the name of a list ends in {', '.join(readers)}"
        )
    is_out_of_range = not re.fullmatch(VENUE, venue) or not 1980 <= year <= 2040
    if is_out_of_range:
        raise UsageError(
            f"{venue!r} {year} is not a venue and year; allowed: letters a to z with digits, "
            "and 1980 to 2040"
        )
    origin = Origin(
        "papers",
        "list of papers of a venue, added",
        str(year),
        "whoever made the list",
        "not known: only facts derived from it are kept",
    )
    kind = ListKind(re.compile(""), reader, False, origin)
    return PaperList(path, VENUE_NAMES.get(venue, venue), year, kind)


def title_key(title: str) -> str:
    """Return the normalised title: accents dropped, lower case, only letters and digits."""
    if not title.isascii():
        decomposed = unicodedata.normalize("NFKD", title)
        title = "".join(char for char in decomposed if not unicodedata.combining(char))
    return "".join(filter(str.isalnum, title.lower()))


def unescape(text: str) -> str:
    r"""Return a text with HTML entities and literal ``\xHH`` and ``\uHHHH`` escapes resolved."""
    if "\\" in text:
        text = _ESCAPE.sub(_character, text)
    return without_entities(text)


def _character(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2]
    return chr(int(digits, 16))


_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})")


def _from_record(item: Any, place: str) -> RawPaper | Unusable:
    try:
        record = _Record.model_validate(item, strict=True)
    except ValidationError as error:
        return Unusable(place, problem(error))
    if not title_key(record.title):
        return Unusable(place, "no title")
    affiliations = _slots(record.aff)
    domains = _slots(record.aff_domain)
    parallel = len(affiliations) == len(domains)
    slots = zip(affiliations, domains, strict=True) if parallel else ()
    pairs = [(False, *slot) for slot in slots if all(slot)]
    cited = record.gs_citation
    if cited is not None and cited < 0:  # not found
        cited = None
    return RawPaper(
        place=place,
        title=record.title,
        status=record.status or None,
        track=record.track or None,
        keywords=record.keywords or None,
        abstract=record.abstract or None,
        affiliations=affiliations,
        domains=domains,
        authors=record.author_num or None,
        pairs=tuple(pairs),
        citations=cited,
    )


def _slots(text: str | None) -> tuple[str, ...]:
    """Return the ``;``-separated slots of a field; empty if no slot says anything."""
    if not text:
        return ()
    slots = tuple(slot.strip() for slot in unescape(text).split(";"))
    return slots if any(slots) else ()


_NOT_ACCEPTED = re.compile(
    r"reject|withdr|workshop|^active$|retract|invite|tutorial", re.IGNORECASE
)
_ACCEPTED = re.compile(
    r"accept|poster|spotlight|oral|talk|highlight|top-?\d|notable|award|best|technical|main|long|"
    r"short|findings|industry|demo|journal|paper|track|listed|proceeding|regular|full|special|"
    r"survey|resource|applied|student",
    re.IGNORECASE,
)
_TRACKS = {
    "findings": "findings",
    "industry": "industry",
    "demonstration": "demonstrations",
    "journal": "journal",
}


def status_fault(status: str | None) -> str | None:
    """Return why a status excludes a record, else None.

    Without a status, as in proceedings, a record counts as accepted.
    """
    if status is None:
        return None
    if _NOT_ACCEPTED.search(status):
        return f"not accepted: {status}"
    if _ACCEPTED.search(status):
        return None
    return f"the status {status!r} is not known"


def track_name(track: str | None, status: str | None) -> str:
    """Return the track of a paper as a short name; ``main`` if nothing else is given."""
    if track and track.lower() != "main":
        words = track.lower().replace("&", "and")
        joined = re.sub(r"[^a-z0-9]+", "-", words)
        return joined.strip("-") or "main"
    stated = (status or "").lower()
    return next((name for sign, name in _TRACKS.items() if sign in stated), "main")
