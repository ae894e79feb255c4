"""The reading of affiliations and e-mail domains: the engine, the rules, and the hand-labelled samples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.papers.papers import with_teams
from compute_divide.estimates.statistics.shares import flag_share
from compute_divide.sources.papers.affiliations import (
    AffiliationReader,
    load_affiliation_rules,
    parse_rules,
)
from compute_divide.sources.papers.labelled import load_labelled_papers
from compute_divide.sources.papers.profiles import SECTORS, judgement_calls, slot_sectors
from compute_divide.sources.store.files import EvidenceError

READER = AffiliationReader(load_affiliation_rules())
SAMPLE = load_labelled_papers()


@pytest.mark.parametrize(("name", "size"), [("first", 400), ("second", 300)])
def test_companies_are_told_on_the_labelled_samples(name, size):
    rows = SAMPLE[SAMPLE["sample"] == name]
    called = with_teams(rows)["industry"].fillna(False).astype(bool)
    true = rows["company"] == "yes"
    precision = flag_share(rows[called], true, "precision")
    recall = flag_share(rows[true], called, "recall")
    assert len(rows) == size
    assert precision.value >= 0.97
    assert recall.value >= 0.97
    assert min(precision.low, recall.low) > 0.9


@pytest.mark.parametrize("name", ["first", "second"])
def test_sectors_are_told_on_the_labelled_samples(name):
    rows = SAMPLE[SAMPLE["sample"] == name]
    calls = judgement_calls()
    told = [slot_sectors(READER.read(text).split("+"), calls) for text in rows["affiliation"]]
    true = [frozenset(sectors.split("|")) - {"unknown"} for sectors in rows["sectors"]]
    right = sum(ours == theirs for ours, theirs in zip(told, true, strict=True))
    assert right / len(rows) >= 0.98


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("Toyota Technological Institute at Chicago", "academia"),
        ("Toyota Research Institute", "industry"),
        ("UBTECH Sydney AI Centre, University of Sydney", "academia"),
        ("Morgan Stanley Children's Hospital", "nonprofit"),
        ("Università degli Studi dell’Aquila", "academia"),
        ("Samsung Advanced Institute of Technology", "industry"),
        ("Google PhD Fellow, Stanford University", "academia"),
        ("University of Maryland, College Park", "academia"),
        ("MIT-IBM Watson AI Lab", "@joint-labs"),
        ("CUHK-SenseTime Joint Lab, The Chinese University of Hong Kong", "@joint-labs+academia"),
        ("OpenAI", "@openai"),
        ("Allen Institute for AI", "@ai2"),
        ("Mila, Université de Montréal", "@mila+academia"),
        ("Institute of Automation, Chinese Academy of Sciences", "government"),
        ("University of Chinese Academy of Sciences", "academia"),
        ("German Research Center for Artificial Intelligence (DFKI)", "nonprofit"),
        ("Acme Widgets GmbH", "industry"),
        ("Frobnicate Labs", "industry"),
        ("清华大学", "academia"),
        ("深圳某某科技有限公司", "industry"),
        ("Московский государственный университет", "academia"),
        ("Univeristy of Nowhere", "academia"),
        ("École Polytechnique Fédérale de Lausanne", "academia"),
        ("Vexatronic", "@bare-name"),
        ("Independent Researcher", "unknown"),
        ("Affiliation1", "unknown"),
        ("12345", "unknown"),
        # a bare name is a company's unless it says otherwise; beside a university only where the list sets it apart
        ("L2S and R&D RTE", "academia+industry"),
        ("Zurvia + MIT", "@bare-name+academia"),
        ("MIT / Zurvia", "@bare-name+academia"),
        ("MIT / Cambridge, USA", "academia"),
        ("Zurvia, MIT", "academia"),
        ("BlueLab", "unknown"),
        ("Save the Children", "nonprofit"),
        ("Helsing Defence", "industry"),
        ("Ministry of Defence", "government"),
        ("School of National Defence Science and Technology, Southwest University", "academia"),
        ("Physics Lab, Zurvia Group + MIT", "academia"),
        # firms and schools that were taken for something else by their laboratory, centre or town
        ("Leap Laboratories", "industry"),
        ("Clearpath Robotics, Waterloo, Canada", "industry"),
        ("Sertis Vision Lab, Bangkok", "industry"),
        ("Sportlogiq, Montreal, Canada", "industry"),
        ("Codec Avatars Lab, Pittsburgh", "industry"),
        ("KC Machine Learning Lab", "industry"),
        ("Open8, Tokyo", "industry"),
        ("QI-ANXIN Technology Research Institute", "industry"),
        ("Box", "industry"),
        ("Align Technology, San Jose", "industry"),
        ("EDP - Labelec", "industry"),
        ("International Institute of Information Technology Hyderabad", "academia"),
        ("CVIT, International Institute of Information Technology, Hyderabad", "academia"),
        ("USC Institute for Creative Technologies", "academia"),
        ("Key Laboratory of Machine Perception, Ministry of Education", "academia"),
        ("Robotics Institute, Carnegie Mellon University", "academia"),
        ("Vision Lab, Department of Computer Science", "academia"),
        # a town is where a name is, or the name itself
        ("Princeton, NJ", "academia"),
        ("Vexatronic, Princeton, NJ, USA", "@bare-name"),
    ],
)
def test_one_string(text, profile):
    assert READER.read(text) == profile


@pytest.mark.parametrize("name", ["Lab", "Laboratory", "Robotics Lab", "Institute", "Centre"])
@pytest.mark.parametrize(
    "text", ["{}", "Zurvia {}", "Zurvia Speech {}, Cambridge, UK", "The Zurvia {} of Robotics"]
)
def test_a_laboratory_or_institute_of_nobody_known_is_unknown(text, name):
    assert READER.read(text.format(name)) == "unknown"


@pytest.mark.parametrize("name", ["Centaur AI Institute", "BGN Eye Clinic, Seoul", "AI Center"])
def test_what_is_named_as_an_institute_or_clinic_is_no_public_body_for_it(name):
    assert READER.read(name) == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "University of Toronto + Vector Institute + NVIDIA",
            {"academia", "nonprofit", "industry"},
        ),
        ("University of Oxford, Oxford, UK+Fizzbuzz Technologies", {"academia", "industry"}),
        ("1University of Wisconsin-Madison", {"academia"}),
        ("Department of Computer Science, ETH Zurich2Microsoft", {"academia", "industry"}),
        ("AT&amp;T Labs", {"industry"}),
        ("Korea Advanced Institute of Science &amp;amp; Technology", {"academia"}),
        ("Universit ´e de Montr ´eal", {"academia"}),
        ("University of Cambridge (now at Google)", {"academia"}),
    ],
)
def test_several_organisations_and_broken_strings(text, expected):
    assert slot_sectors(READER.read(text).split("+"), judgement_calls()) == expected


def test_a_piece_of_a_page_is_not_read():
    assert READER.read("Google Research " + "and the rest of the abstract " * 12) == "unknown"
    assert READER.read("Stanford University\nWe propose a method with Google") == "unknown"
    assert READER.read("Stanford University + " + "words of the page " * 20) == "academia"


@given(st.text(max_size=300))
def test_any_text_has_a_profile(text):
    atoms = READER.read(text).split("+")
    assert atoms == sorted(set(atoms))
    assert all(atom in (*SECTORS, "unknown") or atom[1:] in judgement_calls() for atom in atoms)


@given(
    st.lists(
        st.sampled_from(["MIT", "Google", "INRIA", "OpenAI", "Vector Institute"]),
        min_size=1,
        max_size=4,
    )
)
def test_a_list_names_what_its_items_name(items):
    together = set(READER.read(" + ".join(items)).split("+"))
    assert together == {atom for item in items for atom in READER.read(item).split("+")}


# --- the rules themselves ---


def test_every_rule_decides_its_own_name():
    for rule in load_affiliation_rules():
        if rule.strength in {"name", "word"} and not any(sign in rule.pattern for sign in "*^$"):
            atoms = set(READER.read(rule.pattern).split("+"))
            assert not rule.atoms or set(rule.atoms) <= atoms, (
                f"{rule.pattern!r} is read as {atoms}"
            )


def test_judgement_calls_are_explained_by_their_rows():
    calls = judgement_calls()
    assert {
        "openai",
        "ai2",
        "mila",
        "joint-labs",
        "sponsored-labs",
        "vector",
        "baai",
        "bare-name",
    } <= set(calls)
    assert calls["openai"] == ("industry",)
    assert calls["ai2"] == ("nonprofit",)
    assert calls["mila"] == ("academia",)
    assert calls["joint-labs"] == ("academia", "industry")


HEADER = "pattern,sector,kind,country,strength,judgement,note\n"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "Foo,industri,company,,name,,\n",
            "row 2: sector.0: Input should be 'academia', 'industry'",
        ),
        ("Foo,industry,company,,strong,,\n", "row 2"),
        ("Foo,industry,company,Germany,name,,\n", "row 2"),
        (
            "Foo,industry,company,,name,,\nfoo,academia,university,,name,,\n",
            "row 3.*'foo' is already there as 'Foo'",
        ),
        ("Foo*bar,industry,company,,name,,\n", "only the start and the end"),
        ("***,industry,company,,name,,\n", "contains no word"),
        ("A/B,industry,company,,name,,\n", "contains a sign that separates organisations"),
        (
            "Foo,industry,company,,name,call,\nBar,academia,company,,name,call,\n",
            "row 3.*judgement call 'call' has the sector 'academia' here and 'industry' before",
        ),
    ],
)
def test_bad_rules_are_named(rows, message):
    with pytest.raises(EvidenceError, match=message):
        parse_rules(HEADER + rows)


def test_a_longer_pattern_hides_a_shorter_one():
    rows = [
        "Acme,industry,company,,name,,",
        "Acme School*,academia,university,,name,,",
        "Acme Prize,,mention,,name,,",
    ]
    rules = parse_rules(HEADER + "\n".join(rows))
    reader = AffiliationReader(rules)
    assert [reader.read(text) for text in ("Acme", "Acme Schools", "Acme Prize")] == [
        "industry",
        "academia",
        "unknown",
    ]
