"""How a section of the class ``fold`` is written: its heading is the summary of what it holds."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

FOLD = "fold"
"""The class that an author gives to the heading: ``{.fold}`` on the line before it."""


def setup(app: Sphinx) -> None:
    """Write sections and their titles so that folds can be opened without a script."""
    app.add_node(nodes.section, override=True, html=(visit_section, depart_section))
    app.add_node(nodes.title, override=True, html=(visit_title, depart_title))


def is_fold(node: nodes.Node | None) -> bool:
    """Return whether a node is a section that is folded."""
    return isinstance(node, nodes.section) and FOLD in node["classes"]


def visit_section(self: HTML5Translator, node: nodes.section) -> None:
    """Begin a section, and what opens and closes."""
    type(self).visit_section(self, node)
    if is_fold(node):
        self.body.append(f'<details class="{FOLD}">\n')


def depart_section(self: HTML5Translator, node: nodes.section) -> None:
    """End what opens and closes, and its section."""
    if is_fold(node):
        self.body.append("</details>\n")
    type(self).depart_section(self, node)


def visit_title(self: HTML5Translator, node: nodes.title) -> None:
    """Begin a heading, that of a fold in its summary."""
    if is_fold(node.parent):
        self.body.append("<summary>\n")
    type(self).visit_title(self, node)


def depart_title(self: HTML5Translator, node: nodes.title) -> None:
    """End a heading, that of a fold with its summary, in which no link may stand."""
    links = self.builder.add_permalinks
    self.builder.add_permalinks = links and not is_fold(node.parent)
    type(self).depart_title(self, node)
    self.builder.add_permalinks = links
    if is_fold(node.parent):
        self.body.append("</summary>\n")
