"""Chapters as clean Markdown for machines, and the index ``llms.txt``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib import parse

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.osutil import relative_uri

from bookpress.book.cells import display_options
from bookpress.chapter.quotes import marks_of, without_markup
from bookpress.elements.base.charts import Chart, words_of
from bookpress.elements.base.contents import chapter_reference, citation_of, title_of
from bookpress.elements.base.markdown import in_plain_words
from bookpress.elements.base.moving import folder_of
from bookpress.elements.base.store import Page, UnknownNameError, store_of
from bookpress.elements.value.words import charts_of, in_words
from bookpress.myst import as_code, plain
from bookpress.outputs.text.shown import shown_words
from bookpress.run.executed import ExecutedChapter
from holdtrue.comparisons.base import WORDS
from holdtrue.number_formats import FormatError, full, setting

INDEX = "llms.txt"
HIDDEN = frozenset({"remove-cell", "remove-output"})
"""The tags of cells whose output no page shows."""
HEADING = re.compile(r"#.*|.+\n(?:=+|-+)[ \t]*$", re.MULTILINE)
ATTACHED = re.compile(r"!\[([^\]]*)\]\(attachment:[^)]*\)")
"""A picture that only a notebook has."""
HOW_TO_QUOTE = """Give a number with its interval and what it counts, as each chapter lists them \
under “Numbers”, and name
the edition: numbers depend on its choices and its data. Quote a sentence as true only if the \
chapter lists it under
“Sentences” as one that holds. Cite the chapter; the reference stands at its end."""
DATA = (
    ("results.json", "every number of every chapter, with interval and counts"),
    ("statements.json", "every statement that sentences rest on, and whether it holds"),
    ("schemas/results.schema.json", "JSON Schema of results.json"),
    ("schemas/statements.schema.json", "JSON Schema of statements.json"),
    ("datapackage.json", "the data behind the figures, as a Data Package"),
)


def address_of(page: Page) -> str:
    """Return the path of a chapter as Markdown, from the root of the site."""
    return f"{page.docname}.md"


def as_markdown(executed: ExecutedChapter, page: Page, app: Sphinx) -> bytes:
    """Return an executed chapter as Markdown without code: text, data of figures, numbers."""
    env = app.env
    charts = {chart.name: chart for chart in charts_of(page, env)}
    parts: list[str] = []
    for cell in executed.cells:
        if cell["cell_type"] == "markdown":
            parts.append(_prose(cell, page, env))
        else:
            parts += _outputs(cell, page, charts, env)
    parts[:1] = _opening(parts[:1], page, env)
    texts = [_source(cell) for cell in executed.cells]
    parts += _numbers(page)
    parts += _sentences("\n\n".join(texts), page, env)
    parts += _choices(page)
    parts += _citation(page, app)
    text = "\n\n".join(part.strip() for part in parts if part.strip())
    return f"{text}\n".encode()


def _source(cell: Mapping[str, Any]) -> str:
    """Return the text of a cell: its prose, or the caption of its figure."""
    if cell["cell_type"] == "markdown":
        return "".join(cell["source"])
    return str(display_options(cell["metadata"], "figure").get("caption", ""))


def _opening(first: Sequence[str], page: Page, env: BuildEnvironment) -> Iterator[str]:
    """Yield the first text of a chapter, with the finding below its title."""
    text = "".join(first).strip()
    heading = HEADING.match(text)
    title = heading[0] if heading else ""
    yield title
    finding = str(page.front.get("finding") or "")
    if finding:
        yield f"> {_words(finding, page, env)}"
    yield text.removeprefix(title)


def _words(text: str, page: Page, env: BuildEnvironment) -> str:
    """Return a line of Markdown in words; missing values are reported with the page."""
    with suppress(UnknownNameError, FormatError):
        text = in_words(text, page.docname, env)
    return " ".join(text.split())


def _prose(cell: Mapping[str, Any], page: Page, env: BuildEnvironment) -> str:
    text = "".join(cell["source"])
    with suppress(UnknownNameError, FormatError):
        text = in_plain_words(text, "text", page.docname, env)
    return ATTACHED.sub(r"\1", text)


def _outputs(
    cell: Mapping[str, Any], page: Page, charts: Mapping[str, Chart], env: BuildEnvironment
) -> Iterator[str]:
    """Yield what a cell shows: the title and data of a figure, a whole table, any other words.

    Of a figure that is no chart, these are its title, legend and alternative text.
    """
    words = words_of(cell["metadata"])
    is_shown = not HIDDEN & {*cell["metadata"].get("tags", ())}
    outputs = cell.get("outputs", ()) if is_shown else ()
    has_table = any("text/markdown" in output.get("data", {}) for output in outputs)
    if words["name"] in charts:
        yield _figure(charts[words["name"]], page, env)
    elif has_table:
        caption = _words(f"{words['title']} {words['caption']}", page, env)
        yield f"**Table: {caption}**" if caption else ""
    elif outputs:
        yield from _captioned(words, page, env)
    for output in outputs:
        table = "".join(output.get("data", {}).get("text/markdown", ""))
        yield _words_of_lines(table, page, env) if table else shown_words(output)


def _captioned(words: Mapping[str, str], page: Page, env: BuildEnvironment) -> Iterator[str]:
    """Yield the title, the legend and the alternative text of what a cell shows."""
    kind = "Table" if words["name"].startswith("tab-") else "Figure"
    title = _words(words["title"], page, env)
    yield f"**{kind}: {title}**" if title else ""
    yield _words(words["caption"], page, env)
    yield _words(words["alt"], page, env)


def _link_to(path: str, page: Page) -> str:
    """Return the address of a file of the site, relative to a chapter."""
    return parse.quote(relative_uri(address_of(page), path))


def _words_of_lines(text: str, page: Page, env: BuildEnvironment) -> str:
    with suppress(UnknownNameError, FormatError):
        text = in_words(text, page.docname, env)
    return text


def _figure(chart: Chart, page: Page, env: BuildEnvironment) -> str:
    """Return a figure in words, with links to its data."""
    stem = _link_to(f"{folder_of(page.slug)}/{chart.stem}", page)
    caption = _words(chart.caption, page, env)
    data = f"Data: [CSV]({stem}.csv), [Vega-Lite]({stem}.vl.json)."
    source = f"Source: {plain(chart.source)}. Licence: {plain(chart.licence)}."
    title = f"**Figure: {plain(chart.title)}**"
    paragraphs = [title, caption, plain(chart.alt), f"{source} {data}"]
    return "\n\n".join(filter(None, paragraphs))


def _numbers(page: Page) -> Iterator[str]:
    """Yield the results with intervals and counts."""
    if page.results:
        yield "## Numbers"
        lines = []
        for key, result in page.results.items():
            label = f" ({plain(result.label)})" if result.label else ""
            value = plain(full(result))
            lines.append(f"- `{page.slug}:{key}`{label}: {value}{_rows_link(page, key)}")
        yield "\n".join(lines)


def _rows_link(page: Page, key: str) -> str:
    """Return the link to the rows that a result counts, if they are listed."""
    rows = page.rows_of(key)
    if rows:
        return f" ([rows]({_link_to(rows, page)}))"
    return ""


def _sentences(text: str, page: Page, env: BuildEnvironment) -> Iterator[str]:
    """Yield the sentences that rest on statements, with their verdicts."""
    finding = str(page.front.get("finding") or "")
    lines: dict[str, None] = {}
    store = store_of(env)
    for quote in marks_of(page.slug, f"{finding}\n\n{text}"):
        with suppress(UnknownNameError, FormatError):
            statement = store.statement(quote.name)
            sentence = plain(without_markup(in_words(quote.markdown, page.docname, env, str)))
            verdict = f"This {WORDS[statement.holds]}: {plain(statement.because)}."
            lines[f"- “{sentence}” {verdict} (`{quote.name}`)"] = None
    if lines:
        yield "## Sentences"
        yield "\n".join(lines)


def _choices(page: Page) -> Iterator[str]:
    """Yield the choices of the edition."""
    if page.parameter_rows:
        yield "## Choices"
        rows = page.parameter_rows
        yield "\n".join(f"- `{row['name']}`: {plain(setting(row['value']))}" for row in rows)


def _citation(page: Page, app: Sphinx) -> Iterator[str]:
    """Yield the citation of the chapter."""
    reference, address = chapter_reference(app.env, page.docname)
    yield "## How to cite"
    yield " ".join(filter(None, [reference, address if address not in reference else ""]))
    edition = citation_of(app.config).edition
    if edition:
        title = f" ({plain(edition.unnamed_title)})" if edition.unnamed_title else ""
        yield f"Edition {edition.id}{title}; built again by {as_code(edition.command)}."


def index(app: Sphinx) -> str:
    """Return ``llms.txt``: what there is to read, and how to quote it."""
    env = app.env
    citation = citation_of(app.config)
    root = citation.site_url or ""
    state = plain(citation.state)
    if citation.edition and citation.edition.unnamed_title:
        state = f"{state} ({plain(citation.edition.unnamed_title)})"
    lines = [
        f"# {citation.book.full_title}",
        f"> {' '.join((citation.book.description or citation.book.full_title).split())}",
        f"{', '.join(filter(None, [state, citation.date.isoformat()]))}.",
        f"## How to quote it\n\n{HOW_TO_QUOTE}",
        "## Chapters",
        "\n".join(_chapter_lines(env, root)),
    ]
    if citation.edition:
        links = [f"- [{name}]({root}{name}): {what}" for name, what in DATA]
        lines += ["## Data", "\n".join(links)]
    return "\n\n".join(lines) + "\n"


def _chapter_lines(env: BuildEnvironment, root: str) -> Iterator[str]:
    pages = store_of(env).pages
    listed = [docname for _, docnames in store_of(env).parts for docname in docnames]
    for docname in dict.fromkeys([env.config.root_doc, *listed]):
        page = pages.get(docname)
        if page is not None and page.is_chapter:
            abstract = _words(str(page.front.get("abstract") or ""), page, env)
            about = f": {abstract}" if abstract else ""
            yield f"- [{title_of(env, docname)}]({root}{parse.quote(address_of(page))}){about}"


def write_index(app: Sphinx) -> None:
    """Write ``llms.txt`` if there are chapters."""
    if store_of(app.env).chapters:
        text = index(app)
        Path(app.outdir, INDEX).write_text(text, encoding="utf-8", newline="")
