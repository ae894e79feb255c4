"""The models tables: the counts a rebuild must reproduce, and what happens to bad input."""

import csv
import datetime as dt

import command_line
import pytest

from bookpress.errors import UsageError
from compute_divide.estimates.models.openness import access_groups
from compute_divide.sources.models.table import load_models
from compute_divide.sources.store.files import EvidenceError, vintages
from compute_divide_evidence.models import table
from compute_divide_evidence.models.columns import CHAPTERS, HEADERS
from compute_divide_evidence.models.table import add_snapshot
from compute_divide_evidence.store.raw_csv import read_raw


def test_blank_labels_are_unknown_and_sectors_stay_in_order():
    models = load_models("2026-08")
    assert (models["team_type"] == "unknown").sum() == models["team_label"].isna().sum() == 19
    mixed = models.set_index("model").loc["Robot Parkour", ["team_label", "sectors", "team_type"]]
    assert mixed.tolist() == [
        "Academia,Academia,Academia",
        "academia|academia|academia",
        "academia-only",
    ]


@pytest.mark.raw
def test_years_of_the_spreadsheets_agree_with_their_own_column(raw_dir):
    raw = read_raw(raw_dir / "models" / "epoch_pcd_all_2023-03-03.csv")
    assert load_models("2023-03")["year"].astype(int).tolist() == [
        int(row.cells["Year"]) for row in raw.rows
    ]


def test_an_unknown_vintage_is_named_with_the_allowed_ones():
    with pytest.raises(
        EvidenceError, match=r"'2020-01' is not a vintage; allowed: 2022-06, .*2026-08"
    ):
        load_models("2020-01")


@pytest.mark.parametrize(
    ("vintage", "organisation"),
    [
        ("2022-06", "University of Maryland, College Park"),
        ("2022-06", "Johns Hopkins University"),
        ("2023-03", "Google Research, Brain Team"),
        ("2023-11", "Search Solutions, Inc."),
        ("2023-12", "Singapore University of Technology & Design"),
        ("2023-12", "Beijing University of Posts and Telecommunications"),
        ("2026-03", "SambaNova Systems, Inc"),
    ],
)
def test_names_with_a_comma_or_an_ampersand_stay_whole(vintage, organisation):
    assert organisation in set(
        load_models(vintage)["organisations"].dropna().str.split("|").explode()
    )


# --- snapshots nobody has seen ---

SEEN = {
    "Model": "A", "Organization": "Org One,Org Two", "Organization categorization": "Industry,Academia",
    "Publication date": "2024-05-06", "Notability criteria": "Highly cited", "Model accessibility": "API access",
    "Training compute (FLOP)": "1e24", "Citations": "5", "Confidence": "Likely", "Reference": "", "Domain": "Language",
}  # fmt: skip


@pytest.fixture
def few(monkeypatch):
    """Let a snapshot be as small as a test needs it."""
    monkeypatch.setattr(table, "FEWEST", 1)


