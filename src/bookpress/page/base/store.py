"""What is known of the pages while a book is read: results, parameters, charts, and who uses what.

It lives in Sphinx's environment, so that an incremental build knows it too. Knows no Sphinx itself.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bookpress.book.conditions import Value
from bookpress.book.results import Result
from bookpress.page.base.charts import Chart
from bookpress.page.base.claims import Quoted

WORDS_A_MINUTE = 220
"""How fast such prose is read."""


class UnknownNameError(LookupError):
    """A result, parameter or claim that does not exist."""


@dataclass
class Page:
    """One page of the book, as read.

    Parameters
    ----------
    docname : str
        Path of the source without its ending.
    front : mapping
        The ``compute_divide`` part of the page's front matter.
    results : mapping
        Results by key; empty for a page that is no chapter.
    parameter_rows : list of dict
        Parameters as people read them: name, value, default, type, allowed, unit, help.
    finding : list
        Nodes of the one-sentence finding.
    terms : dict
        Definitions of glossary terms by the ids of the terms.
    charts : list
        The charts, in order.
    uses : set
        Names that the prose takes from results, parameters and claims, in full.
    words : int
        Words of its text.
    """

    docname: str
    is_chapter: bool = False
    front: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Result] = field(default_factory=dict)
    parameter_rows: list[dict[str, Any]] = field(default_factory=list)
    finding: list[Any] = field(default_factory=list)
    terms: dict[str, str] = field(default_factory=dict)
    charts: list[Chart] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)
    words: int = 0

    @property
    def slug(self) -> str:
        """Name of the chapter: the last part of its path."""
        return self.docname.rsplit("/", 1)[-1]

    @property
    def parameters(self) -> dict[str, Any]:
        """Values of the parameters by name."""
        return {row["name"]: row["value"] for row in self.parameter_rows}

    @property
    def minutes(self) -> int:
        """Minutes that reading takes."""
        return max(1, round(self.words / WORDS_A_MINUTE))


class Store:
    """All pages, and what is quoted from outside."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.quoted: dict[str, Quoted] = {}
        self.written: dict[str, str] = {}
        self.parts: list[Any] = []

    def page(self, docname: str) -> Page:
        """Return the page of a document, made when it is new."""
        return self.pages.setdefault(docname, Page(docname))

    def chapter(self, slug: str) -> Page:
        """Return a chapter by its slug.

        Raises
        ------
        UnknownNameError
            If no chapter has it.
        """
        chapters = {page.slug: page for page in self.pages.values() if page.is_chapter}
        if slug not in chapters:
            raise UnknownNameError(f"no chapter {slug!r}{_near(slug, chapters)}")
        return chapters[slug]

    def result(self, name: str) -> Result:
        """Return a result by its full name, ``chapter:key``."""
        slug, _, key = name.partition(":")
        results = self.chapter(slug).results
        if key not in results:
            raise UnknownNameError(f"the chapter {slug!r} records no result {key!r}{_near(key, results)}")
        return results[key]

    def parameter(self, name: str) -> Any:
        """Return the value of a parameter by its full name, ``chapter:name``."""
        slug, _, key = name.partition(":")
        parameters = self.chapter(slug).parameters
        if key not in parameters:
            raise UnknownNameError(f"the chapter {slug!r} has no parameter {key!r}{_near(key, parameters)}")
        return parameters[key]

    def years(self, name: str) -> tuple[int | None, int | None]:
        """Return first and last year of a period by its full name: parameters or results that end in these words."""
        first, last = (self._year(f"{name}_{end}") for end in ("first", "last"))
        return first, last

    def _year(self, name: str) -> int | None:
        slug, _, key = name.partition(":")
        if key in self.chapter(slug).parameters:
            return int(self.parameter(name))
        year = self.result(name).value
        return None if year is None else round(year)

    def quote(self, name: str) -> Quoted:
        """Return what is quoted from the paper or related work, by ``claim:id`` or ``related:id``."""
        if name not in self.quoted:
            kind, _, key = name.partition(":")
            known = [other.partition(":")[2] for other in self.quoted if other.startswith(f"{kind}:")]
            raise UnknownNameError(f"no {kind} {key!r}{_near(key, known)}")
        return self.quoted[name]

    def value(self, name: str) -> Value:
        """Return the value of a name in a condition: of a result's part, a parameter or a claim, in full."""
        head, _, rest = name.partition(":")
        if head in {"claim", "related"}:
            return self.quote(name).value
        key, _, part = rest.partition(".")
        if key == "param":
            parameter: Value = self.parameter(f"{head}:{part}")
            return parameter
        result = self.result(f"{head}:{key}")
        part = part or "value"
        if part not in {"value", "low", "high", "k", "n"}:
            raise UnknownNameError(f"a result has no part {part!r}; there are value, low, high, k, n")
        value: Value = getattr(result, part)
        return value

    def state(self, docname: str) -> str:
        """Return a fingerprint of everything that a page takes from elsewhere."""
        known = [f"{name}={self._known(name)}" for name in sorted(self.pages[docname].uses)]
        return hashlib.sha256("\n".join(known).encode()).hexdigest()

    def _known(self, name: str) -> str:
        """Return what a use stands for, as text; the name of a whole chapter stands for its opening and results."""
        kind, _, rest = name.partition(" ")
        try:
            match kind:
                case "result":
                    return repr(self.result(rest))
                case "param":
                    return repr(self.parameter(rest))
                case "quote":
                    return repr(self.quote(rest))
                case "chapters":
                    return repr([(page.docname, page.front, page.minutes) for page in self.pages.values()])
                case "choices":
                    return repr([(page.docname, page.parameter_rows) for page in self.pages.values()])
                case _:
                    return repr(self.value(rest))
        except UnknownNameError as error:
            return str(error)

    def stale(self) -> Iterable[str]:
        """Return the pages whose values changed since they were last written, and remember the new state."""
        for docname, page in self.pages.items():
            state = self.state(docname) if page.uses else ""
            if self.written.get(docname, "") != state:
                self.written[docname] = state
                yield docname


def _near(name: str, known: Iterable[str]) -> str:
    """Return a hint: the nearest name, else all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are {', '.join(names)}" if names else "; there is none"
