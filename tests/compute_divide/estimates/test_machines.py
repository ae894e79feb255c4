"""Machines: no peak below a measured speed, replaced ones in the records, nobody counted twice."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import compute_divide as cd
from compute_divide.estimates.chips.machines import COLUMNS, known_machines

H100_EFLOP_S = 989.4e-6
LISTED = {
    "status": "Existing",
    "certainty": "Confirmed",
    "possible_duplicate": False,
    "superseded_by": None,
    "sector": "public",
    "country": "Germany",
    "operational": pd.Timestamp(2024, 1, 1),
    "chip": "NVIDIA H100 SXM5 80GB",
    "chip_secondary": None,
    "h100_equivalents": 100.0,
    "flop_s_16bit": 989.4e14,
}


@pytest.fixture(scope="module")
def machines() -> pd.DataFrame:
    tables = [cd.data.clusters(), cd.data.audited_machines(), cd.data.aurora_rates()]
    return known_machines(*tables, cd.data.chips())


def test_no_peak_lies_below_what_was_measured(machines):
    for measured, unit in (("hpl_mxp_eflop_s", 1), ("hpl_pflop_s", 1e-3)):
        rows = machines[machines[measured].notna() & ~machines["lower_bound"]]
        assert len(rows) > 20
        beyond = rows[rows[measured] * unit > rows["h100e"] * H100_EFLOP_S]
        assert beyond["machine"].tolist() == []


def test_the_list_alone_breaks_that_law(machines):
    listed = machines["listed_h100e"].astype(float) * H100_EFLOP_S
    rows = machines[machines["hpl_mxp_eflop_s"].astype(float) > listed]
    assert rows["machine"].tolist() == ["Aurora"]


def test_audited_machines_are_worth_their_chips_where_they_have_one_kind():
    audited = cd.data.audited_machines()
    is_plain = audited["verdict"].isin(["missing", "chip-wrong"]) & audited["peak_tflop_s"].notna()
    rows = audited[is_plain & audited["chips"].notna() & audited["h100e"].gt(0)]
    rows = rows[rows["kind"] != "announced"]
    assert len(rows) > 90
    by_chips = rows["chips"].astype(float) * rows["peak_tflop_s"] / 989.4
    assert (by_chips / rows["h100e"] - 1).abs().max() < 0.005


def test_aurora_is_the_largest_open_machine_by_each_of_its_peaks(machines):
    is_open = machines["runs"] & machines["open"]
    aurora = machines[machines["machine"] == "Aurora"].iloc[0]
    others = machines[is_open & (machines["machine"] != "Aurora")]
    rates = cd.data.aurora_rates()
    peaks = rates.loc[rates["kind"] == "peak", "tflop_s"] * int(aurora["chips"]) / 989.4
    assert len(peaks) >= 4
    assert peaks.min() > others["h100e"].max()
    assert (aurora["h100e_low"], aurora["h100e_high"]) == pytest.approx((peaks.min(), peaks.max()))
    assert aurora["hpl_mxp_eflop_s"] > others["hpl_mxp_eflop_s"].max()


def test_what_was_replaced_keeps_its_place_among_the_largest_of_its_time(machines):
    private = machines[machines["sector"] == "private"]
    records = cd.record_holders(private, "h100e", "operational")["machine"].tolist()
    phases = ["Colossus, its first phase", "Colossus, its second phase", "Colossus"]
    assert records[-3:] == phases
    public = machines[machines["open"] & (machines["machine"] != "unnamed")]
    records = cd.record_holders(public, "h100e_first", "operational")["machine"].tolist()
    assert records[-3:] == ["Summit", "Frontier", "Aurora"]


def test_what_is_gone_offered_or_planned_does_not_run(machines):
    running = set(machines.loc[machines["runs"], "name"])
    gone = {"Cineca Marconi-100", "Oak Ridge NL Summit", "xAI Colossus Memphis Phase 1"}
    never = {"CEA EXA1-HE Phase 2", "Oracle OCI Supercluster H200s", "Equinox (announced)"}
    assert not running & (gone | never)
    assert gone <= set(machines["name"])
    assert not never & set(machines["name"])
    assert machines.loc[machines["machine"] == "Gefion", "sector"].tolist() == ["mixed"]


def test_a_machine_that_grew_counts_as_it_opened_and_as_it_is(machines):
    frontier = machines[machines["machine"] == "Frontier"].iloc[0]
    assert (round(frontier["h100e_first"]), round(frontier["h100e"])) == (14_567, 15_261)


@st.composite
def lists_of_clusters(draw):
    count = draw(st.integers(1, 6))
    rows = []
    for place in range(count):
        chips = draw(st.integers(1, 10_000))
        later = draw(st.sampled_from([None, *(f"machine {other}" for other in range(count))]))
        rows.append(
            LISTED
            | {
                "name": f"machine {place}",
                "status": draw(st.sampled_from(["Existing", "Decommissioned", "Planned"])),
                "possible_duplicate": draw(st.booleans()),
                "superseded_by": None if later == f"machine {place}" else later,
                "chips": chips,
                "chips_primary": chips,
            }
        )
    return pd.DataFrame(rows)


@pytest.mark.heavy
@given(lists_of_clusters())
def test_each_machine_of_any_list_is_counted_once_by_its_chips(clusters):
    audited = cd.data.audited_machines()
    found = known_machines(clusters, audited, cd.data.aurora_rates(), cd.data.chips())
    assert list(found) == COLUMNS
    ours = found[found["name"].str.startswith("machine ")]
    assert ours["name"].is_unique
    allowed = clusters[(clusters["status"] != "Planned") & ~clusters["possible_duplicate"]]
    assert set(ours["name"]) == set(allowed["name"])
    worth = ours.set_index("name")["h100e"]
    by_chips = clusters.set_index("name").loc[worth.index, "chips"].astype(float)
    assert worth.to_dict() == pytest.approx(by_chips.to_dict())
    assert (
        not ours.loc[ours["runs"], "name"]
        .isin(clusters.loc[clusters["status"] != "Existing", "name"])
        .any()
    )
