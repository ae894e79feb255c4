"""Who has machines: what is wrong in a raw file stops the derivation, and the sums are those of the lists."""

import shutil

import pandas as pd
import pytest

from compute_divide.analysis.chips.machines import list_share
from compute_divide.evidence.chips.machines import derive_machines, load_owners, load_top500
from compute_divide.evidence.chips.universities import CHECKS_FILE, derive_universities, load_university_gpus
from compute_divide.evidence.store.files import EvidenceError, data_dir

LIST = "top500/top500_2026-06_academic.csv"


def test_each_list_has_five_hundred_machines_in_known_segments():
    lists = load_top500()
    assert lists.groupby("list")["machines"].sum().tolist() == [500] * 33
    assert lists["accelerated"].isna().groupby(lists["list"]).all().sum() == 2
    assert (lists["rmax_squares"] >= lists["largest_tflop_s"] ** 2 * (1 - 1e-4)).all()


def test_kinds_of_chips_add_up_to_what_an_owner_has():
    owners = load_owners()
    nvidia = owners[(owners["designer"] == "Nvidia") & owners["owner"].isin(["Microsoft", "Meta", "Oracle"])]
    kinds = nvidia[nvidia["kind"].notna()].groupby(["owner", "quarter"])["h100e"].sum()
    totals = nvidia[nvidia["kind"].isna()].set_index(["owner", "quarter"])["h100e"]
    # Medians of parts are near the median of the sum, not equal to it.
    assert kinds.sub(totals).abs().div(totals).max() < 0.1


def test_no_university_can_be_told_from_the_tables():
    kinds = load_university_gpus()
    assert kinds["recorded"].sum() == 33_467
    assert (kinds.loc[kinds["checked"] > 100, "universities"] > 1).all()


def test_the_reasons_of_corrections_are_those_that_the_chapter_tells():
    lines = pd.read_csv(data_dir() / CHECKS_FILE, keep_default_na=False)
    said = {"twice": "same chips|second time", "over": "retired|replaced", "national": "national programme"}
    rows = {key: lines.loc[lines["reason"].str.contains(words), "row"].nunique() for key, words in said.items()}
    assert rows == {"twice": 3, "over": 3, "national": 3}
    assert lines["chosen"].ne("search").groupby(lines["row"]).all().value_counts().to_dict() == {True: 30, False: 1}


def test_a_share_that_rests_on_one_machine_has_a_wider_interval():
    spread = {
        "segment": ["academic", "research"],
        "accelerated": True,
        "machines": [10, 10],
        "rmax_tflop_s": [100.0, 100.0],
    }
    even = list_share(pd.DataFrame(spread | {"rmax_squares": [1e3, 1e3]}), ["academic"], "even")
    single = list_share(pd.DataFrame(spread | {"rmax_squares": [8.2e3, 1e3]}), ["academic"], "single")
    assert even.value == single.value == 0.5
    assert single.high - single.low > 1.5 * (even.high - even.low)


@pytest.mark.raw
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (LIST, ",Academic,", ",Charity,", "'Charity' is not a known segment"),
        (LIST, "\n12,", "\n13,", "each rank from 1 to 500 once"),
        ("epoch_lab_compute_year_end_2026-09-03.csv", "Anthropic,", "Mistral,", "'Mistral' is not a known laboratory"),
        ("epoch_tpu_owners_cumulative_totals_2026-04-22.csv", ",checked,", ",maybe,", "'maybe' in 'Incomplete'"),
    ],
)
def test_what_is_new_or_wrong_stops_with_its_file(raw_dir, tmp_path, file, old, new, said):
    shutil.copytree(raw_dir / "compute", tmp_path / "compute")
    path = tmp_path / "compute" / file
    content = path.read_text(encoding="utf-8-sig")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=said):
        derive_machines(tmp_path, tmp_path / "out")


@pytest.mark.raw
def test_a_list_in_another_unit_is_refused(raw_dir, tmp_path):
    shutil.copytree(raw_dir / "compute", tmp_path / "compute")
    for half in ("academic", "other"):
        path = tmp_path / f"compute/top500/top500_2020-11_{half}.csv"
        path.write_text(path.read_text(encoding="utf-8-sig").replace("Rmax [TFlop/s]", "Rmax", 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"2020-11.*the unit of a list must have changed"):
        derive_machines(tmp_path, tmp_path / "out")


@pytest.mark.raw
@pytest.mark.parametrize(
    ("change", "said"), [(",588,", "does not record 587 of A100_40GB"), ("2,rank 5", "has no such row")]
)
def test_a_check_that_quotes_what_the_source_does_not_say_is_refused(raw_dir, data_copy, tmp_path, change, said):
    path = data_copy / CHECKS_FILE
    wrong = {",588,": ",587,", "2,rank 5": "999,rank 5"}[change]
    path.write_text(path.read_text().replace(change, wrong, 1))
    with pytest.raises(EvidenceError, match=said):
        derive_universities(raw_dir, tmp_path / "out")
