"""The register of what readers contested: at the chapters concerned, and as a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from bookpress.book.project import Project
from bookpress.elements.base import contents
from bookpress.elements.base.nodes import later
from bookpress.elements.base.store import store_of
from bookpress.elements.base.templates import day
from bookpress.elements.contested.register import FILE, Contest, load_contested, unknown_places

logger = logging.getLogger(__name__)
TITLE = "What readers contested here"
SECTION = "contested"
"""The id of the section in a chapter."""


def setup(app: Sphinx) -> None:
    """Show in each chapter what bears on it."""
    app.add_config_value("bookpress_contested", [], "env")
    app.connect("config-inited", note_register)
    app.connect("doctree-read", add_section, priority=600)  # after results are gathered
    app.connect("env-updated", check_places)


def note_register(app: Sphinx, config: Config) -> None:
    """Make the register a setting, so that Sphinx reads pages again when it changes."""
    contests = load_contested(Project.at(Path(app.srcdir)))
    config.bookpress_contested = [contest.model_dump(mode="json") for contest in contests]


def _register(env: BuildEnvironment) -> list[Contest]:
    return [Contest.model_validate(entry) for entry in env.config.bookpress_contested]


def check_places(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn about a contest that bears on nothing in the book."""
    pages = store_of(env).chapters
    # what a chapter publishes is known once it has been run
    known = {page.slug: {*page.results, *page.statements} or None for page in pages}
    contests = _register(env)
    if app.builder.name != "dummy":  # only `check` sees all chapters; a build may have some
        contests = [contest for contest in contests if known.keys() >= {*contest.chapters}]
    for fault in unknown_places(contests, known):
        logger.warning(fault, location=f"data/{FILE}")


def add_section(app: Sphinx, doctree: nodes.document) -> None:
    """Add the section, before the references, to a chapter that a contest bears on."""
    page = store_of(app.env).page(app.env.docname)
    contests = [contest for contest in _register(app.env) if page.slug in contest.chapters]
    if not contests or not page.is_chapter:
        return
    section = nodes.section("", nodes.title("", TITLE), ids=[SECTION], names=[SECTION])
    section += _listed(contests)
    whole = next(iter(doctree.findall(nodes.section)), doctree)
    places = [place for place, child in enumerate(whole.children) if _is_references(child)]
    place = places[-1] if places else len(whole.children)
    whole.insert(place, section)


def _is_references(node: nodes.Node) -> bool:
    return isinstance(node, nodes.section) and "references" in node["ids"]


def all_contested(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{contested}``: return everything that was contested, with the chapters concerned."""
    contests = _register(env)
    if not contests:
        return [nodes.paragraph("", "Nothing has been contested yet.")]
    entries = _listed(contests)
    docnames = {page.slug: page.docname for page in store_of(env).chapters}
    for definition, contest in zip(entries.findall(nodes.definition), contests, strict=True):
        links = [_link(docnames[slug], env) for slug in contest.chapters if slug in docnames]
        if links:
            end = nodes.Text(".")
            bears_on = nodes.paragraph("", "It bears on ", *_enumerated(links), end)
            definition.append(bears_on)
    return [entries]


def _enumerated(links: Sequence[nodes.Node]) -> Iterator[nodes.Node]:
    for place, link in enumerate(links):
        if place:
            yield nodes.Text(", ")
        yield link


def _link(docname: str, env: BuildEnvironment) -> nodes.reference:
    uri = env.app.builder.get_relative_uri(env.docname, docname)
    title = contents.title_of(env, docname)
    return nodes.reference("", title, internal=True, refuri=f"{uri}#{SECTION}")


def _listed(contests: Iterable[Contest]) -> nodes.definition_list:
    """Return contests with their verdicts; their words are text, never markup."""
    listed = nodes.definition_list(classes=["contests"])
    for contest in contests:
        term = nodes.term("", f"{day(contest.date)}, {contest.in_words}")
        term["ids"] = [f"contest-{contest.id}"]
        definition = nodes.definition("", nodes.paragraph("", contest.contested))
        if contest.answer is not None and contest.decided is not None:
            answer = f"{day(contest.decided)}: {contest.answer}"
            definition += nodes.paragraph("", answer)
        listed += nodes.definition_list_item("", term, definition)
    return listed
