"""The figure and the tables of the chapter on the evidence and its gaps."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from bookpress.page.figures.show import Figure, Table
from bookpress.page.figures.theme import ACCENT, needs
from compute_divide.analysis.models.drift import known_by_year
from compute_divide.analysis.statistics.estimates import COMPUTE, UNKNOWN
from compute_divide.choices import DEFINITIONS
from compute_divide.plot.base.marks import (
    DEFINITION_NAMES,
    end_labels,
    framed,
    share_axis,
    share_tips,
    year_axis,
)
from compute_divide.plot.base.show import Column, figure, models_credit, table
from compute_divide.plot.base.wording import describe_series

_FIELDS = {
    COMPUTE: "training compute",
    "parameters": "number of parameters",
    "training_hardware": "training hardware",
}
"""How the key fields are called."""
_VINTAGE_COLUMNS = {
    "models": Column("Models"),
    "notable": Column("Notable"),
    "newest": Column("Newest model"),
    "team_known": Column("Team type known"),
    "compute_known": Column("Compute known"),
    "parameters_known": Column("Parameters known"),
}
_RULE_COLUMNS = {
    "rule": Column("Rule"),
    "definition": Column("Its name as a choice", markup=True),
    "meaning": Column("A model counts when it is, or has"),
}


def known_lines(models: pd.DataFrame, vintage: str) -> Figure:
    """Return the share of each year's models for which key fields hold a value, a line a field.

    Parameters
    ----------
    models : pandas.DataFrame
        The models of the years that are shown.
    vintage : str
        The vintage that they are of.

    Returns
    -------
    Figure
        Lines are named at their ends: training compute, parameters, training hardware.
    """
    parts = [known_by_year(models, field).assign(field=name) for field, name in _FIELDS.items()]
    columns = ["field", "year", "share", "low", "high", "k", "n"]
    known = pd.concat(parts, ignore_index=True)[columns]
    description = describe_series(known, "year", "share", by="field")
    source = models_credit(vintage)
    headings = {"field": Column("Field")}
    chart = _lines(known)
    return figure(chart, known, description=description, source=source, columns=headings)


def vintage_table(tables: Mapping[str, pd.DataFrame]) -> Table:
    """Return the vintages, oldest first.

    Each has how many models it holds, and for how many the key fields are known.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The models of each vintage, by its name.

    Returns
    -------
    Table
        Counts, with shares of the models in brackets.
    """
    rows = [{"vintage": name, **_summary(models)} for name, models in sorted(tables.items())]
    return table(pd.DataFrame(rows), _VINTAGE_COLUMNS)


def definition_table() -> Table:
    """Return the rules for which models count as large-scale.

    Returns
    -------
    Table
        Each with its name as a choice, and what it says.
    """
    rules = []
    for name, meaning in DEFINITIONS.items():
        rule = DEFINITION_NAMES[name]
        rules.append({"rule": rule, "definition": f"`{name}`", "meaning": meaning})
    return table(pd.DataFrame(rules), _RULE_COLUMNS)


def unlisted_table(models: pd.DataFrame) -> Table:
    """Return models with their training compute, who made them, and what they are built on.

    Parameters
    ----------
    models : pandas.DataFrame
        The models, in the order of the rows.

    Returns
    -------
    Table
        A row a model.
    """
    names = models["base_model"]
    bases = names.astype("str").str.replace("|", ", ")
    rows = models[["model", "published", COMPUTE, "team_type"]]
    rows = rows.assign(base_model=bases.where(names.notna(), ""))
    return table(rows, {"base_model": Column("Built on")})


def _summary(models: pd.DataFrame) -> dict[str, str]:
    """Return what a vintage holds, as readers see it."""
    notable = (models["scope"] == "notable").sum()
    newest = models["published"].max()
    return {
        "models": f"{len(models):,}",
        "notable": f"{notable:,}",
        "newest": f"{newest:%Y-%m-%d}",
        "team_known": _counted(models["team_type"] != UNKNOWN),
        "compute_known": _counted(models[COMPUTE].notna()),
        "parameters_known": _counted(models["parameters"].notna()),
    }


def _counted(are_known: pd.Series[bool]) -> str:
    """Return of how many models something is known, and of which share."""
    return f"{are_known.sum():,} ({are_known.mean():.0%})"


@needs("share")
def _lines(known: pd.DataFrame) -> alt.LayerChart:
    dashes = alt.Scale(range=[[1, 0], [6, 3], [2, 3]])
    dash = alt.StrokeDash("field:N", legend=None, scale=dashes)
    tooltip = share_tips("field:N|Field", "year:Q|Year|d")
    line = alt.Chart(known).mark_line(color=ACCENT)
    line = line.encode(x=year_axis(), y=share_axis(), strokeDash=dash, tooltip=tooltip)
    labels = end_labels(known, "year", "share", "field", year_axis(), share_axis("at"))
    return framed(line, labels)
