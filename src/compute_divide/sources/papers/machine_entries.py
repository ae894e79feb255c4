"""When universities' own machines entered the TOP500: years, under the numbers of their papers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from compute_divide.sources.papers.affiliations import parse_rows
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import Strict, read_bytes

CENTRES_FILE = "computing_centres.csv"
DERIVED_BY = "compute_divide.sources.papers.machine_entries.derive_university_machines"
_YEAR = tables.whole(1990, 2040)

ENTRIES = tables.EvidenceTable(
    "papers/university_machines.csv",
    tables.schema(
        university=tables.whole(1, nullable=False),
        entry=_YEAR,
        first_list=_YEAR,
        accelerated=_YEAR,
        plain=_YEAR,
        national=tables.flag(),
        may_control=tables.flag(),
    ),
    "years in which universities' own machines entered the TOP500, and which may be controls",
    DERIVED_BY,
)
"""One row for each university that has a machine on record, by its number in the table of papers.

``entry`` is the year of the first machine with GPUs, by the list or the machine's own year,
whichever is earlier, ``first_list`` that of the first list alone; ``accelerated`` counts Xeon Phi,
Cell and older AMD cards too, ``plain`` is that of the first machine without accelerators. All are
missing where the year is not known. ``national`` machines serve a whole country. A university that
may have had a machine unseen is no control."""
load_university_machines = ENTRIES.read


class Centre(Strict):
    """A site of the TOP500 whose universities its name does not tell, or that serves a country.

    `pattern` is the site as the lists name it; universities are separated by semicolons.
    """

    pattern: str = Field(min_length=1)
    universities: str = Field(min_length=1)
    national: Literal["yes", "no"]


def load_computing_centres() -> tuple[Centre, ...]:
    """Return whose universities computing centres are, from ``data/computing_centres.csv``.

    Returns
    -------
    tuple of Centre
        In the order of the file.

    Raises
    ------
    EvidenceError
        If a row is malformed, or a site stands there twice.

    Examples
    --------
    >>> centres = {row.pattern: row.universities for row in load_computing_centres()}
    >>> centres["Cyfronet"]
    'AGH University of Science and Technology'
    """
    return parse_rows(read_bytes(CENTRES_FILE).decode("utf-8"), CENTRES_FILE, Centre)
