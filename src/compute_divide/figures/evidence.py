"""Charts and tables of the chapter on evidence: what the database knows, year by year and vintage by vintage."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, HEIGHT, INK, needs
from compute_divide.figures.base.marks import share_axis, spread, tips, year_axis

FIELDS = {
    "training_compute_flop": "training compute",
    "parameters": "number of parameters",
    "training_hardware": "training hardware",
}
"""Fields whose coverage is shown, with their names in a sentence."""


@needs("share")
def known_lines(known: pd.DataFrame) -> alt.LayerChart:
    """Return lines of the share of models for which a field is known, with bands, labelled at their ends.

    Parameters
    ----------
    known : pandas.DataFrame
        Columns ``year``, ``field``, ``share``, ``low``, ``high``; one row a year and field.

    Returns
    -------
    altair.LayerChart
        One line a field, told apart by its dashes and its label.
    """
    dashes = alt.StrokeDash("field:N", legend=None, scale=alt.Scale(range=[[1, 0], [6, 3], [2, 3]]))
    base = alt.Chart(known).encode(x=year_axis())
    band = base.mark_errorband(color=ACCENT, opacity=0.12).encode(y=share_axis("low"), y2="high:Q", detail="field:N")
    line = base.mark_line(color=ACCENT).encode(
        y=share_axis(),
        strokeDash=dashes,
        tooltip=tips("field:N|Field", "year:Q|Year|d", "share:Q|Known|.0%", "low:Q|Low|.0%", "high:Q|High|.0%"),
    )
    ends = known.sort_values("year").groupby("field", sort=False).tail(1).copy()
    ends["at"] = spread(ends["share"], gap=0.07)
    labels = (
        alt.Chart(ends[["year", "field", "at"]])
        .mark_text(align="left", dx=6, color=INK)
        .encode(x=year_axis(), y=share_axis("at"), text="field:N")
    )
    chart: alt.LayerChart = (
        alt.layer(band, line, labels)
        .resolve_scale(strokeDash="independent")
        .properties(width="container", height=HEIGHT)
    )
    return chart


def vintage_table(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of the vintages as readers see it: counts, and shares of the models in brackets.

    Parameters
    ----------
    summary : pandas.DataFrame
        As `compute_divide.analysis.models.coverage.vintage_summary` returns it.
    """

    def with_share(column: str) -> pd.Series[str]:
        return summary[column].map("{:,}".format) + (summary[column] / summary["models"]).map(" ({:.0%})".format)

    return pd.DataFrame(
        {
            "vintage": summary["vintage"],
            "models": summary["models"].map("{:,}".format),
            "notable": summary["notable"].map("{:,}".format),
            "newest": pd.to_datetime(summary["newest"]).dt.strftime("%Y-%m-%d"),
            "team_known": with_share("team_known"),
            "compute_known": with_share("compute_known"),
            "parameters_known": with_share("parameters_known"),
        }
    )
