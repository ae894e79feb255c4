"""From a raw snapshot of the models database, of any generation, to records in our schema.

Until early 2024 the models database gave a model one team label that rests on the shares of its
authors: "Academia" and "Industry" mean that all of them belong there, every kind of "Industry -
Academia Collaboration" that both occur. Since then a model has one token for each of its
organisations, with repetitions: "Academia,Academia,Industry". The two are not fully comparable.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from compute_divide.sources.models.labels import CODE_OPENNESS, CONFIDENCE, NOTABILITY, OPENNESS
from compute_divide.sources.store.dates import Order, read_date
from compute_divide.sources.store.files import EvidenceError, SetAside
from compute_divide.sources.store.raw_csv import (
    Bounds,
    Findings,
    Row,
    clean,
    joined,
    read_number,
    split_list,
    team_type,
)
from compute_divide_evidence.models.columns import check_columns, columns_of, recognise
from compute_divide_evidence.models.labels import team_tokens
from compute_divide_evidence.store import dates, raw_csv

NUMBERS = {
    "training_compute_flop": Bounds(high=1e30),
    "finetune_compute_flop": Bounds(high=1e30),
    "parameters": Bounds(high=1e16),
    "hardware_quantity": Bounds(high=1e8, whole=True),
    "hardware_utilization": Bounds(high=1),
    "training_time_hours": Bounds(high=1e6),
    "training_cost_usd": Bounds(high=1e12, positive=False),
    "citations": Bounds(high=1e7, positive=False, whole=True),
}
"""The numeric fields, and the bounds of plausible values."""

LABELS = {
    "openness": OPENNESS,
    "code_openness": CODE_OPENNESS,
    "inference_code_openness": CODE_OPENNESS,
    "confidence": CONFIDENCE,
}

UNUSED = ("confidence", "inference_code_openness", "excluded")
"""Columns of closed sets that no chapter uses.

