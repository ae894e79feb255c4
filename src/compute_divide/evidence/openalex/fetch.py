"""Fetch the works that answer a query into a folder that can be left and taken up again at any moment.

::

    FOLDER/checkpoint.json      the query, the next cursor, what OpenAlex said there is
    FOLDER/pages/000001.jsonl.gz    one record a line, as OpenAlex gave it

A page is on disk before the checkpoint moves past it, and both are renamed into place. A process that dies between
the two writes the same page again under the same name, so that nothing is lost and nothing doubled.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

import platformdirs
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from bookpress.files import replace_file
from compute_divide.evidence.openalex.client import PAGE_SIZE, ChoiceError, Client, Page, Query
from compute_divide.evidence.openalex.http import FetchError

FIELDS = (
    "id",
    "doi",
    "title",
    "publication_year",
    "publication_date",
    "type",
    "is_paratext",
    "is_retracted",
    "primary_location",
    "primary_topic",
    "authorships",
    "abstract_inverted_index",
    "updated_date",
)
"""Root fields of a work that the tables are derived from."""


class Checkpoint(BaseModel):
    """Where a fetch stands."""

    model_config = ConfigDict(extra="forbid")

    filters: dict[str, str]
    select: tuple[str, ...] = ()
    cursor: str | None = "*"
    """Cursor of the next page; None when the last page has come."""
    next_page: int = 1
    passes: int = 1
    """How often the whole query has been gone through."""
    count: int | None = None
    """Records there are, as OpenAlex said last."""
    credits: int = 0
    state: Literal["fetching", "complete", "differs"] = "fetching"

    def is_of(self, query: Query) -> bool:
        """Whether this is the fetch of a query."""
        return (self.filters, self.select) == (dict(query.filters), query.select)


class Store:
    """The pages of one query on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ids: set[str] = set()
        self.doubled = 0
        self.checkpoint: Checkpoint | None = None

    @contextmanager
    def locked(self) -> Iterator[Self]:
        """Hold the folder against a second process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=0):
                yield self
        except Timeout:
            raise FetchError(
                f"another process fetches into {self.folder}: wait for it, or choose another --to"
            ) from None

    def begin(self, query: Query, *, fresh: bool = False) -> Checkpoint:
        """Take up the fetch of a query where it stands, or begin it; `fresh` throws away what is there."""
        if fresh:
            shutil.rmtree(self.folder / "pages", ignore_errors=True)
            self._path.unlink(missing_ok=True)
        found = self._read()
        if found is not None and not found.is_of(query):
            raise FetchError(
                f"{self.folder} holds another query ({Query(found.filters)}): choose another --to, or --fresh"
            )
        self.checkpoint = found or Checkpoint(filters=dict(query.filters), select=query.select)
        self.ids, self.doubled = set(), 0
        for record in self._lines():
            self._see(record)
        return self.checkpoint

    def pages_ahead(self, query: Query, pages: int) -> int:
        """Return how many of the pages of a query need not be asked for again."""
        found = self._read()
        if found is None or not found.is_of(query):
            return 0
        if found.state == "complete":
            return pages
        return 0 if found.passes > 1 or found.state == "differs" else min(found.next_page - 1, pages)

    def add(self, page: Page, credits_used: int = 0) -> Checkpoint:
        """Put a page on disk, then move the checkpoint past it, and return it."""
        at = self._open()
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in page.records)
        replace_file(self._page_path(at.next_page), gzip.compress(lines.encode(), compresslevel=6, mtime=0))
        for record in page.records:
            self._see(record)
        return self._save(
            cursor=page.next_cursor,
            next_page=at.next_page + 1,
            count=page.count,
            credits=at.credits + credits_used,
        )

    def finish(self, tolerance: int = 0) -> Checkpoint:
        """Hold the records against the count that OpenAlex gave, and note the verdict."""
        count = self._open().count
        agrees = count is not None and abs(len(self.ids) - count) <= tolerance
        return self._save(state="complete" if agrees else "differs")

    def again(self) -> Checkpoint:
        """Go through the query once more, keeping what is there."""
        return self._save(cursor="*", passes=self._open().passes + 1, state="fetching")

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every record once, in the order in which it first came."""
        seen: set[str] = set()
        for record in self._lines():
            if record["id"] not in seen:
                seen.add(record["id"])
                yield record

    @property
    def page_files(self) -> list[Path]:
        """The page files that the checkpoint knows, in order."""
        return [self._page_path(number) for number in range(1, self._open().next_page)]

    @property
    def _path(self) -> Path:
        return self.folder / "checkpoint.json"

    def _page_path(self, number: int) -> Path:
        return self.folder / "pages" / f"{number:06}.jsonl.gz"

    def _open(self) -> Checkpoint:
        if self.checkpoint is None:
            raise FetchError(f"{self.folder} holds no fetch that was begun")
        return self.checkpoint

    def _read(self) -> Checkpoint | None:
        try:
            return Checkpoint.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise FetchError(f"{self._path} cannot be read; --fresh begins anew") from error

    def _save(self, **changes: Any) -> Checkpoint:
        """Replace the checkpoint file in one step."""
        self.checkpoint = self._open().model_copy(update=changes)
        replace_file(self._path, self.checkpoint.model_dump_json(indent=1).encode())
        return self.checkpoint

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Yield the records of all pages, doubles included."""
        for path in self.page_files:
            try:
                with gzip.open(path, "rt", encoding="utf-8") as lines:
                    yield from map(json.loads, lines)
            except (OSError, EOFError, ValueError) as error:
                raise FetchError(f"the fetched page {path} is damaged or missing; --fresh begins anew") from error

    def _see(self, record: dict[str, Any]) -> None:
        self.doubled += record["id"] in self.ids
        self.ids.add(record["id"])


def cache_dir(name: str) -> Path:
    """Return the folder outside the project where fetched pages are kept by default."""
    return Path(platformdirs.user_cache_dir("compute-divide")) / "openalex" / name


def records_query(
    *,
    first: int,
    last: int,
    sources: Sequence[str] = (),
    topics: Sequence[str] = (),
    subfield: str | None = None,
    search: str | None = None,
) -> Query:
    """Return the query for works of some years, and of venues, topics, a subfield (by id) or with some words."""
    if first > last:
        raise ChoiceError(f"the first year, {first}, lies after the last, {last}")
    filters = {"publication_year": f"{first}-{last}"}
    if sources:
        filters["primary_location.source.id"] = _alternatives(sources, "S", "a venue")
    if topics:
        filters["primary_topic.id"] = _alternatives(topics, "T", "a topic")
    if subfield is not None:
        filters["primary_topic.subfield.id"] = _alternatives([subfield], "", "a subfield")
    if search is not None:
        filters["title_and_abstract.search"] = checked_search(search)
    if len(filters) == 1:
        raise ChoiceError("years alone would fetch all of science: name venues, topics, a subfield or words")
    return Query(filters, FIELDS)


def checked_search(words: str) -> str:
    """Return words to search for, or raise when they hold what separates filters."""
    if not words.strip() or re.search(r"[,|:]", words):
        raise ChoiceError(f"{words!r} cannot be searched for: it is empty or holds a comma, colon or bar")
    return words.strip()


def count_records(client: Client, query: Query) -> tuple[int, int]:
    """Ask how many works there are (one credit, as a count by group); return that and the pages they fill."""
    count = client.page(Query(query.filters, (), "publication_year")).count
    return count, math.ceil(count / PAGE_SIZE) + 1  # the cursor ends only with an empty page


def fetch_records(
    client: Client,
    query: Query,
    store: Store,
    *,
    fresh: bool = False,
    tolerance: int = 0,
    watch: Callable[[Store], None] = lambda _: None,
) -> Checkpoint:
    """Fetch all works that answer a query, from where an earlier fetch stopped; `watch` is called after each page."""
    at = store.begin(query, fresh=fresh)
    if at.state == "differs":
        at = store.again()
    seen: set[str] = set()
    while at.state == "fetching" and at.cursor is not None:
        if at.cursor in seen:
            raise FetchError("OpenAlex gives a cursor that was followed before; what came is kept: run the same again")
        seen.add(at.cursor)
        before = client.used
        page = client.page(query, at.cursor)
        at = store.add(page, client.used - before)
        watch(store)
    return store.finish(tolerance)


def _alternatives(ids: Sequence[str], letter: str, noun: str) -> str:
    """Return ids as alternatives of a filter."""
    short = [text.rsplit("/", 1)[-1].upper() for text in ids]
    for text in short:
        if not re.fullmatch(rf"{letter}\d+", text):
            raise ChoiceError(f"{text!r} is not the id of {noun}; it looks like {letter}1234")
    if len(short) > 100:
        raise ChoiceError(f"{len(short)} ids of one kind are more than the 100 that OpenAlex takes in a filter")
    return "|".join(short)
