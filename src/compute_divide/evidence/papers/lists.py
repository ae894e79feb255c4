"""Readers of the raw conference lists: three formats, one typed record, nothing fatal about a bad record.

A list is recognised by its file name (`KINDS`). Reading streams: one list is in memory at a time, and every record is
either yielded as a `RawPaper` or yielded as an `Unusable` that says where it stood and what is wrong with it.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NotRequired

from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from bookpress.errors import UsageError
from compute_divide.evidence.papers.affiliations import without_entities
from compute_divide.evidence.store.files import EvidenceError, Origin, problem

VENUE_NAMES = {"nips": "neurips"}


@dataclass(frozen=True, slots=True)
class RawPaper:
    """One record of one list.

    `affiliations` and `domains` hold one string a slot, where a slot is an author in most lists and an organisation of
    the paper in some; an empty string stands for a slot without a statement. `status` is None where the list states
    none. Texts that the list lacks are None. `pairs` are the slots with both an affiliation and a domain, where the
    record lists the two in parallel; `paired_with_abstracts` says whether they come from a version with abstracts.
    `citations` is None where the list tells none.
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
    pairs: tuple[tuple[str, str], ...] = ()
    paired_with_abstracts: bool = False
    citations: int | None = None


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record that could not be read: its place in the file, and the reason (the same text for the same fault)."""

    place: str
    reason: str


Reader = Callable[[bytes], Iterator[RawPaper | Unusable]]


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of raw list: how its files are called and read, and where they come from.

    A list that `adds_only` says nothing about which papers a venue accepted where another list of the venue-year does.
    """

    name: re.Pattern[str]
    reader: Reader
    adds_only: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class PaperList:
    """A raw list: where it is, which venue and year it holds, of which kind it is."""

    path: Path
    venue: str
    year: int
    kind: ListKind

    @property
    def with_abstracts(self) -> bool:
        """Whether this is a version of a list that has abstracts."""
        return ".abstracts." in self.path.name


class _Record(TypedDict):
    """The fields of a JSON record that are used, as the lists of 2026 write them."""

    __pydantic_config__ = ConfigDict(extra="ignore")  # type: ignore[misc]

    title: str
    status: NotRequired[str | None]
    track: NotRequired[str | None]
    keywords: NotRequired[str | None]
    abstract: NotRequired[str | None]
    aff: NotRequired[str | None]
    aff_domain: NotRequired[str | None]
    author_num: NotRequired[int | None]
    gs_citation: NotRequired[int | None]


class _Author(TypedDict):
    __pydantic_config__ = ConfigDict(extra="ignore")  # type: ignore[misc]

    affiliation: NotRequired[str | None]


class _AuthoredRecord(TypedDict):
    __pydantic_config__ = ConfigDict(extra="ignore")  # type: ignore[misc]

    title: str
    authors: list[_Author]


_RECORD = TypeAdapter(_Record)
_AUTHORED = TypeAdapter(_AuthoredRecord)


def read_json_list(content: bytes) -> Iterator[RawPaper | Unusable]:
    """Yield the records of a gzipped JSON list."""
    text, faults = _gunzip(content)
    for number, item in enumerate(_json_items(text), start=1):
        yield item if isinstance(item, Unusable) else _from_record(item, f"record {number}")
    yield from faults


def read_tab_separated(content: bytes) -> Iterator[RawPaper | Unusable]:
    """Yield the records of a list of lines ``title TAB affiliation TAB affiliation ...``, where ``none`` is missing."""
    for number, line in enumerate(content.decode("utf-8", errors="replace").split("\n"), start=1):
        if line.strip():
            title, *slots = line.split("\t")
            yield _listed(f"line {number}", title, ["" if slot.strip() == "none" else slot for slot in slots])


def read_json_lines(content: bytes) -> Iterator[RawPaper | Unusable]:
    r"""Yield the records of gzipped JSON lines whose texts hold HTML entities and literal ``\xHH`` escapes."""
    text, faults = _gunzip(content)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"line {number}"
        try:
            record = _AUTHORED.validate_python(json.loads(line))
        except ValidationError as error:
            yield Unusable(place, problem(error))
        except ValueError:
            yield Unusable(place, "not valid JSON")
        else:
            slots = [unescape(author.get("affiliation") or "") for author in record["authors"]]
            yield _listed(place, unescape(record["title"]), slots)
    yield from faults