A new label there stops nothing, and its cell is set aside.
"""

LISTS = ("training_hardware", "base_model", "task")

YES_NO = {"yes": True, "yes?": True, "no": False, "1": True, "0": False}


@dataclass(frozen=True)
class Stated:
    """What a user states about a snapshot: the order of its dates, and the fields it lacks.

    The fields are among `compute_divide_evidence.models.columns.CHAPTERS`.
    """

    order: Order | None = None
    without: tuple[str, ...] = ()


NOTHING = Stated()


def parse_snapshot(
    raw: raw_csv.RawTable,
    notable: Callable[[str], bool] | None = None,
    stated: Stated = NOTHING,
) -> tuple[list[dict[str, Any]], list[SetAside], list[str]]:
    """Return the records of a raw snapshot, the rows set aside, and notes.

    `notable` contains the names of notable models.
    """
    reader = _SnapshotReader(raw, notable, stated)
    aside = Findings()
    named = []
    for row in reader.rows:
        if row["model"] or row["reference"]:
            named.append(row)
        else:
            aside.add("neither a name nor a reference", f"row {row.number}")
    if not named:
        raise EvidenceError(f"{raw.file} names no model")
    rows = reader.once(named, aside)
    records = [reader.record(row) for row in rows]
    reader.check_readable(rows, records)
    return records, aside.groups(), reader.notes()


class _SnapshotReader:
    """Reads the rows of one file and collects findings.

    Cells are addressed by our names of the columns.
    """

    def __init__(
        self, raw: raw_csv.RawTable, notable: Callable[[str], bool] | None, stated: Stated
    ) -> None:
        self.file = raw.file
        self.notable = notable
        self.findings = Findings()
        self.generation = recognise(raw)
        self.columns = columns_of(raw.header)
        self.absent = check_columns(raw, self.columns, self.generation, stated.without)
        self.rows = [self._renamed(row) for row in raw.rows]
        self.order = dates.date_order(self.rows, "published", stated.order)
        self.is_order_stated = stated.order is not None
        # An exported list separates names by a bare comma, a hand-typed one by comma and space.
        spaced = any(", " in row["organisations"] for row in self.rows)
        self.typed = self.generation.typed and spaced
        labels = [row["team_label"].casefold() for row in self.rows]
        self.author_shares = any("collaboration" in label for label in labels)
        domains = Counter[str]()
        for row in self.rows:
            domains.update(split_list(row["domain"]))
        rarest_first = reversed(domains.most_common())
        self.spelling = {name.casefold(): name for name, _ in rarest_first}

    def _renamed(self, row: Row) -> Row:
        cells = {field: row.cells.get(name, "") for field, name in self.columns.items()}
        return Row(row.file, row.number, cells)

    def record(self, row: Row) -> dict[str, Any]:
        """Return a row in our schema."""
        model = row["model"] or row["reference"]
        if not row["model"]:
            self.findings.add(
                "model: without a name, so named by its reference", f"row {row.number}"
            )
        place = row.place(model[:60])
        tokens = team_tokens(row["team_label"], place)
        numbers = self.numbers(row)
        dated = read_date(row, "published", "published", self.findings, self.order)
        organisations = self.organisations(row, tokens)
        membership = self.membership(row, model, place)
        lists = {name: joined(split_list(row[name])) for name in LISTS}
        labels = {name: self.label(row, name, place) for name in LABELS}
        domains = [self.spelling[name.casefold()] for name in split_list(row["domain"])]
        return {
            "model": model,
            "reference": row["reference"],
            "published": dated and dated.day.isoformat(),
            "date_precision": dated and dated.precision,
            "year": dated and dated.day.year,
            **organisations,
            "team_type": team_type(tokens),
            "team_label": row["team_label"],
            **membership,
            **numbers,
            **lists,
            **labels,
            "domain": joined(domains),
            "self_supervised": self.self_supervised(row, place),
            "link": row["link"],
        }

    def numbers(self, row: Row) -> dict[str, float | None]:
        """Return the numbers of a row, with the year in the header of its cost."""
        numbers = {
            name: read_number(row, name, name, bounds, self.findings)
            for name, bounds in NUMBERS.items()
        }
        year = None
        if numbers["training_cost_usd"] is not None:
            header = self.columns["training_cost_usd"]
            year = int(re.sub(r"\D", "", header))
        return {**numbers, "training_cost_base_year": year}

    def organisations(self, row: Row, tokens: list[str]) -> dict[str, str]:
        """Return organisations, their sectors and countries.

        Sectors are known only if the label has one token for each organisation.
        """
        text = row["organisations"]
        count = len(tokens) or None
        names = raw_csv.typed_organisations(text) if self.typed else split_list(text, count)
        sectors = tokens if self.are_of_organisations(tokens) else []
        if sectors and len(sectors) != len(names):
            unaligned = "sectors: not as many as organisations, so not aligned with them"
            numbers = f"{len(sectors)} for {len(names)}"
            self.findings.add(unaligned, f"row {row.number}: {numbers}")
        countries = split_list(row["countries"])
        return {
            "organisations": joined(names),
            "sectors": joined(sectors),
            "countries": joined(countries),
        }

    def are_of_organisations(self, tokens: list[str]) -> bool:
        """Return whether each token of a label belongs to one organisation."""
        if self.generation.typed or "collaboration" in tokens:
            return False
        return len(tokens) > 1 or not self.author_shares

    def membership(self, row: Row, model: str, place: str) -> dict[str, Any]:
        """Return notability criteria, the flags of the source, and the scope."""
        texts = filter(clean, row["notability"].split(","))
        criteria = [NOTABILITY.canonical(text, place) for text in texts]
        met = self.flag(row, "criteria_met", place)
        if self.notable is not None:
            notable = self.notable(model)
        elif met is not None:
            notable = met
        else:  # the file does not say: a model that names a criterion
            notable = bool(criteria)
        return {
            "notability": joined(dict.fromkeys(criteria)),
            "criteria_met": met,
            "excluded": self.flag(row, "excluded", place),
            "scope": "notable" if notable else "other",
        }

    def label(self, row: Row, name: str, place: str) -> str:
        """Return our label for a cell of a closed set; empty for a blank cell."""
        text = row[name]
        labels = LABELS[name]
        is_unknown_label = text and name in UNUSED and labels.key(text) not in labels.known
        if is_unknown_label:
            return self.set_aside(row, name)
        if text:
            return labels.canonical(text, place)
        return ""

    def set_aside(self, row: Row, name: str) -> str:
        """Note a cell with a new label in a column that no chapter uses; it counts as blank."""
        place = f"row {row.number}: {row[name][:40]!r}"
        self.findings.add(f"{name}: a new label, the cell set aside", place)
        return ""

    def once(self, rows: list[Row], aside: Findings) -> list[Row]:
        """Return the rows without exact repetitions.

        Two rows with the same name and date that differ elsewhere are noted, and count as two
        models.
        """
        first: dict[tuple[str, ...], Row] = {}
        named: dict[tuple[str, str], Row] = {}
        for row in rows:
            cells = tuple(map(clean, row.cells.values()))
            if cells in first:
                place = f"row {row.number} is row {first[cells].number}"
                aside.add("the same as another row in all that is read", place)
                continue
            first[cells] = row
            name = row["model"] or row["reference"]
            before = named.setdefault((name, row["published"]), row)
            if before is not row:
                place = f"rows {before.number} and {row.number}: {name[:40]}"
                self.findings.add("one name and date, but other cells: two models", place)
        return list(first.values())

    def check_readable(self, rows: list[Row], records: list[dict[str, Any]]) -> None:
        """Raise an error if half of an essential field could not be read.

        Blank compute is not a fault.
        """
        for name in ("published", "organisations", "team_label", "training_compute_flop"):
            blank_is_fault = name != "training_compute_flop"
            asked = 0
            lost = []
            for row, record in zip(rows, records, strict=True):
                if blank_is_fault or row[name]:
                    asked += 1
                    if not record[name]:
                        lost.append(row)
            if lost and 2 * len(lost) >= asked:
                column = self.columns[name]
                cells = f"{len(lost)} of {asked} cells of {column!r}"
                first = lost[0]
                example = f"{first[name][:40]!r} in row {first.number}"
                raise EvidenceError(
                    f"{self.file}: {cells} cannot be read, such as {example}; "
                    "a vintage needs more than half of them"
                )

    def flag(self, row: Row, name: str, place: str) -> bool | None:
        """Return a flag of the source, None if it is blank."""
        text = row[name].casefold()
        if text and text not in YES_NO:
            if name not in UNUSED:
                column = self.columns[name]
                raise EvidenceError(f"{place}: {row[name]!r} in {column!r} is neither yes nor no")
            self.set_aside(row, name)
        return YES_NO.get(text)

    def self_supervised(self, row: Row, place: str) -> bool | None:
        """Return whether training was self-supervised, from its flag, else from the approach.

        Return None if neither says.
        """
        flag = self.flag(row, "self_supervised", place)
        approach = row["approach"].casefold()
        if flag is not None or not approach:
            return flag
        return "self-supervised" in approach

    def notes(self) -> list[str]:
        """Return the notes for the sidecar: how the file was read, and the findings."""
        lines = [f"schema generation: {self.generation.name}", *self.absent]
        if self.author_shares:
            lines.append(
                "team labels rest on shares of authors, "
                "so no sector of a single organisation is recorded"
            )
        if any("/" in row["published"] for row in self.rows):
            by = ", as stated" if self.is_order_stated else ""
            lines.append(f"dates with slashes are read {self.order}{by}")
        return lines + self.findings.notes()
