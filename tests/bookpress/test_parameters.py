"""Parameters: declared once in a cell, read by type, refused with what is allowed."""

from __future__ import annotations

import json
import re
from textwrap import dedent
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from bookpress.book.parameters import Parameter, chapter_schema, range_problems, read_parameters
from bookpress.book.wording import allowed_text, as_option, describe, run_command
from bookpress.errors import PressError

CELL = dedent(
    """
    from typing import Annotated, Literal

    from pydantic import Field

    side: Literal["left", "right"] = "left"
    top: Annotated[int, Field(ge=1, le=10, description="how many", json_schema_extra={"unit": "models"})] = 3
    share: Annotated[float, Field(ge=0, le=1)] = 0.5
    limit: Annotated[int, Field(gt=0)] | None = None
    venues: list[str] = ["ICML", "ICLR"]
    strict: bool = True
    """
)


def one(annotation: str, default: str, imports: str = "") -> Parameter:
    return read_parameters(f"{imports}\nx: {annotation} = {default}")[0]


def test_everything_comes_from_the_cell() -> None:
    side, top, share, limit, venues, strict = read_parameters(CELL)
    assert [p.default for p in (side, top, share, limit, venues, strict)] == [
        "left",
        3,
        0.5,
        None,
        ["ICML", "ICLR"],
        True,
    ]
    assert (top.unit, top.help, top.allowed) == ("models", "how many", "1 to 10")
    assert side.choices == ["left", "right"]
    assert limit.allowed == "more than 0, or null"
    assert strict.allowed == "true, false"
    assert [row["type"] for row in describe([side, top, share, limit, venues, strict])] == [
        "choice",
        "whole number",
        "number",
        "whole number or null",
        "list of text",
        "true or false",
    ]


def test_schema_is_closed_and_holds_defaults() -> None:
    schema = chapter_schema(read_parameters(CELL))
    assert schema["additionalProperties"] is False
    assert schema["properties"]["top"] == {
        "default": 3,
        "description": "how many",
        "maximum": 10,
        "minimum": 1,
        "type": "integer",
        "unit": "models",
    }


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 3", "allowed: imports and annotated assignments"),
        ("x: int", "has no default"),
        ("x: int = 1 + 1", "is not a literal"),
        ("x: int = 'a'", "the default a is not allowed"),
        ("x: Nonsense = 1", "cannot be resolved"),
        ("from nowhere import Thing\nx: Thing = 1", "cannot import"),
        ("from typing import Nothing\nx: Nothing = 1", "cannot import"),
        ("x: int = 1\nx: int = 2", "declared twice: x"),
        ("x: int = ", "line 1"),
        ("print('hello')", "allowed: imports"),
    ],
)
def test_a_cell_that_is_no_declaration_is_refused(source: str, message: str) -> None:
    with pytest.raises(PressError, match=message) as raised:
        read_parameters(source, "notebooks/x.md")
    assert str(raised.value).startswith("notebooks/x.md")


def test_the_cell_is_not_run(tmp_path: Any) -> None:
    witness = tmp_path / "ran"
    with pytest.raises(PressError):
        read_parameters(f"open({str(witness)!r}, 'w')")
    assert not witness.exists()


@pytest.mark.parametrize(
    ("annotation", "default", "text", "value"),
    [
        ("str", "'a'", "2023-03", "2023-03"),
        ("str", "'a'", "10", "10"),
        ("int", "1", "20", 20),
        ("float", "1.0", "1e25", 1e25),
        ("bool", "True", "false", False),
        ("int | None", "None", "null", None),
        ("int | None", "None", "5", 5),
        ("list[int]", "[1]", "[1, 2]", [1, 2]),
        ("list[str]", "['a']", '["a", "b,c"]', ["a", "b,c"]),
        ("str", "'a'", "[x]", "[x]"),
    ],
)
def test_a_text_is_read_by_its_type(annotation: str, default: str, text: str, value: Any) -> None:
    assert one(annotation, default).parse(text) == value


@pytest.mark.parametrize(("annotation", "default"), [("int", "1"), ("float", "1.0"), ("bool", "True")])
@pytest.mark.parametrize("text", ["", "x", "1..2", "null", "[1]", "inf", "nan"])
def test_a_text_that_does_not_fit_is_refused_and_says_what_is_allowed(annotation: str, default: str, text: str) -> None:
    with pytest.raises(ValueError, match="allowed"):
        one(annotation, default).parse(text)


@pytest.mark.parametrize(
    ("annotation", "default", "value"),
    [
        ("int", "1", "20"),
        ("int", "1", True),
        ("int", "1", 1.5),
        ("str", "'a'", 3),
        ("bool", "True", 1),
        ("float", "1.0", None),
    ],
)
def test_a_typed_value_is_not_converted(annotation: str, default: str, value: Any) -> None:
    with pytest.raises(ValueError, match="is not allowed"):
        one(annotation, default).check(value)


