"""The content of the script of a state: what it is, and how its page differs.

Contents are cached beside the runs they are made from, so that exploring again makes only pages
that would change. A cached content has the ids of its own edition, which are replaced when it is
read.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from bookpress.assembly.edition_record import edition_record
from bookpress.assembly.published import STATES
from bookpress.assembly.staging import page_notebook
from bookpress.book.documents import RUNS
from bookpress.book.project import Project
from bookpress.chapter.types.allowed import as_text
from bookpress.edition.editions import Edition
from bookpress.elements.base.blocks import HASH
from bookpress.files import canonical, pretty, read, replace_file, sha256
from bookpress.outputs.html import FORMAT as PAGES
from bookpress.run.cache import Run
from bookpress.run.notebook import as_file
from bookpress.states.index import value_and_interval
from bookpress.states.states import ExploredState

FOLDER = "states"
"""The folder of contents, in the cache of runs."""
_HASHES = re.compile(f' {HASH}="[^"]*"')
_PICTURE = re.compile(rf'{STATES}/_images/[^"]+')
"""A picture that only states show, as the press stores it and their pages name it."""
Page = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Makes the page of a state."""


def content_of(
    project: Project,
    default: Edition,
    runs: Mapping[str, Run],
    page: Page,
    outcome: ExploredState,
) -> dict[str, Any]:
    """Return the content of the script of a state.

    `runs` are those of the published edition, and `page` makes the page of the state. The content
    has: ``choice``, ``title``, ``command`` and ``results_sha256``, which identify it; ``results``
    that differ, as value, low, high; ``fallen``: statements that are false or unknown, why, and
    what gives way; ``blocks``: by id, the HTML of blocks whose hash differs; and ``figures``. A
    figure has ``datasets`` and entries of ``wide`` and ``narrow`` that differ from the published
    chart (null removes an entry), and the ``rows`` of its table (text and sort key).
    """
    chapter = outcome.state.chapter
    edition = outcome.state.edition
    state_runs = {**runs, chapter.slug: outcome.run}
    record = edition_record(project, edition, default, state_runs, [PAGES])
    choice = {name: as_text(value) for name, value in outcome.state.choice.items()}
    notebook = page_notebook(chapter, edition, outcome.run, record)
    outcome.run.forget_parsed()
    order = {
        "docname": chapter.docname,
        "notebook": as_file(notebook).decode(),
        "edition": {**record, "query": urlencode(choice)},
    }
    return {
        "choice": dict(outcome.state.choice),
        "title": record["title"],
        "command": record["command"],
        "results_sha256": record["results_sha256"],
        "results": _changed_results(runs[chapter.slug], outcome.run),
        "fallen": outcome.fallen,
        **page(order),
    }


def _changed_results(published: Run, run: Run) -> dict[str, list[float | None]]:
    """Return the results of a state that differ from the published ones, as value, low, high."""
    changed = {}
    for key, result in run.results.items():
        if result != published.results.get(key):
            changed[key] = value_and_interval(result)
    return changed


def _pictures(content: Mapping[str, Any]) -> set[str]:
    """Return the pictures of a state that no published page shows, by their place."""
    named = (_PICTURE.findall(html) for html in content["blocks"].values())
    return {unquote(name) for name in itertools.chain.from_iterable(named)}


@dataclass(frozen=True)
class StateContents:
    """Contents of the states of a published edition, cached ones included."""

    project: Project
    default: Edition
    runs: Mapping[str, Run]
    source: Path
    pages: Path
    page: Page
    _page_digests: dict[str, str] = field(default_factory=dict, init=False)

    def of(self, outcome: ExploredState) -> dict[str, Any]:
        """Return the content of a state, from the cache if possible."""
        state_id = outcome.state.edition.id
        kept = self.project.cache / FOLDER
        file = kept / f"{self._key(outcome)}.json"
        content = self._cached(file, state_id)
        if content is None:
            content = content_of(self.project, self.default, self.runs, self.page, outcome)
            for name in _pictures(content):
                replace_file(kept / name, read(self.pages / name))
            record = {"id": state_id, "default": self.default.id, "content": content}
            replace_file(file, pretty(record).encode())
        return content

    def _cached(self, file: Path, state_id: str) -> dict[str, Any] | None:
        """Return the cached content of a state, whose pictures are put beside the pages.

        None if there is none, or not all of it: a damaged file counts as missing.
        """
        try:
            before = json.loads(file.read_bytes())
            text = json.dumps(before["content"])
            text = text.replace(before["id"], state_id)
            content: dict[str, Any] = json.loads(text.replace(before["default"], self.default.id))
            pictures = {name: (file.parent / name).read_bytes() for name in _pictures(content)}
        except (OSError, ValueError, TypeError, LookupError):
            return None
        for name, picture in pictures.items():
            replace_file(self.pages / name, picture)
        return content

    def _key(self, outcome: ExploredState) -> str:
        """Return the hash of everything that a content depends on, except ids of editions."""
        state = outcome.state
        slug = state.chapter.slug
        if slug not in self._page_digests:
            self._page_digests[slug] = self._page_digest(state.chapter.docname)
        rests_on = [
            self._page_digests[slug],
            outcome.run.key,
            dict(state.choice),
            state.edition.title,
        ]
        return sha256(canonical(rests_on).encode())

    def _page_digest(self, docname: str) -> str:
        """Return the hash of a chapter's published page, and of what it may quote."""
        page = read(self.pages / f"{docname}.html").decode("utf-8")
        notebook = read(self.source.parent / RUNS / f"{docname}.ipynb").decode("utf-8")
        published = [_HASHES.sub("", page), notebook]
        texts = [text.replace(self.default.id, "") for text in published]
        return sha256(canonical([*texts, self._others]).encode())

    @cached_property
    def _others(self) -> list[str]:
        """What pages may quote from other chapters, and the beginning of their commands."""
        return [self.default.command, *(run.key for run in self.runs.values())]
