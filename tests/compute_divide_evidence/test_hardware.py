"""Chips, prices, clusters and who has machines: what the raw files say is all there; what is wrong in one stops."""

import csv
import os
import re
import shutil
from collections import defaultdict

import pandas as pd
import pytest

from compute_divide.sources.audit.machines import load_audited_chips, load_audited_machines
from compute_divide.sources.chips.campuses import SNAPSHOT, load_campuses
from compute_divide.sources.chips.chips import FORMATS, load_chips, load_prices
from compute_divide.sources.chips.machines import load_owners, load_top500
from compute_divide.sources.chips.universities import load_university_checks, load_university_gpus
from compute_divide.sources.models.table import load_models
from compute_divide.sources.store.files import EvidenceError, data_dir
from compute_divide_evidence.audit.machines import derive_audited_machines
from compute_divide_evidence.chips.campuses import derive_campuses
from compute_divide_evidence.chips.chips import derive_hardware, derive_prices
from compute_divide_evidence.chips.clusters import derive_clusters
from compute_divide_evidence.chips.machines import derive_machines
from compute_divide_evidence.chips.universities import CHECKS_FILE, derive_universities
from compute_divide_evidence.outside import derive_outside
from compute_divide_evidence.outside.evaluations import TRACKER as CARDS

HARDWARE = "models/epoch_ml_hardware_2026-07-19.csv"
CLUSTERS = "models/epoch_gpu_clusters_2026-04-24.csv"
LIST = "compute/top500/top500_2026-06_academic.csv"
OLDER = "compute/top500/top500_2020-11_other.csv"
LABORATORIES = "compute/epoch_lab_compute_year_end_2026-09-03.csv"
TPUS = "compute/epoch_tpu_owners_cumulative_totals_2026-04-22.csv"
SITES = "compute/epoch_frontier_data_center_timelines_2026-07-07.csv"
AUDIT = "audit/machines.csv"
CAPABILITY = "models/epoch_benchmarked_models_2026-08-19.csv"
SCORES = "scrutiny/fmti_scores_May2024.csv"
TRACKER = CARDS.path


@pytest.mark.raw
@pytest.mark.parametrize(
    ("derive", "file", "old", "new", "said"),
    [
        (derive_hardware, HARDWARE, ",GPU,", ",Abacus,", "'Abacus' is not a known kind"),
        (
            derive_clusters,
            CLUSTERS,
            ",Private,",
            ",Military,",
            "'Military' is not a known sector of an owner",
        ),
        (derive_clusters, CLUSTERS, ",Existing,", ",Rumoured,", "'Rumoured' is not a known status"),
        (
            derive_clusters,
            CLUSTERS,
            "481112,,,True,",
            "481112,,,perhaps,",
            r"row \d+: 'perhaps' .* neither True nor",
        ),
        (derive_machines, LIST, ",Academic,", ",Charity,", "'Charity' is not a known segment"),
        (derive_machines, LIST, "\n12,", "\n13,", "each rank from 1 to 500 once"),
        (derive_machines, OLDER, "Rmax [TFlop/s]", "Rmax", "2020-11.*the unit"),
        (
            derive_machines,
            LABORATORIES,
            "Anthropic,",
            "Mistral,",
            "'Mistral' is not a known laboratory",
        ),
        (derive_campuses, SITES, "2,2025-02-28,", "2,soon,", "'soon' is not a date"),
        (derive_audited_machines, AUDIT, ",private,", ",royal,", "'royal' is not a known kind"),
        (derive_audited_machines, AUDIT, ",confirmed,", ",sure,", "'sure' is not a known verdict"),
        (derive_machines, TPUS, ",checked,", ",maybe,", "'maybe' in 'Incomplete'"),
        (
            derive_outside,
            TRACKER,
            'tor: "UK AISI"',
            'tor: "Oxford"',
            "'Oxford' on .* is not in data/evaluators",
        ),
        (derive_outside, TRACKER, "  google: {", "  gogle: {", "'gogle' is not a known company"),
        (derive_outside, SCORES, "Data size,0,", "Data size,1,", "what the indicators add up"),
        (
            derive_outside,
            "scrutiny/fmti_scores_Dec2025.csv",
            "Crawling,1,",
            "Crawling,2,",
            "'2' is neither 0 nor 1",
        ),
        (derive_outside, CAPABILITY, "API access", "Half open", "'Half open' is not a known"),
    ],
)
def test_what_is_new_or_wrong_in_a_raw_file_stops_the_derivation(
    derive, file, old, new, said, raw_dir, tmp_path
):
    for folder in ("audit", "compute", "models", "scrutiny"):
        shutil.copytree(raw_dir / folder, tmp_path / folder, copy_function=os.symlink)
    text = (raw_dir / file).read_text(encoding="utf-8-sig")
    assert old in text
    (tmp_path / file).unlink()
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=said):
        derive(tmp_path, tmp_path / "out")


