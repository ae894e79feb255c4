"""Answers to programs about a built edition: chapters, numbers, sentences and choices.

Everything is read from the built edition, unless a chapter is run with other values.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bookpress.assembly.statements import statements_of
from bookpress.book.chapters import Chapter, named_chapters
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.chapter.parameters import chapter_schema
from bookpress.chapter.types.allowed import as_text
from bookpress.edition.files import DEFAULT, edition_names
from bookpress.errors import UsageError, nearest, quoted
from bookpress.release.released import CHANGED, STANDS, check_number
from bookpress.run.runner import RunOptions
from bookpress.states.sweeps.tasks import run_one, values_of

SECONDS = 300.0
"""The time limit of a chapter run for a program, in seconds."""
FATES = {STANDS: "stands", CHANGED: "revised or withdrawn"}
"""What became of a number, by the exit code of the corresponding command."""


@dataclass
class Answers:
    """The answers about one built edition; an unknown name is a `UsageError`.

    Parameters
    ----------
    project : Project
        The book.
    folder : Path
        The folder of the built edition.
    """

    project: Project
    folder: Path
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, project: Project, edition: str = DEFAULT) -> Answers:
        """Return the answers about an edition, by name or id; it must have been built."""
        folder = project.built_folder(edition)
        known = list(dict.fromkeys([*edition_names(project), *project.built]))
        if edition not in known and folder is None:
            raise UsageError(f"no edition {edition!r}{nearest(edition, known)}")
        if folder is None:
            command = f"{project.settings.command} build {edition}"
            raise UsageError(f"the edition {edition!r} is not built: {command}")
        if not (folder / "html" / "llms.txt").is_file():
            raise UsageError(
                f"the edition {edition!r} has no chapters in Markdown: they are written under "
                "`layout: press` in book/settings.yml"
            )
        return cls(project, folder)

    @cached_property
    def _chapters(self) -> list[Chapter]:
        return discover(Project.at(self.folder / "source"))

    def _read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_bytes())

    def contents(self) -> str:
        """Return what there is to read, and how to quote it."""
        return (self.folder / "html" / "llms.txt").read_text("utf-8")

    def chapters(self) -> list[dict[str, str]]:
        """Return the name and the title of each chapter."""
        return [{"chapter": chapter.slug, "title": chapter.title} for chapter in self._chapters]

    def chapter(self, slug: str) -> str:
        """Return a chapter as Markdown, with its numbers, sentences, choices and citation."""
        [chapter] = named_chapters(self._chapters, [slug])
        return (self.folder / "html" / f"{chapter.docname}.md").read_text("utf-8")

    def results(self, slug: str, key: str | None = None) -> dict[str, Any]:
        """Return the numbers of a chapter, or one, each with interval, counts, unit and label."""
        return self._entries("results.json", "result", slug, key)

    def statements(self, slug: str, key: str | None = None) -> dict[str, Any]:
        """Return the statements of a chapter, or one: whether it holds, why, and where."""
        return self._entries("statements.json", "statement", slug, key)

    def _entries(self, file: str, kind: str, slug: str, key: str | None) -> dict[str, Any]:
        [chapter] = named_chapters(self._chapters, [slug])
        entries = dict(self._read(file).get(chapter.slug, {}))
        if key is None:
            return entries
        if key not in entries:
            known = nearest(key, sorted(entries))
            raise UsageError(f"the chapter {quoted(slug)} has no {kind} {quoted(key)}{known}")
        return {key: entries[key]}

    def check(self, slug: str, key: str, number: str) -> dict[str, str]:
        """Return whether a quoted number still stands, and what became of it."""
        reference = f"{slug}:{key}={number}"
        with self._turn:
            options = RunOptions(jobs=1, time_limit=SECONDS)
            code, words = check_number(self.project, reference, options)
        return {"verdict": FATES.get(code, "unknown"), "because": words}

    def parameters(self, slug: str) -> dict[str, Any]:
        """Return the JSON Schema of a chapter's parameters."""
        [chapter] = named_chapters(discover(self.project), [slug])
        return dict(chapter_schema(chapter.parameters))

    def run(self, slug: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Run a chapter with other values; return what differs from the published chapter.

        Only declared parameters can be set, each within its bounds.

        Returns
        -------
        dict
            ``results``: by key, each number that differs, ``published`` and ``now``;
            ``turned``: by key, each statement with another verdict, ``published`` and ``now``.
        """
        odd = [name for name in values if not name.isidentifier()]
        if odd:
            raise UsageError(*(f"{quoted(name)} is not the name of a parameter" for name in odd))
        options = [f"{name}={as_text(value)}" for name, value in values.items()]
        how = RunOptions(jobs=1, time_limit=SECONDS)
        book = discover(self.project)
        with self._turn:
            chapter, usual = values_of(self.project, book, slug, [], DEFAULT)
            _, chosen = values_of(self.project, book, slug, options, DEFAULT)
            before, _ = run_one(self.project, chapter, usual, how)
            now, _ = run_one(self.project, chapter, chosen, how)
        holds_before = {key: known.holds for key, known in statements_of(before).items()}
        holds_now = {key: known.holds for key, known in statements_of(now).items()}
        return {
            "results": _differences(before.results, now.results),
            "turned": _differences(holds_before, holds_now),
        }


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs, by key, before and now."""
    pairs = {key: (before.get(key), now.get(key)) for key in [*before, *now]}
    return {key: {"published": old, "now": new} for key, (old, new) in pairs.items() if old != new}