def write(path, *rows, columns=SEEN, drop=()):
    """Write a snapshot of some rows, models A, B and so on, that has every column but `drop`."""
    lacking = [HEADERS[field] for field in CHAPTERS if set(columns).isdisjoint(HEADERS[field])]
    names = [*columns, *(headers[0] for headers in lacking)]
    with path.open("w", newline="", encoding="utf-8") as file:
        kept = [name for name in names if name not in drop]
        writer = csv.DictWriter(file, fieldnames=kept, extrasaction="ignore")
        writer.writeheader()
        for place, row in enumerate(rows):
            letter = chr(ord("A") + place % 26) + str(place // 26 or "")
            writer.writerow({**SEEN, "Model": letter, **row})
    return path


SPREADSHEET = {
    "System": "", "Reference": "A paper", "Organization(s)": "Google Research, Brain Team, MIT",
    "Organization Categorization": "industry - academia collaboration (Academia leaning)",
    "Publication date": "25/11/2019", "Inclusion criteria": "Historical relevance", "Inclusion criteria met": "Yes",
    "Training compute (FLOPs)": "1.5E+20", "Self-supervised training": "Yes?", "Citations": "1,234",
}  # fmt: skip
AUTHOR_SHARES = {
    "System": "A", "Organization": "Google,MIT", "Organization categorization": "Industry - Academia Collaboration",
    "Publication date": "2019-11-25", "Notability criteria": "SOTA Improvement,Highly cited",
    "Open-source": "Permissive license", "Training compute cost (2020 USD)": "$1.50", "Exclude": "1",
    "Approach": "Self-supervised learning",
}  # fmt: skip
MIDDLE_OF_2024 = {
    "System": "A", "Organization": "Google,MIT", "Organization categorization": "Industry,Academia",
    "Publication date": "2024-05-16", "Notability criteria": "", "Model accessibility": "Open access (non-commercial)",
    "Code accessibility": "Open source", "Country (from Organization)": "Multinational,United States of America",
    "Training compute cost (2020 USD)": "$2.00", "Hardware quantity": "3072",
}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            SPREADSHEET,
            {
                "model": "A paper", "organisations": "Google Research, Brain Team|MIT", "team_type": "collaboration",
                "year": 2019, "notability": "historical significance", "scope": "notable", "criteria_met": True,
                "training_compute_flop": 1.5e20, "self_supervised": True, "citations": 1234,
            },
        ),
        (
            AUTHOR_SHARES,
            {
                "organisations": "Google|MIT", "team_type": "collaboration", "openness": "Permissive license",
                "notability": "SOTA improvement|highly cited", "training_cost_usd": 1.5, "excluded": True,
                "training_cost_base_year": 2020, "self_supervised": True,
            },
        ),
        (
            MIDDLE_OF_2024,
            {
                "sectors": "industry|academia", "team_type": "collaboration", "scope": "other",
                "openness": "Open weights (non-commercial)", "code_openness": "Open source", "hardware_quantity": 3072,
                "countries": "Multinational|United States of America", "training_cost_base_year": 2020,
            },
        ),
    ],
    ids=["spreadsheet", "author shares", "middle of 2024"],
)  # fmt: skip
def test_each_schema_generation_is_recognised_by_its_header(
    row, expected, tmp_path, data_copy, few
):
    add_snapshot(write(tmp_path / "new.csv", row, columns=row), "2024-07", data_copy)
    (found,) = load_models("2024-07").to_dict("records")
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (
            "Organization categorization",
            "Industry,Military",
            "'Military' is not a known team label",
        ),
        ("Notability criteria", "Funny", "'Funny' is not a known notability criterion"),
        ("Model accessibility", "By post", "'By post' is not a known accessibility of weights"),
    ],
)
def test_a_new_label_stops_with_its_name_file_and_row(column, value, said, tmp_path, data_copy):
    file = write(tmp_path / "new.csv", {}, {"Model": "B", column: value})
    with pytest.raises(EvidenceError, match=rf"new.csv, row 3 \(B\): {said}"):
        add_snapshot(file, "2024-07", data_copy)
    assert "2024-07" not in vintages()


@pytest.mark.parametrize(
    "vintage", ["2024", "2024-13", "24-07", "2024-07-01", "../2024-07", "2024-7", ""]
)
def test_a_vintage_is_year_and_month(vintage, tmp_path, data_copy):
    with pytest.raises(UsageError, match="is not a vintage: give year and month"):
        add_snapshot(write(tmp_path / "new.csv", {}), vintage, data_copy)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "contains no records"),
        (b"Model,Organization\n", "contains no records"),
        (b"a,b\n1,2\n", "it has no column 'Model' or 'System'"),
        (b"\xff\xfe\x00", "is not a UTF-8 text"),
        (b"\x89PNG\0\0", "is not a"),
        (b"a,a\n1,2\n", "repeats the column 'a'"),
        (b"a,b\n1,2,3\n", "row 2 is ragged: 3 cells, but the header has 2"),
        (b'a,b\n"1,2\n', "is not a CSV file"),
    ],
)
def test_nonsense_is_refused(content, said, tmp_path, data_copy):
    file = tmp_path / "new.csv"
    file.write_bytes(content)
    before = sorted(data_copy.rglob("*"))
    with pytest.raises(EvidenceError, match=said):
        add_snapshot(file, "2024-07", data_copy)
    assert sorted(data_copy.rglob("*")) == before


