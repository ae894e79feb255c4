"""The numbers of a page without choices, under one choice for the whole book.

They are results of states of chapters, each written in the form that the page uses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape, unescape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from bookpress.chapter.types.allowed import as_text
from bookpress.edition.sureness import QUOTED
from bookpress.elements.base.store import explored
from bookpress.elements.base.templates import fill, typeset
from bookpress.elements.value.roles import result_title
from holdtrue import number_formats as forms
from holdtrue.estimates import Estimate, read_estimate

FINDING = "finding"
"""The form of a big number on the cover, with its bar and its interval."""
_PLACE = re.compile(r'data-numbers="([^"]*)"')
_SHOWN = re.compile(r'data-result="([^"]*)"')


def setup(app: Sphinx) -> None:
    """Write the numbers once the page is laid out."""
    app.connect("html-page-context", write_numbers, priority=960)


def write_numbers(
    app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Add, at each value of a choice, the numbers of the page under it."""
    body = context.get("body") or ""
    if not _PLACE.search(body):
        return
    states = explored(Path(app.srcdir, QUOTED)).get("states", [])
    shown = [unescape(text) for text in dict.fromkeys(_SHOWN.findall(body))]

    def numbers(place: re.Match[str]) -> str:
        name, _, text = unescape(place[1]).partition("=")
        results = dict(_results(states, name, text))
        content = json.dumps(_in_forms(shown, results), ensure_ascii=False)
        return f'data-numbers="{escape(content)}"'

    context["body"] = _PLACE.sub(numbers, body)


def _results(
    states: list[Mapping[str, Any]], name: str, text: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the results of all chapters under a value of a choice, by full name."""
    for state in states:
        is_of_choice = name in state["choice"] and as_text(state["choice"][name]) == text
        if is_of_choice:
            yield from state["results"].items()


def _in_forms(shown: list[str], results: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the HTML and the title of each number that a page shows, by name and form."""
    written = {}
    for number in shown:
        name, _, how = number.rpartition(" ")
        if name in results:
            result = read_estimate(results[name])
            written[number] = [_written(result, how), result_title(result)]
    return written


def _written(result: Estimate, how: str) -> str:
    if how == FINDING:
        return fill("finding-number.html", result=result)
    return str(typeset(forms.write(result, how)))
