"""Roles and directives by which prose takes values from chapters, once every page has been read.

Each notes what the page uses, so that an incremental build writes it again when a value changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from bookpress.book import number_formats as numbers
from bookpress.book.conditions import Condition, ConditionError
from bookpress.page.base.nodes import later, value
from bookpress.page.base.store import QUOTES, Store, UnknownNameError, in_full, store_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)
CANNOT_TELL = "(these data cannot tell)"
JOINTS = {"value": " to ", "dash": "–"}
"""What stands between the first and the last year of a period, by format."""
FORMATS = {"result": set(numbers.FORMATS), "years": set(JOINTS)}
KINDS = ("result", "param", "years", "claim", "related")


def note_use(name: str, env: BuildEnvironment) -> None:
    """Note from where the page that is being read takes the value of a full name."""
    source = name.partition(":")[0]
    store_of(env).page(env.docname).uses.add(QUOTES if source in {"claim", "related"} else source)


class ValueRole(SphinxRole):
    """``{result}``, ``{param}``, ``{years}``, ``{claim}``, ``{related}``: a value."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave it for later."""
        name, how = self._split()
        note_use(name, self.env)
        node = later(make=write_value, kind=self.name, name=name, how=how)
        self.set_source_info(node)
        return [node], []

    def _split(self) -> tuple[str, str]:
        """Return the full name and the format."""
        text = self.text.strip()
        if self.name in {"claim", "related"}:
            name, _, how = text.partition(":")
            return f"{self.name}:{name}", how or "value"
        head, _, last = text.rpartition(":")
        if head and last in FORMATS.get(self.name, ()):
            return in_full(head, self.env.docname), last
        if self.name == "result" and text.count(":") > 1:
            return head, last
        return in_full(text, self.env.docname), "value"


def write_value(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the text of a value; what it measures is its title."""
    kind = node["kind"]
    try:
        text, title = value_text(kind, node["name"], node["how"], store_of(env))
    except (UnknownNameError, numbers.FormatError) as error:
        logger.error("%s", error, location=node, type="bookpress", subtype=kind)  # noqa: TRY400
        return [nodes.problematic("", f"{kind} {node['name']}")]
    return [value("", text, kind=kind, title=title)]


def value_text(kind: str, name: str, how: str, store: Store) -> tuple[str, str]:
    """Return a value in words, and what it measures; an unknown name or format is an error."""
    key = name.partition(":")[2]
    if kind == "result":
        result = store.result(name)
        return numbers.write(result, how), f"{result.label}: {numbers.full(result)}" if result.label else ""
    if kind == "years":
        return numbers.period(*store.years(name), JOINTS[how]), f"period {key} of this edition"
    if kind == "param":
        return numbers.setting(store.parameter(name)), f"parameter {key} of this edition"
    quoted = store.quote(name)
    full = f"{quoted.text} ({quoted.provenance})"
    forms = {"value": quoted.text, "statement": quoted.statement, "provenance": quoted.provenance, "full": full}
    if how not in forms:
        raise numbers.FormatError(f"no format {how!r}; there are {', '.join(forms)}")
    return forms[how], f"{quoted.statement} ({quoted.provenance})"


class ConditionRole(SphinxRole):
    """``{when}`` in a line: ``expression|text if true|text if false|text if unknown``.

    The texts are MyST. Where they take values themselves, double the backticks around them all. Of a text that has no
    counterpart nothing is said where the condition is unknown; of two texts, that the data cannot tell.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave the texts for later."""
        text, *cases = self.text.split("|")
        node = later(make=choose_text, kind="when")
        self.set_source_info(node)
        _note_condition(node, text, self.env)
        for case in cases:
            parsed, _ = self.inliner.parse(case.strip(), self.lineno - 1, self.inliner, node)  # type: ignore[arg-type]
            node += nodes.inline("", "", *parsed)
        return [node], []


class ConditionDirective(SphinxDirective):
    """``{when}`` around paragraphs: shown only where the expression holds."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Leave the content for later."""
        self.assert_has_content()
        node = later(make=show_block, kind="when")
        self.set_source_info(node)
        _note_condition(node, self.arguments[0], self.env)
        self.state.nested_parse(self.content, self.content_offset, node)
        for inner in node.findall(nodes.Element):
            if isinstance(inner, nodes.section | nodes.figure | nodes.table):
                raise self.error(f"a {inner.tagname} cannot depend on a condition: its number would depend on it too")
        return [node]


def _note_condition(node: later, text: str, env: BuildEnvironment) -> None:
    """Parse the condition and note its names."""
    node["text"] = " ".join(text.split())
    try:
        condition = Condition(node["text"])
    except ConditionError as error:
        logger.error("%s", error, location=node, type="bookpress", subtype="condition")  # noqa: TRY400
        node["text"] = "1 == 0"
        return
    for name in condition.all_names:
        note_use(in_full(name, env.docname), env)


def _holds(node: later, env: BuildEnvironment) -> bool | None:
    """Return whether a condition holds; None where the data cannot tell."""
    try:
        return Condition(node["text"]).decide(lambda name: store_of(env).value(in_full(name, env.docname)))
    except (ConditionError, UnknownNameError) as error:
        logger.error("%s", error, location=node, type="bookpress", subtype="condition")  # noqa: TRY400
        return None


def show_block(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the content of a condition that holds."""
    return list(node.children) if _holds(node, env) else []


def choose_text(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the text of the case that holds."""
    holds = _holds(node, env)
    first, second, unknown = [*node.children, *[nodes.inline()] * 3][:3]
    if holds is None and len(node.children) == 2 and second.children:
        return [nodes.Text(CANNOT_TELL)]
    return list((unknown if holds is None else first if holds else second).children)


def count_words(doctree: nodes.document) -> int:
    """Return how many words the paragraphs have; of texts that exclude each other, the first counts, of others none."""
    total = 0
    for paragraph in doctree.findall(nodes.paragraph):
        total += len(paragraph.astext().split())
        for condition in paragraph.findall(later):
            texts = [case.astext().split() for case in condition.children]
            counted = texts[0] if len(texts) > 1 and texts[1] else []
            total -= sum(map(len, texts)) - len(counted)
    return total


def refuse_in_headings(app: Sphinx, doctree: nodes.document) -> None:  # noqa: ARG001
    """Report values in headings, and take them out."""
    for title in doctree.findall(nodes.title):
        for node in list(title.findall(later)):
            text = f"a heading cannot hold a {{{node['kind']}}}: menus need its text before results are known"
            logger.error(text, location=node, type="bookpress", subtype="heading")
            node.replace_self(nodes.Text(node["kind"]))


def setup(app: Sphinx) -> None:
    """Register roles and directive."""
    for kind in KINDS:
        app.add_role(kind, ValueRole())
    app.add_role("when", ConditionRole())
    app.add_directive("when", ConditionDirective)
    app.connect("doctree-read", refuse_in_headings, priority=1)  # before menus are made
