"""Derive when universities' own machines entered the TOP500, under the numbers of their papers.

The rules are those of `docs/design-universities.md`, which was written before any entry was joined
to papers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from compute_divide.sources.audit.machines import load_audited_machines
from compute_divide.sources.chips.clusters import load_clusters
from compute_divide.sources.chips.universities import GPUS
from compute_divide.sources.papers.machine_entries import (
    CENTRES_FILE,
    ENTRIES,
    load_computing_centres,
)
from compute_divide.sources.papers.universities import region_of
from compute_divide.sources.store.files import EvidenceError, SetAside, Sidecar
from compute_divide.sources.store.raw_csv import Findings, Row
from compute_divide_evidence.chips import universities as gpus
from compute_divide_evidence.chips.machines import accelerator_of, read_top500
from compute_divide_evidence.papers.participation import (
    read_papers,
    university_numbers,
    university_reader,
)
from compute_divide_evidence.papers.universities import University, UniversityReader
from compute_divide_evidence.store.raw_csv import read_raw
from compute_divide_evidence.store.writing import DerivedTable

OWN_SEGMENT = "Academic"
OTHER_SEGMENTS = frozenset(["Research", "Government", "Others"])
"""A university in these may have a machine that is not its own, or not listed as its own."""
FIRST_MARKED = "2011-06"
"""The first list that names accelerators: a machine that has some here has no known year."""
FEWEST = 3
"""The fewest universities of a region that may have a year of entry."""
GPU = re.compile(r"nvidia|\bk20m\b|amd instinct|intel data center gpu max", re.IGNORECASE)
_NAMED = {
    "gpu": re.compile(r"nvidia|tesla", re.IGNORECASE),
    "other": re.compile(r"radeon|powerxcell", re.IGNORECASE),
}
"""What the names of computers tell of accelerators in the lists of 2010."""
_NO_ACCELERATOR = ("", "None")
_NOTES = (
    "of the TOP500 there are only years of entry: no machine, no site and no size",
    f"the universities of computing centres, kept by hand: data/{CENTRES_FILE}",
    "a university without a row has no machine that any of the lists knows",
    "numbers spare names and hide nothing: a reader with the public lists can find a row again",
)


@dataclass
class Listed:
    """What the lists say of a university: by kind of machine, months of lists and its own years."""

    machines: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    national: bool = False
    is_unclear: bool = False

    def of(self, *kinds: str) -> list[tuple[str, int]]:
        """Return the machines of some kinds."""
        return [machine for kind in kinds for machine in self.machines[kind]]


def derive_university_machines(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the years of entry of universities that have papers.

    See `compute_divide_evidence.catalogue.Derive`.
    """
    of_papers = Findings()
    reader = university_reader(raw, of_papers)
    papers = read_papers(raw, reader, of_papers)
    numbers = university_numbers(papers["universities"].explode().dropna())
    return [derive_entries(raw, folder, reader, numbers)]


