"""The figure and the table of the ledger: claims beside our estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure, Table, link
from bookpress.elements.figure.theme import ACCENT, INK
from compute_divide.estimates.claims.verdicts import VERDICTS, Check
from compute_divide.plot.base.entries import check_entries
from compute_divide.plot.base.marks import series_dots
from compute_divide.plot.base.show import Column, credit, figure, table
from compute_divide.plot.base.wording import describe_groups, in_cell
from compute_divide.sources.claims import Claim, LedgerFigure
from compute_divide.sources.papers.citations import RANKS_TABLE
from holdtrue.estimates import Estimate
from holdtrue.number_formats import spoken

Claims = Mapping[str, Claim]
Entries = Mapping[str, LedgerFigure]
PAPER = "besiroglu2024"
_SIGNS = ("✓", "✗", "~", "–")
_MARKS = {verdict: f"{sign} {verdict}" for verdict, sign in zip(VERDICTS, _SIGNS, strict=True)}
"""The words for a verdict in the table."""
_BY_MARGIN = ", within the margin"
"""What is added where our interval leaves the claimed value out."""
_WHOSE = "the work"
"""The legend's words for who claims a share."""
_READINGS = {"then": "data of its time", "now": "today's data"}
"""The estimates shown beside the claimed value, and their names in the chart."""
_ANCHORS = {"adopts-open-models": "adoption", "less-release": "release"}
"""Anchors of claims on the page that differ from the ids of the claims."""
_COLUMNS = {
    "claim": Column("Claim", markup=True),
    "theirs": Column("Claimed", markup=True, roles=("claim", "related")),
    "then": Column("Ours, data of its time"),
    "now": Column("Ours, today's data"),
    "verdict": Column("Verdict"),
    "reason": Column("What each counts, and what follows"),
}


def claimed_shares(
    checks: Sequence[Check], claims: Claims, entries: Entries, vintages: Sequence[str]
) -> Figure:
    """Return claimed shares beside our estimates.

    Parameters
    ----------
    checks : sequence of Check
        The claims that are shares, in the order of the rows.
    claims : mapping of str to Claim
        The claims of the paper, by id.
    entries : mapping of str to LedgerFigure
        The claims of other works, by id.
    vintages : sequence of str
        The vintages of the models database: of its time and today's.

    Returns
    -------
    Figure
        One row per claim, with a dot for the work in the colour of text and one with its interval
        for each estimate that has a value.

    Examples
    --------
    >>> import compute_divide as cd
    >>> ours = cd.wilson_share(55, 86, "universities alone, 2010 to 2014")
    >>> checks = [cd.Check("academia-share-early", 0.65, now=ours)]
    >>> vintages = ["2023-03", "2026-08"]
    >>> figure = cd.plot.claimed_shares(checks, cd.data.claims(), cd.data.ledger(), vintages)
    >>> figure.data[["whose", "share"]].round(2).values.tolist()
    [['the work', 0.65], ["today's data", 0.64]]
    """
    check_entries("claimed_shares: claims, entries", {**claims, **entries}, _ids(checks))
    rows = []
    for check in checks:
        name = _name(check.claim, claims, entries)
        rows.append({"claim": name, "whose": _WHOSE, "share": check.value})
        for field, reading in _READINGS.items():
            estimate = getattr(check, field)
            if estimate is not None and estimate.value is not None:
                rows.append({"claim": name, "whose": reading, **estimate.row()})
    readings = pd.DataFrame(rows, columns=["claim", "whose", "share", "low", "high", "k", "n"])
    models = [f"models/{vintage}.csv" for vintage in dict.fromkeys(vintages)]
    return figure(
        _reading_dots(readings),
        readings,
        description=describe_groups(readings, "claim", "whose"),
        source=credit(*models, "hardware/clusters.csv", RANKS_TABLE),
        columns={"claim": Column("Claim"), "whose": Column("Whose")},
    )


def _reading_dots(readings: pd.DataFrame) -> alt.TopLevelMixin:
    shown = set(readings["whose"])
    colours = {_WHOSE: INK, **dict.fromkeys(_READINGS.values(), ACCENT)}
    colours = {name: colour for name, colour in colours.items() if name in shown}
    return series_dots(readings, "claim", "whose", colours, "Share")


def ledger_table(checks: Sequence[Check], claims: Claims, entries: Entries) -> Table:
    """Return the claims: who made each, their value and ours, the verdict and its reason.

    Parameters
    ----------
    checks : sequence of Check
        The claims, in the order of the rows.
    claims : mapping of str to Claim
        The claims of the paper, by id.
    entries : mapping of str to LedgerFigure
        The claims of other works, by id.

    Returns
    -------
    Table
        One row per claim, linked to its place on the page.

    Examples
    --------
    >>> import compute_divide as cd
    >>> ours = cd.wilson_share(31_937, 53_288, "papers of universities alone")
    >>> checks = [cd.Check("liang-most", 0.5, now=ours, side="above", measure="papers")]
    >>> checks.append(cd.Check("hao-sector", why="The lists do not say what a paper took."))
    >>> table = cd.plot.ledger_table(checks, cd.data.claims(), cd.data.ledger())
    >>> table.data[["now", "verdict"]].values.tolist()
    [['60% (59.5% to 60.3%; 31,937 of 53,288)', '✓ agrees'], ['', '– cannot be tested']]
    """
    check_entries("ledger_table: claims, entries", {**claims, **entries}, _ids(checks))
    rows = [_row(check, claims, entries) for check in checks]
    return table(pd.DataFrame(rows, columns=list(_COLUMNS)), _COLUMNS)


def _ids(checks: Sequence[Check]) -> list[str]:
    return [check.claim for check in checks]


def _row(check: Check, claims: Claims, entries: Entries) -> dict[str, str]:
    key = check.claim
    is_of_paper = key in claims
    work = PAPER if is_of_paper else entries[key].cite
    anchor = _ANCHORS.get(key, key)
    value = claims[key].value if is_of_paper else entries[key].value
    kind = "claim" if is_of_paper else "related"
    counted = _of_claim(claims[key]) if is_of_paper else _of_entry(entries[key])
    return {
        "claim": f"{link(_name(key, claims, entries), f'#{anchor}')}, {{cite:t}}`{work}`",
        "theirs": "direction only" if value is None else f"{{{kind}}}`{key}`",
        "then": _ours(check.then),
        "now": _ours(check.now),
        "verdict": _MARKS[check.verdict] + (_BY_MARGIN if check.is_by_margin else ""),
        "reason": f"{counted} {check.reason if check.why else f'Ours: {check.reason}'}",
    }


def _name(key: str, claims: Claims, entries: Entries) -> str:
    if key in claims:
        return claims[key].name
    return entries[key].entry.name


def _of_claim(claim: Claim) -> str:
    seen = "read in the paper" if claim.provenance == "paper" else "from summaries"
    return f"Theirs: {claim.statement}; {seen}."


def _of_entry(figure_of: LedgerFigure) -> str:
    entry = figure_of.entry
    seen = f"known from {entry.told_by}" if entry.told_by else "from its own page or abstract"
    return f"Theirs: {entry.definition}; {spoken(str(entry.date))}, {seen}."


def _ours(estimate: Estimate | None) -> str:
    """Return our estimate with its interval, and its counts if it has some.

    It is empty without a value.
    """
    if estimate is None or estimate.value is None:
        return ""
    if estimate.k is None:
        return in_cell(estimate, "interval")
    return in_cell(estimate, "interval", "counts")
