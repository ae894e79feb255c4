"""Rows of a reader: laid over every vintage that they fit, marked, refused where they make no sense, gone again."""

import command_line
import pytest

from compute_divide.sources import catalogue
from compute_divide.sources.models.table import load_models
from compute_divide_evidence.store.writing import seal

MODEL = {
    "model": "Mine",
    "published": "2025-06-01",
    "organisations": "Nowhere",
    "sectors": "academia",
}


@pytest.fixture
def three_vintages(data_copy):
    """Leave the vintages that the tests name."""
    for path in (data_copy / "models").glob("20*"):
        if not path.name.startswith(("2022-06", "2025-02", "2026-08")):
            path.unlink()
    seal(data_copy)
    return data_copy


def add(tmp_path, name, text, table="models"):
    (tmp_path / name).write_text(text)
    return command_line.run("data", "add", "row", table, str(tmp_path / name))


def as_yaml(row):
    return "".join(f'{name}: "{value}"\n' for name, value in row.items())


@pytest.mark.heavy
def test_a_model_a_label_and_a_sector_are_laid_over_and_taken_out_again(tmp_path, three_vintages):
    before = load_models("2026-08")
    assert not before["own"].any()
    assert (
        add(tmp_path, "mine.yml", as_yaml({**MODEL, "training_compute_flop": "5e25"})).exit_code
        == 0
    )
    label = "model,vintage,openness\nGPT-3 175B (davinci),2026-08,Open weights (unrestricted)\n"
    assert add(tmp_path, "label.csv", label).exit_code == 0
    done = add(
        tmp_path,
        "o.yml",
        "organisation: Allen Institute for AI\nsector: industry\n",
        "organisations",
    )
    assert "16 models of 2026-08 now marked as own" in done.stdout
    after = load_models("2026-08").set_index("model")
    mine = after.loc["Mine"]
    assert (mine["team_type"], mine["year"], mine["scope"], mine["own"]) == (
        "academia-only",
        2025,
        "notable",  # as all in this vintage
        True,
    )
    assert after.loc["GPT-3 175B (davinci)", "openness"] == "Open weights (unrestricted)"
    assert (
        load_models("2025-02").set_index("model").loc["GPT-3 175B (davinci)", "openness"]
        == "API access"
    )
    assert after.loc["ELMo", ["team_type", "sectors"]].tolist() == [
        "collaboration",
        "academia|industry",
    ]
    assert len(after) == len(before) + 1
    assert catalogue.verify() == []
    for table, name in (
        ("models", "Mine"),
        ("models", "GPT-3 175B (davinci)"),
        ("organisations", "Allen Institute for AI"),
    ):
        assert command_line.run("data", "remove", table, name).exit_code == 0
    assert load_models("2026-08").equals(before)
    assert not list((three_vintages / "own").iterdir())


@pytest.mark.heavy
def test_a_row_without_a_vintage_is_laid_over_those_that_could_know_it(tmp_path, three_vintages):
    assert add(tmp_path, "mine.yml", as_yaml(MODEL)).exit_code == 0
    known = {name: set(load_models(name)["model"]) for name in ("2022-06", "2025-02", "2026-08")}
    assert [name for name, models in known.items() if "Mine" in models] == ["2026-08"]
    assert set(load_models("2026-08")["scope"]) == {"notable"}
    late = add(tmp_path, "late.yml", as_yaml({**MODEL, "model": "Late", "published": "2026-09-01"}))
    assert late.exit_code == 2
    assert "newer than all of them, the last is of 2026-08; name the vintage" in late.stderr
    stated = {**MODEL, "model": "Late", "published": "2026-09-01", "vintage": "2022-06"}
    assert add(tmp_path, "late.yml", as_yaml(stated)).exit_code == 0
    assert load_models("2022-06").set_index("model").loc["Late", "scope"] == "other"


