"""Chips, prices and clusters: what the raw files say is all there, and nothing is mixed."""

import csv

import pytest

from compute_divide.evidence.chips.chips import (
    FORMATS,
    derive_hardware,
    derive_prices,
    load_chips,
    load_prices,
)
from compute_divide.evidence.chips.clusters import derive_clusters
from compute_divide.evidence.models.table import load_models
from compute_divide.evidence.store.files import EvidenceError
from compute_divide.evidence.store.raw_csv import read_raw

CHIPS = "models/epoch_ml_hardware_2026-07-19.csv"
CLUSTERS = "models/epoch_gpu_clusters_2026-04-24.csv"
# --- chips ---


def test_every_number_format_has_its_own_column():
    chips = load_chips().set_index("chip")
    assert len(chips) == 176
    h100 = chips.loc["NVIDIA H100 SXM5 80GB", list(FORMATS)].dropna()
    assert h100["fp32_flop_s"] < h100["tf32_flop_s"] < h100["tensor_fp16_flop_s"] < h100["fp8_flop_s"]
    assert not {"max_performance", "ml_op_s", "price_performance"} & set(chips.columns)


@pytest.mark.parametrize(
    ("vintage", "found", "named"), [("2023-12", 177, 179), ("2024-11", 477, 483), ("2026-08", 374, 384)]
)
def test_chips_of_models_are_found_by_name_or_alias(vintage, found, named):
    chips = load_chips()
    names = {name.casefold() for name in (*chips["chip"], *chips["aliases"].dropna().str.split("|").explode())}
    used = load_models(vintage)["training_hardware"].dropna().str.split("|").explode()
    assert len(used) == named
    assert used.str.casefold().isin(names).sum() == found


def test_an_alias_belongs_to_one_chip_and_names_no_other():
    chips = load_chips()
    aliases = chips["aliases"].dropna().str.split("|").explode().str.casefold()
    own = chips["chip"].str.casefold()
    assert aliases.is_unique
    # letter case is the only way in which an alias may be the name of its own chip
    assert all(alias not in set(own.drop(chip)) for chip, alias in aliases.items())


# --- prices ---


def test_a_commitment_makes_a_chip_hour_cheaper():
    prices = load_prices().dropna(subset=["usd_per_chip_hour", "usd_per_chip_hour_3y"])
    assert len(prices) == 107
    assert (prices["usd_per_chip_hour_3y"] <= prices["usd_per_chip_hour"]).mean() > 0.95


@pytest.mark.raw
def test_a_row_without_a_price_is_set_aside_and_counted(raw_dir, tmp_path):
    (sidecar,) = derive_prices(raw_dir, tmp_path)
    assert [(aside.reason, aside.rows, aside.examples) for aside in sidecar.set_aside] == [("no price", 1, ["row 579"])]


# --- clusters ---


@pytest.mark.raw
@pytest.mark.parametrize(
    ("derive", "file", "change", "said"),
    [
        (derive_hardware, CHIPS, {"Type": "Abacus"}, "'Abacus' is not a known kind"),
        (derive_clusters, CLUSTERS, {"Sector": "Military"}, "'Military' is not a known sector of an owner"),
        (derive_clusters, CLUSTERS, {"Status": "Rumoured"}, "'Rumoured' is not a known status"),
        (derive_clusters, CLUSTERS, {"Possible Duplicate": "perhaps"}, "'perhaps' in .* is neither True nor blank"),
    ],
)
def test_what_is_new_to_us_stops_with_its_file_and_row(derive, file, change, said, raw_dir, tmp_path):
    raw = read_raw(raw_dir / file)
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, fieldnames=raw.header)
        writer.writeheader()
        writer.writerows({**row.cells, **(change if row.number == 5 else {})} for row in raw.rows)
    with pytest.raises(EvidenceError, match=rf"{path.name}, row 5\b.*{said}"):
        derive(tmp_path, tmp_path / "out")
