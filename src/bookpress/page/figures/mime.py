"""Outputs of notebooks on the page: charts become figures, results and statements show nothing. A plugin of MyST-NB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.util import logging

from bookpress.chapter.estimates import RESULT_MIME
from bookpress.chapter.quotes import full_name
from bookpress.chapter.statements import STATEMENT_MIME
from bookpress.errors import UsageError
from bookpress.page.base.charts import VEGALITE_MIME, Chart, read_chart

logger = logging.getLogger(__name__)
NOTEBOOK = "bookpress_notebook"
"""Key of the notebook of the page that is being read, as it was run."""


class BookpressRenderer:
    """Renders the MIME types of the book; rejects all others."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [
        ("*", RESULT_MIME, 1),
        ("*", STATEMENT_MIME, 2),
        ("*", VEGALITE_MIME, 3),
        ("*", "text/markdown", 4),
    ]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the nodes of an output, or None to leave it to MyST-NB."""
        env = renderer.renderer.sphinx_env
        if env is not None:
            env.temp_data[NOTEBOOK] = renderer.renderer.nb_client.notebook
        if data.mime_type in {RESULT_MIME, STATEMENT_MIME}:
            return [
                nodes.comment()
            ]  # an output that shows nothing; taken out when the page is written
        if data.mime_type != VEGALITE_MIME or inline:
            return None
        try:
            chart = read_chart(
                dict(data.content), dict(data.output_metadata.get(VEGALITE_MIME, {}))
            )
        except UsageError as error:
            for problem in error.problems:
                logger.error(  # noqa: TRY400
                    "%s",
                    problem,
                    location=(env.docname, data.line),
                    type="bookpress",
                    subtype="chart",
                )
            return [nodes.comment()]
        if (
            env.mystnb_config.execution_mode == "off"
        ):  # MyST-NB writes such a notebook again, for nobody: make it short
            output = env.temp_data[NOTEBOOK].cells[data.cell_index].outputs[data.output_index]
            output.data[VEGALITE_MIME], output.metadata[VEGALITE_MIME] = {}, {}
        return [figure(renderer, chart, data.line or 0)]


def figure(renderer: NbElementRenderer, chart: Chart, line: int) -> nodes.figure:
    """Return the figure of a chart: numbered, a target for references, its caption parsed as MyST."""
    parser = renderer.renderer
    node = nodes.figure(chart=chart)
    node.source, node.line = parser.document["source"], line
    node["names"].append(chart.name)
    if chart.holds:
        node["name"] = full_name(chart.holds, renderer.renderer.sphinx_env.docname)
    parser.document.note_explicit_target(node, node)
    caption = nodes.caption(chart.title, chart.title)
    caption.source, caption.line = node.source, line
    legend = nodes.legend()
    if chart.caption:
        with parser.current_node_context(legend):
            parser.nested_render_text(chart.caption, line)
    node += [caption, legend]
    return node
