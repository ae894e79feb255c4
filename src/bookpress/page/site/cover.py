"""Directives for the cover: findings in numbers, the chapters with their findings, the edition."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.util.osutil import relative_uri

from bookpress.page.base import contents
from bookpress.page.base.nodes import html, later
from bookpress.page.base.notes import in_numbers
from bookpress.page.base.store import store_of
from bookpress.page.base.templates import fill
from bookpress.page.base.words import chart_in_words
from bookpress.page.figures import render as drawing
from bookpress.page.figures.figures import folder_of, picture_cache
from bookpress.page.site.downloads import book_files


def findings(node: later, _env: BuildEnvironment) -> list[nodes.Node]:
    """Return what ``{findings}`` holds in a row: those findings that have a value."""
    return html('<div class="findings">\n<!-- slot --></div>\n', node.children)


def finding(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return for ``{finding} chapter:key`` a big number, its interval and a small bar, the text, a link."""
    result = store_of(env).result(node["name"])
    if result.value is None:
        return []
    chapter = store_of(env).chapter(node["name"].partition(":")[0]).docname
    text = fill(
        "finding.html",
        result=result,
        address=_address(env, chapter),
        title=contents.title_of(env, chapter),
    )
    return html(text, in_numbers(node.children, env))


def cover_chart(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return for ``{cover-chart} chapter:fig-name`` the picture of a figure, under its title, which leads to it."""
    page, chart = store_of(env).chart(node["name"])
    chart = chart_in_words(chart, page.docname, env)
    if env.app.builder.format != "html":  # a check, which draws nothing
        return []
    here = env.app.builder.get_target_uri(env.docname)
    text = fill(
        "cover-chart.html",
        chart=chart,
        base=relative_uri(here, f"{folder_of(page.docname)}/{chart.stem}"),
        address=f"{_address(env, page.docname)}#{chart.name}",
        sizes=drawing.sizes(chart, picture_cache(Path(env.app.outdir))),
    )
    return html(text, says=chart.title)


def chapter_list(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{chapters}``: return every chapter with its number, title, finding and reading time."""
    pages, numbers = store_of(env).pages, contents.chapter_numbers(env)
    listed = [
        (part, name)
        for part, docnames in store_of(env).parts
        for name in docnames
        if name in numbers
    ]
    texts = [
        in_numbers([node.deepcopy() for node in pages[name].finding], env) for _, name in listed
    ]
    chapters = [
        {
            "part": part,
            "page": pages[name],
            "title": contents.title_of(env, name),
            "address": _address(env, name),
        }
        for part, name in listed
    ]
    return html(fill("chapter-list.html", chapters=chapters), *texts)


def edition_line(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{edition-line}``: return the edition in one line, where there is one, and the files of the whole book."""
    citation = contents.citation_of(env.config)
    if citation.edition is None:
        return []
    here = env.app.builder.get_target_uri(env.docname)
    files = book_files(citation.book.file_stem, citation.edition.formats, here)
    return html(fill("edition-line.html", edition=citation.edition, files=files))


def _address(env: BuildEnvironment, docname: str) -> str:
    return env.app.builder.get_relative_uri(env.docname, docname)
