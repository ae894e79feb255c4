"""Derive the outside evaluators of models, as companies name them in their system cards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from bookpress.files import sha256
from compute_divide.sources.outside.evaluations import (
    CARDS,
    CATEGORIES,
    COMPANIES,
    EVALUATIONS,
    EVALUATORS_FILE,
    load_evaluators,
)
from compute_divide.sources.store.files import EvidenceError, Sidecar
from compute_divide_evidence.store.raw_csv import Origin
from compute_divide_evidence.store.writing import DerivedTable

TRACKER = Origin(
    "scrutiny/third_party_evaluations_2026-08-14.js",
    "3P Eval Monitor: outside evaluations named in system cards",
    "2026-08-14",
    "S. W. Kelly, 3P Eval Monitor",
    "none stated: facts only",
    "https://github.com/s-w-kelly/3P-Evals",
)


def derive_evaluations(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the system cards and the engagements.

    See `compute_divide_evidence.catalogue.Derive`.
    """
    content = (raw / TRACKER.path).read_bytes()
    labs = _javascript_object(content.decode(), "labsData")
    cards = list(_cards(labs))
    evaluators = load_evaluators().set_index("evaluator")
    engagements: list[dict[str, Any]] = []
    for card in cards:
        engagements += _engagements(card, evaluators)
    # the guide at the top of the file has one as an example
    written = content.count(b"evaluator: ") - 1
    if len(engagements) != written:
        raise EvidenceError(
            f"{TRACKER.path}: {written} evaluators are written, {len(engagements)} were read"
        )
    note = "named by the companies themselves: no dates, no terms of access; absence is no proof"
    file = Path(TRACKER.path).name
    digest = sha256(content)
    sidecars = []
    for table, rows in ((CARDS, cards), (EVALUATIONS, engagements)):
        records = [{name: row[name] for name in table.schema.columns} for row in rows]
        source = TRACKER.source(file, digest, len(rows))
        sidecars.append(DerivedTable(table, folder).write(records, [source], notes=[note]))
    return sidecars


def _javascript_object(script: str, name: str) -> dict[str, Any]:
    """Return an exported object of a JavaScript file.

    Without its comments it is valid YAML.
    """
    match = re.search(rf"export const {name} = (\{{.*?^\}});", script, re.DOTALL | re.MULTILINE)
    if not match:
        raise EvidenceError(f"{TRACKER.path} exports no {name!r}")
    plain = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', r"\1", match[1], flags=re.DOTALL)
    try:
        return dict(yaml.load(plain, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise EvidenceError(f"{TRACKER.path}: {name!r} cannot be read: {error}") from error


def _cards(labs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the cards of all companies with their engagements, each company's oldest first."""
    for key, lab in labs.items():
        if key not in COMPANIES:
            raise EvidenceError(
                f"{TRACKER.path}: {key!r} is not a known company; known: {', '.join(COMPANIES)}"
            )
        for model, card in reversed(lab["models"].items()):
            engagements = {name: entries for name, entries in card.items() if name != "systemCard"}
            yield {
                "company": COMPANIES[key],
                "model": model,
                "engagements": sum(map(len, engagements.values())),
                "card": card["systemCard"],
                "by_category": engagements,
            }


def _engagements(card: Mapping[str, Any], evaluators: pd.DataFrame) -> Iterator[dict[str, Any]]:
    place = f"{TRACKER.path} ({card['model']})"
    for category, entries in card["by_category"].items():
        for entry in entries:
            evaluator = entry["evaluator"]
            is_unknown = evaluator not in evaluators.index or category not in CATEGORIES
            if is_unknown:
                raise EvidenceError(
                    f"{place}: {evaluator!r} on {category!r} is not in data/{EVALUATORS_FILE}"
                )
            ours = evaluators.loc[evaluator]
            yield {
                "company": card["company"],
                "model": card["model"],
                "category": CATEGORIES[category],
                "evaluator": ours["name"],
                "kind": ours["kind"],
                "recurring": entry["recurring"],
                "page": entry["source"],
            }
