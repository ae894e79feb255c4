"""Roles by which prose takes values from chapters, once every page has been read."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from bookpress.chapter import number_formats as numbers
from bookpress.chapter.quotes import JOINTS, full_name, split_result, split_years, statement_name
from bookpress.errors import UsageError
from bookpress.page.base.nodes import later, mark, value
from bookpress.page.base.store import Store, store_of

logger = logging.getLogger(__name__)
KINDS = ("result", "param", "years", "claim", "related")


class ValueRole(SphinxRole):
    """``{result}``, ``{param}``, ``{years}``, ``{claim}``, ``{related}``: a value; ``{holds}``: a mark."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave it for later."""
        try:
            name, how = split_name(self.name, self.text, self.env.docname)
        except UsageError as error:
            logger.error(  # noqa: TRY400
                "%s", error, location=self.get_location(), type="bookpress", subtype=self.name
            )
            return [nodes.problematic("", self.text)], []
        kept = {"kind": self.name, "name": name}
        node = mark(**kept) if self.name == "holds" else later(make=write_value, how=how, **kept)
        self.set_source_info(node)
        return [node], []


def split_name(kind: str, text: str, docname: str) -> tuple[str, str]:
    """Return the full name that the text of a role means, and the format."""
    text = " ".join(text.split())
    if kind in {"claim", "related"}:
        name, _, how = text.partition(":")
        return f"{kind}:{name}", how or "value"
    if kind == "holds":
        return statement_name(text, docname), "value"
    split = {"result": split_result, "years": split_years}.get(kind, lambda name: (name, "value"))
    name, how = split(text)
    return full_name(name, docname), how


def write_value(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the text of a value; what it measures is its title."""
    text, title, missing = value_text(node["kind"], node["name"], node["how"], store_of(env))
    return [value("", text, kind=node["kind"], title=title, missing=missing)]


def value_text(kind: str, name: str, how: str, store: Store) -> tuple[str, str, str]:
    """Return a value in words, what it measures, and the same again where there is none, else nothing."""
    key = name.partition(":")[2]
    if kind == "result":
        result = store.result(name)
        title = f"{result.label}: {numbers.full(result)}" if result.label else ""
        return (
            numbers.write(result, how),
            title,
            result.label or name if result.value is None else "",
        )
    if kind == "years":
        years = store.years(name)
        missing = f"the period {key}" if None in years else ""
        return numbers.period(*years, JOINTS[how]), f"period {key} of this edition", missing
    if kind == "param":
        return numbers.setting(store.parameter(name)), f"parameter {key} of this edition", ""
    quoted = store.quote(name)
    full = f"{quoted.text} ({quoted.provenance})"
    forms = {
        "value": quoted.text,
        "statement": quoted.statement,
        "provenance": quoted.provenance,
        "full": full,
    }
    if how not in forms:
        raise numbers.FormatError(f"no format {how!r}; there are {', '.join(forms)}")
    return forms[how], f"{quoted.statement} ({quoted.provenance})", ""


def count_words(doctree: nodes.document) -> int:
    """Return how many words the paragraphs have, but for those that may not show."""
    paragraphs = doctree.findall(
        lambda node: isinstance(node, nodes.paragraph) and not isinstance(node.parent, later)
    )
    return sum(len(paragraph.astext().split()) for paragraph in paragraphs)


def refuse_in_headings(app: Sphinx, doctree: nodes.document) -> None:  # noqa: ARG001
    """Report values and marks in headings, and take them out."""
    titles = doctree.findall(nodes.title)
    for title in (one for one in titles if not isinstance(one.parent, nodes.table)):
        for node in [*title.findall(later), *title.findall(mark)]:
            text = f"a heading cannot hold a {{{node['kind']}}}: menus need its text before results are known"
            logger.error(text, location=node, type="bookpress", subtype="heading")
            node.replace_self(nodes.Text(node["kind"]))
