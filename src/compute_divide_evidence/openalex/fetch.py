"""Fetch the works of a query into a folder, in a way that can stop and continue at any moment.

A page, ``pages/000001.jsonl.gz``, is on disk before ``checkpoint.json`` moves past it; both are
renamed into place. If a process dies between the two, the next one writes the same page again, so
nothing is lost or duplicated.
"""

from __future__ import annotations

import gzip
import json
import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from bookpress.files import replace_file
from compute_divide.sources.store.files import Strict
from compute_divide_evidence.openalex.client import PAGE_SIZE, AnswerPage, Client, FetchError, Query

CHECKPOINT = "checkpoint.json"
PAGES = "pages"
DRIFT = 0.01
"""Share of the works that may appear or disappear while they are fetched."""


class Checkpoint(Strict):
    """The progress of a fetch."""

    filters: dict[str, str]
    select: tuple[str, ...] = ()
    cursor: str | None = "*"
    """Cursor of the next page; None after the last page."""
    next_page: int = 1
    count: int = 0
    """The number of records, as OpenAlex last reported."""

    def is_of(self, query: Query) -> bool:
        """Whether the fetch belongs to a query."""
        if self.filters != dict(query.filters):
            return False
        return self.select == query.select


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the progress of the fetch in a folder, None if there is none."""
    path = folder / CHECKPOINT
    try:
        return Checkpoint.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise FetchError(f"{path} cannot be read; --fresh begins anew") from error


class FetchedPages:
    """The pages of one query on disk, and their checkpoint; see `opened`."""

    def __init__(self, folder: Path, at: Checkpoint) -> None:
        self.folder = folder
        self.at = at
        self.ids = {record["id"] for record in self.lines()}

    def add(self, page: AnswerPage) -> None:
        """Write a page to disk, then move the checkpoint past it, each atomically."""
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in page.records]
        text = "".join(lines)
        content = gzip.compress(text.encode(), compresslevel=6, mtime=0)
        replace_file(self._page_path(self.at.next_page), content)
        self.ids |= {record["id"] for record in page.records}
        moved = {
            "cursor": page.next_cursor,
            "next_page": self.at.next_page + 1,
            "count": page.count,
        }
        self.at = self.at.model_copy(update=moved)
        checkpoint = self.at.model_dump_json(indent=1)
        replace_file(self.folder / CHECKPOINT, checkpoint.encode())

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every record once, in the order in which it first came."""
        seen: set[str] = set()
        for record in self.lines():
            if record["id"] not in seen:
                seen.add(record["id"])
                yield record

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield the records of all pages, including those that OpenAlex returned twice."""
        for path in self.page_files:
            try:
                with gzip.open(path, "rt", encoding="utf-8") as lines:
                    yield from map(json.loads, lines)
            except (OSError, EOFError, ValueError) as error:
                raise FetchError(
                    f"the fetched page {path} is damaged or missing; --fresh begins anew"
                ) from error

    @property
    def page_files(self) -> list[Path]:
        """The page files up to the checkpoint, in order."""
        return [self._page_path(number) for number in range(1, self.at.next_page)]

    def _page_path(self, number: int) -> Path:
        return self.folder / PAGES / f"{number:06}.jsonl.gz"


@contextmanager
def opened(folder: Path, query: Query, *, fresh: bool = False) -> Iterator[FetchedPages]:
    """Continue the fetch of a query, or begin it (`fresh`: anew).

    A second process is locked out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            if fresh:
                shutil.rmtree(folder / PAGES, ignore_errors=True)
                (folder / CHECKPOINT).unlink(missing_ok=True)
            begun = read_checkpoint(folder)
            at = begun or Checkpoint(filters=dict(query.filters), select=query.select)
            if not at.is_of(query):
                raise FetchError(
                    f"{folder} contains another query ({Query(at.filters)}): "
                    "choose another --to, or --fresh"
                )
            yield FetchedPages(folder, at)
    except Timeout:
        raise FetchError(
            f"another process fetches into {folder}: wait for it, or choose another --to"
        ) from None


def count_records(
    client: Client, query: Query, folder: Path, *, fresh: bool = False
) -> tuple[int, int]:
    """Ask for the number of works (one credit, as a count by group).

    Return it and the number of pages yet to be fetched.
    """
    count = client.page(Query(query.filters, (), "publication_year")).count
    at = None if fresh else read_checkpoint(folder)
    if at is None or not at.is_of(query):
        at = Checkpoint(filters={})
    if at.cursor is None:
        return count, 0
    pages = math.ceil(count / PAGE_SIZE) + 1  # the cursor ends only with an empty page
    fetched = at.next_page - 1
    return count, max(pages - fetched, 0)


def fetch_records(
    client: Client, store: FetchedPages, watch: Callable[[], None] = lambda: None
) -> None:
    """Fetch the missing works, page by page.

    Raise `FetchError` if there are too many or too few in the end.
    """
    seen: set[str] = set()
    while (cursor := store.at.cursor) is not None:
        if cursor in seen:
            raise FetchError(
                "OpenAlex gives a cursor that was followed before; "
                "what came is kept: run the same again"
            )
        seen.add(cursor)
        query = Query(store.at.filters, store.at.select)
        store.add(client.page(query, cursor))
        watch()
    came = len(store.ids)
    count = store.at.count
    has_drifted = abs(came - count) > DRIFT * count
    if has_drifted:
        raise FetchError(
            f"{came:,} works came, OpenAlex says {count:,}: run the same again with --fresh"
        )
