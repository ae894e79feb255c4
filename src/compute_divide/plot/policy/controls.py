"""The controls above a calculator, their presets, and the chips that they offer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from bookpress.errors import UsageError, nearest
from compute_divide.choices.machines import QUOTES, rentable_chips
from compute_divide.estimates.chips.budget import HOURS_PER_MONTH, offers
from compute_divide.estimates.chips.hardware import chip_peaks
from compute_divide.estimates.statistics.teams import TEAM_NAMES
from compute_divide.sources.chips.chips import load_chips, load_prices
from compute_divide.sources.chips.machines import load_rental_prices
from compute_divide.sources.claims import Preset, load_presets

ALL_TEAMS = "all"
"""The choice of models of every team type, unknown ones included."""

_UTILISATION = {"after": "", "min": 0.05, "max": 0.9, "step": 0.01}
"""The range of the control for utilisation."""
_MONTHS = {"after": " months", "min": 1, "max": 36, "step": 1}
"""The range of the control for months."""


def budget_controls(offered: pd.DataFrame, start: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the controls of the calculator of a budget."""
    budget = start["budget"]
    quote = start["quote"]
    quotes = list(QUOTES.items())
    first = _control("budget", "Budget", "number", budget, before="$")
    price = _control("quote", "Price per chip-hour", "choice", quote, options=quotes)
    return [first, _chip(offered, start), price, *_shared(start)]


def facility_controls(offered: pd.DataFrame, start: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the controls of the calculator of a facility."""
    number = start["own_chips"]
    chips = _control("own_chips", "Number of chips", "number", number, before="")
    return [chips, _chip(offered, start), *_shared(start)]


def rentable() -> pd.DataFrame:
    """Return every chip for rent, with its peak and its prices."""
    peaks = chip_peaks(load_chips())
    return offers(load_prices(), load_rental_prices(), peaks, rentable_chips())


def presets_for(controls: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the values of each preset, for presets whose controls the calculator has."""
    names = {control["name"] for control in controls}
    presets = {}
    for preset in load_presets().values():
        values = _preset_values(preset)
        if values.keys() <= names:
            presets[preset.name] = values
    return presets


def _preset_values(preset: Preset) -> dict[str, Any]:
    if preset.months is None:
        return {"budget": preset.budget}
    hours = preset.gpu_hours or 0
    chips = preset.chips or hours / (preset.months * HOURS_PER_MONTH)
    values: dict[str, Any] = {"own_chips": round(chips, 4), "months": preset.months}
    if preset.chip:
        values["chip"] = preset.chip
    return values


def _shared(start: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the controls of both calculators."""
    share = start["utilisation"]
    utilisation = _control("utilisation", "Utilisation", "range", share, **_UTILISATION)
    months = _control("months", "Time", "range", start["months"], **_MONTHS)
    names = [(ALL_TEAMS, "all"), *TEAM_NAMES.items()]
    teams = _control("team", "Models of teams", "choice", ALL_TEAMS, options=names)
    return [utilisation, months, teams]


def _chip(offers: pd.DataFrame, start: Mapping[str, Any]) -> dict[str, Any]:
    options = [(chip, chip) for chip in offers["chip"]]
    return _control("chip", "Chip", "choice", start["chip"], options=options)


def _control(name: str, label: str, kind: str, value: Any, **more: Any) -> dict[str, Any]:
    offered = [option for option, _ in more.get("options", ())]
    if offered and value not in offered:
        meant = nearest(str(value), offered)
        raise UsageError(f"a calculator's start: {name}: {value!r} is not offered{meant}")
    return {"name": name, "label": label, "kind": kind, "value": value, **more}


def by_chip(offers: pd.DataFrame, columns: list[str]) -> str:
    """Return a Vega expression for an object with the values of some columns for each chip."""
    values = offers.set_index("chip")[columns].astype(float)
    return json.dumps(values.to_dict("index"))


def peak_of(offers: pd.DataFrame) -> str:
    """Return a Vega expression for the peak of the chosen chip."""
    return f"({by_chip(offers, ['peak'])})[chip].peak"
