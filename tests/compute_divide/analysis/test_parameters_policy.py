"""Parameters of hardware, diffusion and policy: closed sets come from the evidence, bounds are told."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest
from pydantic import TypeAdapter, ValidationError

from bookpress.book.chapters import parameters_source
from bookpress.book.parameters import read_parameters
from compute_divide.analysis import parameters_policy as types
from compute_divide.analysis.chips.hardware import chip_peaks
from compute_divide.evidence.chips.chips import load_chips, load_prices

CHAPTERS = Path(__file__).resolve().parents[3] / "notebooks"


def test_chips_to_rent_are_those_with_a_dated_price_and_a_peak():
    prices = load_prices()
    priced = set(prices.loc[prices["usd_per_chip_hour"].gt(0) & prices["date"].notna(), "chip"])
    assert set(types.rentable_chips()) == priced & set(chip_peaks(load_chips()).index)


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        (types.ChipName, "NVIDIA Fantasy", "is not a chip with a dated price and a known peak; allowed: Google TPU v2"),
        (types.HardwareVintage, "2023-03", "is not a vintage that records hardware; allowed: 2023-12"),
        (types.Quote, "cheap", "allowed: lowest, median, highest"),
        (types.NumberFormat, "int8", "allowed: training, tensor-16, fp32"),
        (types.Utilisation, 0.95, "less than or equal to 0.9"),
        (types.Utilisation, 0.01, "greater than or equal to 0.05"),
        (types.Months, 37, "less than or equal to 36"),
        (types.Budget, 99, "greater than or equal to 100"),
        (types.ChipCount, 0, "greater than or equal to 1"),
    ],
)
def test_a_wrong_value_is_told_what_is_allowed(kind, wrong, told):
    with pytest.raises(ValidationError, match=told):
        TypeAdapter(kind).validate_python(wrong)


@pytest.mark.parametrize("slug", ["hardware", "diffusion", "policy"])
def test_every_parameter_of_the_chapters_has_help_and_bounds(slug):
    notebook = jupytext.read(CHAPTERS / f"{slug}.md")
    for parameter in read_parameters(parameters_source(notebook), slug):
        assert parameter.help
        assert parameter.allowed
