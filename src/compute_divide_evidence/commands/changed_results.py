"""Write the published results that audited records change, from the chapters themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bookpress.book.project import Project
from bookpress.run.runner import RunOptions
from bookpress.states.sweeps.compare import ChangedResult, compare, sides
from compute_divide.sources.audit.results import CHANGED, CHANGED_FILE
from compute_divide.sources.store import files
from holdtrue import number_formats
from holdtrue.estimates import read_estimate

EDITION = "default"
AS_LISTED = "records=as-listed"


def changed_results(project: Project, options: RunOptions) -> pd.DataFrame:
    """Return the results of the published edition that change if records are taken as listed."""
    audited, listed = sides(project, (EDITION, EDITION), options, [AS_LISTED])
    changes = compare(audited, listed).changes
    return pd.DataFrame([row for row in map(_row, changes) if row], columns=list(CHANGED.columns))


def _row(change: ChangedResult) -> dict[str, str] | None:
    """Return a row of the table; None if only the words around a value differ."""
    audited = _written(change.one)
    listed = _written(change.other)
    if audited == listed:
        return None
    return {
        "chapter": change.chapter,
        "result": change.key,
        "label": change.label,
        "listed": listed,
        "audited": audited,
    }


def _written(result: Mapping[str, Any] | None) -> str:
    if result:
        return number_formats.full(read_estimate(result))
    return "none"


def write_changed_results(project: Project, options: RunOptions) -> int:
    """Write the table among the evidence, and return how many results it has."""
    rows = changed_results(project, options)
    rows.to_csv(files.data_dir() / CHANGED_FILE, index=False)
    return len(rows)
