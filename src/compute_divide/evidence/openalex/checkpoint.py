"""A folder of fetched pages that can be left and taken up again at any moment.

::

    FOLDER/checkpoint.json      the query, the next cursor, what OpenAlex said there is
    FOLDER/pages/000001.jsonl.gz    one record a line, as OpenAlex gave it

A page is on disk before the checkpoint moves past it, and both are renamed into place. A process that dies between
the two writes the same page again under the same name, so that nothing is lost and nothing doubled.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from compute_divide.evidence.openalex.client import OpenAlexError, Page, Query
from compute_divide.evidence.store.tables import replace_file


class StoreError(OpenAlexError):
    """A folder of fetched pages cannot be used."""


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

    @property
    def query(self) -> Query:
        """The query that is being fetched."""
        return Query(self.filters, self.select)


class Store:
    """The pages of one query on disk.

    Parameters
    ----------
    folder : pathlib.Path
        Where the pages are, or will be.

    Examples
    --------
    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()) / "works")
    >>> store.begin(Query({"publication_year": "2020"})).next_page
    1
    >>> store.add(Page([{"id": "W1"}, {"id": "W1"}], count=1, next_cursor=None)).next_page
    2
    >>> [record["id"] for record in store.records()], store.doubled
    (['W1'], 1)
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ids: set[str] = set()
        self.doubled = 0
        self.checkpoint: Checkpoint | None = None

    @contextmanager
    def locked(self) -> Iterator[Self]:
        """Hold the folder against a second process.

        Raises
        ------
        StoreError
            If another process fetches into it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=0):
                yield self
        except Timeout:
            raise StoreError(
                f"another process fetches into {self.folder}: wait for it, or choose another --to"
            ) from None

    def begin(self, query: Query, *, fresh: bool = False) -> Checkpoint:
        """Take up the fetch of a query where it stands, or begin it.

        Parameters
        ----------
        query : Query
            What to fetch.
        fresh : bool
            Throw away what is there and begin anew.

        Raises
        ------
        StoreError
            If the folder holds another query, or its checkpoint cannot be read.
        """
        if fresh:
            shutil.rmtree(self._pages, ignore_errors=True)
            self._checkpoint_path.unlink(missing_ok=True)
        found = self._read_checkpoint()
        if found is not None and (found.filters, found.select) != (dict(query.filters), query.select):
            raise StoreError(
                f"{self.folder} holds another query ({_told(found.filters)}): choose another --to, or --fresh"
            )
        self.checkpoint = found or Checkpoint(filters=dict(query.filters), select=query.select)
        self.ids, self.doubled = set(), 0
        for record in self._lines():
            self._see(record)
        return self.checkpoint

    def pages_ahead(self, query: Query, pages: int) -> int:
        """Return how many of the pages of a query need not be asked for again."""
        found = self._read_checkpoint()
        if found is None or (found.filters, found.select) != (dict(query.filters), query.select):
            return 0
        if found.state == "complete":
            return pages
        return 0 if found.passes > 1 or found.state == "differs" else min(found.next_page - 1, pages)

    def add(self, page: Page, credits_used: int = 0) -> Checkpoint:
        """Put a page on disk, then move the checkpoint past it, and return it."""
        at = self._open_checkpoint()
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in page.records)
        replace_file(self._page_path(at.next_page), gzip.compress(lines.encode(), compresslevel=6, mtime=0))
        for record in page.records:
            self._see(record)
        return self._save(
            at,
            cursor=page.next_cursor,
            next_page=at.next_page + 1,
            count=page.count,
            credits=at.credits + credits_used,
        )

    def finish(self, tolerance: int = 0) -> Checkpoint:
        """Hold the records against the count that OpenAlex gave, and note the verdict."""
        at = self._open_checkpoint()
        agrees = at.count is not None and abs(len(self.ids) - at.count) <= tolerance
        return self._save(at, state="complete" if agrees else "differs")

    def again(self) -> Checkpoint:
        """Go through the query once more, keeping what is there."""
        at = self._open_checkpoint()
        return self._save(at, cursor="*", passes=at.passes + 1, state="fetching")

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
        last = self._open_checkpoint().next_page
        return [self._page_path(number) for number in range(1, last)]

    @property
    def _pages(self) -> Path:
        return self.folder / "pages"

    @property
    def _checkpoint_path(self) -> Path:
        return self.folder / "checkpoint.json"

    def _page_path(self, number: int) -> Path:
        return self._pages / f"{number:06}.jsonl.gz"

    def _open_checkpoint(self) -> Checkpoint:
        if self.checkpoint is None:
            raise StoreError(f"{self.folder}: begin() comes first")
        return self.checkpoint

    def _read_checkpoint(self) -> Checkpoint | None:
        try:
            return Checkpoint.model_validate_json(self._checkpoint_path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise StoreError(f"{self._checkpoint_path} cannot be read; --fresh begins anew") from error

    def _save(self, at: Checkpoint, **changes: Any) -> Checkpoint:
        """Replace the checkpoint file in one step."""
        self.checkpoint = at.model_copy(update=changes)
        replace_file(self._checkpoint_path, self.checkpoint.model_dump_json(indent=1).encode())
        return self.checkpoint

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Yield the records of all pages, doubles included."""
        for path in self.page_files:
            try:
                with gzip.open(path, "rt", encoding="utf-8") as lines:
                    yield from map(json.loads, lines)
            except (OSError, EOFError, ValueError) as error:
                raise StoreError(f"the fetched page {path} is damaged or missing; --fresh begins anew") from error

    def _see(self, record: Mapping[str, Any]) -> None:
        """Note that a record is there."""
        before = len(self.ids)
        self.ids.add(record["id"])
        self.doubled += before == len(self.ids)


def _told(filters: Mapping[str, str]) -> str:
    """Return filters as OpenAlex writes them."""
    return ",".join(f"{name}:{value}" for name, value in filters.items())
