"""Years of entry into the TOP500: small lists, each rule of the design once."""

import csv

import pandas as pd
import pytest

from compute_divide.sources.papers.machine_entries import Centre, load_university_machines
from compute_divide.sources.papers.participation import load_university_papers
from compute_divide.sources.papers.universities import UniversityName
from compute_divide.sources.store.files import EvidenceError
from compute_divide_evidence.papers import machine_entries
from compute_divide_evidence.papers.machine_entries import derive_entries
from compute_divide_evidence.papers.universities import University, UniversityReader

NAMES = ("Apt", "Bay", "Cap", "Dam", "Elm", "Fen", "Gap", "Hop", "Ivy", "Jay", "Kew")
NUMBERS = {University(f"University of {name}", "US"): ord(name[0]) - 64 for name in NAMES}
HEADER = ("Site", "Computer", "Year", "Segment")
ACCELERATOR = "Accelerator/Co-Processor"
LISTS = {
    "2010-11": [
        ("University of Apt", "Tesla cluster", 2009),
        ("University of Bay", "Blades", 2010),
        ("University of Jay", "Radeon GPU cluster", 2009),
    ],
    "2011-06": [
        ("University of Apt", "", 2009, "NVIDIA 2050"),
        ("University of Bay", "", 2011, "NVIDIA 2070"),
        ("University of Kew", "", 2011, "ATI GPU"),
    ],
    "2016-06": [
        ("University of Cap", "", 2015, "NVIDIA K80"),
        ("University of Dam", "", 2016, "Intel Xeon Phi 7120P"),
        ("The Centre", "", 2016, "NVIDIA K80"),
        ("Joint Centre", "", 2016, "NVIDIA K80"),
        ("University of Hop", "", 2016, "NVIDIA K80", "Research"),
        ("A Company", "", 2016, "NVIDIA K80", "Industry"),
    ],
    "2020-06": [
        ("University of Cap", "", 2020, "None"),
        ("University of Dam", "", 2020, "AMD Instinct"),
    ],
}
CENTRES = (
    Centre(pattern="The Centre", universities="University of Elm", national="yes"),
    Centre(
        pattern="Joint Centre", universities="University of Fen; University of Gap", national="no"
    ),
)


@pytest.fixture
def raw(tmp_path, monkeypatch):
    """Give small lists, and a table of GPUs."""
    folder = tmp_path / "compute" / "top500"
    folder.mkdir(parents=True)
    for month, machines in LISTS.items():
        header = HEADER if month < "2011" else (*HEADER, ACCELERATOR)
        with (folder / f"top500_{month}_academic.csv").open("w", newline="") as file:
            rows = csv.DictWriter(file, header)
            rows.writeheader()
            for site, computer, year, *more in machines:
                accelerator, segment = [*more, *[None, "Academic"][len(more) :]]
                row = dict(zip(HEADER, (site, computer, year, segment), strict=True))
                rows.writerow(row | ({ACCELERATOR: accelerator} if accelerator else {}))
    gpus = "university,V100\nUniversity of Ivy,8\nUniversity of Cap,0\n"
    (tmp_path / machine_entries.gpus.ORIGIN.path).write_text(gpus)
    monkeypatch.setattr(machine_entries, "load_computing_centres", lambda: CENTRES)
    monkeypatch.setattr(machine_entries, "FEWEST", 1)
    return tmp_path


def entries(raw):
    reader = UniversityReader(
        [
            UniversityName(pattern=name.name, university=name.name, country="US", alone="no")
            for name in NUMBERS
        ],
        [],
    )
    sidecar = derive_entries(raw, raw / "out", reader, NUMBERS)
    table = pd.read_csv(raw / "out" / sidecar.table)
    return sidecar, table.set_index(table["university"].map(dict(enumerate(NAMES, 1))))


def test_a_year_of_entry_is_that_of_the_list_or_of_the_machine(raw):
    _, table = entries(raw)
    assert table["entry"].dropna().to_dict() == {"Apt": 2009, "Cap": 2015, "Elm": 2016, "Dam": 2020}
    assert table["first_list"].dropna().to_dict() == {
        "Apt": 2010,
        "Cap": 2016,
        "Elm": 2016,
        "Dam": 2020,
    }
    others = table["accelerated"].dropna().drop(index=["Apt", "Cap", "Elm"])
    assert others.to_dict() == {"Dam": 2016, "Jay": 2009}, "of June 2011 no year is known"
    assert table["plain"].dropna().to_dict() == {"Bay": 2010, "Cap": 2020}


def test_who_may_have_had_a_machine_unseen_is_no_control(raw):
    _, table = entries(raw)
    is_out = {
        "Bay": "first marked in June 2011, so of no known year",
        "Fen": "owner of a site with another",
        "Gap": "the other owner",
        "Hop": "listed under Research",
        "Ivy": "known from the table of GPUs",
    }
    assert {*table.index[~table["may_control"]]} == {*is_out}
    assert {*table.index[table["national"]]} == {"Elm"}


def test_no_row_is_dropped_in_silence(raw):
    sidecar, table = entries(raw)
    aside = {group.reason: group.rows for group in sidecar.set_aside}
    assert aside["machines of companies, vendors and secret ones"] == 1
    assert sidecar.rows_in == 16 == len(table) + sum(aside.values())


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("2015,Academic", "soon,Academic", "'soon' is not the year of a machine"),
        ("The Centre", "Another", "no list has the site 'The Centre'"),
    ],
)
def test_a_damaged_list_is_refused_in_one_line(raw, old, new, line):
    path = raw / "compute/top500/top500_2016-06_academic.csv"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(EvidenceError, match=line) as error:
        entries(raw)
    assert "\n" not in str(error.value)


def test_a_region_with_few_entries_is_refused(raw, monkeypatch):
    monkeypatch.setattr(machine_entries, "FEWEST", 5)
    with pytest.raises(EvidenceError, match="only 4 universities of the region 'north-america'"):
        entries(raw)


def test_the_numbers_of_the_book_are_those_of_its_papers():
    machines, papers = load_university_machines(), load_university_papers()
    assert machines["university"].is_unique
    assert {*machines["university"]} <= {*papers["university"]}
    entered = machines[machines["entry"].notna()]
    assert (entered["entry"] <= entered["first_list"]).all()
    assert (entered["accelerated"] <= entered["entry"]).all()
    regions = papers.drop_duplicates("university").set_index("university")["region"]
    assert entered["university"].map(regions).value_counts().min() >= machine_entries.FEWEST
