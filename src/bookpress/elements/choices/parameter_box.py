"""The opening of a chapter, the panel of its choices, and the table of all choices."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import LoggingReporter

from bookpress.book.project import is_laid_out, load_settings
from bookpress.chapter.declarations import Scope, declaring, read_declarations
from bookpress.chapter.estimates import Estimate
from bookpress.chapter.number_formats import ranged, setting
from bookpress.chapter.parameters import describe
from bookpress.chapter.types.allowed import as_text
from bookpress.chapter.types.titles import of_chapter
from bookpress.edition.assignments import run_command
from bookpress.edition.files import DEFAULT, FOLDER, EditionFile
from bookpress.elements.base import contents
from bookpress.elements.base.events import where_laid_out
from bookpress.elements.base.nodes import html, later
from bookpress.elements.base.store import Page, explored, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.choices import choice_links
from bookpress.errors import PressError
from bookpress.files import load_model

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
_DATE = re.compile(r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b")


def setup(app: Sphinx) -> None:
    """Add the opening below the title of a page, a line above it, and links to choices."""
    app.add_node(choice_links.choice_link, html=(choice_links.visit_choice_link, None))
    app.add_post_transform(choice_links.LinkChoices)
    app.connect("doctree-read", read_opening)
    app.connect("doctree-resolved", write_kicker)


def read_opening(app: Sphinx, doctree: nodes.document) -> None:
    """Read the finding of a page, and add its opening."""
    env = app.env
    page = store_of(env).page(env.docname)
    if page.front.get("finding"):
        finding = str(page.front["finding"])
        page.finding = parse_line(finding, env, doctree.settings)
    open_page(doctree, page, is_laid_out(app.srcdir))


@where_laid_out
def write_kicker(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Add the line above the title of a page that the press lays out."""
    add_kicker(doctree, app.env, docname)


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


def parse_line(text: str, env: BuildEnvironment, settings: Any) -> list[nodes.Node]:
    """Return the nodes of a line of MyST that is not part of the text of the page."""
    from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
    from myst_parser.parsers.mdit import create_md_parser

    path = str(env.doc2path(env.docname))
    document = new_document(path, settings)
    document.reporter = LoggingReporter.from_reporter(document.reporter)
    parser = create_md_parser(env.myst_config, SphinxRenderer)  # type: ignore[attr-defined]
    parser.options["document"] = document
    parser.render(text)
    first = next(document.findall(nodes.paragraph), None)
    if first is not None:
        return list(first.children)
    return []


def open_page(doctree: nodes.document, page: Page, laid_out: bool) -> None:
    """Add the opening to a page that has just been read, below its title.

    On a page that a theme lays out, that is only the finding and the choices.
    """
    section = next(iter(doctree.findall(nodes.section)), None)
    if section is None or not (page.finding or page.is_chapter):
        return
    if not (laid_out or page.finding or page.parameter_rows):
        return
    below = later(make=opening)
    if page.finding:
        finding = [node.deepcopy() for node in page.finding]
        below += nodes.paragraph("", "", *finding, classes=["standfirst"])
    section.insert(1, below)
    if page.parameter_rows:
        section.append(later(make=panel))


def opening(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the opening of a page: its finding and, for a chapter, one line of facts."""
    page = store_of(env).pages[env.docname]
    srcdir = Path(env.srcdir)
    text = fill(
        "opening.html",
        page=page,
        is_laid_out=load_settings(srcdir).is_laid_out,
        data_date=data_date(page),
        states=_states(env, page),
    )
    return html(text, node.children)


def _states(env: BuildEnvironment, page: Page) -> dict[str, Any]:
    """Return the index of a chapter's states; empty if it was not explored."""
    return explored(Path(env.srcdir, "states", f"{page.slug}.json"))


def panel(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the choices of a chapter, the effects of their values, and a command to rerun it."""
    page = store_of(env).pages[env.docname]
    srcdir = Path(env.srcdir)
    address_of = env.app.builder.get_relative_uri
    states = _states(env, page)
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


def data_date(page: Page) -> str:
    """Return the date of the newest data of a chapter.

    It comes from the front matter, or from the sources of the figures.
    """
    dates: list[str] = []
    for chart in page.charts:
        dates += _DATE.findall(chart.source)
    newest = max(dates, default="")
    return str(page.front.get("data_date") or newest)


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


def add_kicker(doctree: nodes.document, env: BuildEnvironment, docname: str) -> None:
    """Add a line above the title of a page in a part: the part, and the number of a chapter."""
    section = next(doctree.findall(nodes.section), None)
    parts = [title for title, docnames in store_of(env).parts if docname in docnames]
    words = [part for part in parts[:1] if part]
    number = contents.chapter_numbers(env).get(docname)
    if number:
        words.append(f"Chapter {number}")
    if section is not None and words:
        text = " · ".join(words)
        kicker = fill("kicker.html", text=text)
        section.insert(0, html(kicker))


Row = tuple[str, str, str, str]
"""A parameter in the table of all: name, meaning, default, allowed values."""


def every_choice(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{every-choice}``: return the parameters that several chapters share, then those of each.

    Chapters where a name has the same meaning and default share a row.
    """
    address_of = env.app.builder.get_relative_uri
    chapters: dict[str, dict[str, Any]] = {}
    for docname, number in contents.chapter_numbers(env).items():
        chapters[docname] = {
            "number": number,
            "title": contents.title_of(env, docname),
            "address": address_of(env.docname, docname),
        }
    users = _users(chapters, env)
    shared = [(row, docnames) for row, docnames in users.items() if len(docnames) > 1]
    shared.sort(key=lambda entry: (-len(entry[1]), entry[0]))
    several: list[tuple[Any, ...]] = []
    for row, docnames in shared:
        row_chapters = [chapters[docname] for docname in docnames]
        several.append((*row, row_chapters))
    folds = [("Of several chapters", several)]
    for docname, chapter in chapters.items():
        own = [row for row, docnames in users.items() if docnames == [docname]]
        number = chapter["number"]
        title = f"{number} {chapter['title']}"
        folds.append((title, [(*row, []) for row in own]))
    meanings = [f"{name}: {meaning}" for name, meaning, *_ in users]
    says = "; ".join(meanings)
    text = fill("choices.html", folds=folds)
    return html(text, says=says)


def _users(docnames: Iterable[str], env: BuildEnvironment) -> dict[Row, list[str]]:
    """Return the chapters that have each parameter."""
    users: dict[Row, list[str]] = {}
    for docname in docnames:
        for parameter in store_of(env).pages[docname].parameter_rows:
            meaning = parameter["help"]
            if parameter["unit"]:
                meaning += f" ({parameter['unit']})"
            default = setting(parameter["default"])
            row = (parameter["name"], meaning, default, parameter["allowed"])
            users.setdefault(row, []).append(docname)
    return users
