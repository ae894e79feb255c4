"""The columns of the models database in our tables, one schema for all vintages."""

from __future__ import annotations

from compute_divide.sources.models.labels import (
    CODE_OPENNESS,
    CONFIDENCE,
    NOTABILITY,
    OPENNESS,
    SECTORS,
)
from compute_divide.sources.store import dates, raw_csv, tables

SCHEMA = tables.schema(
    model=tables.text(nullable=False),
    reference=tables.text(),
    published=tables.date(),
    date_precision=tables.one_of(dates.PRECISIONS),
    year=tables.whole(1940, 2040),
    organisations=tables.text(),
    countries=tables.text(),
    sectors=tables.list_of(SECTORS.ours),
    team_type=tables.one_of(raw_csv.TEAM_TYPES, nullable=False),
    team_label=tables.text(),
    notability=tables.list_of(NOTABILITY.ours),
    scope=tables.one_of(["notable", "other"], nullable=False),
    criteria_met=tables.flag(),
    excluded=tables.flag(),
    training_compute_flop=tables.number(),
    finetune_compute_flop=tables.number(),
    parameters=tables.number(),
    training_hardware=tables.text(),
    hardware_quantity=tables.whole(1),
    hardware_utilization=tables.number(high=1),
    training_time_hours=tables.number(),
    training_cost_usd=tables.number(),
    training_cost_base_year=tables.whole(2000, 2040),
    base_model=tables.text(),
    openness=tables.one_of(OPENNESS.ours),
    code_openness=tables.one_of(CODE_OPENNESS.ours),
    inference_code_openness=tables.one_of(CODE_OPENNESS.ours),
    domain=tables.text(),
    task=tables.text(),
    self_supervised=tables.flag(),
    citations=tables.whole(),
    confidence=tables.one_of(CONFIDENCE.ours),
    link=tables.text(),
)
"""Schema of every table under ``data/models``. Lists are joined by ``|``; money is in dollars of
the base year."""
