"""The panel of a chapter's choices, and the effect of each value on the headline."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment

from bookpress.book.project import load_settings
from bookpress.chapter.declarations import Scope, declaring, read_declarations
from bookpress.chapter.parameters import describe
from bookpress.chapter.types.allowed import as_text
from bookpress.chapter.types.titles import of_chapter
from bookpress.edition.assignments import run_command
from bookpress.edition.files import DEFAULT, FOLDER, EditionFile
from bookpress.elements.base import contents
from bookpress.elements.base.nodes import html, later
from bookpress.elements.base.store import Page, explored, store_of
from bookpress.elements.base.templates import fill
from bookpress.errors import PressError
from bookpress.files import load_model
from holdtrue.estimates import Estimate
from holdtrue.number_formats import ranged

ROOM = 52
"""The characters of a value that fit on a line; of a longer list only some items are shown."""
ITEMS = 3
HOW_TO = "book/re-running"
"""The page that says where to get the command."""
MANY = 50
"""The ratio of largest to smallest end from which strips have a logarithmic scale."""
LEAST_WIDTH = 0.6
"""The least width of a bar, on a line from 0 to 100."""
Place = Callable[[float], float]
"""Where a result is on a line from 0 to 100."""


@cache
def _title(path: Path, _changed: int) -> str:
    """Return the title of an edition file, cached by its time stamp, since every page needs it."""
    return load_model(path, path.name, EditionFile).title


def parameter_rows(page: Page, cells: list[dict[str, Any]], srcdir: Path) -> list[dict[str, Any]]:
    """Return the parameters of a chapter: those that the press staged, else those of its cell."""
    if "parameters" in page.front:
        return list(page.front["parameters"])
    source, above = declaring(cells)
    settings = load_settings(srcdir)
    folders = (Path(srcdir, page.docname).parent, srcdir)
    asked = of_chapter(settings.parameters, page.slug)
    scope = Scope(settings.parameter_types, folders, above, tuple(asked.items()))
    parameters, faults = read_declarations(source, page.docname, scope)
    if faults and settings.strict:
        raise PressError("\n".join(faults))
    return describe(parameters)


def explored_states(env: BuildEnvironment, page: Page) -> dict[str, Any]:
    """Return the index of a chapter's states; empty if it was not explored."""
    return explored(Path(env.srcdir, "states", f"{page.slug}.json"))


def panel(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the choices of a chapter, the effects of their values, and a command to rerun it."""
    page = store_of(env).pages[env.docname]
    srcdir = Path(env.srcdir)
    address_of = env.app.builder.get_relative_uri
    states = explored_states(env, page)
    usual = states.get("result", [None])[0]
    command = page.front.get("command")
    if not command:
        program = load_settings(srcdir).command
        command = run_command(page.slug, page.parameter_rows, program)
    how_to = ""
    if HOW_TO in env.found_docs:
        how_to = address_of(env.docname, HOW_TO)
    text = fill(
        "panel.html",
        page=page,
        states=states,
        usual=None if usual is None else scale(states)(usual),
        folder=address_of(env.docname, f"states/{page.slug}").removesuffix(".html"),
        controls=controls(page.parameter_rows, states),
        editions=other_editions(env, page),
        command=command,
        build=f"{load_settings(srcdir).command} build",
        edition=_edition_id(env),
        how_to=how_to,
    )
    return html(text)


def _edition_id(env: BuildEnvironment) -> str:
    edition = contents.citation_of(env.app.config).edition
    return edition.id if edition else ""


def other_editions(env: BuildEnvironment, page: Page) -> list[dict[str, str]]:
    """Return the named editions besides this and the published one.

    Each has its title, the command that builds it, and its address, if any.
    """
    citation = contents.citation_of(env.app.config)
    this_edition = citation.edition.name if citation.edition else DEFAULT
    root = Path(env.srcdir)
    command = load_settings(root).command
    editions = []
    for path in sorted((root / FOLDER).glob("[!.]*.yml")):
        name = path.stem
        if name in {this_edition, DEFAULT}:
            continue
        address = ""
        url = citation.book.edition_url
        if url and name in citation.book.published_editions:
            place = env.app.builder.get_target_uri(page.docname)
            address = url.replace("{name}", name) + place
        edition = {
            "title": _title(path, path.stat().st_mtime_ns),
            "command": f"{command} build {name}",
            "address": address,
        }
        editions.append(edition)
    return editions


def controls(rows: list[dict[str, Any]], states: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the choices as offered to readers, those that can be tried first."""
    place = scale(states)
    choices = []
    for row in rows:
        rows_tried = strips(states, row["name"], place)
        offered = {
            "default_text": as_text(row["default"]),
            "strips": rows_tried,
            "moves": any(tried["moves"] for tried in rows_tried),
            "turns": any(tried["fallen"] for tried in rows_tried),
            "changed": row["value"] != row["default"],
            "brief": in_brief(row["words"], row["value"]),
        }
        choices.append({**row, **offered})
    return sorted(choices, key=lambda choice: not choice["strips"])


def in_brief(words: str, value: Any) -> str:
    """Return a value shortened to fit on a line: without its explanation, or the first of many.

    Examples
    --------
    >>> in_brief("Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus, Neptune", [*range(8)])
    'Mercury, Venus, Earth and 5 more'
    >>> in_brief("inner planets: those that are nearer to the sun than the belt of asteroids", "x")
    'inner planets'
    """
    if len(words) <= ROOM:
        return words
    items = words.split(", ")
    if not isinstance(value, list | tuple):
        return re.split(r"[:,] ", words)[0]
    named = ITEMS if len(items) == len(value) else 1
    return f"{', '.join(items[:named])} and {len(value) - named} more"


def scale(states: Mapping[str, Any]) -> Place:
    """Return a function that places a result on a line from 0 to 100.

    All choices of the chapter share this line.
    """
    ends: list[float] = []
    for values in states.get("choices", {}).values():
        for state in values:
            ends += [end for end in state["result"] if end is not None]
    low = min(ends, default=0.0)
    high = max(ends, default=1.0)
    if states.get("unit") == "share":
        low = min(low, 0.0)
    bend: Callable[[float], float] = float
    is_wide = low > 0 and high / low >= MANY
    if is_wide:
        bend = math.log
    start = bend(low)
    width = (bend(high) - start) or 1.0

    def place(end: float) -> float:
        distance = bend(end) - start
        return round(1 + 98 * distance / width, 2)

    return place


def strips(states: Mapping[str, Any], name: str, place: Place) -> list[dict[str, Any]]:
    """Return the effect of each explored value of a parameter on the headline, if there is one."""
    rows = []
    for state in states.get("choices", {}).get(name, ()):
        value, low, high = state["result"]
        result = Estimate(value=value, low=low, high=high, unit=states["unit"])
        interval = None
        if value is not None and low is not None and high is not None:
            width = round(place(high) - place(low), 2)
            interval = (place(low), max(width, LEAST_WIDTH))
        row = {
            "value": as_text(state["value"]),
            "words": state["words"],
            "is_usual": state["value"] == states["usual"][name],
            "text": ranged(result),
            "moves": state["result"] != states["result"],
            "fallen": state["fallen"],
            "point": None if value is None else place(value),
            "range": interval,
        }
        rows.append(row)
    return rows
