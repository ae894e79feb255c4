"""The audit for strangers: a sheet to fill in, agreement beyond chance, corrections to offer."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bookpress.errors import UsageError
from compute_divide.sources.audit.runs import load_audited_runs
from compute_divide.sources.store.by_hand import tables_by_hand
from compute_divide_evidence.audit.reproduced import ANSWER, corrections, kappa, read_sheet
from compute_divide_evidence.catalogue import entries
from compute_divide_evidence.commands.main import app

answers = st.lists(st.sampled_from("abc"), min_size=2, max_size=40)


def sheet(*options: str) -> str:
    done = CliRunner().invoke(app, ["data", "audit", "sample", *options])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_seed_draws_the_same_rows_each_with_where_to_look() -> None:
    assert sheet("--seed", "3", "--rows", "30") == sheet("--seed", "3")
    assert sheet("--seed", "3") != sheet("--seed", "4")
    rows = list(csv.DictReader(io.StringIO(sheet("--seed", "3"))))
    assert len(rows) == len({(row["model"], row["year"]) for row in rows}) == 30
    assert all(row["team_type"] and row["source"] and not row[ANSWER] for row in rows)


def test_a_filled_sheet_says_how_far_it_agrees_and_where_it_does_not(tmp_path: Path) -> None:
    filled = tmp_path / "sheet.csv"
    table = pd.read_csv(io.StringIO(sheet("--rows", "9")), dtype=str)
    table[ANSWER] = table["team_type"]
    table.loc[0, ANSWER] = "other"
    table.loc[1, ANSWER] = None  # not answered
    table.to_csv(filled, index=False)
    said = CliRunner().invoke(app, ["data", "audit", "agreement", str(filled)]).stdout
    assert said.startswith("7 of 8 agree; Cohen's kappa: 0.")
    model, claimed = table.loc[0, ["model", "team_type"]]
    assert f"{model}: the audit says {claimed}, you say other" in said
    table.loc[2, ANSWER] = "academic"
    table.to_csv(filled, index=False)
    with pytest.raises(UsageError, match=r"sheet.csv:4: 'academic' is not allowed; allowed: "):
        read_sheet(filled)


@given(answers)
def test_kappa_is_one_for_the_same_answers_and_none_without_a_choice(
    given_answers: list[str],
) -> None:
    expected = 1 if len({*given_answers}) > 1 else None
    assert kappa(given_answers, given_answers) == expected


@given(answers, st.randoms())
def test_kappa_is_symmetric_and_at_most_one(one: list[str], random: object) -> None:
    other = [random.choice("abc") for _ in one]  # type: ignore[attr-defined]
    value = kappa(one, other)
    assert value == kappa(other, one)
    assert value is None or -1 <= value <= 1


def test_corrections_have_the_columns_of_the_database_a_reason_and_a_source() -> None:
    found = corrections()
    assert {"Model", "Organization", "Organization categorization"} <= {*found}
    assert found[["Reason", "Source"]].notna().all(axis=None)
    runs = load_audited_runs().set_index(["model", "year"])
    for model, year in found[["Model", "Year"]].itertuples(index=False):
        assert runs.loc[(model, year), "verdict"] in {"team-changed", "compute-changed"}
        assert runs.loc[(model, year), "seen"] != "notes-of-database"


def test_what_is_kept_by_hand_is_listed_with_rows_licence_and_origin() -> None:
    listed = {entry["file"]: entry for entry in entries()}
    for name in tables_by_hand():
        assert listed[name]["rows"] > 0
        assert listed[name]["licence"] == "CC BY 4.0"
        assert listed[name]["description"].startswith("kept by hand: ")
