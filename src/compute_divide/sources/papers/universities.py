"""Names of universities kept by hand, regions, and how well universities are read."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from pydantic import Field

from compute_divide.sources.papers.affiliations import parse_rows
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import Strict, read_bytes

NAMES_FILE = "university_names.csv"
READINGS_FILE = "university_readings.csv"

_COUNTRIES = {
    "north-america": "US CA",
    "china": "CN HK MO",
    "east-asia": "JP KR TW SG MY TH VN ID PH KH LA MM BN MN KP",
    "europe": (
        "GB IE FR DE CH AT BE NL LU DK SE NO FI IS IT ES PT GR CY MT PL CZ SK HU SI HR RS BA ME MK "
        "AL BG RO MD UA BY RU LT LV EE AD LI MC SM VA FO GI GL"
    ),
}
REGIONS = (*_COUNTRIES, "elsewhere")
"""North America is the United States and Canada; China includes Hong Kong and Macao; East Asia is
the rest, with the south-east; elsewhere is all that is left, mostly Australia, India and Israel.
Oceania is no region of its own, for too few of its universities have a machine to hide which."""
_REGION = {code: region for region, codes in _COUNTRIES.items() for code in codes.split()}


def region_of(country: str) -> str | None:
    """Return the region of a country by its two-letter code; None if there is no code."""
    if country:
        return _REGION.get(country, "elsewhere")
    return None


class UniversityName(Strict):
    """A name and the university that it stands for.

    An empty university says that the name stands for none, such as that of a system of campuses.
    A name that counts only `alone` is short or ambiguous: one in capitals must stand between
    commas, any other must be the whole affiliation.
    """

    pattern: str = Field(min_length=1)
    university: str
    country: str = Field(pattern=r"^([A-Z]{2})?$")
    alone: Literal["yes", "no"]


def load_university_names() -> tuple[UniversityName, ...]:
    """Return the names of universities kept by hand, from ``data/university_names.csv``.

    Returns
    -------
    tuple of UniversityName
        In the order of the file.

    Raises
    ------
    EvidenceError
        If a row is malformed, or a name stands there twice.

    Examples
    --------
    >>> names = {row.pattern: row.university for row in load_university_names()}
    >>> names["UC Berkeley"]
    'University of California, Berkeley'
    """
    return parse_rows(read_bytes(NAMES_FILE).decode("utf-8"), NAMES_FILE, UniversityName)


VERDICTS = ("right", "wrong", "missed", "none", "unnamed")
"""What a reading was: every university right; another university, or what is none; a university
not read; none there and none read; a unit whose university the string does not name."""

READINGS = tables.schema(
    affiliation=tables.text(nullable=False),
    sample=tables.one_of(["slots", "strings"], nullable=False),
    verdict=tables.one_of(VERDICTS, nullable=False),
    region=tables.one_of(REGIONS),
)
"""Schema of ``university_readings.csv``: ``affiliation`` is a hash of the string."""


def load_university_readings() -> pd.DataFrame:
    """Return the verdicts on a sample of affiliations from which universities were read.

    The 300 were drawn (``random.Random(61)``) from six lists that the names were not made on (CVPR
    2021, NeurIPS 2018, ICML 2023, ICLR 2019, COLT 2022, ICCV 2019) and read by hand before any
    name was added because of them: half by authors, half uniformly from the other strings. Names
    that were added later, where e-mail domains showed two names of one university, change one of
    these readings, a wrong one; its verdict stands.

    Returns
    -------
    pandas.DataFrame
        One row per string: ``affiliation`` (the first 16 digits of its SHA-256), ``sample``
        (``slots`` or ``strings``), ``verdict`` and the ``region`` of the first university in it.

    Raises
    ------
    EvidenceError
        If the file is missing or damaged.

    Examples
    --------
    >>> load_university_readings()["sample"].value_counts().tolist()
    [150, 150]
    """
    return tables.read_by_hand(READINGS_FILE, READINGS)
