"""Parameters: declared once in a cell, read without running it, checked by type, refused with what is allowed."""

import json
import re
import shlex
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import pytest
from declared import read_parameters
from hypothesis import given
from hypothesis import strategies as st
from pydantic import WithJsonSchema

from bookpress.chapter.declarations import (
    Scope,
    computed_names,
    declaring,
    read_declarations,
)
from bookpress.chapter.parameters import Parameter, describe
from bookpress.chapter.types.titles import Wording, of_chapter
from bookpress.edition.assignments import option, parse_assignments
from bookpress.errors import PressError
from bookpress.states.sweeps.grid import grid_option

CELL = """
from tiny_types import Limit, Names, Share, Side, Top

side: Side = "left"
top: Top = 3  # how many [models]
share: Share = 0.5  # which part
limit: Limit = None
venues: Names = [
    "ICML", "ICLR",
]  # where  # fmt: skip
strict: bool = True
"""


def read(source: str) -> list[Parameter]:
    return read_parameters(source, "notebooks/x.md", Scope("tiny_types"))


def one(kind: str, default: str) -> Parameter:
    return read(f"x: {kind} = {default}")[0]


def test_everything_comes_from_the_cell() -> None:
    rows = {row["name"]: row for row in describe(read(CELL), {"side": "right"})}
    assert [row["default"] for row in rows.values()] == [
        "left",
        3,
        0.5,
        None,
        ["ICML", "ICLR"],
        True,
    ]
    top = {
        "name": "top",
        "label": "Top",
        "value": 3,
        "words": "3 models",
        "code": "3",
        "default": 3,
        "allowed": "1 to 10",
        "choices": [],
        "bounds": {"type": "integer", "minimum": 1, "maximum": 10},
    }
    assert rows["top"] == {**top, "unit": "models", "help": "how many"}
    assert (rows["side"]["value"], rows["side"]["allowed"], rows["venues"]["help"]) == (
        "right",
        "left, right",
        "where",
    )
    assert (rows["limit"]["allowed"], rows["strict"]["allowed"]) == (
        "more than 0, or null",
        "true, false",
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x: int", "`x: int`, without a value; a parameter has a default"),
        (
            "a = 1\nx = y = 2",
            "line 2 of the parameters cell is `x = y = 2`, which gives one default",
        ),
        ("x: open('ran', 'w') = 1", "not a type that can be read without running it"),
        ("x: list[open('ran', 'w')] = 1", "not a type that can be read without running it"),
        (
            "x: Annotated[int, open('ran', 'w')] = 1",
            "not a type that can be read without running it",
        ),
        ("x: set[int] = 1", "`set` is not a type that can be read without running it"),
        ("x: Literal['a', 'b'] = 'c'", "the default c is not allowed; allowed: a, b"),
        ("x: Annotated[int, Field(ge=2)] = 1", "the default 1 is not allowed; allowed: at least 2"),
        ("x = float('nan')\nx = 1e999", "is not allowed"),
        ("x = 1\nx = 2", "parameter x is declared twice"),
        ("x: int = open('ran', 'w')", "is not a literal"),
        ("x: int = 'a'", 'the default the text "a" is not allowed'),
        ("x: Sied = 'left'", "no type 'Sied' in tiny_types; did you mean Side?"),
        ("x: Litral[1] = 1", "no type 'Litral'; did you mean Literal?"),
        ("from own import Hue\nx: Heu = 'red'", "no type 'Heu' in tiny_types; did you mean Hue?"),
        ("x: NO_TYPE = 1", "pydantic cannot check values of its type"),
        ("x: Annotated[str, Field(pattern='(')] = 'a'", "pydantic cannot check values of its type"),
        ("x: Annotated[int] = 1", "`Annotated[int]` is not a type that can be read"),
        ("x: list[()] = []", "`list[()]` is not a type that can be read"),
        ("x: 'no type' = 1", "`'no type'` is not a type that can be read"),
        ("x: str = b'a'", "`b'a'` is not a literal; allowed: text"),
        ("x: int = 1\nx: int = 2", "parameter x is declared twice"),
        ("x: int = ", "is not Python"),
        ("x: int = " + "[" * 20_000, "is not Python"),
        ("early: Period = (2014, 2010)", "its first year comes after its last"),
    ],
)
def test_a_cell_that_is_no_declaration_is_refused_in_one_line_and_not_run(
    source: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PressError) as raised:
        read(source)
    said = str(raised.value)
    assert said.startswith("notebooks/x.md: ")
    assert message in said
    assert "\n" not in said
    assert list(tmp_path.iterdir()) == []


