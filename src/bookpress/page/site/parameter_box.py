"""The choices of a chapter: its opening with finding and parameters, and the table of all parameters of the book."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import LoggingReporter

from bookpress.book.assignments import run_command
from bookpress.book.editions import DEFAULT, FOLDER, EditionFile
from bookpress.book.project import load_settings
from bookpress.chapter.estimates import Estimate
from bookpress.chapter.number_formats import ranged, setting
from bookpress.chapter.parameters import as_text, describe, read_parameters
from bookpress.files import load_model
from bookpress.page.base import contents
from bookpress.page.base.nodes import html, later
from bookpress.page.base.store import Page, explored, store_of
from bookpress.page.base.templates import fill

HOW_TO = "book/re-running"
"""The page that says where the command is to be had."""
MANY = 50
"""Times that the largest end is the smallest from which on the scale of the strips is logarithmic."""
Place = Callable[[float], float]
_title = cache(
    lambda path, _changed: load_model(path, path.name, EditionFile).title
)  # each page asks for it
_DATE = re.compile(r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b")


def parameter_rows(page: Page, cells: list[dict[str, Any]], srcdir: Path) -> list[dict[str, Any]]:
    """Return the parameters of a chapter as the press stages them, else as the cell of its notebook has them."""
    if page.front.get("parameters"):
        return list(page.front["parameters"])
    for cell in cells:
        if cell["cell_type"] == "code" and "parameters" in cell["metadata"].get("tags", []):
            types = load_settings(srcdir).parameter_types
            return describe(read_parameters("".join(cell["source"]), page.docname, types))
    return []


def parse_line(text: str, env: BuildEnvironment, settings: Any) -> list[nodes.Node]:
    """Return the nodes of a line of MyST that does not stand in the text of the page that is being read."""
    from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
    from myst_parser.parsers.mdit import create_md_parser

    document = new_document(str(env.doc2path(env.docname)), settings)
    document.reporter = LoggingReporter.from_reporter(document.reporter)
    parser = create_md_parser(env.myst_config, SphinxRenderer)  # type: ignore[attr-defined]
    parser.options["document"] = document
    parser.render(text)
    first = next(document.findall(nodes.paragraph), None)
    return list(first.children) if first is not None else []


def open_page(doctree: nodes.document, page: Page) -> None:
    """Put the opening into a page that was just read, below its title."""
    section = next(iter(doctree.findall(nodes.section)), None)
    if section is None or not (page.finding or page.is_chapter):
        return
    below = later(make=opening)
    if page.finding:
        below += nodes.paragraph(
            "", "", *[node.deepcopy() for node in page.finding], classes=["standfirst"]
        )
    section.insert(1, below)


def opening(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the opening of a page: its finding; of a chapter also facts, choices and the command to run it again."""
    page, srcdir = store_of(env).pages[env.docname], Path(env.srcdir)
    states = explored(srcdir / "states" / f"{page.slug}.json")
    usual = states.get("result", [None])[0]
    text = fill(
        "opening.html",
        page=page,
        data_date=data_date(page),
        states=states,
        usual=None if usual is None else scale(states)(usual),
        folder=env.app.builder.get_relative_uri(env.docname, f"states/{page.slug}").removesuffix(
            ".html"
        ),
        controls=controls(page.parameter_rows, states),
        editions=other_editions(env, page),
        command=page.front.get("command")
        or run_command(page.slug, page.parameter_rows, load_settings(srcdir).command),
        how_to=env.app.builder.get_relative_uri(env.docname, HOW_TO)
        if HOW_TO in env.found_docs
        else "",
    )
    return html(text, node.children)


def other_editions(env: BuildEnvironment, page: Page) -> list[dict[str, str]]:
    """Return the named editions besides this and the published one: title, what builds it, address where it has one."""
    citation, root = contents.citation_of(env.app.config), Path(env.srcdir)
    book, here = citation.book, citation.edition.name if citation.edition else DEFAULT
    command, made = load_settings(root).command, []
    for path in sorted((root / FOLDER).glob("[!.]*.yml")):
        if path.stem not in {here, DEFAULT}:
            found = book.edition_url if path.stem in book.published_editions else None
            address = (
                found.replace("{name}", path.stem) + env.app.builder.get_target_uri(page.docname)
                if found
                else ""
            )
            title = _title(path, path.stat().st_mtime_ns)
            made.append(
                {"title": title, "command": f"{command} build {path.stem}", "address": address}
            )
    return made


