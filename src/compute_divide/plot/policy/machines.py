"""The table of what public machines could train."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from bookpress.elements.figure.show import Table
from compute_divide.plot.base.entries import check_entries
from compute_divide.plot.base.show import Column, table
from compute_divide.plot.base.wording import written
from holdtrue.estimates import Estimate

_MACHINE_COLUMNS = {
    "name": Column("Machine"),
    "country": Column("Country"),
    "h100": Column("H100 equivalents", "number"),
    "measured": Column("Measured, of peak", "share"),
    "flop": Column("Training compute (FLOP)", "power"),
}


def machine_runs(
    machines: pd.DataFrame,
    reached: Mapping[str, Estimate],
    months: Mapping[str, Estimate],
    year: int,
) -> Table:
    """Return what public machines could train if they did nothing else.

    Parameters
    ----------
    machines : pandas.DataFrame
        ``country``, ``h100e`` (H100 equivalents by peak), ``measured`` (what a benchmark in 16 bits
        reached of that, 0 to 1, if it has been run) and ``flop`` (training compute in FLOP); the
        index has their names.
    reached, months : mapping of str to Estimate
        The share of models within its reach, and the months it needs for the largest, by name.
    year : int
        The year of these models.

    Returns
    -------
    Table
        One row per machine.

    Examples
    --------
    >>> import compute_divide as cd
    >>> machine = {"country": "Germany", "h100e": 23_538, "measured": 0.27, "flop": 6.1e25}
    >>> machines = pd.DataFrame(machine, index=["JUPITER"])
    >>> reached = {"JUPITER": cd.wilson_share(29, 33, "notable models of 2025 within reach")}
    >>> months = {"JUPITER": cd.number_of(19, "time for the largest run of 2025", "months")}
    >>> table = cd.plot.machine_runs(machines, reached, months, 2025)
    >>> table.data[["name", "reach", "months"]].values.tolist()
    [['JUPITER', '29 of 33', '19']]
    >>> table.columns["months"].label
    'Months for the largest of 2025'
    """
    check_entries("machine_runs: reached", reached, machines.index)
    check_entries("machine_runs: months", months, machines.index)
    reach = [_counts(reached[name]) for name in machines.index]
    needed = [_number(months[name]) for name in machines.index]
    rows = machines[["country", "h100e", "measured", "flop"]].reset_index(drop=True)
    rows = rows.rename(columns={"h100e": "h100"})
    rows.insert(0, "name", machines.index)
    rows = rows.assign(reach=reach, months=needed)
    columns = {**_MACHINE_COLUMNS}
    columns["reach"] = Column(f"Reaches, of {year}")
    columns["months"] = Column(f"Months for the largest of {year}")
    return table(rows, columns)


def _number(estimate: Estimate) -> str:
    if estimate.value:
        return f"{estimate.value:,.0f}"
    return ""


def _counts(share: Estimate) -> str:
    """Return the counts of a share; empty if it has none."""
    if share.n:
        return written(share, "counts")
    return ""
