"""Whose data a figure shows, read from the sidecars of its tables."""

from __future__ import annotations

from compute_divide.evidence.store.tables import read_sidecar


def credit(*tables: str) -> str:
    """Return the credit of evidence tables: each source once, with the dates of its snapshots.

    Parameters
    ----------
    *tables : str
        Paths relative to the evidence folder: ``"models/2026-08.csv"``.

    Returns
    -------
    str
        Such as "Epoch AI, Data on AI Models (snapshot of 2026-08-19)".
    """
    dates: dict[str, list[str]] = {}
    for table in tables:
        for source in read_sidecar(table).sources:
            seen = dates.setdefault(source.credit, [])
            if source.snapshot not in seen:
                seen.append(source.snapshot)
    return "; ".join(f"{who} (snapshot of {_listed(sorted(when))})" for who, when in dates.items())


def models_credit(*vintages: str) -> str:
    """Return the credit of vintages of the models database.

    Examples
    --------
    >>> "Epoch AI" in models_credit("2026-08")
    True
    """
    return credit(*(f"models/{vintage}.csv" for vintage in vintages))


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
