"""Directives for the cover: findings in numbers, the list of chapters, the edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.util.osutil import relative_uri

from bookpress.elements.base import contents
from bookpress.elements.base.moving import folder_of
from bookpress.elements.base.nodes import html, later
from bookpress.elements.base.store import Page, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.downloads.downloads import book_files
from bookpress.elements.figure import render as drawing
from bookpress.elements.figure.figures import picture_cache
from bookpress.elements.sentence.notes import in_numbers
from bookpress.elements.value.words import chart_in_words


def findings(node: later, _env: BuildEnvironment) -> list[nodes.Node]:
    """Return the findings in ``{findings}`` that have a value, in a row."""
    return html('<div class="findings">\n<!-- slot --></div>\n', node.children)


def finding(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return for ``{finding} chapter:key`` a big number, its interval, a bar, the text, a link."""
    name = node["name"]
    result = store_of(env).result(name)
    if result.value is None:
        return []
    slug = name.partition(":")[0]
    chapter = store_of(env).chapter(slug).docname
    text = fill(
        "finding.html",
        name=name,
        result=result,
        address=_address(env, chapter),
        title=contents.title_of(env, chapter),
    )
    return html(text, in_numbers(node.children, env))


def cover_chart(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return for ``{cover-chart} chapter:fig-name`` a figure's picture, below a linked title."""
    name = node["name"]
    page, chart = store_of(env).chart(name)
    chart = chart_in_words(chart, page.docname, env)
    if env.app.builder.format != "html":  # a check draws nothing
        return []
    here = env.app.builder.get_target_uri(env.docname)
    address = _address(env, page.docname)
    cache = picture_cache(Path(env.app.outdir))
    text = fill(
        "cover-chart.html",
        chart=chart,
        base=relative_uri(here, f"{folder_of(page.slug)}/{chart.stem}"),
        address=f"{address}#{chart.name}",
        states=relative_uri(here, f"states/{page.slug}"),
        is_cover=env.docname == env.config.root_doc,
        sizes=drawing.sizes(chart, cache),
    )
    return html(text, says=chart.title)


def chapter_list(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{chapters}``: return every chapter with its number, title, finding and reading time."""
    store = store_of(env)
    numbers = contents.chapter_numbers(env)
    chapters = []
    texts = []
    for part, docnames in store.parts:
        for docname in docnames:
            if docname in numbers:
                page = store.pages[docname]
                chapters.append(_listed(part, page, numbers[docname], env))
                finding_nodes = [node.deepcopy() for node in page.finding]
                texts.append(in_numbers(finding_nodes, env))
    text = fill("chapter-list.html", chapters=chapters)
    return html(text, *texts)


def _listed(part: str, page: Page, number: int | None, env: BuildEnvironment) -> dict[str, Any]:
    """Return the entry of a chapter in the list."""
    return {
        "part": part,
        "page": page,
        "number": number,
        "title": contents.title_of(env, page.docname),
        "address": _address(env, page.docname),
    }


def edition_line(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{edition-line}``: return the edition on one line, and the files of the whole book.

    The result is empty if there is no edition.
    """
    citation = contents.citation_of(env.config)
    if citation.edition is None:
        return []
    here = env.app.builder.get_target_uri(env.docname)
    edition = citation.edition
    files = book_files(citation.book.file_stem, edition.formats, here)
    text = fill("edition-line.html", edition=edition, files=files)
    return html(text)


def _address(env: BuildEnvironment, docname: str) -> str:
    return env.app.builder.get_relative_uri(env.docname, docname)
