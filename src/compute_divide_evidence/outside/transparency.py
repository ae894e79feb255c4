"""Derive what companies disclose about their models, from three years of the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from compute_divide.sources.outside.transparency import TRANSPARENCY
from compute_divide.sources.store.files import EvidenceError, SetAside, Sidecar
from compute_divide.sources.store.raw_csv import Row, joined
from compute_divide_evidence.store.raw_csv import Origin, RawTable, read_raw
from compute_divide_evidence.store.writing import DerivedTable

EDITIONS = {"2023-10": "October2023", "2024-05": "May2024", "2025-12": "Dec2025"}

DEVELOPERS = {"Stability": "Stability AI"}


def derive_transparency(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the transparency index of three editions.

    See `compute_divide_evidence.catalogue.Derive`.
    """
    scores = {}
    sources = []
    for edition, name in EDITIONS.items():
        origin = _index(f"fmti_scores_{name}", edition)
        scores[edition] = read_raw(raw / origin.path)
        sources.append(scores[edition].source(origin))
    newest = _index("fmti_indicators_Dec2025", "2025-12")
    asked = read_raw(raw / newest.path)
    sources.append(asked.source(newest))
    first = [row.cells for row in _indicator_rows(scores["2023-10"])]
    last = [row.cells for row in asked.rows]
    questions = {"2023-10": first, "2024-05": first, "2025-12": last}
    rows: list[dict[str, str]] = []
    for edition, file in scores.items():
        rows += _indicators(edition, file, questions[edition])
    totals = sum(len(_total_rows(file)) for file in scores.values())
    aside = [
        SetAside(reason="rows of totals, checked", rows=totals),
        SetAside(reason="rows that say what an indicator asks", rows=len(asked.rows)),
    ]
    note = "2023 and 2024 ask the same questions, 2025 others"
    return [DerivedTable(TRANSPARENCY, folder).write(rows, sources, aside, [note])]


def _index(name: str, edition: str) -> Origin:
    return Origin(
        f"scrutiny/{name}.csv",
        f"Foundation Model Transparency Index, {edition}",
        edition,
        "Stanford Center for Research on Foundation Models, Foundation Model Transparency Index",
        "CC BY 4.0",
        "https://github.com/stanford-crfm/fmti",
    )


def _indicator_rows(scores: RawTable) -> list[Row]:
    return [row for row in scores.rows if row["Indicator"] != "Total"]


def _total_rows(scores: RawTable) -> list[Row]:
    return [row for row in scores.rows if row["Indicator"] == "Total"]


def _indicators(
    edition: str, scores: RawTable, questions: list[dict[str, str]]
) -> Iterator[dict[str, str]]:
    """Yield the indicators of an edition.

    Its total row, if it has one, must equal the sum of its cells.
    """
    other = {"Domain", "Subdomain", "Indicator", "Total"}
    names = [name for name in scores.header if name not in other]
    rows = _indicator_rows(scores)
    met = [{name for name in names if _answer(row, name)} for row in rows]
    for total in _total_rows(scores):
        for name in names:
            number = sum(name in developers for developers in met)
            if int(total[name]) != number:
                raise EvidenceError(
                    f"{total.place(name)}: the total is not what the indicators add up to"
                )
    for question, developers in zip(questions, met, strict=True):
        disclosed = [name for name in names if name in developers]
        yield {
            "edition": edition,
            "domain": question["Domain"].strip(),
            "subdomain": question["Subdomain"].strip(),
            "indicator": question["Indicator"].strip(),
            "developers": _joined_developers(names),
            "disclosed": _joined_developers(disclosed),
        }


def _joined_developers(names: Iterable[str]) -> str:
    return joined(DEVELOPERS.get(name, name) for name in names)


def _answer(row: Row, name: str) -> bool:
    answer = row[name]
    if answer not in {"0", "1"}:
        raise EvidenceError(f"{row.place(name)}: {answer!r} is neither 0 nor 1")
    return answer == "1"
