"""Conditions in prose, ``{when}``: text that shows only where an expression over results holds.

Statements take their place: nothing else of the press rests on this module but its `setup`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from bookpress.book.conditions import Condition, ConditionError
from bookpress.book.statements import full_name
from bookpress.page.base.nodes import later
from bookpress.page.base.notes import parse_block
from bookpress.page.base.roles import note_use
from bookpress.page.base.store import UnknownNameError, store_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)
CANNOT_TELL = "(these data cannot tell)"


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
        node = later(make=show_block, kind="when")
        self.set_source_info(node)
        _note_condition(node, self.arguments[0], self.env)
        parse_block(self, node)
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
        note_use(full_name(name, env.docname), env)


def _holds(node: later, env: BuildEnvironment) -> bool | None:
    """Return whether a condition holds; None where the data cannot tell."""
    try:
        return Condition(node["text"]).decide(lambda name: store_of(env).value(full_name(name, env.docname)))
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


def setup(app: Sphinx) -> None:
    """Register role and directive."""
    app.add_role("when", ConditionRole())
    app.add_directive("when", ConditionDirective)
