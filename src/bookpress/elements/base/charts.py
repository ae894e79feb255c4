"""A chart as it travels in a notebook, and everything the page makes of it. Knows no Sphinx."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cached_property
from html import escape
from importlib.metadata import PackageNotFoundError, version
from struct import pack
from typing import Any, Literal
from zlib import crc32

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from bookpress.chapter.number_formats import number, power
from bookpress.errors import UsageError
from bookpress.files import canonical, checked, harmless, pretty, sha256

VEGALITE_MIME = "application/vnd.vegalite.v6+json"
VEGALITE_VERSION = "6.4"
try:
    VL_CONVERT = version("vl-convert-python")
except PackageNotFoundError:  # it comes with the extra `charts`
    VL_CONVERT = "none"
KEY_LENGTH = 24
ENGINE = f"vl-convert {VL_CONVERT}, its own fonts, no roles, three widths, PNG with digits raised"
"""What draws pictures, and how: another one may draw the same chart another way."""
WIDTHS = {"narrow": 335, "page": 960, "wide": 672}
"""Pixels at which charts are drawn: for a phone, for large screens, for the column of text."""
PHONE_COLUMNS = 2
"""Small charts that stand abreast on a phone."""
TITLE_SIGNS = 42
"""Signs of an axis title that fit one line on a phone."""
FONT = "Arial, Liberation Sans, Helvetica, sans-serif"
"""vl-convert measures text with Liberation Sans.

A browser that draws it again needs a font of the same widths.
"""
INK = {"light": "#1d2329", "dark": "#e3e6e9"}
"""What ``currentColor`` stands for in pictures, which cannot know the page around them."""
MAX_ALT = 300
"""Characters of an alternative text."""
SORTABLE_FROM = 8
"""Rows from which on a table is worth sorting."""
COMPOSITIONS = ("vconcat", "hconcat", "concat")
"""What Vega-Lite calls lists of charts that make one chart."""
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
PNG_HEAD = 33
"""Bytes up to where the first chunk of any PNG file ends."""

Size = Literal["narrow", "page", "wide"]
Ground = Literal["light", "dark"]
Kind = Literal["text", "number", "share", "year", "power", "date"]
NUMERIC: frozenset[Kind] = frozenset({"number", "share", "power", "year"})
UNITS = {"share": "share, 0 to 1", "year": "year"}
IN_BRACKETS = re.compile(r"\(([^()]+)\)$")
"""The unit at the end of a heading: Energy (J)."""


class Part(BaseModel):
    """A part of a chart; it takes nothing that it does not know."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True)
class Column:
    """A heading that a reader understands, and how values are written.

    A column of a chart has also the name in its data.
    A share of 0.64 becomes "64%", a power of 3e23 "3.0 × 10²³", the year 2010 has no separator.
    In a table on the page, text is text, unless ``markup`` says that it holds Markdown: then
    values, terms, references, code and links are let through.
    """

    label: str
    kind: Kind = "text"
    name: str = ""
    markup: bool = False

    @property
    def type(self) -> str:
        """What JSON and tables call its kind."""
        types = {"text": "string", "date": "date", "year": "integer"}
        return types.get(self.kind, "number")


class Data(Part):
    """The data behind a chart."""

    columns: list[Column] = Field(min_length=1)
    rows: list[list[Any]]


