"""Cells of raw files: laws that hold for every number, list, date and label."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.sources.models.labels import (
    CODE_OPENNESS,
    CONFIDENCE,
    NOTABILITY,
    OPENNESS,
    SECTORS,
)
from compute_divide.sources.store.dates import Dated, parse_date
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import (
    TEAM_TYPES,
    Findings,
    Row,
    clean,
    parse_number,
    split_list,
    team_type,
)
from compute_divide_evidence.models.labels import TEAM_LABELS, team_tokens
from compute_divide_evidence.store.dates import date_order
from compute_divide_evidence.store.raw_csv import read_raw, typed_organisations

days = st.dates(dt.date(1943, 1, 1), dt.date(2030, 12, 31))
tokens = st.lists(st.sampled_from(SECTORS.ours), max_size=6)
names = st.text(
    st.characters(codec="utf-8", exclude_characters='",|\n\r', exclude_categories=["C", "Z"]),
    min_size=1,
)


# --- dates ---


@given(days)
def test_a_day_is_read_back_in_every_form(day):
    precision = "placeholder" if (day.month, day.day) in {(1, 1), (12, 31)} else "day"
    expected = Dated(day, precision)
    assert parse_date(day.isoformat()) == expected
    assert parse_date(f"{day.isoformat()} 14:05:00") == expected
    assert parse_date(day.strftime("%d/%m/%Y"), "day-first") == expected
    assert parse_date(day.strftime("%m/%d/%Y"), "month-first") == expected


@given(days)
def test_a_month_and_a_year_are_less_precise(day):
    first = day.replace(day=1)
    assert (
        parse_date(day.strftime("%m/%Y"))
        == parse_date(day.strftime("%Y-%m"))
        == Dated(first, "month")
    )
    assert parse_date(str(day.year)) == Dated(dt.date(day.year, 1, 1), "year")


def dated(texts):
    return [Row("new.csv", place, {"date": text}) for place, text in enumerate(texts, start=2)]


@given(st.lists(days, min_size=1))
def test_the_order_of_a_file_is_found_where_it_shows(many):
    both = {"day-first": "%d/%m/%Y", "month-first": "%m/%d/%Y"}
    for order, form in both.items():
        rows = dated([day.strftime(form) for day in many])
        if any(day.day > 12 for day in many):
            assert date_order(rows, "date") == order
            (other,) = both.keys() - {order}
            with pytest.raises(EvidenceError, match=f"--dates {other} is not what"):
                date_order(rows, "date", other)
        elif any(day.day != day.month for day in many):
            assert date_order(rows, "date", order) == order
            with pytest.raises(EvidenceError, match="can be read day first or month first"):
                date_order(rows, "date")
        else:
            assert {parse_date(row["date"], date_order(rows, "date")).day for row in rows} == {
                *many
            }


def test_two_orders_do_no_harm_where_every_date_shows_its_own():
    assert date_order(dated(["25/11/2019", "11/25/2019", "03/03/2019"]), "date") == "day-first"


@pytest.mark.parametrize(("strays", "refused"), [(1, False), (2, True)])
def test_a_slip_of_the_keyboard_is_no_second_order(strays, refused):
    rows = dated(["25/11/2019"] * 150 + ["11/25/2019"] * strays + ["03/04/2019"])
    if refused:
        with pytest.raises(EvidenceError, match=r"2 dates \('11/25/2019' in row 152\) the month"):
            date_order(rows, "date")
    else:
        assert date_order(rows, "date") == "day-first"


@pytest.mark.parametrize(
    "text", ["", "soon", "2023-13-01", "31/31/2020", "2023-02-30", "20220101", "May 2020", "1/1/20"]
)
def test_what_is_no_date_is_none(text):
    assert parse_date(text) is None


# --- numbers ---


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_back(value):
    assert parse_number(repr(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", 1234),
        ("$1,234,567.89", 1234567.89),
        ("$-5", -5),
        ("-$5", -5),
        ("1.5E+20", 1.5e20),
        ("12 or 13", None),
    ],
)
def test_money_and_thousands(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "N/A", "1,23", "~5", "", "1e999"])
def test_what_is_no_finite_number_is_none(text):
    assert parse_number(text) is None


# --- lists ---


@given(st.lists(names.map(clean).filter(lambda name: name.strip(", ")), max_size=5))
def test_a_bare_list_is_read_back(entries):
    assert split_list(",".join(entries)) == [entry.strip(", ") for entry in entries]


@given(
    st.lists(
        st.tuples(names, names).map(lambda pair: f"{pair[0]}, {pair[1]}"), min_size=2, max_size=4
    )
)
def test_names_with_a_comma_are_kept_whole_quoted_or_not(entries):
    line = io.StringIO()
    csv.writer(line, lineterminator="", quoting=csv.QUOTE_ALL).writerow(entries)
    assert split_list(line.getvalue()) == entries
    assert split_list(",".join(entries)) == entries


@pytest.mark.parametrize(
    ("cell", "organisations"),
    [
        ("MIT and Stanford", ["MIT", "Stanford"]),
        ("IDSIA ; University of Lugano & SUPSI", ["IDSIA", "University of Lugano", "SUPSI"]),
        ("AT&T Labs", ["AT&T Labs"]),
        ("University of California, San Diego", ["University of California, San Diego"]),
        ("Deepmind, Berkeley", ["Deepmind", "Berkeley"]),
        ("DeepMind, University of Oxford, ", ["DeepMind", "University of Oxford"]),
        (
            "University of Science and Technology of China",
            ["University of Science and Technology of China"],
        ),
        ("", []),
    ],
)
def test_hand_typed_organisations(cell, organisations):
    assert typed_organisations(cell) == organisations


# --- labels and teams ---


@given(tokens)
def test_the_team_type_follows_from_who_is_there(kinds):
    assert team_type(kinds) in TEAM_TYPES
    expected = {
        frozenset(): "unknown",
        frozenset({"academia"}): "academia-only",
        frozenset({"industry"}): "industry-only",
    }.get(frozenset(kinds), "collaboration" if {"academia", "industry"} <= set(kinds) else "other")
    assert team_type(kinds) == expected


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Academia,Academia", "academia-only"), ("Industry,Academia,Industry", "collaboration"), ("", "unknown"),
        ("Academia,Government", "other"), ("Research Collective", "other"), ("Non-profit", "other"), (" ", "unknown"),
        ("Industry - Academia Collaboration (industry Leaning)", "collaboration"),
    ],
)  # fmt: skip
def test_labels_of_both_schemes(label, kind):
    assert team_type(team_tokens(label, "row 2")) == kind


@pytest.mark.parametrize(
    "labels", [SECTORS, NOTABILITY, OPENNESS, CODE_OPENNESS, CONFIDENCE, TEAM_LABELS]
)
def test_our_labels_are_labels_of_their_own_set(labels):
    assert all(key == key.casefold() for key in labels.known)
    if labels is not TEAM_LABELS:
        assert [labels.canonical(label, "here") for label in labels.ours] == labels.ours
    with pytest.raises(EvidenceError, match=r"file.csv, row 9: 'zzz' is not a known"):
        labels.canonical("zzz", "file.csv, row 9")


# --- files ---


def test_row_numbers_count_as_a_spreadsheet_does(tmp_path):
    path = tmp_path / "raw.csv"
    path.write_text('﻿a,b\n1,"two\nlines"\n3,4\n', encoding="utf-8")
    raw = read_raw(path)
    assert raw.header == ("a", "b")
    assert [(row.number, row.cells) for row in raw.rows] == [
        (2, {"a": "1", "b": "two\nlines"}),
        (3, {"a": "3", "b": "4"}),
    ]


def test_notes_name_three_places_and_count_all():
    findings = Findings()
    for number in range(5):
        findings.add("odd", f"row {number}")
    assert findings.notes() == ["odd: 5 (row 0; row 1; row 2; ...)"]
