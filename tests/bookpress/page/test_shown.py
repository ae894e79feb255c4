"""Figures and tables whose words, in the metadata of a cell, hold values, or that have no data."""

from typing import Any

import altair as alt
import nbformat
import pandas as pd
import pytest
from page.conftest import code, figure_cell, models_chapter

from bookpress.elements.figure.show import Figure, Table
from bookpress.elements.figure.theme import NOTHING

pytestmark = pytest.mark.heavy


def table_cell(data: pd.DataFrame, caption: str) -> nbformat.NotebookNode:
    bundle = Table(data)._repr_mimebundle_()
    bundle.pop("text/html", None)
    cell = code("cd.plot.models(models)", [], nbformat.v4.new_output("display_data", bundle))
    cell["metadata"]["mystnb"] = {"figure": {"name": "tab-models", "caption": caption}}
    return cell


def test_the_caption_of_a_table_may_hold_values(book: Any) -> None:
    chapter = models_chapter()
    caption = "Models in a window of {param}`window`, {result}`early` of them academic"
    chapter.cells.append(table_cell(pd.DataFrame({"model": ["AlexNet"]}), caption))
    book.write_chapter("models", chapter)
    assert book.build().said == ""
    table = book.page("notebooks/models").select_one("#tab-models")
    assert "Models in a window of 3, 64% of them academic" in " ".join(table.get_text().split())


def test_a_figure_without_data_says_so_in_place_of_its_words(book: Any) -> None:
    chapter = models_chapter()
    empty = Figure(alt.Chart(), pd.DataFrame(), "No models.", "Epoch AI")
    data, metadata = empty._repr_mimebundle_()
    data.pop("image/svg+xml", None)
    shown = nbformat.v4.new_output("display_data", data, metadata=metadata)
    chapter.cells[4] = figure_cell()
    chapter.cells[4]["outputs"] = [shown]
    book.write_chapter("models", chapter)
    assert book.build().said == ""
    figure = book.page("notebooks/models").select_one("figure#fig-shares")
    assert "Nothing to show for this choice of parameters" in figure.get_text()
    assert "Academic teams lost ground" not in figure.get_text()
    assert NOTHING in figure.get_text()
