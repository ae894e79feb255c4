"""Which universities an affiliation names."""

import pytest

from compute_divide.sources.papers.universities import (
    REGIONS,
    UniversityName,
    load_university_names,
    load_university_readings,
    region_of,
)
from compute_divide_evidence.papers.universities import University, UniversityReader, name_words

LISTED = [
    University("Duke University", "US"),
    University("University of York", "GB"),
    University("York University", "CA"),
    University("University of Trent", "IT"),
    University("Trent University", "CA"),
    University("Trent University", "US"),
    University("Art University", "IR"),
    University("Uppsala University", "SE"),
    University("National University", "US"),
    University("Trinity College", "US"),
    University("Trinity College", "IE"),
]
READER = UniversityReader(load_university_names(), LISTED)


@pytest.mark.parametrize(
    ("affiliation", "names"),
    [
        ("Department of EECS, University of California, Berkeley CA", ["University of California, Berkeley"]),
        ("UC San Diego", ["University of California, San Diego"]),
        ("University of California", []),
        ("Universität Bonn, Germany", ["University of Bonn"]),
        ("Technische Universit ¨at M ¨unchen", ["Technical University of Munich"]),
        ("EECS, MIT", ["Massachusetts Institute of Technology"]),
        ("Summit Research", []),
        ("Microsoft Research, Cambridge", []),
        ("cambridge", ["University of Cambridge"]),
        ("The Chinese University of Hong Kong (Shenzhen)", ["The Chinese University of Hong Kong, Shenzhen"]),
        ("The Chinese University of Hong Kong", ["The Chinese University of Hong Kong"]),
        ("University of Upsala / Uppsala University", ["Uppsala University"]),
        ("University of Uppsala", ["Uppsala University"]),
        ("University of York", ["University of York"]),
        ("York University", ["York University"]),
        ("University of Trent", ["University of Trent"]),
        ("Trent University", ["trent university"]),
        ("Center for Vision and Art, University of Bonn", ["University of Bonn"]),
        ("City, University of London", ["City, University of London"]),
        ("Xi‘an Jiaotong University", ["Xi'an Jiaotong University"]),
        ("KAIST+AItrics", ["KAIST"]),
        ("ETH Zurich & KU Leuven", ["ETH Zurich", "KU Leuven"]),
        ("Institute of Automation, Chinese Academy of Sciences", []),
        ("University of Chinese Academy of Sciences", ["University of Chinese Academy of Sciences"]),
        ("Max Planck Institute for Informatics", []),
        ("Northeastern University, Shenyang, China", ["Northeastern University (China)"]),
        ("Northeastern University", ["Northeastern University (US)"]),
        ("National University", ["National University"]),
        ("Chosun National University, Korea", ["chosun national university"]),
        ("Department of Computer Science, University of Toronto", ["University of Toronto"]),
        ("Tokyo University of Technology", ["Tokyo University of Technology"]),
        ("VSB - Technical University of Ostrava", ["VSB Technical University of Ostrava"]),
        ("Trinity College", []),
        ("Department of Computer Science", []),
        ("Google Research", []),
        ("清华大学", []),
        ("", []),
        ("University of Oxford\n" + "and a page of text " * 20, []),
    ],
)  # fmt: skip
def test_affiliations(affiliation, names):
    assert [university.name for university in READER.read(affiliation)] == names


def test_regions():
    assert [region_of(code) for code in ("US", "HK", "KR", "CH", "NZ")] == [*REGIONS]
    assert region_of("IN") == "elsewhere"
    assert region_of("") is None


def test_every_name_is_read_as_its_university():
    for row in load_university_names():
        names = [university.name for university in READER.read(row.pattern)]
        assert names == ([row.university] if row.university else []), row


def test_every_university_has_a_single_country():
    countries = {}
    for row in load_university_names():
        if row.university:
            assert countries.setdefault(row.university, row.country) == row.country


def test_no_two_names_are_the_same_words():
    words = [name_words(row.pattern) for row in load_university_names()]
    assert len(set(words)) == len(words)


def test_a_name_kept_by_hand_counts_before_a_listed_one():
    ours = UniversityName(pattern="Duke", university="Ours", country="US", alone="no")
    reader = UniversityReader([ours], LISTED)
    assert reader.read("Duke")[0].name == "Ours"
    assert reader.read("Duke University")[0].name == "Duke University"


def test_few_readings_are_wrong():
    verdicts = load_university_readings()["verdict"].value_counts()
    assert verdicts.sum() == 300
    assert verdicts["right"] / (verdicts["right"] + verdicts["wrong"]) > 0.95
    assert verdicts["right"] / verdicts[["right", "wrong", "missed"]].sum() > 0.95
