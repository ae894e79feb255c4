"""A raw snapshot of the models database to records in our schema, whichever of its schema generations it has.

Until early 2024 the models database gave a model one team label that rests on the shares of its authors: "Academia" and
"Industry" mean that all of them belong there, every kind of "Industry - Academia Collaboration" that both occur. Since
then a model has one token for each of its organisations, not de-duplicated: "Academia,Academia,Industry". The two are
not fully comparable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compute_divide.evidence.store.files import EvidenceError, SetAside
from compute_divide.evidence.store.raw_csv import (
    Bounds,
    Findings,
    Labels,
    RawTable,
    Row,
    clean,
    date_order,
    joined,
    number,
    read_date,
    same,
    split_list,
    team_type,
    typed_organisations,
)

HEADERS: Mapping[str, tuple[str, ...]] = {
    "model": ("Model", "System"),
    "reference": ("Reference",),
    "published": ("Publication date",),
    "organisations": ("Organization", "Organization(s)"),
    "countries": ("Country (of organization)", "Country (from Organization)"),
    "team_label": ("Organization categorization",),
    "notability": ("Notability criteria", "Inclusion criteria"),
    "criteria_met": ("Inclusion criteria met",),
    "excluded": ("Exclude",),
    "training_compute_flop": ("Training compute (FLOP)", "Training compute (FLOPs)"),
    "parameters": ("Parameters",),
    "training_hardware": ("Training hardware",),
    "hardware_quantity": ("Hardware quantity",),
    "hardware_utilization": ("Hardware utilization (MFU)", "Hardware utilization"),
    "training_time_hours": ("Training time (hours)",),
    "training_cost_usd": (
        "Training compute cost (2023 USD)",
        "Training compute cost (2020 USD)",
        "Training cost (2020 USD)",
    ),
    "base_model": ("Base model",),
    "openness": ("Model accessibility", "Open-source"),
    "code_openness": ("Training code accessibility", "Code accessibility"),
    "inference_code_openness": ("Inference code accessibility",),
    "domain": ("Domain",),
    "task": ("Task",),
    "self_supervised": ("Self-supervised training",),
    "approach": ("Approach",),
    "citations": ("Citations",),
    "confidence": ("Confidence",),
    "link": ("Link",),
}
"""Our fields, and the headers that hold them in one snapshot or another. Letter case does not matter."""

NEEDED = ("model", "published", "organisations", "team_label", "notability")


# --- closed sets of labels ---

SECTORS = Labels(
    "sector of an organisation",
    {
        "academia": "academia",
        "industry": "industry",
        "government": "government",
        "research collective": "nonprofit",
        "non-profit": "nonprofit",
        "nonprofit": "nonprofit",
    },
)
"""Sectors of organisations. A research collective counts as a nonprofit."""

NOTABILITY = Labels(
    "notability criterion",
    {
        "highly cited": "highly cited",
        "historical significance": "historical significance",
        "historical relevance": "historical significance",
        "sota improvement": "SOTA improvement",
        "significant use": "significant use",
        "training cost": "training cost",
        "discretionary": "discretionary",
        "important context": "important context",
        "competition winner": "competition winner",
        "icpr 2012 mitosis detection competition winner": "competition winner",
    },
)

OPENNESS = Labels(
    "accessibility of weights",
    {
        **same(
            "Open weights (unrestricted)",
            "Open weights (restricted use)",
            "Open weights (non-commercial)",
            "API access",
            "Hosted access (no API)",
            "Unreleased",
            "Fully open-source",
            "Permissive license",
            "Weights available",
        ),
        # names that the same classes had in the middle of 2024
        "open source": "Open weights (unrestricted)",
        "open access (unrestricted)": "Open weights (unrestricted)",
        "open access (restricted use)": "Open weights (restricted use)",
        "open access (non-commercial)": "Open weights (non-commercial)",
        "api accessible": "API access",
    },
)
"""Access to a model's weights. "Fully open-source", "Permissive license" and "Weights available" occur only from
2023-12 to early 2024, whose classes differ from the later ones: all three mean that the weights can be downloaded."""

CODE_OPENNESS = Labels(
    "accessibility of code",
    {
        **same("Open source", "Open (restricted use)", "Open (non-commercial)", "Unreleased"),
        "open access (restricted use)": "Open (restricted use)",
        "open access (non-commercial)": "Open (non-commercial)",
    },
)

CONFIDENCE = Labels("confidence", same("Confident", "Likely", "Speculative", "Unverified", "Unknown", "Wrong"))

_COLLABORATIONS = (
    "industry - academia collaboration",
    "industry - academia collaboration (industry leaning)",
    "industry - academia collaboration (academia leaning)",
)
TEAM_LABELS = Labels("team label", {**SECTORS.known, **dict.fromkeys(_COLLABORATIONS, "collaboration")})


def team_tokens(label: str, place: str) -> list[str]:
    """Return the tokens of a team label: our names of sectors, or ``collaboration``."""
    return [TEAM_LABELS.canonical(token, place) for token in label.split(",") if clean(token)]


# --- schema generations ---


@dataclass(frozen=True)
class Generation:
    """A schema generation of the database: its name, headers in lower case that show it, whether lists were typed."""

    name: str
    marks: tuple[str, ...]
    typed: bool


GENERATIONS = (
    Generation("spreadsheet (2022 to early 2023)", ("inclusion criteria", "organization(s)"), typed=True),
    Generation("one token an organisation (from 2024)", ("notability criteria", "model accessibility"), typed=False),
    Generation("one token an organisation (from 2024)", ("notability criteria", "model"), typed=False),
    Generation("author shares (late 2023 to early 2024)", ("notability criteria", "system"), typed=True),
)


def recognise(raw: RawTable) -> Generation:
    """Return the schema generation that a header shows; the error says which columns were looked for."""
    there = {name.casefold() for name in raw.header}
    missing = [
        " or ".join(repr(name) for name in HEADERS[field])
        for field in NEEDED
        if not any(name.casefold() in there for name in HEADERS[field])
    ]
    if missing:
        raise EvidenceError(
            f"{raw.file} is not a snapshot of the models database with team labels: it has no column "
            f"{'; no column '.join(missing)} (its columns: {', '.join(raw.header[:8])}, ...)"
        )
    for generation in GENERATIONS:
        if all(mark in there for mark in generation.marks):
            return generation
    raise EvidenceError(
        f"{raw.file} fits no known schema generation of the models database: expected the columns "
        + ", or ".join(" and ".join(repr(mark) for mark in generation.marks) for generation in GENERATIONS)
    )


# --- records ---

NUMBERS = {
    "training_compute_flop": Bounds(high=1e30),
    "parameters": Bounds(high=1e16),
    "hardware_quantity": Bounds(high=1e8, whole=True),
    "hardware_utilization": Bounds(high=1),
    "training_time_hours": Bounds(high=1e6),
    "training_cost_usd": Bounds(high=1e12, positive=False),
    "citations": Bounds(high=1e7, positive=False, whole=True),
}
"""The numeric fields, and what of each is believed."""

LABELS = {
    "openness": OPENNESS,
    "code_openness": CODE_OPENNESS,
    "inference_code_openness": CODE_OPENNESS,
    "confidence": CONFIDENCE,
}

UNUSED = ("confidence", "inference_code_openness", "excluded")
"""Columns of closed sets that no chapter rests on: a label that is new there stops nothing, its cell is set aside."""

LISTS = ("training_hardware", "base_model", "task")

YES_NO = {"yes": True, "yes?": True, "no": False, "1": True, "0": False}


@dataclass(frozen=True)
class Parsed:
    """A snapshot in our schema: its records in the order of the file, and what was met on the way."""

    records: list[dict[str, Any]]
    set_aside: list[SetAside]
    notes: list[str]


def parse_snapshot(raw: RawTable, notable: Callable[[str], bool] | None = None) -> Parsed:
    """Return the records of a raw snapshot in our schema, the rows set aside, and notes for the sidecar.

    `notable` says of a model's name whether the source lists it as notable. By default a model is notable when the file
    says that it meets the inclusion criteria or, where the file does not say, when it names a criterion.
    """
    reader = _Reader(raw, recognise(raw), notable)
    records = [(row, reader.record(row)) for row in raw.rows]
    nameless = [f"row {row.number}" for row, record in records if record is None]
    found = [(row, record) for row, record in records if record]
    if not found:
        raise EvidenceError(f"{raw.file} names no model")
    reader.check_readable(found)
    set_aside = []
    if nameless:
        set_aside.append(SetAside(reason="neither a name nor a reference", rows=len(nameless), examples=nameless[:3]))
    return Parsed([record for _, record in found], set_aside, reader.notes())


@dataclass
class _Reader:
    """Reads the rows of one file and remembers what it met."""

    raw: RawTable
    generation: Generation
    notable: Callable[[str], bool] | None
    findings: Findings = field(default_factory=Findings)

    def __post_init__(self) -> None:
        there = {name.casefold(): name for name in self.raw.header}
        self.columns = {
            field: next((there[name.casefold()] for name in names if name.casefold() in there), None)
            for field, names in HEADERS.items()
        }
        self.order, self.order_shown = date_order(self.cell(row, "published") for row in self.raw.rows)
        # An exported list separates names by a bare comma; a hand-typed one writes a space after it.
        self.typed = self.generation.typed and any(", " in self.cell(row, "organisations") for row in self.raw.rows)
        self.author_shares = any("collaboration" in self.cell(row, "team_label").casefold() for row in self.raw.rows)
        domains = Counter(name for row in self.raw.rows for name in split_list(self.cell(row, "domain")))
        self.spelling = {name.casefold(): name for name, _ in reversed(domains.most_common())}

    def cell(self, row: Row, name: str) -> str:
        """Return a cell, white space cleaned; empty where the file has no such column."""
        column = self.columns[name]
        return row[column] if column else ""

    def record(self, row: Row) -> dict[str, Any] | None:
        """Return a row in our schema, or None when it names no model."""
        model = self.cell(row, "model") or self.cell(row, "reference")
        if not model:
            return None
        if not self.cell(row, "model"):
            self.findings.add("model: without a name, so named by its reference", f"row {row.number}")
        place = row.place(model[:60])
        tokens = team_tokens(self.cell(row, "team_label"), place)
        numbers = {
            name: number(row, self.columns[name], name, bounds, self.findings) for name, bounds in NUMBERS.items()
        }
        return {
            "model": model,
            "reference": self.cell(row, "reference"),
            **self.dated(row),
            **self.organisations(row, tokens),
            "team_type": team_type(tokens),
            "team_label": self.cell(row, "team_label"),
            **self.membership(row, model, place),
            **numbers,
            "training_cost_base_year": self.base_year() if numbers["training_cost_usd"] is not None else None,
            **{name: joined(split_list(self.cell(row, name))) for name in LISTS},
            **{name: self.label(row, name, place) for name in LABELS},
            "domain": joined(self.spelling[name.casefold()] for name in split_list(self.cell(row, "domain"))),
            "self_supervised": self.self_supervised(row, place),
            "link": self.cell(row, "link"),
        }

    def dated(self, row: Row) -> dict[str, Any]:
        """Return publication date, its precision and the year; all missing where the file states no readable date."""
        found = read_date(row, self.columns["published"], "published", self.findings, self.order)
        if found is None:
            return {"published": None, "date_precision": None, "year": None}
        return {"published": found.day.isoformat(), "date_precision": found.precision, "year": found.day.year}

    def organisations(self, row: Row, tokens: list[str]) -> dict[str, str]:
        """Return organisations, their sectors and countries; sectors only where the label has one token for each."""
        text = self.cell(row, "organisations")
        by_organisation = bool(tokens) and "collaboration" not in tokens and (len(tokens) > 1 or not self.author_shares)
        names = typed_organisations(text) if self.typed else split_list(text, len(tokens) or None)
        sectors = tokens if by_organisation and not self.generation.typed else []
        if sectors and len(sectors) != len(names):
            self.findings.add(
                "sectors: not as many as organisations, so not aligned with them",
                f"row {row.number}: {len(sectors)} for {len(names)}",
            )
        countries = split_list(self.cell(row, "countries"))
        return {"organisations": joined(names), "sectors": joined(sectors), "countries": joined(countries)}

    def membership(self, row: Row, model: str, place: str) -> dict[str, Any]:
        """Return notability criteria, the flags of the source, and the scope."""
        named = [NOTABILITY.canonical(text, place) for text in self.cell(row, "notability").split(",") if clean(text)]
        met = self.flag(row, "criteria_met", place)
        notable = (met if met is not None else bool(named)) if self.notable is None else self.notable(model)
        return {
            "notability": joined(dict.fromkeys(named)),
            "criteria_met": met,
            "excluded": self.flag(row, "excluded", place),
            "scope": "notable" if notable else "other",
        }

    def label(self, row: Row, name: str, place: str) -> str:
        """Return our label for a cell of a closed set; empty for a blank cell."""
        text = self.cell(row, name)
        if not text or (name in UNUSED and LABELS[name].key(text) not in LABELS[name].known):
            self.set_aside(row, name, text)
            return ""
        return LABELS[name].canonical(text, place)

    def set_aside(self, row: Row, name: str, text: str) -> None:
        """Note a cell with a new label, in a column that no chapter uses."""
        if text:
            self.findings.add(f"{name}: a new label, the cell set aside", f"row {row.number}: {text[:40]!r}")

    def check_readable(self, records: list[tuple[Row, dict[str, Any]]]) -> None:
        """Raise when half of what chapters cannot do without could not be read; blank compute is no fault."""
        for name in ("published", "organisations", "team_label", "training_compute_flop"):
            asked = [one for one in records if name != "training_compute_flop" or self.cell(one[0], name)]
            lost = [row for row, record in asked if not record[name]]
            if lost and 2 * len(lost) >= len(asked):
                shown = self.cell(lost[0], name)[:40]
                raise EvidenceError(
                    f"{self.raw.file}: {len(lost)} of {len(asked)} cells of {self.columns[name]!r} cannot be read, "
                    f"such as {shown!r} in row {lost[0].number}; a vintage needs more than half of them"
                )

    def flag(self, row: Row, name: str, place: str) -> bool | None:
        """Return a flag of the source, None where it is blank."""
        text = self.cell(row, name)
        if not text:
            return None
        if text.casefold() in YES_NO:
            return YES_NO[text.casefold()]
        if name in UNUSED:
            self.set_aside(row, name, text)
            return None
        raise EvidenceError(f"{place}: {text!r} in {self.columns[name]!r} is neither yes nor no")

    def self_supervised(self, row: Row, place: str) -> bool | None:
        """Return whether training was self-supervised: by its flag, else by the approach; None if neither says."""
        flag = self.flag(row, "self_supervised", place)
        approach = self.cell(row, "approach").casefold()
        return flag if flag is not None or not approach else "self-supervised" in approach

    def base_year(self) -> int:
        """Return the year whose dollars the costs are in, which the header states."""
        header = str(self.columns["training_cost_usd"])
        return int("".join(sign for sign in header if sign.isdigit()))

    def notes(self) -> list[str]:
        """Return the notes for the sidecar: how the file was read, and what was met."""
        lines = [f"schema generation: {self.generation.name}"]
        if self.author_shares:
            lines.append("team labels rest on shares of authors, so no sector of a single organisation is recorded")
        if self.order_shown:
            lines.append(f"dates with slashes are read {self.order}")
        return lines + self.findings.notes()
