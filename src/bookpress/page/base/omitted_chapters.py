"""What stands in the place of chapters that an edition leaves out: a dash, a note, a link to the published edition.

A single value becomes a dash. A paragraph that takes most of its values from such chapters would say nothing: a note
takes its place, which names the chapters and leads to the published text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri

from bookpress.book.conditions import Condition
from bookpress.build.links import PUBLISHED
from bookpress.page.base.edition_info import imprint_of
from bookpress.page.base.nodes import chapter_entry, opener
from bookpress.page.base.roles import in_full, pending_condition, pending_value, store_of, value
from bookpress.page.base.sites import is_site

if TYPE_CHECKING:
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from bookpress.citation.omitted_chapter import LeftOut

DASH = "—"
ROWS = (nodes.list_item, nodes.bullet_list, nodes.enumerated_list)


class left_out_note(nodes.paragraph):  # noqa: N801
    """A note in the place of text; ``slugs`` are the chapters that the text rests on."""


def published_address(builder: Builder, docname: str, path: str) -> str | None:
    """Return the address of a page of the published edition, as a page of this one needs it.

    Without a public address the published edition is where the press leaves it, beside this one. There is none in the
    published edition itself, and none outside a site without a public address.
    """
    imprint = imprint_of(builder.config)
    if imprint.edition is None or imprint.edition.is_default:
        return None
    if imprint.book.base_url:
        return imprint.book.base_url + path
    if not is_site(builder):
        return None
    page, mark, place = path.partition("#")
    return relative_uri(builder.get_target_uri(docname), f"../../default/html/{page}") + mark + place


def chapters_behind(node: nodes.Element, env: BuildEnvironment, docname: str) -> set[str]:
    """Return the slugs of the chapters left out that a value or a condition needs."""
    if isinstance(node, pending_value):
        names: Iterable[str] = [node["name"]]
    else:
        names = [in_full(name, docname) for name in Condition(node["text"]).all_names]
    return {name.partition(":")[0] for name in names} & store_of(env).left_out.keys()


def dash(chapters: Iterable[LeftOut]) -> value:
    """Return what stands for a single value of chapters that are left out."""
    titles = " and ".join(f"“{chapter.title}”" for chapter in chapters)
    return value("", DASH, kind="left-out", title=f"rests on {titles}, which this edition leaves out")


def set_aside(document: nodes.document, env: BuildEnvironment) -> None:
    """Put a note in the place of each paragraph that takes most of its values from chapters left out.

    A finding that lacks a value is dropped: it would find nothing. In tables a dash says enough.
    """
    if not store_of(env).left_out:
        return
    for entry in document.findall(chapter_entry):
        if any(_needed(entry, env)):
            entry.clear()
    for paragraph in list(document.findall(nodes.paragraph)):
        needed = _needed(paragraph, env)
        gone = [slugs for slugs in needed if slugs]
        if gone and isinstance(paragraph.parent, opener):
            paragraph.parent.remove(paragraph)
        elif len(gone) > 1 and 2 * len(gone) > len(needed) and not isinstance(paragraph.parent, nodes.entry):
            _replace(paragraph, set().union(*gone))
    notes = [note for note in list(document.findall(left_out_note)) if not _join(note)]
    for note in notes:
        _fill(note, env)


def _needed(part: nodes.Element, env: BuildEnvironment) -> list[set[str]]:
    """Return, for each value and condition within a part of a page, the chapters left out that it needs."""
    kinds = (pending_value, pending_condition)
    values = [node for node in part.findall(nodes.Element) if isinstance(node, kinds)]
    return [chapters_behind(node, env, env.docname) for node in values]


def _replace(paragraph: nodes.Element, slugs: set[str]) -> None:
    """Put a note in the place of a paragraph, or of the list that it fills; one for an item of a list stands below."""
    block = paragraph
    while isinstance(block.parent, ROWS) and len(block.parent) == 1:
        block = block.parent
    note = left_out_note(slugs=slugs)
    if isinstance(block, nodes.list_item):
        rows = block.parent
        rows.remove(block)
        rows.parent.insert(rows.parent.index(rows) + 1, note)
    else:
        block.replace_self(note)


def _join(note: left_out_note) -> bool:
    """Join a note with one that stands right before it; return whether there is one."""
    place = note.parent.index(note)
    before = note.parent[place - 1] if place else None
    if not isinstance(before, left_out_note):
        return False
    before["slugs"] = before["slugs"] | note["slugs"]
    note.parent.remove(note)
    return True


def _fill(note: left_out_note, env: BuildEnvironment) -> None:
    """Write a note: which chapters are missing, and where the text stands."""
    builder, docname = env.app.builder, env.docname
    note["classes"] = ["left-out"]
    note += nodes.Text("The text here rests on what this edition leaves out: ")
    chapters = [one for slug, one in store_of(env).left_out.items() if slug in note["slugs"]]
    for position, chapter in enumerate(chapters):
        address = published_address(builder, docname, f"notebooks/{chapter.slug}.html")
        note += nodes.Text("; " if position else "")
        note += _linked(address, chapter.title)
    note += nodes.Text(".")
    here = published_address(builder, docname, f"{docname}.html")
    if here:
        note += [nodes.Text(" It stands in the "), _linked(here, "published edition"), nodes.Text(".")]


def _linked(address: str | None, text: str) -> nodes.Node:
    return nodes.reference("", text, internal=False, refuri=address) if address else nodes.Text(text)


class LeadToPublished(SphinxPostTransform):
    """Turn addresses within the published edition into ones that a browser can follow."""

    default_priority = 20

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Resolve them; where the published edition has no address, the words stay."""
        for link in list(self.document.findall(nodes.reference)):
            path = str(link.get("refuri", ""))
            if not path.startswith(PUBLISHED):
                continue
            address = published_address(self.app.builder, self.env.docname, path.removeprefix(PUBLISHED))
            if address:
                link["refuri"] = address
            else:
                link.replace_self(link.children)


