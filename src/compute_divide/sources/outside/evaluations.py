"""Outside evaluators of models, as companies name them in their system cards.

Absence is no proof, and no terms of access are stated.
"""

from __future__ import annotations

import pandas as pd

from compute_divide.sources.store import tables

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