def _listed(place: str, title: str, slots: Sequence[str]) -> RawPaper | Unusable:
    """Return a record of a list that holds titles and affiliations only."""
    if not title_key(title):
        return Unusable(place, "no title")
    affiliations = tuple(slot.strip() for slot in slots)
    return RawPaper(place, title, "Listed", affiliations=affiliations, authors=len(slots) or None)


_PAPERLISTS = Origin(
    path="papers",
    title="list of papers of a venue",
    snapshot="2026-02",
    credit="Paper Copilot, paperlists",
    licence="none stated: only facts derived from it are kept",
    url="https://github.com/papercopilot/paperlists",
)

KINDS = (
    ListKind(re.compile(r"([a-z]+)__\1(\d{4})\.json\.gz"), read_json_list, adds_only=False, origin=_PAPERLISTS),
    ListKind(
        re.compile(r"([a-z]+)__\1(\d{4})\.abstracts\.json\.gz"),
        read_json_list,
        adds_only=False,
        origin=replace(_PAPERLISTS, title="list of papers of a venue, a version with abstracts"),
    ),
    ListKind(
        re.compile(r"([a-z]+)(\d{4})_title_and_aff\.tsv"),
        read_tab_separated,
        adds_only=True,
        origin=Origin(
            path="papers",
            title="titles and affiliations of NeurIPS 2022",
            snapshot="2022-11",
            credit="D. Kim, neurips2022_analysis",
            licence="Apache-2.0",
            url="https://github.com/dongkwan-kim/neurips2022_analysis",
        ),
    ),
    ListKind(
        re.compile(r"([a-z]+)(\d{4})_\w+\.jsonl\.gz"),
        read_json_lines,
        adds_only=True,
        origin=Origin(
            path="papers",
            title="titles and affiliations of NeurIPS 2024",
            snapshot="2024-10",
            credit="NeurIPS2024PapersViz",
            licence="none stated: only facts derived from it are kept",
            url="https://github.com/jingshi-yang/NeurIPS2024PapersViz",
        ),
    ),
)
"""The kinds of lists, in the order in which the lists of one venue and year are read: a paper's affiliations come from
the first list that has any."""


def find_lists(folder: Path) -> list[PaperList]:
    """Return the lists of a folder, ordered by venue, year and kind."""
    if not folder.is_dir():
        raise EvidenceError(f"no folder of paper lists at {folder}")
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".md" or path.name.startswith("."):
            continue
        for kind in KINDS:
            if match := kind.name.fullmatch(path.name):
                venue = VENUE_NAMES.get(match[1], match[1])
                found.append(PaperList(path, venue, int(match[2]), kind))
                break
        else:
            allowed = ", ".join(kind.name.pattern for kind in KINDS)
            raise EvidenceError(f"no reader for the file name {path.name!r}; a list is named by one of: {allowed}")
    if not found:
        raise EvidenceError(f"no paper list in {folder}")
    return sorted(found, key=lambda entry: (entry.venue, entry.year, KINDS.index(entry.kind), entry.path.name))


def as_list(path: Path, venue: str, year: int) -> PaperList:
    """Return a list that a user names, whose venue and year its file name need not say; it is read by its ending."""
    readers = {".json.gz": read_json_list, ".jsonl.gz": read_json_lines, ".tsv": read_tab_separated}
    reader = next((one for ending, one in readers.items() if path.name.endswith(ending)), None)
    if reader is None:
        raise EvidenceError(f"no reader for {path.name!r}; a list ends in {', '.join(readers)}: see data loaders")
    if not re.fullmatch(r"[a-z]+", venue) or not 1980 <= year <= 2040:
        raise UsageError(f"{venue!r} {year} is no venue and year; allowed: letters a to z, and 1980 to 2040")
    licence = "not known: only facts derived from it are kept"
    origin = Origin("papers", "list of papers of a venue, added", str(year), "whoever made the list", licence)
    return PaperList(path, VENUE_NAMES.get(venue, venue), year, ListKind(re.compile(""), reader, False, origin))


