"""Types of parameters: closed sets come from the evidence, bounds are told, meanings are published."""

from pathlib import Path

import pytest

import compute_divide as cd
from bookpress.book.chapters import Chapter
from bookpress.book.project import load_settings
from bookpress.chapter.parameters import Parameter
from compute_divide import choices
from compute_divide.choices import machines
from compute_divide.estimates.chips.hardware import chip_peaks
from compute_divide.sources.chips.chips import load_chips, load_prices
from compute_divide.sources.papers.profiles import venue_names, venues
from compute_divide.sources.store.files import vintages

ROOT = Path(__file__).resolve().parents[3]


def test_chips_to_rent_are_those_with_a_dated_price_and_a_peak() -> None:
    prices = load_prices()
    priced = set(prices.loc[prices["usd_per_chip_hour"].gt(0) & prices["date"].notna(), "chip"])
    assert set(machines.rentable_chips()) == priced & set(chip_peaks(load_chips()).index)


@pytest.mark.parametrize(
    ("kind", "good", "bad", "told"),
    [
        ("Year", 2010, 1949, "1950 to 2030"),
        ("Count", 10, 0, "1 to 1000"),
        ("Months", 3, 37, "1 to 36"),
        ("Money", 100, 99, "100 to 1000000000000"),
        ("Share", 0.85, 1.5, "0 to 1"),
        ("Utilisation", 0.33, 0.95, "0.05 to 0.9"),
        ("Magnitudes", 2.0, float("nan"), "0 to 30"),
        ("Definition", "near-record", "biggest", "all, notability-filter"),
        ("Vintage", "2023-03", "2023-04", "2022-06, 2023-03"),
        ("HardwareVintage", "2023-12", "2023-03", "allowed: 2023-12"),
        ("Chip", "NVIDIA H100 SXM5 80GB", "NVIDIA Fantasy", "Google TPU v2"),
        ("Quote", "median", "cheap", "lowest, median, highest"),
        ("NumberFormat", "fp32", "int8", "training, tensor-16, fp32"),
        ("Venues", ["neurips", "icml"], ["icml", "nips"], "item 2; no such name"),
        ("Venues", ["vision", "acl"], [], "machine-learning, vision"),
        ("Topics", ["scrutiny", "bandits"], ["bandit"], "compute-intensive, low-compute"),
        ("Texts", ["title"], ["body"], "title, keywords, abstract"),
        ("Reading", "domain", "email", "name, domain"),
        ("JointLabs", "mixed", "both", "mixed, academia, industry"),
        ("NonProfits", "other", "none", "academia, other"),
        ("Flips", ["openai=nonprofit"], ["openai"], "does not flip a judgement call"),
        ("Flips", [], ["openai=firm"], "'firm' is not a sector"),
        ("Flips", ["mila=unknown"], ["mila=industry", "mila=academia"], "flipped twice"),
        ("WorksReading", "ids", "names", "types, ids, rules"),
    ],
)
def test_a_wrong_value_is_told_what_is_allowed(
    kind: str, good: object, bad: object, told: str
) -> None:
    parameter = Parameter("x", getattr(choices, kind), good)
    assert parameter.check(good) == good
    with pytest.raises(ValueError, match="is not allowed") as raised:
        parameter.check(bad)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "notebooks").glob("*.md")), ids=lambda path: path.stem
)
def test_every_parameter_has_help_of_its_own_bounds_and_where_it_counts_something_a_unit(
    path: Path,
) -> None:
    parameters = Chapter(
        path.stem, path, f"notebooks/{path.stem}", settings=load_settings(ROOT)
    ).parameters
    assert len({one.help for one in parameters}) == len(parameters)
    for one in parameters:
        assert len(one.help) > len("calendar year"), one.name
        assert "=" not in one.comment, "papermill's inspector takes it for an assignment"
        assert one.allowed != "any value"
        counted = (choices.Count, choices.ChipCount, choices.Money, choices.Magnitudes)
        assert one.unit or one.kind not in counted, one.name
        assert set(one.schema.get("meanings", {})) <= set(one.choices)


def test_a_year_is_explored_no_further_than_the_evidence_holds_whole() -> None:
    last = int(vintages()[-1][:4]) - 1
    assert Parameter("late_last", choices.Year, last).explored(last) == [last - 2, last - 1, last]
    assert Parameter("late_first", choices.Year, 2020).explored(2020) == [
        2018,
        2019,
        2020,
        2021,
        2022,
    ]


def test_a_group_of_conferences_stands_for_its_members_each_once() -> None:
    assert cd.conferences(["vision", "colt", "cvpr"]) == ["cvpr", "iccv", "eccv", "colt"]
    everything = cd.conferences(venue_names())
    assert sorted(everything) == venues()
