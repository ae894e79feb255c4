"""Tabs that only a script would open: pages that work without one show all panels."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from bookpress.elements.base.events import where_laid_out

FOR_SCRIPT = ("role", "hidden", "tabindex", "name", "aria-labelledby")
"""What a panel says to the script and to screen readers as one of several."""


@where_laid_out
def show_panels(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Show each panel below its label, and no row of labels.

    The labels of sphinx-design name their panels, which HTML forbids to labels of inputs.
    """
    for label in doctree.findall(nodes.Element):
        label.attributes.pop("aria_controls", None)
    for row in [*doctree.findall(_is_row)]:
        tabs: list[Any] = [*filter(_is_tab, row.children)]
        labels = {tab["aria-controls"]: tab for tab in tabs}
        for panel in [*row.parent.findall(_is_panel)]:
            for label in filter(None, map(labels.get, panel["ids"])):
                words = [child.deepcopy() for child in label.children]
                panel.insert(0, nodes.paragraph("", "", nodes.strong("", "", *words)))
                for name in FOR_SCRIPT:
                    panel.attributes.pop(name, None)
                panel["classes"] = []  # its style is that of tabs, and of a light page
        row.parent.remove(row)


def _is_tab(node: Any) -> bool:
    return isinstance(node, nodes.Element) and "aria-controls" in node


def _is_row(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Element) and node.get("role") == "tablist"


def _is_panel(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Element) and node.get("role") == "tabpanel"
