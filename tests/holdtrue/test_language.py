"""What a notebook publishes is what its cells bind; comparisons and forms keep their laws."""

import copy
import json
import math
from decimal import Decimal
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient

import holdtrue as ht
from holdtrue import number_formats as forms
from holdtrue.comparisons.joint import joined
from holdtrue.estimates import ResultError, read_estimate
from holdtrue.notebook import MIME, PARTS, bundle_of, publish

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)
VERDICTS = st.sampled_from([True, False, None])
COUNTS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def ran(*sources: str) -> list[dict | None]:
    """Return what each cell of a notebook publishes, run without IPython."""
    namespace, published, payloads = {"ht": ht, "np": np, "pd": pd}, {}, []
    for source in sources:
        exec(source, namespace)  # noqa: S102 the sources are those of the tests
        payloads.append(publish(namespace, source, published))
    return payloads


@given(FINITE, st.booleans(), st.integers(), st.text(max_size=100), COUNTS)
def test_what_is_published_is_what_is_bound(number, flag, whole, text, counted):
    names = {"number": number, "flag": flag, "whole": whole, "text": text}
    names |= {"share": ht.share(*counted), "by": {"a": number, 3: ht.share(*counted)}}
    payload = json.loads(json.dumps(publish(names, "", {})))
    values = {name: names[name] for name in ("number", "flag", "whole", "text")}
    assert payload["values"] == {**values, "by.a": number}
    read = [read_estimate({**payload["results"][key], "period": None}) for key in ("share", "by.3")]
    assert read == [names["share"]] * 2


def test_numbers_of_libraries_are_numbers():
    [payload] = ran(
        "from decimal import Decimal\na = np.float64(0.5)\nb = np.int64(3)\nc = np.bool_(True)\n"
        "d = Decimal('1.25')\ne = pd.Series({'x': 1.5, 'y': 2.5})\nf = np.array(2.0)"
    )
    numbers = {"a": 0.5, "b": 3, "c": True, "d": 1.25, "e.x": 1.5, "e.y": 2.5, "f": 2.0}
    assert payload["values"] == numbers
    assert type(payload["values"]["c"]) is bool


@pytest.mark.parametrize(
    ("source", "name", "why"),
    [
        ("frame = pd.DataFrame({'a': [1]})", "frame", "is a DataFrame, which cannot be quoted"),
        ("big = list(range(101))", "big", "is a list, which cannot be quoted"),
        ("x = float('inf')", "x", "is inf, which is no finite number"),
        ("x = 'a' * 201", "x", "is a text of more than 200 characters"),
        ("x = 10 ** 400", "x", "is too large a number"),
        ("for i in range(3):\n    x = i", "x", "is bound in a loop"),
        (
            "class A:\n    def published(self):\n        return 1 / 0\nx = A()",
            "x",
            "cannot be read: ZeroDivisionError",
        ),
    ],
)
def test_what_cannot_be_quoted_says_why(source, name, why):
    [payload] = ran(source)
    assert payload["refused"][name].startswith(why)
    assert name not in {**payload["results"], **payload["statements"], **payload["values"]}


def test_a_cell_publishes_what_it_binds_or_changes_and_nothing_else():
    first, second, third, fourth = ran(
        "odds = {'early': ht.share(1, 4)}\na = 1", "b = 2", "odds['late'] = ht.share(2, 4)", "a = 1"
    )
    assert set(first["results"]) == {"odds.early"}
    assert [second["values"], second["results"]] == [{"b": 2}, {}]
    assert set(third["results"]) == {"odds.late"}
    assert fourth["values"] == {"a": 1}  # a cell that is run again shows what it binds
    assert ran("x = 1", "print()")[1] is None


def test_a_class_says_what_it_publishes():
    [payload] = ran(
        "class Check:\n    def published(self):\n        return {'now': ht.share(1, 2)}\nc = Check()"
    )
    assert set(payload["results"]) == {"c.now"}


def test_a_plain_comparison_tells_the_line_that_made_it():
    [payload] = ran("cfl = 1.25\nstable = cfl <= 1\nboth = stable and cfl > 0\nflag = True")
    assert payload["statements"]["stable"]["because"] == "cfl <= 1: cfl is 1.2"
    assert payload["statements"]["stable"]["holds"] is False
    assert payload["statements"]["both"]["holds"] is False
    assert payload["values"]["flag"] is True
    assert "flag" not in payload["statements"]


@given(st.lists(VERDICTS, min_size=1, max_size=6))
def test_a_list_holds_if_all_hold_and_unknown_is_never_true(verdicts):
    several = [ht.Comparison(holds, f"reason {place}") for place, holds in enumerate(verdicts)]
    joint = joined(several)
    assert (joint.holds is True) == all(holds is True for holds in verdicts)
    assert joint.holds is not None or False not in verdicts
    [payload] = [publish({"several": several}, "", {})]
    assert payload["statements"]["several"]["holds"] is joint.holds