def derive_entries(
    raw: Path, folder: Path, reader: UniversityReader, numbers: Mapping[University, int]
) -> Sidecar:
    """Derive the years of entry of universities that have a number."""
    findings = Findings()
    listed = _listed(raw, reader, findings)
    known = _known_elsewhere(raw, reader, findings)
    rows = {
        number: _entry_row(listed.get(university), known=university in known)
        for university, number in numbers.items()
        if university in listed or university in known
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("university")
    table = table.sort_index().reset_index()
    _check_regions(table, numbers)
    records = sum(source.rows for source in findings.sources)
    groups = findings.groups()
    merged = SetAside(
        reason="machines and rows counted in the row of their university, or of one without papers",
        rows=records - len(table) - sum(group.rows for group in groups),
    )
    lost = len({*listed} - {*numbers})
    notes = [*_NOTES, f"universities of the lists without a paper at any conference: {lost}"]
    return DerivedTable(ENTRIES, folder).write(table, findings.sources, [*groups, merged], notes)


def _check_regions(table: pd.DataFrame, numbers: Mapping[University, int]) -> None:
    """Refuse a region in which too few universities have an entry to leave them unnamed."""
    entered = table.loc[table["entry"].notna(), "university"]
    countries = {number: university.country for university, number in numbers.items()}
    for region, number in entered.map(countries).map(region_of).value_counts().items():
        if number < FEWEST:
            raise EvidenceError(
                f"only {number} universities of the region {region!r} have a machine: "
                "join it with another"
            )


def _listed(
    raw: Path, reader: UniversityReader, findings: Findings
) -> defaultdict[University, Listed]:
    """Return what the lists say of each university that they name."""
    centres = {row.pattern: row for row in load_computing_centres()}
    listed: defaultdict[University, Listed] = defaultdict(Listed)
    seen: set[str] = set()
    for month, file, source in read_top500(raw):
        findings.sources.append(source)
        for row in file.rows:
            site = row["Site"]
            segment = row["Segment"]
            seen.add(site)
            if segment not in {OWN_SEGMENT, *OTHER_SEGMENTS}:
                findings.add("machines of companies, vendors and secret ones", row.place())
                continue
            centre = centres.get(site)
            owners = _owners(centre.universities.split("; ") if centre else [site], reader)
            if not owners:
                findings.add("machines of sites that name no university", row.place())
            for university in owners:
                entry = listed[university]
                if segment != OWN_SEGMENT or len(owners) > 1:
                    entry.is_unclear = True
                    continue
                entry.national |= bool(centre and centre.national == "yes")
                entry.machines[_kind(row)].append((month, _year(row)))
    if unknown := sorted({*centres} - seen):
        raise EvidenceError(f"data/{CENTRES_FILE}: no list has the site {unknown[0]!r}")
    return listed


def _owners(names: Iterable[str], reader: UniversityReader) -> list[University]:
    """Return the universities that the names of a site's owners name, each once."""
    return list(dict.fromkeys(university for name in names for university in reader.read(name)))


def _kind(row: Row) -> str:
    """Return ``"gpu"``, ``"other"`` for other accelerators, or ``"plain"``."""
    accelerator = accelerator_of(row)
    if accelerator is None:  # the lists of 2010 name no accelerators, but some computers do
        kinds = (kind for kind, name in _NAMED.items() if name.search(row["Computer"]))
        return next(kinds, "plain")
    if accelerator in _NO_ACCELERATOR:
        return "plain"
    return "gpu" if GPU.search(accelerator) else "other"


def _year(row: Row) -> int:
    """Return the year of the machine."""
    text = row["Year"]
    if not re.fullmatch(r"(19|20)\d\d", text):
        raise EvidenceError(f"{row.place()}: {text!r} is not the year of a machine")
    return int(text)


def _known_elsewhere(raw: Path, reader: UniversityReader, findings: Findings) -> set[University]:
    """Return universities of which the clusters, the audit or the table of GPUs know a machine."""
    file = read_raw(raw / gpus.ORIGIN.path)
    findings.sources.append(file.source(gpus.ORIGIN))
    names = [
        row["university"]
        for row in file.rows
        if any(row[kind] not in ("", "0") for kind in GPUS if kind in row.cells)
    ]
    for table in (load_clusters(), load_audited_machines()):
        owners = table["owner"].dropna().astype("str").str.split("|").explode()
        names += owners.unique().tolist()
    return {*_owners(names, reader)}


def _entry_row(listed: Listed | None, *, known: bool) -> dict[str, object]:
    """Return the row of a university."""
    listed = listed or Listed()
    gpu = listed.of("gpu")
    accelerated = listed.of("gpu", "other")
    is_undated = _is_undated(gpu)
    return {
        "entry": None if is_undated else _first_year(gpu),
        "first_list": None if is_undated or not gpu else int(min(gpu)[0][:4]),
        "accelerated": None if _is_undated(accelerated) else _first_year(accelerated),
        "plain": _first_year(listed.of("plain")),
        "national": listed.national,
        "may_control": not (is_undated or known or listed.is_unclear),
    }


def _is_undated(machines: Iterable[tuple[str, int]]) -> bool:
    """Return whether the first of the machines has no known year."""
    return min(machines, default=("", 0))[0] == FIRST_MARKED


def _first_year(machines: Iterable[tuple[str, int]]) -> int | None:
    """Return the earliest year of a list or of a machine itself, if there is any."""
    return min((min(int(month[:4]), year) for month, year in machines), default=None)
