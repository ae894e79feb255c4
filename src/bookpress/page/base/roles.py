"""Roles and directives by which prose takes values from chapters.

While a page is read they leave pending nodes; these become text when every page has been read. Each notes what the
page uses, so that an incremental build writes it again when a value changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import ExtensionMetadata

from bookpress.book import number_formats as numbers
from bookpress.book.conditions import Condition, ConditionError
from bookpress.page.base.cells import setting
from bookpress.page.base.store import Store, UnknownNameError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
LONG = 24
"""Signs beyond which a value is a phrase of the sentence and gets no line under it."""
CANNOT_TELL = "(these data cannot tell)"
JOINTS = {"value": " to ", "dash": "–"}
"""What stands between the first and the last year of a period, by format."""

HOW = {"result": set(numbers.FORMATS), "years": set(JOINTS)}
"""Formats by role."""


class pending_value(nodes.Inline, nodes.Element):  # noqa: N801
    """A value that is not known before all pages are read."""


class value(nodes.Inline, nodes.TextElement):  # noqa: N801
    """A value in words, with what it measures."""


class pending_condition(nodes.General, nodes.Element):  # noqa: N801
    """A part of the page that depends on a condition: blocks, or within a line the cases, each an inline node."""


def store_of(env: BuildEnvironment) -> Store:
    """Return the store of an environment, made when it is new."""
    if not hasattr(env, "compute_divide"):
        env.compute_divide = Store()  # type: ignore[attr-defined]
    store: Store = env.compute_divide  # type: ignore[attr-defined]
    return store


def in_full(name: str, docname: str) -> str:
    """Return a name with its chapter: the page's own where none is given.

    Examples
    --------
    >>> in_full("share", "notebooks/models"), in_full("other:share", "notebooks/models")
    ('models:share', 'other:share')
    """
    return name if ":" in name else f"{docname.rsplit('/', 1)[-1]}:{name}"


class ValueRole(SphinxRole):
    """``{result}``, ``{param}``, ``{years}``, ``{claim}``, ``{related}``: a value, resolved later.

    Parameters
    ----------
    kind : str
        Which of the five.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a pending node."""
        name, how = self._split()
        store_of(self.env).page(self.env.docname).uses.update(self._uses(name))
        node = pending_value(kind=self.kind, name=name, how=how)
        self.set_source_info(node)
        return [node], []

    def _uses(self, name: str) -> Iterable[str]:
        """Return what the page takes from elsewhere by this."""
        if self.kind == "years":
            return [f"{kind} {name}_{end}" for kind in ("param", "result") for end in ("first", "last")]
        return [f"{'quote' if self.kind in {'claim', 'related'} else self.kind} {name}"]

    def _split(self) -> tuple[str, str]:
        """Return the full name and the format."""
        text = self.text.strip()
        if self.kind in {"claim", "related"}:
            name, _, how = text.partition(":")
            return f"{self.kind}:{name}", how or "value"
        head, _, last = text.rpartition(":")
        if head and last in HOW.get(self.kind, ()):
            return in_full(head, self.env.docname), last
        if self.kind == "result" and text.count(":") > 1:
            return head, last
        return in_full(text, self.env.docname), "value"


class ConditionRole(SphinxRole):
    """``{when}`` in a line: ``expression|text if true|text if false|text if unknown``.

    The texts are MyST. Where they take values themselves, double the backticks around them all. Of a text that has no
    counterpart nothing is said where the condition is unknown; of two texts, that the data cannot tell.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a pending node that holds the texts."""
        text, *cases = self.text.split("|")
        node = pending_condition(inline=True)
        self.set_source_info(node)
        _note_condition(node, text, self.env)
        for case in cases:
            parsed, _ = self.inliner.parse(case.strip(), self.lineno - 1, self.inliner, node)  # type: ignore[arg-type]
            node += nodes.inline("", "", *parsed)
        return [node], []


def count_words(doctree: nodes.document) -> int:
    """Return how many words the paragraphs have; of texts that exclude each other, the first counts, of others none."""
    total = 0
    for paragraph in doctree.findall(nodes.paragraph):
        total += len(paragraph.astext().split())
        for condition in paragraph.findall(pending_condition):
            texts = [case.astext().split() for case in condition.children]
            counted = texts[0] if len(texts) > 1 and texts[1] else []
            total -= sum(map(len, texts)) - len(counted)
    return total


class ConditionDirective(SphinxDirective):
    """``{when}`` around paragraphs: shown only where the expression holds."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Leave a pending node that holds the content."""
        self.assert_has_content()
        node = pending_condition(inline=False)
        self.set_source_info(node)
        _note_condition(node, self.arguments[0], self.env)
        self.state.nested_parse(self.content, self.content_offset, node)
        for inner in node.findall(nodes.Element):
            if isinstance(inner, nodes.section | nodes.figure | nodes.table):
                raise self.error(f"a {inner.tagname} cannot depend on a condition: its number would depend on it too")
        return [node]


