"""Derive what open weights are used for, and which other parts of a model come with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from compute_divide.sources.openness import COMPONENTS, RELEASED, USES, USES_OF_MODELS
from compute_divide.sources.store import dates
from compute_divide.sources.store.files import SetAside, Sidecar, Source
from compute_divide.sources.store.raw_csv import Findings, Row, joined
from compute_divide_evidence.store.raw_csv import Origin, RawTable, read_raw
from compute_divide_evidence.store.raw_xlsx import read_xlsx
from compute_divide_evidence.store.writing import DerivedTable

_FOLDER = "scrutiny"
_FINE_TUNED = "Fine-tuning"
"""The prefix of the sheet whose papers were chosen for fine-tuning a closed model."""


def _papers(side: str) -> Origin:
    return Origin(
        f"{_FOLDER}/cset_{side}_models_papers_2025-10-23.xlsx",
        f"The Use of Open Models in Research: papers on {side} models, annotated",
        "2025-10-23",
        "Center for Security and Emerging Technology, The Use of Open Models in Research",
        "none stated: counts only",
        "https://github.com/georgetown-cset/open-models",
    )


@dataclass
class _Paper:
    """A paper as it is counted: its authors, and everything it does with models of one access."""

    authors: str
    uses: set[str]


def derive_model_uses(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive what papers do with models; see `compute_divide_evidence.catalogue.Derive`."""
    papers: dict[tuple[str, str], _Paper] = {}
    sources = []
    for side in ("open", "closed"):
        origin = _papers(side)
        sheets = read_xlsx(raw / origin.path, "title")
        sources.append(_source(origin, sheets.values()))
        for name, sheet in sheets.items():
            _add_papers(papers, _access(side, name), sheet)
    order = USES.ours.index
    counts: Counter[tuple[str, str, str]] = Counter()
    for (access, _), paper in papers.items():
        counts[access, joined(sorted(paper.uses, key=order)), paper.authors] += 1
    columns = ("access", "uses", "authors")
    rows = [
        dict(zip(columns, key, strict=True)) | {"papers": number}
        for key, number in sorted(counts.items())
    ]
    annotated = sum(source.rows for source in sources)
    aside = [
        SetAside(reason="a paper on another model too, counted once", rows=annotated - len(papers)),
        SetAside(reason="papers that count in the row of another", rows=len(papers) - len(rows)),
    ]
    note = "papers on open models were chosen for needing the weights, those on closed ones for not"
    return [DerivedTable(USES_OF_MODELS, folder).write(rows, sources, aside, [note])]


def _source(origin: Origin, sheets: Iterable[RawTable]) -> Source:
    """Return the record of a spreadsheet, with the records of all its sheets."""
    listed = list(sheets)
    rows = sum(len(sheet.rows) for sheet in listed)
    return origin.source(Path(origin.path).name, listed[0].digest, rows)


def _access(side: str, sheet: str) -> str:
    if side == "open":
        return "open weights"
    if sheet.startswith(_FINE_TUNED):
        return "service, fine-tuned"
    return "service"


def _add_papers(papers: dict[tuple[str, str], _Paper], access: str, sheet: RawTable) -> None:
    """Add the papers of a sheet, merging the uses of papers that are already there."""
    for row in sheet.rows:
        new = _Paper(_authors(row["org_types"]), set())
        paper = papers.setdefault((access, row["merged_id"]), new)
        paper.uses |= set(_uses(row))


def _authors(kinds: str) -> str:
    """Return the employers of a paper's authors, from the kinds of their organisations."""
    if not kinds:
        return "unknown"
    has_university = "Education" in kinds
    has_company = "Company" in kinds
    if has_university and has_company:
        return "university and company"
    if has_university:
        return "university"
    return "company" if has_company else "other"


def _uses(row: Row) -> Iterator[str]:
    """Yield the headings of a paper's uses: one per line, details in brackets."""
    for line in row.cells["Use Category"].splitlines():
        heading = re.sub(r"\(.*", "", line).strip(" -")
        if heading:
            yield USES.canonical(heading, row.place())


CATALOGUE = Origin(
    f"{_FOLDER}/mot_models.csv",
    "Model Openness Tool: models and their components",
    "2026-05-11",
    "LF AI & Data Foundation, Generative AI Commons, Model Openness Tool",
    "MIT",
    "https://github.com/lfai/model_openness_tool",
)


def derive_components(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive which components are released; see `compute_divide_evidence.catalogue.Derive`."""
    file = read_raw(raw / CATALOGUE.path)
    findings = Findings()
    rows = []
    for row in file.rows:
        entered = dates.read_date(row, "date", "entered", findings)
        released = [ours for theirs, ours in COMPONENTS.items() if row[theirs] == "1"]
        rows.append(
            {
                "model": row["name"],
                "producer": row["producer"],
                "entered": entered.day.isoformat() if entered else None,
                "components": joined(released),
            }
        )
    notes = ["listed by volunteers: a component is a claim of release, often without a licence"]
    source = file.source(CATALOGUE)
    return [DerivedTable(RELEASED, folder).write(rows, [source], notes=[*notes, *findings.notes()])]


def derive_openness(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive both tables; see `compute_divide_evidence.catalogue.Derive`."""
    return [*derive_model_uses(raw, folder), *derive_components(raw, folder)]
