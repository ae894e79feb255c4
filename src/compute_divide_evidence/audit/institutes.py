"""Derive the institutes that the models database calls academic, and that this book does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from compute_divide.sources.audit.institutes import INSTITUTES, NOT_ACADEMIC
from compute_divide.sources.models.schema import SCHEMA
from compute_divide.sources.models.sectors import listed_makers
from compute_divide.sources.papers.affiliations import AffiliationReader, load_affiliation_rules
from compute_divide.sources.papers.profiles import RULES_FILE, judgement_calls, slot_sectors
from compute_divide.sources.store import files, tables
from compute_divide.sources.store.files import SetAside, Sidecar
from compute_divide_evidence.store.raw_csv import Origin, read_raw
from compute_divide_evidence.store.writing import DerivedTable

_RULES = Origin(
    RULES_FILE,
    "Rules that recognise organisations",
    "2026-11",
    "The Compute Divide, rules for organisations",
    "CC BY 4.0",
)


def sector_reader() -> Callable[[str, str], str]:
    """Return a function from an organisation and its listed sector to the sector it counts in.

    Only organisations that are listed as academic and that ``data/organisations.csv`` knows as
    public or non-profit research count in another sector. A unit that a university shares with a
    public body counts as the university's.
    """
    read = AffiliationReader(load_affiliation_rules()).read
    calls = judgement_calls()

    @cache
    def counted(organisation: str, listed: str) -> str:
        sectors = slot_sectors(read(organisation).split("+"), calls)
        is_institute = listed == "academia" and bool(sectors) and sectors <= NOT_ACADEMIC
        return min(sectors) if is_institute else listed

    return counted


def derive_institutes(counted: Callable[[str, str], str], folder: Path) -> Sidecar:
    """Write the institutes of all vintages, by name, with the sector they count in."""
    named = {
        (organisation, sector)
        for organisation, listed in _listed_organisations()
        if (sector := counted(organisation, listed)) != listed
    }
    rows = [{"organisation": name, "sector": sector} for name, sector in sorted(named)]
    rules = read_raw(files.data_dir() / RULES_FILE).source(_RULES)
    reason = "recognise no organisation that the models database calls academic"
    unused = SetAside(reason=reason, rows=rules.rows - len(rows))
    return DerivedTable(INSTITUTES, folder).write(rows, [rules], [unused])


def _listed_organisations() -> Iterator[tuple[str, str]]:
    """Yield the organisations of the models of every vintage, with their listed sectors."""
    for vintage in files.vintages():
        models = tables.read_table(files.table_name(vintage), SCHEMA)
        for _, organisations, sectors in listed_makers(models):
            yield from zip(organisations, sectors, strict=True)