PAPERMILL = """
import os

# parameters as papermill has them
year = 2000  # first year [a]
rate = 0.5
case = ""
base = None
serial = False
variables = ["a"]
options = {"threads": 1}
start = date(2000, 1, 1)
folder = os.path.join("a", "b")
path = f"{case}/x.csv"
os.environ["A"] = "b"
"""


def test_papermills_own_form_gives_the_type_of_the_literal() -> None:
    by_name = {parameter.name: parameter for parameter in read(PAPERMILL)}
    assert [*by_name] == [
        "year",
        "rate",
        "case",
        "base",
        "serial",
        "variables",
        "options",
        "start",
    ]
    assert (by_name["year"].help, by_name["year"].unit) == ("first year", "a")
    assert by_name["case"].parse("0001-01-01") == "0001-01-01"
    assert by_name["base"].parse("b.e30") == "b.e30"
    assert by_name["base"].parse("3") == 3
    assert by_name["variables"].parse('["b", 1]') == ["b", 1]
    assert by_name["options"].parse('{"threads": 2}') == {"threads": 2}
    assert by_name["start"].in_python(by_name["start"].parse("2001-02-03")) == date(2001, 2, 3)
    for name, text in [
        ("year", "2000.5"),
        ("year", "x"),
        ("serial", "maybe"),
        ("options", "[1]"),
        ("variables", "a"),
        ("start", "2001-02-30"),
    ]:
        with pytest.raises(ValueError, match=r"is not allowed.*; allowed: "):
            by_name[name].parse(text)


@pytest.mark.parametrize(
    ("kind", "default", "allowed"),
    [
        ("list[str]", "['a']", 'a list such as ["x"] of: any text'),
        ("str | None", "None", "any text, or null"),
        ("Optional[int]", "None", "any whole number, or null"),
        ("typing.Literal['a', 'b']", "'a'", "a, b"),
        ("Literal[1, 2] | None", "2", "1, 2, or null"),
        ("Annotated[float, Field(ge=0, le=1)]", "0.5", "0 to 1"),
        ("Annotated[Side, Field(title='Which side')]", "'left'", "left, right"),
        ("dict[str, int]", "{'a': 1}", "any named values"),
        ("tuple", "(1, 'a')", 'a list such as ["x"] of: any value'),
        ("'Literal[1, 2] | None'", "2", "1, 2, or null"),
        ("list['Side']", "['left']", 'a list such as ["left"] of: left, right'),
    ],
)
def test_annotations_are_read_without_being_run(kind: str, default: str, allowed: str) -> None:
    assert one(kind, default).allowed == allowed


def test_what_a_cell_imports_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chatty.py").write_text("raise SystemExit('this was run')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert read("import chatty\nfrom chatty import Side\nx: Side = 'left'")[0].choices == [
        "left",
        "right",
    ]
    with pytest.raises(PressError, match="the module of types 'nowhere' cannot be imported"):
        read_parameters("x: Side = 'left'", scope=Scope("nowhere"))


def test_a_fault_has_the_line_of_the_file_and_discards_itself_alone() -> None:
    cell = "big = 10**6\nyear: int = 2000\npath: Path = 'x'\nsides: tuple[int, int] = (1, 2)\nn = 3"
    parameters, faults = read_declarations(cell, "a.md", Scope(line=12))
    assert [parameter.name for parameter in parameters] == ["year", "n"]
    assert [fault.partition(": ")[0] for fault in faults] == ["a.md:14", "a.md:15"]
    assert computed_names(cell, "a.md", Scope(line=12)) == {
        "big": ("a.md:12", "`10 ** 6` is not a literal")
    }
    _, [fault] = read_declarations("n = 3\n\nx = = 1", "a.md", Scope(line=12))
    assert fault == "a.md:14: the parameters cell is not Python: invalid syntax"