def resolve_missing(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element) -> Any:
    """Lead a reference to a place within a chapter left out to its chapter in the published edition."""
    target = str(node["reftarget"])
    for chapter in store_of(env).left_out.values():
        is_page = node["reftype"] == "doc" and target.rsplit("/", 1)[-1] == chapter.slug
        if is_page or target in chapter.labels:
            path = f"notebooks/{chapter.slug}.html" + ("" if is_page else f"#{target}")
            text = content.astext() if node.get("refexplicit") else f"“{chapter.title}”"
            return _linked(published_address(app.builder, env.docname, path), text)
    return None


def allow_scheme(app: Sphinx, config: Config) -> None:  # noqa: ARG001
    """Let links that begin with ``published:`` be taken as addresses."""
    scheme, known = PUBLISHED.rstrip(":"), config.myst_url_schemes
    config.myst_url_schemes = {**known, scheme: None} if isinstance(known, dict) else [*known, scheme]


def know(app: Sphinx) -> None:
    """Tell the store which chapters the edition leaves out."""
    edition = imprint_of(app.config).edition
    store_of(app.env).left_out = {chapter.slug: chapter for chapter in edition.left_out} if edition else {}


def visit_note(self: Any, node: left_out_note) -> None:
    """Write it as any paragraph."""
    self.visit_paragraph(node)


def depart_note(self: Any, node: left_out_note) -> None:
    """End it."""
    self.depart_paragraph(node)


def setup(app: Sphinx) -> None:
    """Register scheme, node and handlers."""
    both = (visit_note, depart_note)
    app.add_node(left_out_note, html=both, latex=both, text=both)
    app.add_post_transform(LeadToPublished)
    app.connect("config-inited", allow_scheme)
    app.connect("builder-inited", know)
    app.connect("missing-reference", resolve_missing)