@pytest.mark.raw
@pytest.mark.parametrize(
    ("change", "said"),
    [(",588,", "does not record 587 of A100_40GB"), ("2,rank 5", "has no such row")],
)
def test_a_check_that_quotes_what_the_source_does_not_say_is_refused(
    raw_dir, data_copy, tmp_path, change, said
):
    path = data_copy / CHECKS_FILE
    wrong = {",588,": ",587,", "2,rank 5": "999,rank 5"}[change]
    path.write_text(path.read_text().replace(change, wrong, 1))
    with pytest.raises(EvidenceError, match=said):
        derive_universities(raw_dir, tmp_path / "out")


def test_every_number_format_has_its_own_column():
    chips = load_chips().set_index("chip")
    assert len(chips) == 176
    h100 = chips.loc["NVIDIA H100 SXM5 80GB", list(FORMATS)].dropna()
    assert (
        h100["fp32_flop_s"] < h100["tf32_flop_s"] < h100["tensor_fp16_flop_s"] < h100["fp8_flop_s"]
    )
    assert not {"max_performance", "ml_op_s", "price_performance"} & set(chips.columns)


@pytest.mark.parametrize(
    ("vintage", "found", "named"),
    [("2023-12", 177, 179), ("2024-11", 477, 483), ("2026-08", 374, 384)],
)
def test_chips_of_models_are_found_by_name_or_alias(vintage, found, named):
    chips = load_chips()
    names = {
        name.casefold()
        for name in (*chips["chip"], *chips["aliases"].dropna().str.split("|").explode())
    }
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


def test_a_commitment_makes_a_chip_hour_cheaper():
    prices = load_prices().dropna(subset=["usd_per_chip_hour", "usd_per_chip_hour_3y"])
    assert len(prices) == 107
    assert (prices["usd_per_chip_hour_3y"] <= prices["usd_per_chip_hour"]).mean() > 0.95


@pytest.mark.raw
def test_a_row_without_a_price_is_set_aside_and_counted(raw_dir, tmp_path):
    (sidecar,) = derive_prices(raw_dir, tmp_path)
    assert [(aside.reason, aside.rows, aside.examples) for aside in sidecar.set_aside] == [
        ("no price", 1, ["row 579"])
    ]


def test_each_list_has_five_hundred_machines_in_known_segments():
    lists = load_top500()
    assert lists.groupby("list")["machines"].sum().tolist() == [500] * 33
    assert lists["accelerated"].isna().groupby(lists["list"]).all().sum() == 2
    assert (lists["rmax_squares"] >= lists["largest_tflop_s"] ** 2 * (1 - 1e-4)).all()


