"""A plugin of MyST-NB for outputs: charts become figures, results and statements nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from bookpress.book.cells import display_options
from bookpress.book.project import is_laid_out
from bookpress.chapter.counted import ROWS_MIME
from bookpress.chapter.estimates import RESULT_MIME
from bookpress.chapter.statements import STATEMENT_MIME
from bookpress.elements.base.charts import VEGALITE_MIME, Chart, read_chart
from bookpress.errors import UsageError

logger = logging.getLogger(__name__)
NOTEBOOK = "bookpress_notebook"
"""The key of the executed notebook of the page being read."""
_WORDS = (nodes.caption, nodes.legend)
SILENT = frozenset({RESULT_MIME, ROWS_MIME, STATEMENT_MIME})
"""MIME types of outputs that show nothing."""


class BookpressRenderer:
    """Renders the press's own MIME types, and leaves others to MyST-NB."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [
        ("*", RESULT_MIME, 1),
        ("*", ROWS_MIME, 1),
        ("*", STATEMENT_MIME, 2),
        ("*", VEGALITE_MIME, 3),
    ]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the nodes of an output, or None to leave it to MyST-NB."""
        env = renderer.renderer.sphinx_env
        notebook = renderer.renderer.nb_client.notebook
        is_book = hasattr(env, "bookpress_store")  # otherwise the extension is not active
        if is_book:
            _keep_notebook(env, notebook)
            _name_once(_cell_of(data, notebook), data)
        if data.mime_type in SILENT:
            # shows nothing, and is removed when the page is written
            return [nodes.comment()]
        is_not_ours = data.mime_type != VEGALITE_MIME or inline or not is_book
        if is_not_ours:
            return None
        try:
            metadata = data.output_metadata.get(VEGALITE_MIME, {})
            words = _cell_of(data, notebook)["metadata"]
            chart = read_chart(dict(data.content), dict(metadata), words)
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
        if env.mystnb_config.execution_mode == "off":
            _empty_chart(notebook.cells[data.cell_index], data)
        return [drawn(chart=chart)]


def _keep_notebook(env: Any, notebook: Any) -> None:
    """Keep the notebook of a page for other readers of its outputs.

    If the notebook was not run here, MyST-NB writes it again for nobody: keep a copy, and empty the
    original. The rows behind shares are half of it.
    """
    if env.mystnb_config.execution_mode != "off":
        env.temp_data[NOTEBOOK] = notebook
    elif NOTEBOOK not in env.temp_data:
        env.temp_data[NOTEBOOK] = {**notebook, "cells": [_copied(cell) for cell in notebook.cells]}
        for cell in notebook.cells:
            for output in cell.get("outputs", ()):
                _empty(output, SILENT & output.get("data", {}).keys())


def _cell_of(data: MimeData, notebook: Any) -> Mapping[str, Any]:
    """Return the cell of an output; what is glued into prose has none."""
    if data.cell_index is None:
        return {"metadata": data.cell_metadata}
    cell: Mapping[str, Any] = notebook.cells[data.cell_index]
    return cell


def _name_once(cell: Mapping[str, Any], data: MimeData) -> None:
    """Leave the name of a cell's figure to its first output.

    MyST-NB reads the options again for each output, and a name that several figures have is none.
    Charts are not joined (see `AdoptFigures`): of two that share a name, it warns.
    """
    outputs = cell.get("outputs", ())
    charts = [output for output in outputs if VEGALITE_MIME in output.get("data", ())]
    figure = display_options(data.cell_metadata, "figure")
    if len(charts) < 2 and "name" in figure:
        unnamed = {key: value for key, value in figure.items() if key != "name"}
        data.cell_metadata["mystnb"] = {**data.cell_metadata["mystnb"], "figure": unnamed}


def _empty_chart(cell: Any, data: MimeData) -> None:
    """Empty the output that a chart was read from."""
    for output in cell.outputs:
        if output.get("data", {}).get(VEGALITE_MIME) is data.content:
            _empty(output, [VEGALITE_MIME])


def _empty(output: Any, mimes: Iterable[str]) -> None:
    """Empty the content of some MIME types in an output."""
    for mime in mimes:
        output.data[mime] = {}
        output.metadata.pop(mime, None)


def _copied(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a cell whose outputs do not change when the original is emptied."""
    outputs = [{**output, "data": {**output.get("data", {})}} for output in cell.get("outputs", ())]
    return {**cell, "outputs": outputs}


