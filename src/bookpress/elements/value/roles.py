"""Roles for quoting values of chapters in prose, filled in once every page has been read."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from bookpress.chapter.quotes import (
    JOINTS,
    full_name,
    split_parameter,
    split_result,
    split_years,
    statement_name,
)
from bookpress.elements.base.nodes import later, mark, value
from bookpress.elements.base.store import Store, store_of
from bookpress.errors import UsageError
from holdtrue import number_formats as numbers
from holdtrue.estimates import Estimate

logger = logging.getLogger(__name__)
SHOWING_MINUTES = frozenset({"minutes", "chapters"})
"""Roles and directives that show reading times."""
_SPLIT = {"result": split_result, "param": split_parameter, "years": split_years}
"""The functions that split the text of a role into name and format, by kind."""


def setup(app: Sphinx) -> None:
    """Refuse values in headings, before menus are made from these, and count words."""
    app.connect("doctree-read", refuse_in_headings, priority=1)
    app.connect("doctree-read", keep_length)


def keep_length(app: Sphinx, doctree: nodes.document) -> None:
    """Store the number of words of a page, and whether it shows reading times."""
    page = store_of(app.env).page(app.env.docname)
    page.words = count_words(doctree)
    page.shows_minutes = any(node.get("kind") in SHOWING_MINUTES for node in doctree.findall(later))


class ValueRole(SphinxRole):
    """A value or, for ``{holds}``, a mark.

    Values are ``{result}``, ``{param}``, ``{years}``, what others report, under the roles that the
    book's settings name, and, on a cover, ``{minutes}``: the reading time of a page, or of all
    chapters from one to another.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return a node that is filled in later."""
        slug = store_of(self.env).slug(self.env.docname)
        try:
            name, how = split_name(self.name, self.text, slug)
        except UsageError as error:
            logger.error(  # noqa: TRY400
                "%s",
                error,
                location=self.get_location(),
                type="bookpress",
                subtype=self.name,
            )
            return [nodes.problematic("", self.text)], []
        node: nodes.Element
        if self.name == "holds":
            node = mark(kind=self.name, name=name)
        else:
            node = later(make=write_value, how=how, kind=self.name, name=name)
        self.set_source_info(node)
        return [node], []


def split_name(kind: str, text: str, chapter: str) -> tuple[str, str]:
    """Return the full name and the format in the text of a role."""
    text = " ".join(text.split())
    if kind == "minutes":
        return text, "value"
    if kind == "holds":
        return statement_name(text, chapter), "value"
    if kind in _SPLIT:
        name, how = _SPLIT[kind](text)
        return full_name(name, chapter), how
    name, _, how = text.partition(":")
    return f"{kind}:{name}", how or "value"


def write_value(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the text of a value, with what it measures as its title."""
    kind = node["kind"]
    store = store_of(env)
    head, _, last = node["name"].partition(":")
    page = store.pages.get(env.docname)
    own = page.results if page else {}
    if kind == "result" and head in own and head not in {each.slug for each in store.chapters}:
        numbers.write(own[head], last)  # which says that there is no such format
    text, title, missing = value_text(kind, node["name"], node["how"], store)
    known = {name: node[name] for name in ("kind", "name", "how")}
    known |= {"range": "", "rows": ""}
    if kind == "result":
        known["range"] = _range(node["name"], store)
        known["rows"] = store.rows(node["name"])
    return [value("", text, title=title, missing=missing, **known)]


def _range(name: str, store: Store) -> str:
    """Return the value and interval of a share, for the strip in the margin."""
    result = store.result(name)
    ends = (result.value, result.low, result.high)
    if result.unit != "share" or None in ends:
        return ""
    return " ".join(f"{end:.4g}" for end in ends if end is not None)


def value_text(kind: str, name: str, how: str, store: Store) -> tuple[str, str, str]:
    """Return a value in words, what it measures, and what is missing if there is none."""
    key = name.partition(":")[2]
    if kind == "result":
        return _result_text(name, how, store)
    if kind == "years":
        text = _period_text(*store.years(name), JOINTS[how])
        missing = f"the period {key}" if numbers.NO_VALUE in text else ""
        return text, store.origin(name), missing
    if kind == "minutes":
        text = numbers.with_unit(f"{store.minutes(name)}", "minutes")
        return text, "at 220 words a minute, without tables and what is folded away", ""
    if kind == "param":
        value = store.parameter(name)
        text = numbers.spoken(numbers.setting(value))
        if how == "words":  # prose names the unit itself
            is_number = isinstance(value, int | float)
            text = numbers.spelled(text) or (text if is_number else store.parameter_words(name))
        return text, store.origin(name), ""
    return _reported_text(name, how, store)


def _period_text(first: int | None, last: int | None, joint: str) -> str:
    """Write a period; one that ends before it begins, as between adjacent ones, has no value."""
    if first is not None and last is not None and last < first:
        return numbers.NO_VALUE
    return numbers.period(first, last, joint)


def result_title(result: Estimate) -> str:
    """Return what a result measures and its full value; empty if it has no label."""
    if result.label:
        return f"{result.label}: {numbers.full(result)}"
    return ""


def _result_text(name: str, how: str, store: Store) -> tuple[str, str, str]:
    result = store.result(name)
    text = numbers.write(result, how)
    title = result_title(result)
    missing = ""
    if result.value is None:
        missing = result.label or name
    return text, title, missing


def _reported_text(name: str, how: str, store: Store) -> tuple[str, str, str]:
    reported = store.report(name)
    forms = {
        "value": reported.text,
        "statement": reported.statement,
        "provenance": reported.provenance,
        "full": f"{reported.text} ({reported.provenance})",
    }
    if how not in forms:
        known = ", ".join(forms)
        raise numbers.FormatError(f"no format {how!r}; there are {known}")
    title = f"{reported.statement} ({reported.provenance})"
    return forms[how], title, ""


def count_words(doctree: nodes.document) -> int:
    """Return the number of words in paragraphs and items; folds and tables are looked up."""
    words = 0
    aside = [*doctree.findall(nodes.table), *doctree.findall(_is_fold)]
    looked_up = {id(text) for node in aside for text in node.findall(nodes.paragraph)}
    for paragraph in doctree.findall(nodes.paragraph):
        is_own_text = not isinstance(paragraph.parent, later) and id(paragraph) not in looked_up
        if is_own_text:
            text = paragraph.astext()
            words += len(text.split())
    return words


def _is_fold(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Element) and "fold" in node["classes"]


def refuse_in_headings(app: Sphinx, doctree: nodes.document) -> None:  # noqa: ARG001
    """Report values and marks in headings, and remove them."""
    for title in doctree.findall(nodes.title):
        if isinstance(title.parent, nodes.table):
            continue
        for node in [*title.findall(later), *title.findall(mark)]:
            kind = node["kind"]
            text = (
                f"a heading cannot contain {{{kind}}}: menus need its text before results are known"
            )
            logger.error(text, location=node, type="bookpress", subtype="heading")
            node.replace_self(nodes.Text(kind))
