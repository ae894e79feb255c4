"""Outside evaluators of models, as companies name them in their system cards.

Absence is no proof, and no terms of access are stated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from bookpress.files import sha256
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import EvidenceError, Origin, Sidecar
from compute_divide.sources.store.writing import DerivedTable

KINDS = ("government", "non-profit", "company", "university", "unnamed")
"""Kinds of outside evaluators.

``unnamed`` are people, or organisations that the company leaves unnamed.
"""

CATEGORIES = {
    "autonomous": "autonomy",
    "biorisk": "chemistry and biology",
    "cybersec": "cybersecurity",
    "nuclear": "nuclear",
    "redteam": "attacks of any kind",
    "scheming": "scheming",
    "modelWelfare": "welfare of models",
    "method": "method and advice",
    "misc": "not specified",
}
"""The subjects of evaluations, by the key in the source."""

COMPANIES = {
    "anthropic": "Anthropic",
    "google": "Google DeepMind",
    "meta": "Meta",
    "openai": "OpenAI",
    "xai": "xAI",
}

EVALUATORS_FILE = "evaluators.csv"
EVALUATORS = tables.schema(
    evaluator=tables.text(nullable=False),
    name=tables.text(nullable=False),
    kind=tables.one_of(KINDS, nullable=False),
    reason=tables.text(nullable=False),
)
"""Schema of ``evaluators.csv``, kept by hand: a name as cards write it, ours, its kind, and why it
is of that kind."""

CARDS = tables.EvidenceTable(
    "outside/cards.csv",
    tables.schema(
        company=tables.one_of(list(COMPANIES.values()), nullable=False),
        model=tables.text(nullable=False),
        engagements=tables.whole(nullable=False),
        card=tables.text(nullable=False),
    ),
    "system cards of five companies and their numbers of outside evaluations",
    "compute_divide.sources.outside.derive_evaluations",
)
"""One row per system card, a company's first model first."""
load_cards = CARDS.read

EVALUATIONS = tables.EvidenceTable(
    "outside/evaluations.csv",
    tables.schema(
        company=tables.one_of(list(COMPANIES.values()), nullable=False),
        model=tables.text(nullable=False),
        category=tables.one_of(list(CATEGORIES.values()), nullable=False),
        evaluator=tables.text(nullable=False),
        kind=tables.one_of(KINDS, nullable=False),
        recurring=tables.flag(),
        page=tables.text(nullable=False),
    ),
    "outside evaluations that system cards name",
    "compute_divide.sources.outside.derive_evaluations",
)
"""One row per engagement; ``recurring`` is false for the first with an evaluator."""
load_evaluations = EVALUATIONS.read

TRACKER = Origin(
    "scrutiny/third_party_evaluations_2026-08-14.js",
    "3P Eval Monitor: outside evaluations named in system cards",
    "2026-08-14",
    "S. W. Kelly, 3P Eval Monitor",
    "none stated: facts only",
    "https://github.com/s-w-kelly/3P-Evals",
)


def load_evaluators() -> pd.DataFrame:
    """Return what is known about each outside evaluator.

    Returns
    -------
    pandas.DataFrame
        One row per ``evaluator``: its name, kind, and the reason for the kind.

    Raises
    ------
    EvidenceError
        If the file does not fit its schema.

    Examples
    --------
    >>> load_evaluators().columns.tolist()
    ['evaluator', 'name', 'kind', 'reason']
    """
    return tables.read_by_hand(EVALUATORS_FILE, EVALUATORS)


def derive_evaluations(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the system cards and the engagements.

    See `compute_divide.sources.catalogue.Derive`.
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
