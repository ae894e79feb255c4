"""Show a chart or a table on the page, with everything a reader needs to use it.

A figure is one output of its cell: the specification of the chart for the page to draw, and beside it (as metadata of
the output) its title, alternative text, long description, the data behind it, source and licence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from compute_divide.figures.base.columns import Column, describe_columns, plain_value, write_value
from compute_divide.figures.base.empty import NOTHING_TEXTS, nothing_chart, nothing_data
from compute_divide.figures.base.theme import CONFIG

VEGALITE_MIME = "application/vnd.vegalite.v6+json"
MAX_ROWS = 5000
"""Most rows that a figure may carry: the page holds them all."""
MAX_ALT = 300

_FIGURE_NAME = re.compile(r"fig-[a-z0-9]+(-[a-z0-9]+)*")
_TABLE_NAME = re.compile(r"tab-[a-z0-9]+(-[a-z0-9]+)*")
_COMPOSED = ("hconcat", "vconcat", "concat", "facet", "repeat", "spec")


class FigureError(ValueError):
    """A figure or table lacks something that a reader needs."""


def show_chart(
    chart: alt.TopLevelMixin,
    *,
    name: str,
    title: str,
    alt: str,
    description: str,
    data: pd.DataFrame,
    source: str,
    caption: str = "",
    licence: str = "CC BY 4.0",
    columns: Mapping[str, Column] | None = None,
) -> None:
    """Show a chart as a numbered figure.

    Parameters
    ----------
    chart : altair chart
        Without a title of its own and without a theme: both come from here and from the page.
    name : str
        ``fig-...``, for cross-references: small letters, digits and hyphens.
    title : str
        The finding, as a sentence computed from the results.
    alt : str
        One sentence that stands in for the picture.
    description : str
        A paragraph written from the data, for those who cannot see the picture.
    data : pandas.DataFrame
        The data behind the figure, ready for a reader: one row a mark or finer. Where there is no row, the figure says
        that there are no data, in place of chart and texts.
    source : str
        Whose data, of which date; see `compute_divide.figures.base.credits.credit`.
    caption : str, optional
        MyST Markdown below the figure: how to read it; may hold citations and roles.
    licence : str, default "CC BY 4.0"
        Licence of the figure and its data.
    columns : mapping of str to Column, optional
        Label and kind of the columns of `data` that `compute_divide.figures.base.columns.COLUMNS` does not know.

    Raises
    ------
    FigureError
        If anything is missing, or does not fit; the message names the figure and what is wrong.
    """
    from IPython.display import display

    output, metadata = figure_output(
        chart,
        name=name,
        title=title,
        alt=alt,
        description=description,
        data=data,
        source=source,
        caption=caption,
        licence=licence,
        columns=columns,
    )
    display(output, raw=True, metadata=metadata)


def figure_output(
    chart: alt.TopLevelMixin,
    *,
    name: str,
    title: str,
    alt: str,
    description: str,
    data: pd.DataFrame,
    source: str,
    caption: str = "",
    licence: str = "CC BY 4.0",
    columns: Mapping[str, Column] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what `show_chart` displays: the data and the metadata of the output. The parameters are the same."""
    texts = {"title": title, "alt": alt, "description": description, "source": source, "licence": licence}
    texts["caption"] = caption
    if data.empty:
        chart, data, texts = nothing_chart(), nothing_data(), texts | NOTHING_TEXTS
    _check_texts(name, {what: text for what, text in texts.items() if what != "caption"})
    _check_data(name, data)
    spec = chart.to_dict()
    _check_spec(name, spec)
    spec["config"] = CONFIG
    spec["description"] = texts["alt"]
    described = describe_columns(data, columns)
    figure = {"name": name, **texts, "data": _data_block(data, described)}
    output = {VEGALITE_MIME: _shorten(spec), "text/plain": texts["alt"]}
    return output, {VEGALITE_MIME: figure}