def test_classes_of_early_2024_are_known_and_a_new_label_that_no_chapter_uses_is_set_aside(
    tmp_path, data_copy, few
):
    weights = [
        "Weights available",
        "Weights available (depr.)",
        "Fully open-source (depr.)",
        "API accessible (depr.)",
    ]
    rows = [
        {"Model": label, "Model accessibility": label, "Confidence": "Sure"} for label in weights
    ]
    sidecar = add_snapshot(write(tmp_path / "new.csv", *rows), "2024-03", data_copy)
    models = load_models("2024-03")
    assert models["openness"].tolist() == ["Weights available"] * 2 + [
        "Fully open-source",
        "API access",
    ]
    assert access_groups(models["openness"]).tolist() == ["open", "open", "open", "served"]
    assert models["confidence"].isna().all()
    assert "confidence: a new label, the cell set aside: 4 (row 2: 'Sure'; " in "\n".join(
        sidecar.notes
    )


@pytest.mark.parametrize(
    "column", ["Publication date", "Organization", "Organization categorization"]
)
@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_column_of_which_half_cannot_be_read_stops(column, lost, tmp_path, data_copy, few):
    value = {"Publication date": "19 of September"}.get(column, "")
    file = write(tmp_path / "new.csv", *[{column: value}] * lost, *[{}] * (4 - lost))
    if lost == 1:
        add_snapshot(file, "2024-07", data_copy)
        return
    with pytest.raises(
        EvidenceError,
        match=rf"new.csv: {lost} of 4 cells of '{column}' cannot be read, .* in row 2",
    ):
        add_snapshot(file, "2024-07", data_copy)
    assert "2024-07" not in vintages()


def test_cells_that_cannot_be_read_are_counted(tmp_path, data_copy, few):
    file = write(
        tmp_path / "new.csv",
        {"Training compute (FLOP)": "lots", "Citations": "N/A"},
        {"Model": "B", "Publication date": "soon", "Training compute (FLOP)": "-3"},
        {"Model": "", "Reference": ""},
        *[{"Model": f"C{number}"} for number in range(3)],
    )
    sidecar = add_snapshot(file, "2024-07", data_copy)
    notes = "\n".join(sidecar.notes)
    assert "training_compute_flop: not a number, left missing: 1 (row 2: 'lots')" in notes
    assert "training_compute_flop: below the possible 0, left missing: 1 (row 3: '-3')" in notes
    assert "citations: not a number, left missing: 1 (row 2: 'N/A')" in notes
    assert "published: not a date, left missing: 1 (row 3: 'soon')" in notes
    assert [(aside.reason, aside.rows) for aside in sidecar.set_aside] == [
        ("neither a name nor a reference", 1)
    ]


def test_models_after_the_vintage_are_noted(tmp_path, data_copy, few):
    sidecar = add_snapshot(write(tmp_path / "new.csv", {}), "2024-04", data_copy)
    assert "published after the vintage: 1 (A)" in sidecar.notes


# --- broken copies of a snapshot ---


def add(file, *options):
    command = ("data", "add", "models", str(file), "--vintage", "2024-07", *options)
    return command_line.run(*command)


MANY = [{"Citations": str(number)} for number in range(150)]


def test_rows_that_stand_twice_count_once_and_are_named(tmp_path, data_copy):
    file = write(tmp_path / "new.csv", *MANY)
    header, *lines = file.read_text().splitlines()
    file.write_text("\n".join([header, *lines, *lines[:3]]))
    done = add(file)
    assert done.exit_code == 0
    assert (
        "set aside: 3, the same as another row in all that is read "
        "(row 152 is row 2; row 153 is row 3; row 154 is row 4)"
    ) in done.stderr
    assert "153 rows in, 150 out, 3 set aside" in done.stdout
    assert len(load_models("2024-07")) == 150


@pytest.mark.parametrize("times", [2, 10])
def test_a_file_that_repeats_every_row_counts_as_the_file(times, tmp_path, data_copy):
    file = write(tmp_path / "new.csv", *MANY)
    header, *lines = file.read_text().splitlines()
    file.write_text("\n".join([header, *lines * times]))
    done = add(file)
    assert f"set aside: {150 * (times - 1):,}, the same as another row" in done.stderr
    assert len(load_models("2024-07")) == 150


def test_two_models_of_one_name_and_date_are_reported(tmp_path, data_copy):
    file = write(tmp_path / "new.csv", *MANY, {"Model": "A", "Training compute (FLOP)": "1e20"})
    done = add(file)
    assert "note: one name and date, but other cells: two models: 1 (rows 2 and 152: A)" in (
        done.stderr
    )
    assert len(load_models("2024-07")) == 151