class drawn(nodes.General, nodes.Element):  # noqa: N801
    """The place of a chart within a figure of MyST-NB."""


class AdoptFigures(SphinxTransform):
    """Turn figures of MyST-NB into figures of charts, or into tables, as their cells show."""

    default_priority = 100  # before anything is numbered

    def apply(self, **_: object) -> None:
        """Go through the figures."""
        laid_out = is_laid_out(self.app.srcdir)
        for outputs in self.document.findall(nodes.container):
            if outputs.get("nb_element") == "cell_code_output":
                _join_outputs(self.document, outputs, laid_out=laid_out)
        for figure in list(self.document.findall(nodes.figure)):
            chart = next(figure.findall(drawn), None)
            if chart is not None:
                _hold_chart(figure, chart["chart"])
            elif _is_table(figure):
                _become_table(self.document, figure)


def _join_outputs(document: nodes.document, outputs: nodes.container, *, laid_out: bool) -> None:
    """Put all that a cell shows into one figure; MyST-NB makes a figure of each output.

    A library that draws on the page shows itself first, or a place to draw in. Under a theme,
    figures without a name stay as they are.
    """
    figures = [child for child in outputs.children if isinstance(child, nodes.figure)]
    charts = [figure for figure in figures if next(figure.findall(drawn), None)]
    if len(figures) < 2 or len(charts) > 1 or not (laid_out or figures[0]["names"]):
        return
    first = figures[0]
    [holder] = charts or [first]
    if holder is not first:
        _pass_name(document, first, holder)
    others = [figure for figure in figures if figure is not holder]
    if charts or _is_table(holder):  # which hold nothing else
        for figure in others:
            figure.replace_self(_content(figure))
        return
    shown = [at for at, child in enumerate(holder) if not isinstance(child, _WORDS)]
    end = max(shown, default=-1) + 1
    for figure in reversed(others):
        holder[end:end] = _content(figure)
        outputs.remove(figure)


def _content(figure: nodes.figure) -> list[nodes.Node]:
    """Return what a figure shows, without its words."""
    return [child for child in figure if not isinstance(child, _WORDS)]


def _pass_name(document: nodes.document, figure: nodes.figure, heir: nodes.figure) -> None:
    """Give the name of a figure to another one."""
    for key in ("names", "ids"):
        heir[key] = figure[key]
        figure[key] = []
    for name in heir["ids"]:
        document.ids[name] = heir


def _is_table(figure: nodes.figure) -> bool:
    names = [*figure["names"], *figure["dupnames"]]
    return any(name.startswith("tab-") for name in names)


def _hold_chart(figure: nodes.figure, chart: Chart) -> None:
    """Put a chart into its figure; a chart without data has its own words."""
    caption = next(figure.findall(nodes.caption), None) or nodes.caption()
    legend = next(figure.findall(nodes.legend), None) or nodes.legend()
    if chart.is_empty:
        caption.clear()
        caption += nodes.Text(chart.title)
        legend.clear()
    figure["chart"] = chart
    figure.children = []
    figure += [caption, legend]


def _become_table(document: nodes.document, figure: nodes.figure) -> None:
    """Replace a figure with the table in it.

    The table takes its name, its caption as title, and its legend below.
    """
    table = next(figure.findall(nodes.table), None)
    caption = next(figure.findall(nodes.caption), None)
    if table is None or caption is None:
        return
    title = nodes.title("", "", *caption.children)
    title.source = caption.source
    title.line = caption.line
    table.insert(0, title)
    table["ids"] += figure["ids"]
    table["names"] += figure["names"]
    table["classes"] += figure["classes"]
    for name in figure["ids"]:
        document.ids[name] = table
    legend = next(figure.findall(nodes.legend), nodes.legend())
    figure.replace_self([table, *legend.children])
