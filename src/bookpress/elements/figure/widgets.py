"""Widgets of Jupyter: what a reader sees of them where nothing draws them.

The scripts that do come from other hosts. They put what they draw beside the script that names the
widget, and a style then hides the words.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.transforms.post_transforms import SphinxPostTransform

from bookpress.errors import short

WIDGET = "application/vnd.jupyter.widget-view+json"
"""What a page shows only together with all that keeps the widgets of its chapter."""
MODEL = re.compile(r'"model_id": "([^"]+)"')
"""The name of the widget that a script shows."""
LONGEST = 300
"""The most characters of what a kernel says of a widget."""
WHERE = "a widget, which is drawn on the web page by scripts that are fetched from the network."
CHILD = "IPY_MODEL_"
"""The beginning of the name of a widget that is part of another."""


class SayWidgets(SphinxPostTransform):
    """Put the words of each widget beside it."""

    default_priority = 3  # MyST-NB then leaves one kind of each output
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Go through the outputs."""
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") == "mime_bundle":
                parts = [part for part in bundle.children if isinstance(part, nodes.Element)]
                kinds = {part["mime_type"]: part for part in parts}
                if WIDGET in kinds:
                    self._say(kinds[WIDGET], kinds.get("text/plain", nodes.container()))

    def _say(self, view: nodes.Element, plain: nodes.Element) -> None:
        """Put words beside the script of a widget: its output as plain text, and what it holds."""
        said = [block.astext() for block in plain.findall(nodes.literal_block)]
        for script in view.findall(nodes.raw):
            source = script.astext()
            model = MODEL.search(source)
            held = _held(self._states(), model[1]) if model else ()
            if shown := "\n".join(held):
                said.append(shown)
            words = ": ".join([*map(_code, said), WHERE])
            script.children = [
                nodes.Text(
                    f'<span class="widget-shown">{source}'
                    f'<span class="widget-words">{words}</span></span>'
                )
            ]

    def _states(self) -> Mapping[str, Any]:
        """Return the states of the page's widgets, by their names."""
        files = NbMetadataCollector.get_js_files(self.env, self.env.docname)
        _, options = files.get("ipywidgets_state", (None, {}))
        states: Mapping[str, Any] = json.loads(options.get("body", "{}")).get("state", {})
        return states


def _held(states: Mapping[str, Any], model: str) -> Iterator[str]:
    """Yield what was put out within a widget and its parts, as plain text."""
    parts = [model]
    for part in parts:  # which grows
        state = states.get(part, {}).get("state", {})
        for output in state.get("outputs", ()):
            yield "".join(output.get("text") or output.get("data", {}).get("text/plain", ""))
        children = [name.removeprefix(CHILD) for name in state.get("children", ())]
        parts += [name for name in children if name not in parts]


def _code(text: str) -> str:
    """Return text on one line as code in HTML."""
    return f"<code>{html.escape(short(' '.join(text.split()), LONGEST), quote=False)}</code>"