class Chart(Part):
    """A chart with all that goes with it."""

    name: str = Field(pattern=r"^fig-[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    caption: str = ""
    alt: str = Field(min_length=1)
    description: str = Field(min_length=1)
    source: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    data: Data
    spec: dict[str, Any]

    @model_validator(mode="after")
    def _says_more(self) -> Chart:
        if self.description == self.alt:
            raise ValueError("the description only repeats the alt: write it from the data")
        return self

    @property
    def is_empty(self) -> bool:
        """Whether it only says that there is nothing to show."""
        return [column.name for column in self.data.columns] == ["note"]

    @property
    def stem(self) -> str:
        """Name of its files."""
        return self.name.removeprefix("fig-")

    @property
    def controls(self) -> dict[str, Any]:
        """Controls that the page shows above it, and presets: ``usermeta`` of its specification."""
        usermeta: dict[str, Any] = self.spec.get("usermeta") or {}
        return usermeta if "controls" in usermeta else {}

    @cached_property
    def key(self) -> str:
        """Hash of the picture's content: the same specification is drawn once."""
        content = canonical([payload(self), VEGALITE_VERSION, ENGINE])
        digest = sha256(content.encode())
        return digest[:KEY_LENGTH]

    @cached_property
    def csv(self) -> bytes:
        """The data as a file."""
        return to_csv(self.data).encode()

    @cached_property
    def vegalite(self) -> bytes:
        """The specification as a file of its own, with title and description."""
        spec = {**self.spec, "title": self.title, "description": self.alt}
        return canonical(spec).encode()


def words_of(cell: Mapping[str, Any]) -> dict[str, str]:
    r"""Return what the metadata of a cell say of its figure, as Markdown.

    That is its name, title, legend and alternative text.

    Examples
    --------
    >>> words_of({"mystnb": {"figure": {"name": "fig-a", "caption": "It fell.\n\nA dot a year."}}})
    {'name': 'fig-a', 'title': 'It fell.', 'caption': 'A dot a year.', 'alt': ''}
    """
    own = cell.get("mystnb") or {}
    figure = own.get("figure") or {}
    image = own.get("image") or {}
    name = str(figure.get("name", ""))
    caption = str(figure.get("caption", ""))
    title, _, legend = caption.strip().partition("\n\n")
    alt = str(image.get("alt", ""))
    return {
        "name": name,
        "title": _in_one_line(title),
        "caption": legend.strip(),
        "alt": _in_one_line(alt),
    }


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def read_chart(
    spec: dict[str, Any],
    metadata: Mapping[str, Any],
    cell: Mapping[str, Any],
) -> Chart:
    """Return the chart of an output and its cell.

    A `UsageError` names the chart and all that is wrong with it.
    """
    words = words_of(cell)
    if not words["name"]:
        raise UsageError(
            "a figure without a name: the head of its cell gives it, as "
            "`mystnb: figure: name: fig-...`, with `caption:`, and `image: alt:`"
        )
    if len(words["alt"]) > MAX_ALT:
        raise UsageError(
            f"the figure {words['name']}: alt: it has more than {MAX_ALT} characters; "
            "the description tells more"
        )
    # A notebook's nodes are slow to copy and to pickle: plain dictionaries are kept.
    text = json.dumps(spec)
    plain_spec = json.loads(text, parse_float=_six_digits)
    entries = {**words, **metadata, "spec": plain_spec}
    return checked(Chart, entries, f"the figure {words['name']}")


def _six_digits(text: str) -> float:
    number = float(text)
    return float(f"{number:.6g}")


def fitted(spec: dict[str, Any], size: Size) -> dict[str, Any]:
    """Return a specification that draws at one of the widths, on any ground."""
    result: dict[str, Any] = {}
    for key, part in spec.items():
        is_data = key in {"data", "datasets"}
        result[key] = part if is_data else copy.deepcopy(part)
    if size == "narrow":
        _shrink(result, WIDTHS["narrow"])
        _suit_phone(result)
    parts = [result]
    for composition in COMPOSITIONS:
        parts += result.get(composition, [])
    for part in parts:
        if part.get("width") == "container":
            part["width"] = WIDTHS[size]
            part["autosize"] = {"type": "fit-x", "contains": "padding"}
        elif size == "page":
            times = WIDTHS["page"] / WIDTHS["wide"]
            _stretch(part, times)
    result["background"] = "transparent"
    config = result.setdefault("config", {})
    config.setdefault("font", FONT)
    return result


def _suit_phone(spec: dict[str, Any]) -> None:
    """Give legends, labels and titles of axes the form that fits a narrow column, in place."""
    encodings = list(_encodings(spec))
    row_types = {encoding.get("y", {}).get("type") for encoding in encodings}
    named_rows = not row_types.isdisjoint({"nominal", "ordinal"})
    config = spec.setdefault("config", {})
    # Beside the names of rows there is room for one column of a legend,
    # and titles end where the plot does.
    spec.setdefault("padding", {"left": 5, "top": 5, "right": 12, "bottom": 5})
    columns = 1 if named_rows else 2
    config["legend"] = {**config.get("legend", {}), "columns": columns}
    if named_rows:
        config["axisX"] = {**config.get("axisX", {}), "titleAnchor": "end"}
        config["axisY"] = {**config.get("axisY", {}), "labelFontSize": 11}
    for encoding in encodings:
        across = encoding.get("x", {})
        title = across.get("title")
        if isinstance(title, str):
            across["title"] = textwrap.wrap(title, TITLE_SIGNS) or None


def _encodings(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        encoding = part.get("encoding")
        if isinstance(encoding, dict):
            yield encoding
        for key in ("layer", *COMPOSITIONS, "spec"):
            inner_parts = part.get(key)
            yield from _encodings(inner_parts)
    elif isinstance(part, list):
        for inner in part:
            yield from _encodings(inner)


def _shrink(part: dict[str, Any], room: int) -> None:
    """Bring the fixed widths of a composed chart down to the room there is, in place."""
    if "hconcat" in part:  # side by side does not fit a phone: one below the other does
        part["vconcat"] = part.pop("hconcat")
    for inner in (*part.get("vconcat", []), *part.get("concat", [])):
        _shrink(inner, room)
    if isinstance(part.get("spec"), dict):
        columns = part.get("columns", 1)
        if columns > PHONE_COLUMNS:
            columns = PHONE_COLUMNS
            part["columns"] = columns
        room_of_each = room if columns == 1 else room // columns + 40
        _shrink(part["spec"], room_of_each)
    width = part.get("width")
    if isinstance(width, int | float):
        part["width"] = min(width, room - 90)


def _stretch(part: dict[str, Any], times: float) -> None:
    """Widen the fixed widths of a composed chart, in place."""
    for inner in (part, part.get("spec")):
        if not isinstance(inner, dict):
            continue
        width = inner.get("width")
        if isinstance(width, int | float):
            inner["width"] = round(width * times)


def recoloured(svg: str, ground: Ground) -> str:
    """Return an SVG picture in the ink of a light or dark ground."""
    return svg.replace("currentColor", INK[ground])


def to_csv(data: Data) -> str:
    """Return the data as CSV, with names as header, in full precision.

    Nothing stands where a value is missing; texts are harmless.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in data.columns])
    for row in data.rows:
        cells = ["" if value is None else harmless(value) for value in row]
        writer.writerow(cells)
    return out.getvalue()


def to_csv_metadata(chart: Chart, origin: Mapping[str, str]) -> str:
    """Return what the columns of the CSV are and where it comes from.

    The form is that of the W3C's "CSV on the Web".
    """
    columns = [_described(column) for column in chart.data.columns]
    metadata: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{chart.stem}.csv",
    }
    for key, text in origin.items():
        metadata[f"dc:{key}"] = text
    metadata["tableSchema"] = {"columns": columns}
    return pretty(metadata)


def _described(column: Column) -> dict[str, str]:
    description = {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.label,
        "datatype": column.type,
    }
    bracketed = IN_BRACKETS.search(column.label)
    unit = UNITS.get(column.kind) or (bracketed and bracketed[1])
    if unit:
        description["schema:unitText"] = unit
    return description


def svg_with_origin(svg: str, origin: Mapping[str, str]) -> str:
    """Return an SVG picture that says where it comes from, as Dublin Core."""
    facts = ""
    for key, text in origin.items():
        tag = f"dc:{key}"
        facts += f"<{tag}>{escape(text)}</{tag}>"
    namespaces = f'xmlns:rdf="{RDF}" xmlns:dc="{DUBLIN_CORE}"'
    description = f'<rdf:Description rdf:about="">{facts}</rdf:Description>'
    rdf = f"<rdf:RDF {namespaces}>{description}</rdf:RDF>"
    head, end, rest = svg.partition(">")
    return f"{head}{end}<metadata>{rdf}</metadata>{rest}"


def png_with_origin(png: bytes, origin: Mapping[str, str]) -> bytes:
    """Return a PNG picture that says where it comes from.

    A chunk of text for each fact stands after its first chunk.
    """
    chunks = b""
    for key, text in origin.items():
        chunks += _text_chunk(key.capitalize(), text)
    return png[:PNG_HEAD] + chunks + png[PNG_HEAD:]


def _text_chunk(keyword: str, text: str) -> bytes:
    """Return a chunk of a PNG file: length, kind, content, checksum."""
    kind = b"iTXt"
    head = keyword.encode() + b"\0" * 5
    content = head + text.encode()
    length = pack(">I", len(content))
    check = crc32(kind + content)
    checksum = pack(">I", check)
    return length + kind + content + checksum


def payload(chart: Chart) -> dict[str, Any]:
    """Return what draws the chart in all widths: specifications and datasets.

    For large screens the specification has only what differs.
    """
    plain = {key: part for key, part in chart.spec.items() if key != "datasets"}
    page = fitted(plain, "page")
    wide = fitted(plain, "wide")
    differing = {key: part for key, part in page.items() if part != wide.get(key)}
    return {
        "narrow": fitted(plain, "narrow"),
        "page": differing,
        "wide": wide,
        "datasets": chart.spec.get("datasets", {}),
    }


def to_script(chart: Chart, table: str) -> str:
    """Return the chart and its data as HTML, as a script: pages opened as files may load it too."""
    content = {**payload(chart), "table": table}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    name = json.dumps(chart.name)
    return f"bookpress.chart({name},{text});\n"


def data_table(data: Data) -> dict[str, Any]:
    """Return what the template of a data table names.

    That is each cell with what it is sorted by, and which are numbers.
    """
    kinds = [column.kind for column in data.columns]
    rows = [_written(row, kinds) for row in data.rows]
    return {
        "rows": rows,
        "numeric": [kind in NUMERIC for kind in kinds],
        "sortable": len(rows) >= SORTABLE_FROM,
    }


def _written(row: list[Any], kinds: list[Kind]) -> list[tuple[str, str]]:
    """Return each cell of a row with what it is sorted by."""
    pairs = zip(row, kinds, strict=True)
    return [(cell(value, kind), sort_key(value, kind)) for value, kind in pairs]


def cell(value: Any, kind: Kind, *, exact: bool = True) -> str:
    """Write one value for a table: of data with more digits than prose has."""
    if value is None or value == "":
        return "–" if exact else ""
    match kind:
        case "share":
            return number(value, "share")
        case "power":
            return power(value)
        case "number" if exact and abs(value) < 1e6:
            return f"{value:,.6g}"
        case "number" if exact:
            return f"{value:,.0f}"
        case "number":
            return number(value, "count")
        case "year":
            return f"{value:g}"
    return str(value)


def sort_key(value: Any, kind: Kind) -> str:
    """Return what a table is sorted by: the number itself, where the cell shows it rounded."""
    if value is None:
        return ""
    return repr(value) if kind in NUMERIC else str(value)
