"""The choices of a chapter: its opening with finding and parameters, and the table of all parameters of the book."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import LoggingReporter

from bookpress.book.assignments import run_command
from bookpress.book.editions import DEFAULT, FOLDER, EditionFile
from bookpress.book.number_formats import setting
from bookpress.book.parameters import describe, read_parameters
from bookpress.book.project import load_settings
from bookpress.files import load_model
from bookpress.page.base import contents
from bookpress.page.base.nodes import html, later, leaving
from bookpress.page.base.store import Page, store_of
from bookpress.page.base.templates import fill
from bookpress.page.site.strips import controls, load_states, scale

HOW_TO = "book/re-running"
"""The page that says where the command is to be had."""
HEAD = ("Choice", "Meaning", "Published", "Allowed", "Chapters")
WIDTHS = (16, 32, 14, 26, 12)
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
        below += nodes.paragraph("", "", *[node.deepcopy() for node in page.finding], classes=["standfirst"])
    section.insert(1, below)


def opening(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the opening of a page: its finding; of a chapter also facts, choices and the command to run it again."""
    page, srcdir = store_of(env).pages[env.docname], Path(env.srcdir)
    states = load_states(srcdir, page.slug)
    usual = states.get("result", [None])[0]
    text = fill(
        "opening.html",
        page=page,
        data_date=data_date(page),
        states=states,
        usual=None if usual is None else scale(states)(usual),
        folder=env.app.builder.get_relative_uri(env.docname, f"states/{page.slug}").removesuffix(".html"),
        controls=controls(page.parameter_rows, states),
        editions=other_editions(env, page),
        command=page.front.get("command") or run_command(page.slug, page.parameter_rows, load_settings(srcdir).command),
        how_to=env.app.builder.get_relative_uri(env.docname, HOW_TO) if HOW_TO in env.found_docs else "",
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
            address = found.replace("{name}", path.stem) + env.app.builder.get_target_uri(page.docname) if found else ""
            title = load_model(path, path.name, EditionFile).title
            made.append({"title": title, "command": f"{command} build {path.stem}", "address": address})
    return made


def data_date(page: Page) -> str:
    """Return the date of the newest data behind a chapter, as its front matter or the sources of its figures say."""
    dates = [date for chart in page.charts for date in _DATE.findall(chart.source)]
    return str(page.front.get("data_date") or max(dates, default=""))


class AddKicker(SphinxPostTransform):
    """Put a line above the title, now that the order of the book is known: the part, and the number of a chapter."""

    default_priority = 7
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Insert it, on all pages of a part."""
        page = store_of(self.env).pages.get(self.env.docname)
        section = next(iter(self.document.findall(nodes.section)), None)
        part = next((part.title for part in store_of(self.env).parts if self.env.docname in part.docnames), "")
        if page is None or section is None or not (part or page.is_chapter):
            return
        number = contents.chapter_numbers(self.env).get(page.docname)
        told = [part, f"Chapter {number}" if number else ""]
        section.insert(0, html(fill("kicker.html", text=" · ".join(filter(None, told)))))


def every_choice(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{every-choice}``: return a table of the parameters that several chapters share, and one for each chapter.

    Chapters in which a name means the same, with the same default, share a row.
    """
    numbers, found = contents.chapter_numbers(env), dict[tuple[str, ...], list[str]]()
    for docname in numbers:
        for row in store_of(env).pages[docname].parameter_rows:
            meaning = f"{row['help']} ({row['unit']})" if row["unit"] else row["help"]
            found.setdefault((row["name"], meaning, setting(row["default"]), row["allowed"]), []).append(docname)
    shared = sorted((one for one in found.items() if len(one[1]) > 1), key=lambda one: (-len(one[1]), one[0]))
    made = _fold("Of several chapters", [(*row, _links(env, docnames)) for row, docnames in shared], "open")
    for docname, number in numbers.items():
        own = [row for row, docnames in found.items() if docnames == [docname]]
        made += _fold(f"{number} {contents.title_of(env, docname)}", own)
    return made


def _fold(title: str, rows: Sequence[tuple[Any, ...]], state: str = "") -> list[nodes.Node]:
    """Return a table of parameters that folds; nothing for no rows."""
    if not rows:
        return []
    size = len(rows[0])
    group = nodes.tgroup("", *[nodes.colspec(colwidth=width) for width in WIDTHS[:size]], cols=size)
    group += nodes.thead("", nodes.row("", *[_cell(nodes.Text(text)) for text in HEAD[:size]]))
    group += nodes.tbody("", *[_row(*row) for row in rows])
    text = fill("choices.html", title=title, count=len(rows), state=state)
    return html(text, [nodes.table("", group, classes=["every-choice"])])


def _row(name: str, *texts: str | list[nodes.Node]) -> nodes.row:
    cells = [_cell(*(nodes.Text(text),) if isinstance(text, str) else text) for text in texts]
    return nodes.row("", _cell(nodes.literal("", name)), *cells)


def _links(env: BuildEnvironment, docnames: Iterable[str]) -> list[nodes.Node]:
    """Return a link to the choices of each chapter, by its number."""
    links: list[nodes.Node] = []
    for docname in docnames:
        address = f"{env.app.builder.get_relative_uri(env.docname, docname)}#parameters"
        number, title = str(contents.chapter_numbers(env)[docname]), contents.title_of(env, docname)
        links += [nodes.Text(", ")] if links else []
        links.append(nodes.reference("", number, internal=True, refuri=address, reftitle=title))
    return links


def _cell(*content: nodes.Node) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", *content))


def setup(app: Sphinx) -> None:
    """Register directive and transform."""
    app.add_directive("every-choice", leaving(every_choice))
    app.add_post_transform(AddKicker)
