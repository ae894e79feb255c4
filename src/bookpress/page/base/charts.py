"""A chart as it travels in a notebook, and everything the page makes of it. Knows no Sphinx."""

from __future__ import annotations

import copy
import csv
import io
import json
import textwrap
from collections.abc import Iterator, Mapping
from functools import cached_property
from html import escape
from importlib.metadata import version
from struct import pack
from types import MappingProxyType
from typing import Any, Literal
from zlib import crc32

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from bookpress.chapter.number_formats import number
from bookpress.errors import UsageError
from bookpress.files import canonical, checked, harmless, pretty, sha256

VEGALITE_MIME = "application/vnd.vegalite.v6+json"
VEGALITE_VERSION = "6.4"
VL_CONVERT = version("vl-convert-python")
KEY_LENGTH = 24
ENGINE = f"vl-convert {VL_CONVERT}, its own fonts, no roles, three widths, PNG from SVG"
"""What draws pictures, and how: another one may draw the same chart another way."""
WIDTHS = {"narrow": 335, "page": 960, "wide": 672}
"""Widths in pixels at which charts are drawn: for a phone, for large screens and for the column of text."""
PHONE_COLUMNS = 2  # small charts that stand abreast on a phone
TITLE_SIGNS = 42  # signs of an axis title that fit one line on a phone
FONT = "Arial, Liberation Sans, Helvetica, sans-serif"
"""vl-convert measures text with Liberation Sans; a browser that draws it again needs a font of the same widths."""
INK = {"light": "#1d2329", "dark": "#e3e6e9"}
"""What ``currentColor`` stands for in pictures, which cannot know the page around them."""
MAX_ALT = 300  # characters of an alternative text
SORTABLE_FROM = 8  # rows from which on a table is worth sorting

Size = Literal["narrow", "page", "wide"]
Ground = Literal["light", "dark"]
Kind = Literal["text", "number", "share", "year", "flop", "date"]
NUMERIC: frozenset[Kind] = frozenset({"number", "share", "flop", "year"})
UNITS = {"share": "share, 0 to 1", "flop": "FLOP", "year": "year"}


class Part(BaseModel):
    """A part of a chart; it takes nothing that it does not know."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True)
class Column:
    """A heading that a reader understands, and how values are written; of a chart also the name in its data.

    A share of 0.64 becomes "64%", a flop of 3e23 "3.0 × 10²³", the year 2010 has no separator.
    """

    label: str
    kind: Kind = "text"
    name: str = ""

    @property
    def type(self) -> str:
        """What JSON and tables call its kind."""
        return {"text": "string", "date": "date", "year": "integer"}.get(self.kind, "number")


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
    holds: str = ""
    """The statement that the title rests on, if its direction is not computed."""
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
        """Controls that the page shows above it, and presets for them: what ``usermeta`` of its specification says."""
        told: dict[str, Any] = self.spec.get("usermeta") or {}
        return told if "controls" in told else {}

    @cached_property
    def key(self) -> str:
        """Hash of the picture's content: the same specification is drawn once."""
        return sha256(canonical([payload(self), VEGALITE_VERSION, ENGINE]).encode())[:KEY_LENGTH]

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
    r"""Return what the metadata of a cell say of its figure: name, title, legend and alternative text, as Markdown.

    Examples
    --------
    >>> words_of({"mystnb": {"figure": {"name": "fig-a", "caption": "It fell.\n\nA dot a year."}}})
    {'name': 'fig-a', 'title': 'It fell.', 'caption': 'A dot a year.', 'alt': ''}
    """
    own = cell.get("mystnb") or {}
    figure = own.get("figure") or {}
    title, _, legend = str(figure.get("caption", "")).strip().partition("\n\n")
    return {
        "name": str(figure.get("name", "")),
        "title": " ".join(title.split()),
        "caption": legend.strip(),
        "alt": " ".join(str((own.get("image") or {}).get("alt", "")).split()),
    }


def read_chart(
    spec: dict[str, Any],
    metadata: Mapping[str, Any],
    cell: Mapping[str, Any] = MappingProxyType({}),
) -> Chart:
    """Return the chart of an output and its cell; a `UsageError` names the chart and all that is wrong with it."""
    words = words_of(cell)
    metadata = {**words, **metadata} if words["name"] else metadata
    if len(words["alt"]) > MAX_ALT:
        raise UsageError(
            f"the figure {words['name']}: alt: it has more than {MAX_ALT} characters; "
            "the description tells more"
        )
    # A notebook's nodes are slow to copy and to pickle: plain dictionaries are kept, of numbers with six digits.
    entries = {
        **metadata,
        "spec": json.loads(json.dumps(spec), parse_float=lambda text: float(f"{float(text):.6g}")),
    }
    return checked(Chart, entries, f"the figure {metadata.get('name') or 'without a name'}")


def fitted(spec: dict[str, Any], size: Size) -> dict[str, Any]:
    """Return a specification that draws at one of the widths, on any ground."""
    made = {
        key: part if key in {"data", "datasets"} else copy.deepcopy(part)
        for key, part in spec.items()
    }
    if size == "narrow":
        _shrink(made, WIDTHS["narrow"])
        _suit_phone(made)
    for part in (made, *made.get("vconcat", []), *made.get("hconcat", []), *made.get("concat", [])):
        if part.get("width") == "container":
            part |= {"width": WIDTHS[size], "autosize": {"type": "fit-x", "contains": "padding"}}
        elif size == "page":
            _stretch(part, WIDTHS["page"] / WIDTHS["wide"])
    made["background"] = "transparent"
    made.setdefault("config", {}).setdefault("font", FONT)
    return made