def test_kinds_of_chips_add_up_to_what_an_owner_has():
    owners = load_owners()
    nvidia = owners[
        (owners["designer"] == "Nvidia") & owners["owner"].isin(["Microsoft", "Meta", "Oracle"])
    ]
    kinds = nvidia[nvidia["kind"].notna()].groupby(["owner", "quarter"])["h100e"].sum()
    totals = nvidia[nvidia["kind"].isna()].set_index(["owner", "quarter"])["h100e"]
    # Medians of parts are near the median of the sum, not equal to it.
    assert kinds.sub(totals).abs().div(totals).max() < 0.1


def test_chips_of_amazon_and_of_xai_stand_among_those_of_the_other_owners():
    owners = load_owners()
    at_end = owners[owners["quarter"].eq("2025-12-31") & owners["kind"].isna()]
    sums = at_end.groupby("owner")["h100e"].sum()
    assert sums["Amazon"] > sums["Meta"]
    assert sums["xAI"] > 500_000
    trainium = owners[owners["designer"].eq("Amazon") & owners["quarter"].eq("2025-12-31")]
    kinds = trainium[trainium["kind"].notna()]["h100e"].sum()
    assert kinds == pytest.approx(trainium[trainium["kind"].isna()]["h100e"].sum(), rel=0.02)


def test_no_site_is_counted_before_its_day_has_come():
    sites = load_campuses()
    assert sites["day"].max() <= pd.Timestamp(SNAPSHOT)
    assert sites["site"].nunique() > 60


def test_no_lead_of_the_audit_gives_a_rate():
    audited = load_audited_chips()
    assert (audited["seen"] == "lead").sum() > 10
    assert audited.loc[audited["seen"] == "lead", "peak_tflop_s"].isna().all()
    assert not (load_audited_machines()["seen"] == "lead").any()


@pytest.mark.raw
def test_an_added_machine_opens_with_the_first_list_that_has_it(raw_dir):
    """By the number of that list, which is 59 for June 2022, or by the first with this speed."""
    lists = defaultdict(dict)
    for path in sorted((raw_dir / "compute/top500").glob("*.csv"), key=lambda path: path.name):
        with path.open(encoding="utf-8", errors="replace") as file:
            for row in csv.DictReader(file):
                if speed := row.get("Rmax [TFlop/s]"):
                    years, half = divmod(int(float(row["First Appearance"])) - 59, 2)
                    first = f"{2022 + years}-{'11' if half else '06'}"
                    lists[round(float(speed) / 1000, 2)].setdefault(first, path.name[7:14])
    machines = load_audited_machines()
    machines = machines[machines["first_listed"]]
    for machine in machines.itertuples():
        allowed = lists[machine.hpl_pflop_s]
        opened = f"{machine.operational:%Y-%m}"
        assert opened in {*allowed, *allowed.values()}, machine.machine
    assert len(machines) == 105


@pytest.mark.parametrize("table", ["machines", "chips"])
def test_the_tables_of_the_audit_point_at_sources_and_not_at_files_of_its_own(table):
    text = (data_dir() / f"audit/{table}.csv").read_text(encoding="utf-8")
    assert not re.search(r"shared data|find_string|clusters\.csv|/work", text)


def test_no_university_can_be_told_from_the_tables():
    kinds = load_university_gpus()
    assert kinds["recorded"].sum() == 33_467
    assert (kinds.loc[kinds["checked"] > 100, "universities"] > 1).all()


def test_the_reasons_of_corrections_are_those_that_the_chapter_tells():
    lines = pd.read_csv(data_dir() / CHECKS_FILE, keep_default_na=False)
    said = {
        "twice": "same chips|second time",
        "retired": "retired|replaced",
        "national": "national programme",
    }
    rows = {
        key: lines.loc[lines["reason"].str.contains(words), "row"].nunique()
        for key, words in said.items()
    }
    checks = load_university_checks()
    assert rows == {key: checks[key].sum() for key in said}
    assert lines["chosen"].ne("search").groupby(lines["row"]).all().value_counts().to_dict() == {
        True: 30,
        False: 1,
    }