@given(COUNTS, COUNTS)
def test_what_lacks_a_value_is_unknown(first, other):
    nothing = ht.Estimate(None, unit="share")
    for compare in (ht.below, ht.above, ht.apart, ht.differ, ht.undecided, ht.above_value):
        assert compare(ht.share(*first), nothing).holds is None
    one_way = ht.below(ht.share(*first), ht.share(*other))
    assert one_way.holds is not True or ht.above(ht.share(*first), ht.share(*other)).holds is False


@given(COUNTS, COUNTS)
def test_forms_never_lose_that_a_range_excludes_equality(first, other):
    ratio = ht.ratio(ht.share(*first), ht.share(*other))
    excludes = ratio.low is not None and not ratio.low <= 1 <= ratio.high
    if excludes and min(abs(ratio.low - 1), abs(ratio.high - 1)) > 1e-4:
        assert "1.0" not in forms.interval(ratio).split(" to ")


@given(COUNTS)
def test_an_interval_of_a_share_is_within_it_and_holds_it(counted):
    share = ht.share(*counted)
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert (share.low == 0) == (share.k == 0)
    assert (share.high == 1) == (share.k == share.n)


def test_intervals_are_those_of_the_literature():
    share = ht.share(15, 148)  # Newcombe (1998), table I, method 3
    assert [round(share.low, 4), round(share.high, 4)] == [0.0624, 0.1605]
    assert [ht.median(range(1, 11)).low, ht.median(range(1, 11)).high] == [2, 9]
    assert ht.median([1, 2, 3, 4, 5]).low is None
    years = [*range(2010, 2020)]
    grown = ht.growth(years, [2.0 ** (year - 2010) for year in years])
    assert [round(x, 9) for x in (grown.value, grown.low, grown.high)] == [2, 2, 2]


@given(COUNTS)
def test_estimates_and_comparisons_are_values(counted):
    share = ht.share(*counted)
    verdict = ht.majority(share)
    for each in (share, verdict):
        assert copy.deepcopy(each) == each  # as pickle does
        assert len({each, copy.deepcopy(each)}) == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ht.Estimate("0.4"), "value '0.4' of an estimate is no number"),
        (lambda: ht.Estimate(math.inf), "an estimate is finite"),
        (lambda: ht.Estimate(0.4, 0.5, 0.3), "its range begins at 0.5 and ends at 0.3"),
        (lambda: ht.Estimate(1, k=1.5), "k 1.5 of an estimate is no whole number"),
        (lambda: ht.Estimate(1, range="certain"), "'certain' is no kind of range"),
        (lambda: ht.share(5, 3), "5 of 3 is no share"),
        (lambda: ht.growth([1, 2], [0, 1]), "growth is that of values above 0"),
        (lambda: read_estimate({"value": 1, "colour": "red"}), "this is no estimate"),
    ],
)
def test_wrong_input_is_one_line(make, said):
    with pytest.raises(ResultError) as caught:
        make()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


HOSTILE = "<img src=x onerror=alert(1)>"


def test_markup_in_labels_names_and_reasons_is_text():
    share = ht.share(1, 2, label=HOSTILE)
    names = {"share": share, "fall": ht.Comparison(False, HOSTILE), "by": {HOSTILE: share}}
    shown = bundle_of(publish(names, "", {}))["text/html"]
    assert "<img" not in shown
    assert "<img" not in share._repr_html_() + names["fall"]._repr_html_()
    assert "&lt;img" in shown


def test_a_table_has_ten_rows_verdicts_first_and_a_mapping_is_one():
    names = {f"share_{place}": ht.share(place, 20) for place in range(12)}
    names |= {
        "by": {place: ht.share(place, 20) for place in range(5)},
        "z": ht.Comparison(True, "x"),
    }
    rows = bundle_of(publish(names, "", {}))["text/plain"].splitlines()
    assert len(rows) == 11
    assert rows[0] == "z: holds: x"
    assert rows[-1] == "and 4 more"


def test_in_jupyter_every_cell_shows_what_it_found(tmp_path: Path):
    cells = [
        "import holdtrue as ht\nlate = ht.share(26, 38)\nmost = ht.majority(late)",
        "x = 3",
        "import importlib, holdtrue\nholdtrue.listen()\nfew = x < 4",
        "broken = 1 / 0",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
    NotebookClient(notebook, allow_errors=True, kernel_name="python3").execute(cwd=str(tmp_path))
    shown = [
        [out for out in cell.outputs if MIME in out.get("data", {})] for cell in notebook.cells
    ]
    assert [len(each) for each in shown] == [1, 1, 1, 0]  # listening twice shows once
    assert "26 of 38" in shown[0][0].data["text/html"]
    assert "text/html" not in shown[1][0].data  # plain numbers stay unseen
    assert "few" in shown[2][0].data["text/html"]
    assert set(shown[0][0].data[MIME]) == {"version", *PARTS}


def test_decimals_of_a_library_are_compared():
    assert ht.above_value(Decimal("1.5"), 1).holds is True
