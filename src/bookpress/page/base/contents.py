"""The order of the book: parts, chapters, what stands before and after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sphinx import addnodes

from bookpress.page.base.roles import store_of

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment


@dataclass
class Part:
    """A part of the book."""

    title: str
    docnames: list[str] = field(default_factory=list)


def parts(env: BuildEnvironment) -> list[Part]:
    """Return the parts of the book with their pages in reading order."""
    found: list[Part] = store_of(env).parts or read_parts(env)
    return found


def read_parts(env: BuildEnvironment) -> list[Part]:
    """Return the parts as ``_toc.yml`` has them, from the tables of contents of the front page."""
    root = env.config.root_doc
    found = []
    for toctree in env.get_doctree(root).findall(addnodes.toctree):
        part = Part(toctree.get("caption") or "")
        for docname in toctree["includefiles"]:
            part.docnames += [docname, *_below(env, docname)]
        found.append(part)
    return found


def _below(env: BuildEnvironment, docname: str) -> list[str]:
    """Return the pages under a page, depth first."""
    return [name for child in env.toctree_includes.get(docname, []) for name in (child, *_below(env, child))]


def chapter_numbers(env: BuildEnvironment) -> dict[str, int]:
    """Return the number of each chapter: chapters are the notebooks, counted in reading order."""
    pages = store_of(env).pages
    chapters = [name for part in parts(env) for name in part.docnames if name in pages and pages[name].is_chapter]
    return {name: number for number, name in enumerate(chapters, 1)}


def part_of(env: BuildEnvironment, docname: str) -> str:
    """Return the title of the part that holds a page; empty where none does."""
    return next((part.title for part in parts(env) if docname in part.docnames), "")


def title_of(env: BuildEnvironment, docname: str) -> str:
    """Return the title of a page as plain text."""
    return env.titles[docname].astext() if docname in env.titles else docname