def title_key(title: str) -> str:
    """Return the normalised title: accents dropped, lower case, only letters and digits."""
    if not title.isascii():
        title = "".join(char for char in unicodedata.normalize("NFKD", title) if not unicodedata.combining(char))
    return "".join(filter(str.isalnum, title.lower()))


def unescape(text: str) -> str:
    r"""Return a text with HTML entities and literal ``\xHH`` and ``\uHHHH`` escapes resolved."""
    if "\\" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
    return without_entities(text)


_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})")


def _from_record(item: Any, place: str) -> RawPaper | Unusable:
    """Return a JSON record as a `RawPaper`, or say what is wrong with it."""
    try:
        record = _RECORD.validate_python(item, strict=True)
    except ValidationError as error:
        return Unusable(place, problem(error))
    if not title_key(record["title"]):
        return Unusable(place, "no title")
    affiliations, domains = _slots(record.get("aff")), _slots(record.get("aff_domain"))
    citations = record.get("gs_citation")
    parallel = zip(affiliations, domains, strict=True) if len(affiliations) == len(domains) else ()
    return RawPaper(
        place=place,
        title=record["title"],
        status=record.get("status") or None,
        track=record.get("track") or None,
        keywords=record.get("keywords") or None,
        abstract=record.get("abstract") or None,
        affiliations=affiliations,
        domains=domains,
        authors=record.get("author_num"),
        pairs=tuple(pair for pair in parallel if all(pair)),
        citations=None if citations is None or citations < 0 else citations,  # negative where it was not found
    )


def _slots(text: str | None) -> tuple[str, ...]:
    """Return the ``;``-separated slots of a field, or none when no slot says anything."""
    if not text:
        return ()
    slots = tuple(slot.strip() for slot in unescape(text).split(";"))
    return slots if any(slots) else ()


def _gunzip(content: bytes) -> tuple[str, list[Unusable]]:
    """Return the text of a gzipped file, as far as it can be read, and what is wrong with the file."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = stream.decompress(content)
    except zlib.error:
        plain = b""
    whole = stream.eof and not stream.unused_data
    faults = [] if whole else [Unusable("end of file", "the compressed file is damaged or breaks off")]
    return plain.decode("utf-8", errors="replace"), faults


def _json_items(text: str) -> Iterator[Any]:
    """Yield the items of a JSON list; where the text is broken, the items before the break and one `Unusable`."""
    if not text.lstrip().startswith("["):
        yield Unusable("the file", "the file is not a list of records")
        return
    decoder = json.JSONDecoder()
    between = re.compile(r"[\s,]*")
    position = text.index("[") + 1
    for number in itertools.count(1):
        position = between.match(text, position).end()  # type: ignore[union-attr]
        if text.startswith("]", position):
            return
        try:
            item, position = decoder.raw_decode(text, position)
        except ValueError:
            yield Unusable(f"record {number} and after", "the JSON breaks off")
            return
        yield item


_NOT_ACCEPTED = re.compile(r"reject|withdr|workshop|^active$|retract|invite|tutorial", re.IGNORECASE)
_ACCEPTED = re.compile(
    r"accept|poster|spotlight|oral|talk|highlight|top-?\d|notable|award|best|technical|main|long|short|findings|"
    r"industry|demo|journal|paper|track|listed|proceeding|regular|full|special|survey|resource|applied|student",
    re.IGNORECASE,
)
_TRACKS = {"findings": "findings", "industry": "industry", "demonstration": "demonstrations", "journal": "journal"}


def status_fault(status: str | None) -> str | None:
    """Return why a status keeps a record out, or None where it is that of an accepted paper.

    A list of proceedings states no status for some papers: no status counts as accepted.
    """
    if status is None:
        return None
    if _NOT_ACCEPTED.search(status):
        return f"not accepted: {status}"
    return None if _ACCEPTED.search(status) else f"the status {status!r} is not known"


def track_name(track: str | None, status: str | None) -> str:
    """Return the track of a paper as a short name; ``main`` where nothing else is said."""
    if track and track.lower() != "main":
        return re.sub(r"[^a-z0-9]+", "-", track.lower().replace("&", "and")).strip("-") or "main"
    return next((name for sign, name in _TRACKS.items() if status and sign in status.lower()), "main")