@pytest.mark.parametrize("field", CHAPTERS)
def test_a_column_that_chapters_rest_on_is_not_missed_in_silence(field, tmp_path, data_copy):
    file = write(tmp_path / "new.csv", *MANY, drop=HEADERS[field])
    done = add(file)
    before_2024 = field == "code_openness"
    if not before_2024:
        assert (done.exit_code, "2024-07" in vintages()) == (1, False)
        assert f"new.csv lacks what chapters rest on: no column {HEADERS[field][0]!r}" in (
            done.stderr
        )
        for chapter in CHAPTERS[field]:
            assert chapter in done.stderr
        done = add(file, "--without", field)
    assert done.exit_code == 0
    assert f"note: no column {HEADERS[field][0]!r}" in done.stderr
    assert load_models("2024-07")[field].isna().all()


def test_a_renamed_column_is_met_with_its_name(tmp_path, data_copy):
    file = write(tmp_path / "new.csv", *MANY)
    file.write_text(file.read_text().replace("compute (FLOP)", "compute (exaFLOP)"))
    done = add(file)
    assert done.exit_code == 1
    assert (
        "no column 'Training compute (FLOP)' or 'Training compute (FLOPs)', "
        "only 'Training compute (exaFLOP)' (training_compute_flop, used by "
    ) in done.stderr


def test_a_column_without_any_value_is_noted(tmp_path, data_copy):
    done = add(write(tmp_path / "new.csv", *MANY))
    assert (
        "note: no value in 'Base model': base_model is unknown "
        "(used by training-compute, large-scale-models, causes, open-models, diffusion, audit)"
    ) in done.stderr
    assert "no value in 'Training compute (FLOP)'" not in done.stderr


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("compute", "--without compute names no column; did you mean"),
        ("link", "--without link: new.csv has the column 'Link'"),
    ],
)
def test_without_names_a_column_that_lacks(field, said, tmp_path, data_copy):
    done = add(write(tmp_path / "new.csv", *MANY), "--without", field)
    assert (done.exit_code, said in done.stderr) == (2, True)


def dated(path, *forms, days=12):
    """Write a snapshot with a date of 2023 a row, the forms in turn."""
    rows = []
    for number in range(150):
        day = dt.date(2023, 1 + number % 12, 1 + number * 7 % days)
        rows.append({"Publication date": day.strftime(forms[number % len(forms)])})
    return write(path, *rows)


def test_dates_of_which_no_order_shows_are_refused_until_it_is_stated(tmp_path, data_copy):
    file = dated(tmp_path / "new.csv", "%m/%d/%Y")
    done = add(file)
    assert (done.exit_code, "2024-07" in vintages()) == (1, False)
    assert "dates ('02/08/2023' in row 3) can be read day first or month first" in done.stderr
    assert "state it by --dates day-first or --dates month-first" in done.stderr
    assert add(file, "--dates", "month-first").exit_code == 0
    months = load_models("2024-07")["published"].map(lambda day: day.month)
    assert months.tolist() == [1 + number % 12 for number in range(150)]


def test_dates_of_two_orders_are_refused_whatever_is_stated(tmp_path, data_copy):
    file = dated(tmp_path / "new.csv", "%m/%d/%Y", "%d/%m/%Y", days=28)
    for options in ((), ("--dates", "day-first"), ("--dates", "month-first")):
        done = add(file, *options)
        assert (done.exit_code, "2024-07" in vintages()) == (1, False)
        assert "the others can be read either way: write all in one order" in done.stderr


def test_an_order_that_the_dates_contradict_is_refused(tmp_path, data_copy):
    file = dated(tmp_path / "new.csv", "%d/%m/%Y", days=28)
    done = add(file, "--dates", "month-first")
    assert (done.exit_code, "--dates month-first is not what" in done.stderr) == (1, True)
    assert add(file, "--dates", "day-first").exit_code == 0


@pytest.mark.parametrize(("count", "said"), [(1, "1 model"), (99, "99 models")])
def test_a_piece_of_a_snapshot_is_no_vintage(count, said, tmp_path, data_copy):
    done = add(write(tmp_path / "new.csv", *MANY[:count]))
    assert (done.exit_code, "2024-07" in vintages()) == (1, False)
    assert f"new.csv contains {said}, a vintage needs at least 100" in done.stderr