def data_date(page: Page) -> str:
    """Return the date of the newest data behind a chapter, as its front matter or the sources of its figures say."""
    dates = [date for chart in page.charts for date in _DATE.findall(chart.source)]
    return str(page.front.get("data_date") or max(dates, default=""))


def controls(rows: list[dict[str, Any]], states: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the choices as they are offered; first those that can be tried."""
    place = scale(states)
    made = []
    for row in rows:
        offered = {
            "default_text": as_text(row["default"]),
            "strips": strips(states, row["name"], place),
            "changed": row["value"] != row["default"],
        }
        made.append({**row, **offered})
    return sorted(made, key=lambda control: not control["strips"])


def scale(states: Mapping[str, Any]) -> Place:
    """Return where on a line from 0 to 100 a result stands: one line for all choices of the chapter."""
    found = [one["result"] for values in states.get("choices", {}).values() for one in values]
    ends = [end for result in found for end in result if end is not None]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    low = min(low, 0.0) if states.get("unit") == "share" else low
    bend: Callable[[float], float] = math.log if low > 0 and high / low >= MANY else float
    start, width = bend(low), (bend(high) - bend(low)) or 1.0
    return lambda end: round(1 + 98 * (bend(end) - start) / width, 2)


def strips(states: Mapping[str, Any], name: str, place: Place) -> list[dict[str, Any]]:
    """Return what each explored value of a parameter makes of the headline."""
    made = []
    for one in states.get("choices", {}).get(name, ()):
        value, low, high = one["result"]
        result = Estimate(value=value, low=low, high=high, unit=states["unit"])
        bounded = value is not None and low is not None and high is not None
        made.append(
            {
                "value": as_text(one["value"]),
                "words": one["words"],
                "is_usual": one["value"] == states["usual"][name],
                "text": ranged(result),
                "fallen": one["fallen"],
                "point": None if value is None else place(value),
                "range": (place(low), max(round(place(high) - place(low), 2), 0.6))
                if bounded
                else None,
            }
        )
    return made


def add_kicker(doctree: nodes.document, env: BuildEnvironment, docname: str) -> None:
    """Put a line above the title of the pages of a part: the part, and the number of a chapter."""
    section = next(doctree.findall(nodes.section), None)
    part = next((title for title, docnames in store_of(env).parts if docname in docnames), "")
    number = contents.chapter_numbers(env).get(docname)
    told = " · ".join(filter(None, [part, f"Chapter {number}" if number else ""]))
    if section is not None and told:
        section.insert(0, html(fill("kicker.html", text=told)))


def every_choice(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{every-choice}``: return a table of the parameters that several chapters share, and one for each chapter.

    Chapters in which a name means the same, with the same default, share a row.
    """
    store, address_of = store_of(env), env.app.builder.get_relative_uri
    chapters = {
        docname: {
            "number": number,
            "title": contents.title_of(env, docname),
            "address": address_of(env.docname, docname),
        }
        for docname, number in contents.chapter_numbers(env).items()
    }
    found = dict[tuple[str, ...], list[str]]()
    for docname in chapters:
        for row in store.pages[docname].parameter_rows:
            meaning = f"{row['help']} ({row['unit']})" if row["unit"] else row["help"]
            found.setdefault(
                (row["name"], meaning, setting(row["default"]), row["allowed"]), []
            ).append(docname)
    shared = sorted(
        (one for one in found.items() if len(one[1]) > 1), key=lambda one: (-len(one[1]), one[0])
    )
    folds: list[tuple[str, list[tuple[Any, ...]]]] = [
        (
            "Of several chapters",
            [(*row, [chapters[name] for name in names]) for row, names in shared],
        )
    ]
    for docname, chapter in chapters.items():
        rows = [(*row, []) for row, names in found.items() if names == [docname]]
        folds.append((f"{chapter['number']} {chapter['title']}", rows))
    return html(
        fill("choices.html", folds=folds),
        says="; ".join(f"{name}: {meaning}" for name, meaning, *_ in found),
    )