def test_what_is_unpacked_is_told_to_be_no_parameter() -> None:
    cell = "year = 2000\nfirst, last = 1, 2"
    assert [parameter.name for parameter in read_parameters(cell)] == ["year"]
    reason = ("a.md:13", "`first, last = (1, 2)` assigns several names at once")
    assert computed_names(cell, "a.md", Scope(line=12)) == {"first": reason, "last": reason}


def test_what_cells_above_import_is_in_scope(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("from typing import Literal\n\nSide = Literal['up', 'down']\n")
    sources = {
        "one": "%matplotlib inline\nfrom typing import Literal as Of\nfrom own import Side",
        "two": "this is no Python",
        "parameters": "side: Side = 'up'\nhue: Of['red', 'blue'] = 'red'",
        "below": "from nowhere import Side",
    }
    cells = [
        {"cell_type": "code", "source": source, "metadata": {"tags": [tag]}}
        for tag, source in sources.items()
    ]
    source, above = declaring(cells)
    scope = Scope(folders=(tmp_path,), above=above)
    found = read_parameters(source, scope=scope)
    assert [parameter.choices for parameter in found] == [["up", "down"], ["red", "blue"]]
    with pytest.raises(PressError, match="no type 'Side'"):
        read_parameters(source, scope=Scope(folders=(tmp_path,)))


def test_titles_and_clauses_hang_on_names_before_types() -> None:
    titled = "Annotated[int, Field(title='Of the type')]"
    source = f"year: {titled} = 3\nlast: {titled} = 3\ntop: Top = 3\nside: Side = 'left'"
    asked = {
        "year": Wording(title="A year", given="we look in"),
        "top": Wording(title="TOP of the list"),
        "side": Wording(title="Elsewhere"),
        "moons.side": Wording(title="Side of the moon"),
    }
    names = of_chapter(asked, "moons")
    found = read_parameters(source, scope=Scope("tiny_types", asked=tuple(names.items())))
    said = [(each.label, each.condition(each.default)) for each in found]
    assert said == [
        ("A year", "if we look in 3"),
        ("Of the type", "if the of the type is 3"),
        ("TOP of the list", "if the TOP of the list is 3"),
        ("Side of the moon", "if the side of the moon is left"),
    ]
    assert found[0].schema["title"] == "A year"


@pytest.mark.parametrize(
    ("kind", "default", "text", "value"),
    [
        ("str", "'a'", "2023-03", "2023-03"),
        ("str", "'a'", "1e6", "1e6"),
        ("str", "'a'", "[1]", "[1]"),
        ("int", "1", "1e6", 1_000_000),
        ("int", "1", "-1.5E+1", -15),
        ("float", "1.0", "1e25", 1e25),
        ("bool", "True", "false", False),
        ("Limit", "None", "2e1", 20),
        ("Numbers", "[1]", "[1, 2]", [1, 2]),
        ("Names", "['a']", '["a", "b,c"]', ["a", "b,c"]),
    ],
)
def test_a_text_is_read_by_its_type(kind: str, default: str, text: str, value: Any) -> None:
    found = one(kind, default).parse(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "default"), [("int", "1"), ("float", "1.0"), ("bool", "True"), ("Side", "'left'")]
)
@pytest.mark.parametrize(
    "text", ["", "x", "1..2", "null", "[1]", "inf", "nan", "1e-3x", "1e999999999", "x" * 5000]
)
def test_a_text_that_does_not_fit_is_refused_and_says_what_is_allowed(
    kind: str, default: str, text: str
) -> None:
    with pytest.raises(ValueError, match=r"is not allowed.*; allowed: ") as raised:
        one(kind, default).parse(text)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    ("kind", "default", "value"),
    [
        ("int", "1", True),
        ("int", "1", 1.5),
        ("str", "'a'", 3),
        ("float", "1.0", None),
        ("Side", "'left'", ["x"] * 5000),
    ],
)
def test_a_typed_value_is_not_converted(kind: str, default: str, value: Any) -> None:
    with pytest.raises(ValueError, match="is not allowed") as raised:
        one(kind, default).check(value)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (
            "Colours",
            '["red","green"]',
            '["red", "green"] is not allowed: item 2; allowed: a list such as ["red"] of: red',
        ),
        ("Colours", "[red,blue]", "[red,blue] is not allowed; allowed: a list"),
        ("Pairs", '["a"]', '["a"] is not allowed: of odd length; allowed: a list'),
    ],
)
def test_a_list_is_refused_for_what_it_holds_or_for_how_it_is_written(
    kind: str, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        one(kind, "[]").parse(text)


@given(st.integers())
def test_bounds_hold(value: int) -> None:
    top = one("Top", "3")
    if 1 <= value <= 10:
        assert top.parse(str(value)) == top.check(value) == value
    else:
        with pytest.raises(ValueError, match="1 to 10"):
            top.parse(str(value))


KINDS = {str: "str", int: "int", bool: "bool", list: "Names", float: "float"}
VALUES = st.one_of(
    st.text(),
    st.integers(),
    st.booleans(),
    st.lists(st.text()),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(VALUES)
def test_an_option_brings_its_value_back(value: Any) -> None:
    flag, text = shlex.split(option("x", value))
    [asked], problems = parse_assignments([text])
    assert (flag, asked.name, problems) == ("-p", "x", [])
    assert one(KINDS[type(value)], repr(value)).parse(asked.value) == value


@given(st.lists(VALUES.filter(lambda value: not isinstance(value, bool)), min_size=1, max_size=4))
def test_a_grid_option_brings_its_values_back(values: list[Any]) -> None:
    alike = [value for value in values if type(value) is type(values[0])]
    _, text = shlex.split(grid_option("x", alike))
    [asked], _ = parse_assignments([text], "-g", several=True)
    known = one(KINDS[type(alike[0])], repr(alike[0]))
    found = [
        known.parse(value) if isinstance(value, str) else known.check(value)
        for value in asked.value
    ]
    assert found == alike
    assert json.dumps(found)


@pytest.mark.parametrize(
    ("declaration", "value", "said"),
    [
        ("price: int = 1  # of a chip [USD]", 22_500, "if the price is $22,500"),
        ("price: int = 1  # of a chip [USD]", 1_250_000, "if the price is $1.25 million"),
        ("use: float = 0.5  # of the hours [share]", 0.125, "if the use is 12.5%"),
        (
            "reach: float = 2.0  # [orders of magnitude]",
            1.0,
            "if the reach is 1 order of magnitude",
        ),
        ("pause: float = 2.0  # [s]", 1.0, "if the pause is 1 s"),
        ("size: float = 2.0  # [bytes]", 3e13, "if the size is 3.0 × 10¹³ bytes"),
        ("dt: float = 2.0", 0.1234, "if dt is 0.1234"),
        ("CFL: float = 2.0", 1.0, "if CFL is 1"),
        ("is_wet: bool = True", False, "with is wet: no"),
    ],
)
def test_a_value_is_said_with_its_unit_and_all_its_digits(
    declaration: str, value: Any, said: str
) -> None:
    [parameter] = read(declaration)
    assert parameter.condition(value) == said


def test_a_list_is_a_condition_as_any_value_is() -> None:
    assert Parameter("sites", list[str], []).condition(["a", "b"]) == "with sites: a and b"


@pytest.mark.parametrize(
    "explore", [5, None, "a", "0:x:1", {"by": 3}, {"times": ["a"]}, {"by": [1], "to": "b"}]
)
def test_values_to_explore_that_are_none_are_one_clear_line(explore: Any) -> None:
    kind = Annotated[int, WithJsonSchema({"type": "integer", "explore": explore})]
    with pytest.raises(
        PressError, match=r"parameter x: its type has explore = .*; allowed: a list"
    ):
        Parameter("x", kind, 3).explored(3)