@pytest.mark.parametrize(
    ("row", "table", "said"),
    [
        (
            {**MODEL, "year": "2025.5"},
            "models",
            "mine.yml: year '2025.5' is not allowed; allowed: a whole number",
        ),
        (
            {**MODEL, "sectors": "military"},
            "models",
            "mine.yml: sectors 'military' is not allowed; allowed: ",
        ),
        ({"organisation": "OpenAI", "sector": "x"}, "organisations", "allowed: academia, "),
        (
            {**MODEL, "colour": "red"},
            "models",
            "has a column 'colour'; there are: model, vintage, ",
        ),
        (
            {**MODEL, "compute": "1e25"},
            "models",
            "has a column 'compute'; there are: training_compute_flop, finetune_compute_flop",
        ),
        (
            {"model": "Mine"},
            "models",
            "'Mine' is not listed, and a new model needs published, organisations, sectors too",
        ),
        (
            {**MODEL, "published": "May"},
            "models",
            "mine.yml: published 'May' is not allowed; allowed: a day, as 2026-05-01",
        ),
        (
            {**MODEL, "training_compute_flop": "lots"},
            "models",
            "mine.yml: training_compute_flop 'lots' is not allowed; allowed: a number",
        ),
        (
            {**MODEL, "training_compute_flop": "-1"},
            "models",
            "training_compute_flop -1 is not allowed; allowed: 0 or more",
        ),
        (
            {**MODEL, "training_compute_flop": "1e400"},
            "models",
            "training_compute_flop inf is not allowed; allowed: 0 or more, and finite",
        ),
        ({**MODEL, "excluded": "maybe"}, "models", "excluded 'maybe' is not allowed; allowed: "),
        ({**MODEL, "vintage": "2020-01"}, "models", "vintage '2020-01' is not allowed; allowed: "),
        ({**MODEL, "model": ""}, "models", "model is missing"),
        ({}, "models", "mine.yml contains no row"),
        (
            {"organisation": "Nowhere", "sector": "academia"},
            "organisations",
            "changes no model of any vintage",
        ),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(row, table, said, tmp_path, three_vintages):
    done = add(tmp_path, "mine.yml", as_yaml(row), table)
    assert done.exit_code in {1, 2}
    assert said in done.stderr.replace("\n", " ")
    assert not (three_vintages / "own").exists()


def test_what_is_edited_by_hand_is_met_with_the_command_that_seals_it_and_no_derived_table_is_sealed(
    data_copy,
):
    claims, models = data_copy / "claims.yml", data_copy / "models" / "2026-08.csv"
    claims.write_text(claims.read_text() + "\n")
    assert (
        "if you meant that, compute-divide data seal lists it anew"
        in command_line.run("data", "verify").stdout
    )
    assert command_line.run("data", "seal").exit_code == 0
    assert catalogue.verify() == []
    models.write_text(models.read_text().replace("API access", "Unreleased", 1))
    assert (
        "a derived table is not edited: derive it again, or bring a row"
        in command_line.run("data", "verify").stdout
    )
    refused = command_line.run("data", "seal")
    assert (refused.exit_code, "data/models/2026-08.csv is derived" in refused.stderr) == (1, True)
    assert len(catalogue.verify()) == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("organisations.csv", ",industry,", ",busyness,", "organisations.csv, row 2: sector"),
        ("audit/makers.csv", ",", ",,", "makers.csv cannot be read: row 2 has more fields"),
        ("topics.yml", "topics:", "topocs:", "topics.yml does not hold what it should: top"),
    ],
)
def test_what_is_edited_by_hand_is_read_before_it_is_sealed(data_copy, file, old, new, said):
    edited = data_copy / file
    header, newline, rows = edited.read_text().partition("\n")
    if file.endswith(".csv"):
        edited.write_text(header + newline + rows.replace(old, new, 1))
    else:
        edited.write_text(edited.read_text().replace(old, new, 1))
    refused = command_line.run("data", "seal")
    assert (refused.exit_code, said in refused.stderr) == (1, True)
    seal(data_copy)
    [problem] = catalogue.verify()
    assert problem.startswith(f"data/{file}: ")


def test_a_label_without_a_vintage_changes_the_models_where_they_are_listed(
    tmp_path, three_vintages
):
    before = {name: load_models(name) for name in ("2022-06", "2025-02", "2026-08")}
    listed = {name for name, models in before.items() if "GPT-4" in set(models["model"])}
    assert listed
    assert listed != before.keys()
    label = as_yaml({"model": "GPT-4", "organisations": "A University", "sectors": "academia"})
    done = add(tmp_path, "label.yml", label)
    assert f"1 model of {max(listed)} now marked as own" in done.stdout
    after = {name: load_models(name) for name in before}
    assert {name for name, models in after.items() if models["own"].any()} == listed
    assert {name: len(models) for name, models in after.items()} == {
        name: len(models) for name, models in before.items()
    }


@pytest.mark.heavy
def test_a_quoted_number_is_held_against_the_evidence_as_it_ships(tmp_path, data_copy):
    assert add(tmp_path, "mine.yml", as_yaml(MODEL)).exit_code == 0
    done = command_line.run("cite", "--check", "introduction:newest=1999")
    assert done.exit_code == 2
    assert "is not known as" in done.stdout
