"""The opening of a chapter: what it finds, what it was run with, and how to run it again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from bookpress.book.parameters import read_parameters
from bookpress.book.settings import load_settings
from bookpress.book.wording import describe, run_command
from bookpress.page.base import contents as book
from bookpress.page.base.cells import setting
from bookpress.page.base.claims import evidence_dir
from bookpress.page.base.nodes import kicker, opener
from bookpress.page.base.roles import skip, store_of
from bookpress.page.base.store import Page
from bookpress.page.base.templates import fill

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.writers.html5 import HTML5Translator

HOW_TO = "book/re-running"
"""The page that says where the command is to be had."""
_DATE = re.compile(r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b")


def parameter_rows(page: Page, cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the parameters of a chapter for people to read.

    Parameters
    ----------
    page : Page
        The chapter; the press leaves the rows in its front matter.
    cells : list of dict
        Cells of its notebook; in a build without the press the rows are read from the one tagged ``parameters``.
    """
    if page.front.get("parameters"):
        return list(page.front["parameters"])
    for cell in cells:
        if cell["cell_type"] == "code" and "parameters" in cell["metadata"].get("tags", []):
            return describe(read_parameters("".join(cell["source"]), page.docname))
    return []


def choices(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the parameters in short: the two ends of a range together.

    Examples
    --------
    >>> ends = {"early_first": 2010, "early_last": 2014}
    >>> choices([{"name": name, "value": year, "default": year} for name, year in ends.items()])
    [{'name': 'early', 'value': '2010–2014', 'changed': False}]
    """
    values = {row["name"]: row for row in rows}
    short = []
    for name, row in values.items():
        stem, _, end = name.rpartition("_")
        partner = values.get(f"{stem}_last") if end == "first" else None
        if end == "last" and f"{stem}_first" in values:
            continue
        value = "–".join(dict.fromkeys(setting(part["value"]) for part in (row, partner) if part))
        changed = any(part["value"] != part["default"] for part in (row, partner or row))
        short.append({"name": (stem if partner else name).replace("_", " "), "value": value, "changed": changed})
    return short


def command_of(page: Page, srcdir: Path) -> str:
    """Return the command that runs a chapter as it stands."""
    return str(page.front.get("command") or run_command(page.slug, page.parameter_rows, load_settings(srcdir).command))


def open_page(doctree: nodes.document, page: Page) -> None:
    """Put the opening into a page that was just read: a line above its title, its finding below."""
    section = next(iter(doctree.findall(nodes.section)), None)
    if section is None or not (page.finding or page.is_chapter):
        return
    below = opener(docname=page.docname)
    if page.finding:
        below += nodes.paragraph("", "", *[node.deepcopy() for node in page.finding], classes=["standfirst"])
    section.insert(1, below)


def data_date(page: Page, srcdir: Path) -> str:
    """Return the date of the newest data behind a chapter.

    As its front matter says; else the latest of the snapshots that the sidecar of its vintage and the sources of its
    figures state; empty where none does.
    """
    if page.front.get("data_date"):
        return str(page.front["data_date"])
    dates = [date for chart in page.charts for date in _DATE.findall(chart.source)]
    sidecar = evidence_dir(srcdir) / "models" / f"{page.parameters.get('vintage')}.meta.yml"
    if sidecar.is_file():
        sources = yaml.safe_load(sidecar.read_text("utf-8")).get("sources", [])
        dates += [str(source.get("snapshot", "")) for source in sources]
    return max(dates, default="")


def visit_opener(self: HTML5Translator, node: opener) -> None:  # noqa: ARG001
    """Open; the finding follows."""
    self.body.append('<div class="opener">\n')


def depart_opener(self: HTML5Translator, node: opener) -> None:
    """Write the facts and the parameters."""
    env: BuildEnvironment = self.builder.env
    page = store_of(env).pages[node["docname"]]
    if page.is_chapter:
        self.body.append(
            fill(
                "chapter-facts.html",
                page=page,
                data_date=data_date(page, Path(env.srcdir)),
                rows=page.parameter_rows,
                choices=choices(page.parameter_rows),
                command=command_of(page, Path(env.srcdir)),
                how_to=self.builder.get_relative_uri(page.docname, HOW_TO) if HOW_TO in env.found_docs else "",
            )
        )
    self.body.append("</div>\n")


def visit_kicker(self: HTML5Translator, node: kicker) -> None:
    """Write the line above a title."""
    self.body.append(f'<p class="kicker">{self.encode(node["text"])}</p>\n')
    raise nodes.SkipNode


def kicker_text(env: BuildEnvironment, page: Page) -> str:
    """Return the line above a title: part and number of the chapter."""
    part = str(page.front.get("kicker") or book.part_of(env, page.docname))
    number = book.chapter_numbers(env).get(page.docname)
    return " · ".join(text for text in (part, f"Chapter {number}" if number else "") if text)


class AddKicker(SphinxPostTransform):
    """Put the line above the title, now that the order of the book is known."""

    default_priority = 7
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Insert it, on chapters and on pages that ask for it."""
        page = store_of(self.env).pages.get(self.env.docname)
        section = next(iter(self.document.findall(nodes.section)), None)
        if page is None or section is None or not (page.is_chapter or page.front.get("kicker")):
            return
        section.insert(0, kicker(text=kicker_text(self.env, page)))


def setup(app: Sphinx) -> None:
    """Register the nodes."""
    app.add_node(opener, html=(visit_opener, depart_opener), latex=(skip, skip), text=(skip, skip))
    app.add_post_transform(AddKicker)
    app.add_node(kicker, html=(visit_kicker, None), latex=(skip, skip), text=(skip, skip))