def show_table(data: pd.DataFrame, *, name: str, caption: str, columns: Mapping[str, Column] | None = None) -> None:
    """Show a table as a numbered, cross-referenceable table, the same in every format of the book.

    Parameters
    ----------
    data : pandas.DataFrame
        The table as it shall be read; text cells may hold MyST roles and citations. Where there is no row, it says so.
    name : str
        ``tab-...``, for cross-references.
    caption : str
        MyST Markdown; says what the table shows.
    columns : mapping of str to Column, optional
        Label and kind of the columns that `compute_divide.figures.base.columns.COLUMNS` does not know.

    Raises
    ------
    FigureError
        If the name or the caption does not fit.
    """
    from IPython.display import display

    display({"text/markdown": table_markdown(data, name=name, caption=caption, columns=columns)}, raw=True)


def table_markdown(data: pd.DataFrame, *, name: str, caption: str, columns: Mapping[str, Column] | None = None) -> str:
    """Return a table as a MyST ``{table}`` directive. The parameters are those of `show_table`.

    Examples
    --------
    >>> shares = pd.DataFrame({"year": [2010], "share": [0.64]})
    >>> print(table_markdown(shares, name="tab-x", caption="Shares by year"))
    ```{table} Shares by year
    :name: tab-x
    <BLANKLINE>
    | Year | Share |
    | ---: | ---: |
    | 2010 | 64% |
    ```
    """
    if not _TABLE_NAME.fullmatch(name):
        raise FigureError(f"the table name {name!r} must be tab-... of small letters, digits and hyphens")
    if not caption.strip() or "\n" in caption.strip():
        raise FigureError(f"the table {name} needs a caption of one line")
    data = nothing_data() if data.empty else data
    _check_data(name, data)
    described = describe_columns(data, columns)
    lines = [
        _row(column.label for column in described.values()),
        _row("---" if column.kind in ("text", "date") else "---:" for column in described.values()),
        *(
            _row(write_value(value, column.kind) for value, column in zip(row, described.values(), strict=True))
            for row in data.itertuples(index=False)
        ),
    ]
    return f"```{{table}} {caption.strip()}\n:name: {name}\n\n" + "\n".join(lines) + "\n```"


def _row(cells: Any) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _check_texts(name: str, texts: Mapping[str, str]) -> None:
    """Raise `FigureError` where a text is missing or does not do its job."""
    if not _FIGURE_NAME.fullmatch(name):
        raise FigureError(f"the figure name {name!r} must be fig-... of small letters, digits and hyphens")
    for what, text in texts.items():
        if not text or not text.strip():
            raise FigureError(f"the figure {name} has no {what}")
    if len(texts["alt"]) > MAX_ALT:
        raise FigureError(f"the alt of the figure {name} has {len(texts['alt'])} characters; {MAX_ALT} are allowed")
    if texts["description"].strip() == texts["alt"].strip():
        raise FigureError(f"the description of the figure {name} only repeats its alt: write it from the data")


def _check_data(name: str, data: pd.DataFrame) -> None:
    if len(data) > MAX_ROWS:
        raise FigureError(f"{name} has {len(data):,} rows; {MAX_ROWS:,} are allowed: aggregate first")


def _check_spec(name: str, spec: Mapping[str, Any]) -> None:
    """Raise `FigureError` for what the page must decide: title, theme, width of a single chart."""
    if "title" in spec:
        raise FigureError(f"the chart of {name} has a title of its own: give it to show_chart, the page shows it")
    if spec.get("config"):
        _without_default(name, spec["config"])
    if not any(key in spec for key in _COMPOSED) and spec.get("width") != "container":
        raise FigureError(f'the chart of {name} needs .properties(width="container")')


def _without_default(name: str, config: Mapping[str, Any]) -> None:
    """Allow Altair's own default (the size of a view), nothing else."""
    if set(config) - {"view"}:
        raise FigureError(f"the chart of {name} sets a theme of its own ({', '.join(sorted(config))})")


def _data_block(data: pd.DataFrame, described: Mapping[str, Column]) -> dict[str, Any]:
    kinds = [column.kind for column in described.values()]
    return {
        "columns": [{"name": key, "label": column.label, "kind": column.kind} for key, column in described.items()],
        "rows": [
            [plain_value(value, kind) for value, kind in zip(row, kinds, strict=True)]
            for row in data.itertuples(index=False, name=None)
        ],
    }


def _shorten(part: Any) -> Any:
    """Round every number to six significant digits: the specification travels with the page."""
    if isinstance(part, dict):
        return {key: _shorten(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_shorten(value) for value in part]
    return float(f"{part:.6g}") if isinstance(part, float) else part
