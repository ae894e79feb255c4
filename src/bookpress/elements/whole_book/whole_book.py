"""``{whole-book}``: under each choice that chapters share, which findings stand and which fall.

All of it is known before pages are made: the indices of states, and how sure each statement is. A
page that carries such a choice in its address opens with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from docutils import nodes
from sphinx.environment import BuildEnvironment

from bookpress.book.project import load_settings
from bookpress.chapter.quotes import without_markup
from bookpress.chapter.types.allowed import as_text
from bookpress.edition.sureness import Sureness
from bookpress.elements.base import contents
from bookpress.elements.base.nodes import html, later, mark
from bookpress.elements.base.store import Page, explored, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.value.words import in_words
from holdtrue.estimates import Estimate
from holdtrue.number_formats import ranged

FALLS = "falls"
OPEN = "cannot be said"
STANDS = "stands"
"""What becomes of a finding."""


def whole_book(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the choices that several chapters share, each value with what becomes of findings."""
    choices = [choice for choice in _shared(env) if choice["values"]]
    if not choices:
        return []
    text = fill("whole-book.html", choices=choices)
    return html(text, says="Which findings stand under one choice for the whole book.")


def _shared(env: BuildEnvironment) -> Iterator[dict[str, Any]]:
    """Yield the main choices that several chapters have, each value with its findings."""
    chapters = _explored_chapters(env)
    kinds = load_settings(Path(env.srcdir)).main_choices
    for name in [name for kind in kinds for name in kind]:
        having = [(page, index) for page, index in chapters if _is_offered(name, page, index)]
        if len(having) < 2:
            continue
        [row, *_] = [row for row in having[0][0].parameter_rows if row["name"] == name]
        values: dict[str, dict[str, Any]] = {}
        for page, index in having:
            for state in index["choices"][name]:
                if state["value"] != index["usual"][name]:
                    value = values.setdefault(as_text(state["value"]), _value(state))
                    value["findings"].append(_finding(name, state, page, index, env))
        for value in values.values():
            value["here"] = list(_sentences_here(name, value["value"], env))
            value["counts"] = _counts(value["findings"])
        yield {"name": name, "label": row["label"], "values": list(values.values())}


def _explored_chapters(env: BuildEnvironment) -> list[tuple[Page, Mapping[str, Any]]]:
    """Return the chapters whose states were made, in the order of the book, with their index."""
    pages = store_of(env).pages
    chapters: list[tuple[Page, Mapping[str, Any]]] = []
    for docname in contents.chapter_numbers(env):
        index = explored(Path(env.srcdir, "states", f"{pages[docname].slug}.json"))
        if index:
            chapters.append((pages[docname], index))
    return chapters


def _is_offered(name: str, page: Page, index: Mapping[str, Any]) -> bool:
    """Return whether a chapter has states of a choice among a closed set."""
    closed = any(row["name"] == name and row.get("choices") for row in page.parameter_rows)
    return closed and name in index["choices"]


def _value(state: Mapping[str, Any]) -> dict[str, Any]:
    value = state["value"]
    return {"value": value, "text": as_text(value), "words": state["words"], "findings": []}


def _finding(
    name: str, state: Mapping[str, Any], page: Page, index: Mapping[str, Any], env: BuildEnvironment
) -> dict[str, Any]:
    """Return what becomes of the finding of a chapter under a value of a choice."""
    choice = {name: state["value"]}
    sureness = store_of(env).sureness.get(page.slug, {})
    tested = [sureness[key] for key in _keys(page) if key in sureness]
    turned = [fall for sure in tested if (fall := _fall(choice, sure))]
    open_ = [sure for sure in tested if choice in sure["open"]]
    fate = STANDS
    if turned:
        fate = FALLS
    elif open_ and len(open_) == len(tested):
        fate = OPEN
    address = env.app.builder.get_relative_uri(env.docname, page.docname)
    return {
        "number": contents.chapter_numbers(env)[page.docname],
        "title": contents.title_of(env, page.docname),
        "address": _under(choice, address),
        "state": state["id"],
        "label": index["headline_label"],
        "before": _written(index["result"], index["unit"]),
        "after": _written(state["result"], index["unit"]),
        "fate": fate if tested else "",
        "because": "; ".join(dict.fromkeys(fall["because"] for fall in turned)),
    }


def _under(choice: Mapping[str, Any], address: str) -> str:
    """Return the address of a page under a choice.

    Examples
    --------
    >>> _under({"moons": ["Io & Co", "C#"]}, "moons.html")
    'moons.html?moons=%5B%22Io%20%26%20Co%22,%20%22C%23%22%5D'
    """
    values = {name: as_text(value) for name, value in choice.items()}
    return f"{address}?{urlencode(values, safe=',', quote_via=quote)}"


def _keys(page: Page) -> list[str]:
    """Return the statements of a chapter that its finding rests on."""
    names: dict[str, None] = {}
    for part in page.finding:
        for node in part.findall(mark):
            names[node["name"]] = None
    split = [name.partition(":") for name in names]
    return [key for slug, _, key in split if slug == page.slug]


def _fall(choice: Mapping[str, Any], sure: Sureness) -> Mapping[str, Any] | None:
    """Return how a statement falls under a choice; None where it does not."""
    return next((fall for fall in sure["falls"] if fall["choice"] == choice), None)


def _written(three: Iterable[float | None], unit: str) -> str:
    value, low, high = three
    return ranged(Estimate(value=value, low=low, high=high, unit=unit))


def _sentences_here(name: str, value: Any, env: BuildEnvironment) -> Iterator[dict[str, str]]:
    """Yield the sentences of this page that would be false under a value of a choice, and why."""
    for statements in store_of(env).sureness.values():
        for sure in statements.values():
            fall = _fall({name: value}, sure)
            for place in sure["marks"] if fall else ():
                docname = place["page"].rpartition(".")[0]
                if docname == env.docname and fall:
                    words = without_markup(in_words(place["markdown"], docname, env, str))
                    yield {"words": words, "because": fall["because"]}


def _counts(findings: Iterable[Mapping[str, Any]]) -> str:
    """Return how many findings stand, fall and cannot be told, in words."""
    fates = [finding["fate"] for finding in findings if finding["fate"]]
    many = len(fates)
    stand = fates.count(STANDS)
    fall = fates.count(FALLS)
    if stand == many:
        return {1: "its finding stands", 2: "both findings stand"}.get(
            many, f"all {many} findings stand"
        )
    parts = [f"{stand} of {many} findings stand"]
    if fall:
        verb = "falls" if fall == 1 else "fall"
        parts.append(f"{fall} {verb}")
    if OPEN in fates:
        parts.append(f"{fates.count(OPEN)} cannot be said")
    return ", ".join(parts)