def _note_condition(node: pending_condition, text: str, env: BuildEnvironment) -> None:
    """Parse the condition and note its names."""
    node["text"] = " ".join(text.split())
    try:
        condition = Condition(node["text"])
    except ConditionError as error:
        logger.error("%s", error, location=node, type="compute_divide", subtype="condition")  # noqa: TRY400
        node["text"] = "1 == 0"
        return
    uses = store_of(env).page(env.docname).uses
    uses.update(f"value {in_full(name, env.docname)}" for name in condition.all_names)


class ResolveValues(SphinxPostTransform):
    """Turn pending nodes into text, when all pages are known."""

    default_priority = 3

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Resolve conditions first: what is not shown need not exist."""
        from bookpress.page.site.cover import prepare

        store = store_of(self.env)
        prepare(self.document, self.env)
        if self.app.builder.name == "dummy":  # a check: what would not be shown is looked up too
            for pending in self.document.findall(pending_value):
                write_value(pending, self.env)
        for condition in list(self.document.findall(pending_condition)):
            if not condition["inline"]:
                self._show_block(condition, store)
        for condition in list(self.document.findall(pending_condition)):
            condition.replace_self(self._line(condition, store))
        for pending in list(self.document.findall(pending_value)):
            pending.replace_self(write_value(pending, self.env))

    def _holds(self, node: pending_condition, store: Store) -> bool | None:
        """Return whether a condition holds; None where the data cannot tell."""
        try:
            return Condition(node["text"]).decide(lambda name: store.value(in_full(name, self.env.docname)))
        except (ConditionError, UnknownNameError) as error:
            logger.error("%s", error, location=node, type="compute_divide", subtype="condition")  # noqa: TRY400
            return None

    def _show_block(self, node: pending_condition, store: Store) -> None:
        """Put the content of a condition that holds in its place."""
        if self._holds(node, store):
            node.replace_self(node.children)
        else:
            node.parent.remove(node)

    def _line(self, node: pending_condition, store: Store) -> list[nodes.Node]:
        """Return the text of the case that holds."""
        holds = self._holds(node, store)
        first, second, unknown = [*node.children, *[nodes.inline()] * 3][:3]
        if holds is None and len(node.children) == 2 and second.children:
            return [nodes.Text(CANNOT_TELL)]
        return list((unknown if holds is None else first if holds else second).children)


def write_value(node: pending_value, env: BuildEnvironment) -> nodes.Node:
    """Return the text node of a value; what it measures is its title."""
    store = store_of(env)
    try:
        text, title = value_text(node["kind"], node["name"], node["how"], store)
    except (UnknownNameError, numbers.FormatError) as error:
        logger.error("%s", error, location=node, type="compute_divide", subtype=node["kind"])  # noqa: TRY400
        return nodes.problematic("", f"{node['kind']} {node['name']}")
    return value("", text, kind=node["kind"], title=title)


def value_text(kind: str, name: str, how: str, store: Store) -> tuple[str, str]:
    """Return a value in words, and what it measures.

    Parameters
    ----------
    kind : str
        ``result``, ``param``, ``years``, ``claim`` or ``related``.
    name, how : str
        Full name and format.
    store : Store
        What is known of all pages.

    Raises
    ------
    UnknownNameError, FormatError
        If there is no such value or format.
    """
    if kind == "result":
        result = store.result(name)
        return numbers.write(result, how), f"{result.label}: {numbers.full(result)}" if result.label else ""
    if kind == "years":
        return numbers.period(*store.years(name), JOINTS[how]), f"period {name.partition(':')[2]} of this edition"
    if kind == "param":
        return setting(store.parameter(name)), f"parameter {name.partition(':')[2]} of this edition"
    quoted = store.quote(name)
    forms = {
        "value": quoted.text,
        "statement": quoted.statement,
        "provenance": quoted.provenance,
        "full": f"{quoted.text} ({quoted.provenance})",
    }
    if how not in forms:
        raise numbers.FormatError(f"no format {how!r}; there are {', '.join(forms)}")
    return forms[how], f"{quoted.statement} ({quoted.provenance})"


def visit_value(self: HTML5Translator, node: value) -> None:
    """Open a value; a pointer over it shows what it measures."""
    titled = {"title": node["title"]} if node["title"] else {}
    long = " value-long" if len(node.astext()) > LONG else ""
    self.body.append(self.starttag(node, "span", "", CLASS=f"value value-{node['kind']}{long}", **titled))


def depart_value(self: HTML5Translator, node: value) -> None:  # noqa: ARG001
    """Close a value."""
    self.body.append("</span>")


def skip(self: object, node: nodes.Node) -> None:
    """Write nothing around the text, in formats without titles."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register roles, directive and transform."""
    app.add_node(value, html=(visit_value, depart_value), latex=(skip, skip), text=(skip, skip))
    for kind in ("result", "param", "years", "claim", "related"):
        app.add_role(kind, ValueRole(kind))
    app.add_role("when", ConditionRole())
    app.add_directive("when", ConditionDirective)
    app.add_post_transform(ResolveValues)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