COLOURS = "from typing import Literal"
LISTS = "list[Literal['red', 'blue']]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('["red","green"]', "item 2: input should be 'red' or 'blue'; allowed: a list of: red, blue"),
        ('[ "red", 1]', "item 2: input should be 'red' or 'blue'"),
        ("red", 'a list is written ["red"]; allowed: a list of: red, blue'),
        ("red, blue", 'a list is written ["red", "blue"]'),
        ("[red,blue]", 'a list is written ["red", "blue"]'),
        ('["red"', 'a list is written ["red"]'),
        ("null", "input should be a valid array"),
    ],
)
def test_a_list_is_refused_for_what_it_holds_or_for_how_it_is_written(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as raised:
        one(LISTS, "['red']", COLOURS).parse(text)
    assert str(raised.value).startswith(text)


def test_a_list_of_text_is_refused_by_its_own_check() -> None:
    def refuse(_: list[str]) -> list[str]:
        raise PydanticCustomError("odd", "of odd length")

    parameter = Parameter("x", "list", Annotated[list[str], AfterValidator(refuse)], [])
    with pytest.raises(ValueError, match=r'^\["foo"\] is not allowed: of odd length; allowed: a list of: any text$'):
        parameter.parse('["foo"]')


@pytest.mark.parametrize(
    ("annotation", "default", "text", "value"),
    [
        ("int", "1", "1e6", 1_000_000),
        ("int", "1", "2.0", 2),
        ("int", "1", "-1.5E+1", -15),
        ("int | None", "None", "2e1", 20),
        ("str", "'a'", "1e6", "1e6"),
    ],
)
def test_a_whole_number_may_have_an_exponent(annotation: str, default: str, text: str, value: Any) -> None:
    found = one(annotation, default).parse(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ["2.5", "1e-3", "1e999999999", "infinity", "nan"])
def test_a_number_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"{text} is not allowed"):
        one("int", "1").parse(text)


@pytest.mark.parametrize(
    ("annotation", "default", "value", "message"),
    [
        ("int", "1", "20", '"20" is not allowed: it is text; for a whole number write 20, without quotes'),
        ("int", "1", "1e6", "write 1000000, without quotes"),
        ("bool", "True", "false", "for a true or false write false, without quotes"),
        ("list[str]", "['a']", '["b"]', 'write ["b"], without quotes'),
        ("int", "1", "x", "x is not allowed: input should be a valid integer"),
    ],
)
def test_text_where_a_number_is_meant_is_said_to_be_text(
    annotation: str, default: str, value: str, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        one(annotation, default).check(value)


@pytest.mark.parametrize("annotation", ["int", "Literal['red']"])
def test_a_long_value_is_shortened_in_the_message(annotation: str) -> None:
    parameter = one(annotation, "1" if annotation == "int" else "'red'", COLOURS)
    for refuse in (parameter.parse, parameter.check):
        with pytest.raises(ValueError, match="is not allowed") as raised:
            refuse("x" * 5000)
        assert len(str(raised.value)) < 300
    with pytest.raises(ValueError, match="is not allowed") as raised:
        parameter.check(["x"] * 5000)
    assert len(str(raised.value)) < 300


def test_a_long_item_is_shortened_in_the_reason() -> None:
    def refuse(text: str) -> str:
        raise PydanticCustomError("one_of", "{text} is not one", {"text": repr(text)})

    parameter = Parameter("x", "list", list[Annotated[str, AfterValidator(refuse)]], [])
    with pytest.raises(ValueError, match="item 1: 'xxx") as raised:
        parameter.parse(json.dumps(["x" * 5000]))
    assert len(str(raised.value)) < 300


@given(st.integers())
def test_bounds_hold(value: int) -> None:
    top = read_parameters(CELL)[1]
    if 1 <= value <= 10:
        assert top.parse(str(value)) == top.check(value) == value
    else:
        with pytest.raises(ValueError, match="1 to 10"):
            top.parse(str(value))


@given(st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.lists(st.text())))
def test_an_option_brings_its_value_back(value: Any) -> None:
    import shlex

    kinds = {str: "str", int: "int", bool: "bool", type(None): "str | None", list: "list[str]"}
    parameter = one(kinds[type(value)], repr(value))
    flag, text = shlex.split(as_option("x", value))
    assert flag == "-p"
    if not (isinstance(value, str) and value == "null"):
        assert parameter.parse(text.removeprefix("x=")) == value


def test_ranges_are_ordered() -> None:
    cell = dedent(
        """
        from typing import Annotated
        from pydantic import Field
        early_first: Annotated[int, Field(json_schema_extra={"range": "first"})] = 2010
        early_last: Annotated[int, Field(json_schema_extra={"range": "last"})] = 2014
        other_first: int = 9
        other_last: int = 1
        """
    )
    parameters = read_parameters(cell)
    values = {p.name: p.default for p in parameters}
    assert range_problems(parameters, values) == []
    assert range_problems(parameters, {**values, "early_last": 2009}) == [
        "early_first is 2010 and early_last is 2009; allowed: early_first up to early_last"
    ]
    with pytest.raises(PressError, match="defaults are not in order"):
        read_parameters(cell.replace("2014", "2000"))


def test_the_command_names_only_what_differs() -> None:
    rows = describe(read_parameters(CELL), {"side": "right", "venues": ["a b"]})
    assert run_command("hardware", rows, "tides") == "tides run hardware -p side=right -p 'venues=[\"a b\"]'"


def test_words_for_schemas() -> None:
    assert allowed_text({"type": "string", "pattern": "^a$"}) == "text that matches ^a$"
    assert allowed_text({"type": "array", "items": {"enum": ["a", "b"]}}) == "a list of: a, b"
    assert allowed_text({"const": 3}) == "3"
    assert allowed_text({}) == "any value"