def _suit_phone(spec: dict[str, Any]) -> None:
    """Give legends, labels and titles of axes the form that fits a narrow column, in place."""
    named_rows = any(
        part.get("y", {}).get("type") in {"nominal", "ordinal"} for part in _encodings(spec)
    )
    config = spec.setdefault("config", {})
    # Beside the names of rows there is room for one column of a legend, and titles end where the plot does.
    spec.setdefault("padding", {"left": 5, "top": 5, "right": 12, "bottom": 5})
    config["legend"] = {**config.get("legend", {}), "columns": 1 if named_rows else 2}
    if named_rows:
        config["axisX"] = {**config.get("axisX", {}), "titleAnchor": "end"}
        config["axisY"] = {**config.get("axisY", {}), "labelFontSize": 11}
    for part in _encodings(spec):
        across = part.get("x", {})
        if isinstance(across.get("title"), str):
            across["title"] = textwrap.wrap(across["title"], TITLE_SIGNS) or None


def _encodings(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if isinstance(part.get("encoding"), dict):
            yield part["encoding"]
        for key in ("layer", "vconcat", "hconcat", "concat", "spec"):
            yield from _encodings(part.get(key))
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
            part["columns"] = columns = PHONE_COLUMNS
        _shrink(part["spec"], room if columns == 1 else room // columns + 40)
    if isinstance(part.get("width"), int | float):
        part["width"] = min(part["width"], room - 90)


def _stretch(part: dict[str, Any], times: float) -> None:
    """Widen the fixed widths of a composed chart, in place."""
    for inner in (part, part.get("spec")):
        if isinstance(inner, dict) and isinstance(inner.get("width"), int | float):
            inner["width"] = round(inner["width"] * times)


def recoloured(svg: str, ground: Ground) -> str:
    """Return an SVG picture in the ink of a light or dark ground."""
    return svg.replace("currentColor", INK[ground])


def to_csv(data: Data) -> str:
    """Return the data as CSV: names as header, full precision, nothing where a value is missing, texts harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in data.columns])
    writer.writerows(
        ["" if value is None else harmless(value) for value in row] for row in data.rows
    )
    return out.getvalue()


def to_csv_metadata(chart: Chart, origin: Mapping[str, str]) -> str:
    """Return what the columns of the CSV are and where it comes from, as the W3C's "CSV on the Web" has it."""
    columns = [
        {"name": one.name, "titles": one.name, "dc:description": one.label, "datatype": one.type}
        | ({"schema:unitText": UNITS[one.kind]} if one.kind in UNITS else {})
        for one in chart.data.columns
    ]
    said = {f"dc:{key}": text for key, text in origin.items()}
    head = {"@context": "http://www.w3.org/ns/csvw", "url": f"{chart.stem}.csv"}
    return pretty({**head, **said, "tableSchema": {"columns": columns}})


def svg_with_origin(svg: str, origin: Mapping[str, str]) -> str:
    """Return an SVG picture that says where it comes from, as Dublin Core."""
    said = "".join(f"<dc:{key}>{escape(text)}</dc:{key}>" for key, text in origin.items())
    spaces = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    head, end, rest = svg.partition(">")
    rdf = f'<rdf:RDF {spaces}><rdf:Description rdf:about="">{said}</rdf:Description></rdf:RDF>'
    return f"{head}{end}<metadata>{rdf}</metadata>{rest}"


def png_with_origin(png: bytes, origin: Mapping[str, str]) -> bytes:
    """Return a PNG picture that says where it comes from, in a chunk of text for each fact, after its first chunk."""
    texts = [
        (b"iTXt", key.capitalize().encode() + b"\0" * 5 + text.encode())
        for key, text in origin.items()
    ]
    chunks = [
        pack(">I", len(text)) + kind + text + pack(">I", crc32(kind + text)) for kind, text in texts
    ]
    return png[:33] + b"".join(chunks) + png[33:]  # where the first chunk ends in any PNG file


def payload(chart: Chart) -> dict[str, Any]:
    """Return what draws the chart in all widths: specifications (for large screens what differs) and datasets."""
    plain = {key: part for key, part in chart.spec.items() if key != "datasets"}
    narrow, page, wide = (fitted(plain, size) for size in ("narrow", "page", "wide"))
    page = {key: part for key, part in page.items() if part != wide.get(key)}
    return {
        "narrow": narrow,
        "page": page,
        "wide": wide,
        "datasets": chart.spec.get("datasets", {}),
    }


def to_script(chart: Chart, table: str) -> str:
    """Return the chart and its data as HTML, as a script: what pages opened as files may load too."""
    made = {**payload(chart), "table": table}
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f"bookpress.chart({json.dumps(chart.name)},{text});\n"


def data_table(data: Data) -> dict[str, Any]:
    """Return what the template of a data table names: each cell with what it is sorted by, and which are numbers."""
    kinds = [column.kind for column in data.columns]
    pairs = (zip(row, kinds, strict=True) for row in data.rows)
    rows = [[(cell(value, kind), sort_key(value, kind)) for value, kind in row] for row in pairs]
    return {
        "rows": rows,
        "numeric": [kind in NUMERIC for kind in kinds],
        "sortable": len(rows) >= SORTABLE_FROM,
    }


def cell(value: Any, kind: Kind, *, exact: bool = True) -> str:
    """Write one value for a table: of data with more digits than prose has."""
    if value is None or value == "":
        return "–" if exact else ""
    match kind:
        case "share" | "flop":
            return number(value, "share" if kind == "share" else "FLOP")
        case "number" if exact:
            return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
        case "number" | "year":
            return number(value, "count") if kind == "number" else f"{value:g}"
    return str(value)


def sort_key(value: Any, kind: Kind) -> str:
    """Return what a table is sorted by: the number itself, where the cell shows it rounded."""
    return "" if value is None else repr(value) if kind in NUMERIC else str(value)
