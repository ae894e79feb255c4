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
    return figure(
        _lines(known),
        known,
        description=describe_series(known, "year", "share", by="field"),
        source=models_credit(vintage),
        columns={"field": Column("Field")},
    )


def vintage_table(tables: Mapping[str, pd.DataFrame]) -> Table:
    """Return the vintages, oldest first: how many models each holds, and for how many the key fields are known.

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
    columns = {
        "models": Column("Models"),
        "notable": Column("Notable"),
        "newest": Column("Newest model"),
        "team_known": Column("Team type known"),
        "compute_known": Column("Compute known"),
        "parameters_known": Column("Parameters known"),
    }
    return table(pd.DataFrame(rows), columns)


def definition_table() -> Table:
    """Return the rules for which models count as large-scale.

    Returns
    -------
    Table
        Each with its name as a choice, and what it says.
    """
    rules = [
        {"rule": DEFINITION_NAMES[name], "definition": f"`{name}`", "meaning": meaning}
        for name, meaning in DEFINITIONS.items()
    ]
    columns = {
        "rule": Column("Rule"),
        "definition": Column("Its name as a choice"),
        "meaning": Column("A model counts when it is, or has"),
    }
    return table(pd.DataFrame(rules), columns)


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
    bases = models["base_model"].astype("str").str.replace("|", ", ")
    rows = models[["model", "published", COMPUTE, "team_type"]]
    rows = rows.assign(base_model=bases.where(models["base_model"].notna(), ""))
    return table(rows, {"base_model": Column("Built on")})


def _summary(models: pd.DataFrame) -> dict[str, str]:
    """Return what a vintage holds, as readers see it."""
    known = {
        "team_known": models["team_type"] != UNKNOWN,
        "compute_known": models[COMPUTE].notna(),
        "parameters_known": models["parameters"].notna(),
    }
    return {
        "models": f"{len(models):,}",
        "notable": f"{(models['scope'] == 'notable').sum():,}",
        "newest": f"{models['published'].max():%Y-%m-%d}",
        **{name: f"{found.sum():,} ({found.mean():.0%})" for name, found in known.items()},
    }


@needs("share")
def _lines(known: pd.DataFrame) -> alt.LayerChart:
    dashes = alt.StrokeDash("field:N", legend=None, scale=alt.Scale(range=[[1, 0], [6, 3], [2, 3]]))
    tooltip = share_tips("field:N|Field", "year:Q|Year|d")
    line = alt.Chart(known).mark_line(color=ACCENT)
    line = line.encode(x=year_axis(), y=share_axis(), strokeDash=dashes, tooltip=tooltip)
    return framed(line, end_labels(known, "year", "share", "field", year_axis(), share_axis("at")))
