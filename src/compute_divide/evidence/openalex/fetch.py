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
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from bookpress.files import replace_file
from compute_divide.evidence.openalex.client import PAGE_SIZE, Client, FetchError, Page, Query

CHECKPOINT = "checkpoint.json"
PAGES = "pages"


class Checkpoint(BaseModel):
    """Where a fetch stands."""

    model_config = ConfigDict(extra="forbid")

    filters: dict[str, str]
    select: tuple[str, ...] = ()
    cursor: str | None = "*"  # cursor of the next page; None when the last page has come
    next_page: int = 1
    passes: int = 1  # how often the whole query has been gone through
    count: int | None = None  # records there are, as OpenAlex said last
    credits: int = 0
    state: Literal["fetching", "complete", "differs"] = "fetching"

    def is_of(self, query: Query) -> bool:
        """Whether this is the fetch of a query."""
        return (self.filters, self.select) == (dict(query.filters), query.select)


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """Return where the fetch of a folder stands, None where none was begun."""
    path = folder / CHECKPOINT
    try:
        return Checkpoint.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise FetchError(f"{path} cannot be read; --fresh begins anew") from error


class Store:
    """The pages of one query on disk, and how far they go; see `opened`."""

    def __init__(self, folder: Path, at: Checkpoint) -> None:
        self.folder = folder
        self.at = at
        self.ids: set[str] = set()
        self.doubled = 0
        for record in self._lines():
            self._see(record)

    def add(self, page: Page, credits_used: int = 0) -> None:
        """Put a page on disk, then move the checkpoint past it."""
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in page.records)
        replace_file(self._page_path(self.at.next_page), gzip.compress(lines.encode(), compresslevel=6, mtime=0))
        for record in page.records:
            self._see(record)
        self.save(
            cursor=page.next_cursor,
            next_page=self.at.next_page + 1,
            count=page.count,
            credits=self.at.credits + credits_used,
        )

    def save(self, **changes: Any) -> None:
        """Change the checkpoint, its file in one step."""
        self.at = self.at.model_copy(update=changes)
        replace_file(self.folder / CHECKPOINT, self.at.model_dump_json(indent=1).encode())

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
        return [self._page_path(number) for number in range(1, self.at.next_page)]

    def _page_path(self, number: int) -> Path:
        return self.folder / PAGES / f"{number:06}.jsonl.gz"

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


@contextmanager
def opened(folder: Path, query: Query, *, fresh: bool = False) -> Iterator[Store]:
    """Take up the fetch of a query where it stands, or begin it, and hold the folder against a second process.

    `fresh` throws away what is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            if fresh:
                shutil.rmtree(folder / PAGES, ignore_errors=True)
                (folder / CHECKPOINT).unlink(missing_ok=True)
            at = read_checkpoint(folder) or Checkpoint(filters=dict(query.filters), select=query.select)
            if not at.is_of(query):
                raise FetchError(f"{folder} holds another query ({Query(at.filters)}): choose another --to, or --fresh")
            yield Store(folder, at)
    except Timeout:
        raise FetchError(f"another process fetches into {folder}: wait for it, or choose another --to") from None


def count_records(client: Client, query: Query, folder: Path, *, fresh: bool = False) -> tuple[int, int]:
    """Ask how many works there are (one credit, as a count by group); return that and the pages yet to be fetched."""
    count = client.page(Query(query.filters, (), "publication_year")).count
    pages = math.ceil(count / PAGE_SIZE) + 1  # the cursor ends only with an empty page
    at = None if fresh else read_checkpoint(folder)
    if at is None or not at.is_of(query):
        return count, pages
    if at.state == "complete":
        return count, 0
    again = at.passes > 1 or at.state == "differs"
    return count, pages if again else max(pages - (at.next_page - 1), 0)


def fetch_records(client: Client, store: Store, tolerance: int = 0, watch: Callable[[], None] = lambda: None) -> bool:
    """Fetch the works that are not there yet; tell whether they are as many as OpenAlex says, but for `tolerance`.

    `watch` is called after each page. When works were missing last time, the whole query is gone through once more.
    """
    if store.at.state == "differs":
        store.save(cursor="*", passes=store.at.passes + 1, state="fetching")
    seen: set[str] = set()
    while store.at.state == "fetching" and store.at.cursor is not None:
        if store.at.cursor in seen:
            raise FetchError("OpenAlex gives a cursor that was followed before; what came is kept: run the same again")
        seen.add(store.at.cursor)
        before = client.used
        page = client.page(Query(store.at.filters, store.at.select), store.at.cursor)
        store.add(page, client.used - before)
        watch()
    agrees = store.at.count is not None and abs(len(store.ids) - store.at.count) <= tolerance
    store.save(state="complete" if agrees else "differs")
    return agrees
