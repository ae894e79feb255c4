"""A chart with its data, as notebooks carry it. Independent of Sphinx."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from bookpress.book.cells import display_options
from bookpress.elements.base.chart_widths import fitted
from bookpress.errors import UsageError
from bookpress.files import canonical, checked, harmless, printable, sha256

VEGALITE_MIME = "application/vnd.vegalite.v6+json"
VEGALITE_VERSION = "6.4"
try:
    VL_CONVERT = version("vl-convert-python")
except PackageNotFoundError:  # it comes with the extra `charts`
    VL_CONVERT = "none"
KEY_LENGTH = 24
ENGINE = (
    f"vl-convert {VL_CONVERT}, its own fonts, no roles, two decimals, three widths, "
    "PNG with digits raised"
)
"""Identifies how pictures are drawn, because another engine may draw the same chart differently."""
INK = {"light": "#1d2329", "dark": "#e3e6e9"}
"""The value of ``currentColor`` in pictures, which cannot know the page around them."""
GROUND = {"light": "#fffefc", "dark": "#14181e"}
"""The background, as the value of ``Canvas`` and around texts with a halo."""
HALO = "halo_"
"""The prefix of a chart unit whose texts have a halo in the colour of the background."""
_HALOED = f'class="mark-text role-mark {HALO}'
MAX_ALT = 300
"""The most characters of an alternative text."""
Ground = Literal["light", "dark"]
Kind = Literal["text", "number", "share", "year", "power", "date"]
UNITS = {"share": "share, 0 to 1", "year": "year"}


class ChartPart(BaseModel):
    """A part of a chart, without unknown fields."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True)
class Column:
    """A column's heading for readers, and how its values are written.

    In a chart, ``name`` is the column of its data. A share of 0.64 is written "64%", a power of
    3e23 "3.0 × 10²³", the year 2010 without a separator. In a table on the page, text is plain
    unless ``markup`` says that it contains Markdown: then values, terms, references, code and links
    are rendered, and the ``roles`` of the book's own for what others report.
    """

    label: str
    kind: Kind = "text"
    name: str = ""
    markup: bool = False
    roles: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """Its type in JSON and in descriptions of tables."""
        types = {"text": "string", "date": "date", "year": "integer"}
        return types.get(self.kind, "number")


class Data(ChartPart):
    """The data behind a chart."""

    columns: list[Column] = Field(min_length=1)
    rows: list[list[Any]]


class Chart(ChartPart):
    """A chart with everything that goes with it."""

    name: str = Field(pattern=r"^fig-[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    caption: str = ""
    alt: str = Field(min_length=1)
    description: str = Field(min_length=1)
    source: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    data: Data
    spec: dict[str, Any]
    listing: list[str] = []
    """Lines naming what the picture for narrow columns has no room for."""

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
        """The stem of the names of its files."""
        return self.name.removeprefix("fig-")

    @property
    def controls(self) -> dict[str, Any]:
        """The controls above it on the page, with presets (``usermeta`` of its specification)."""
        usermeta: dict[str, Any] = self.spec.get("usermeta") or {}
        return usermeta if "controls" in usermeta else {}

    @cached_property
    def key(self) -> str:
        """The hash of the picture's content, so that the same specification is drawn once."""
        content = canonical([payload(self), VEGALITE_VERSION, ENGINE])
        digest = sha256(content.encode())
        return digest[:KEY_LENGTH]

    @cached_property
    def csv(self) -> bytes:
        """The data as a file."""
        return to_csv(self.data).encode()

    @cached_property
    def vegalite(self) -> bytes:
        """The specification as a file, with title and description."""
        spec = {**self.spec, "title": self.title, "description": self.alt}
        return canonical(spec).encode()


def words_of(cell: Mapping[str, Any]) -> dict[str, str]:
    r"""Return the words of a figure in the metadata of its cell, as Markdown.

    They are its name, title, legend and alternative text.

    Examples
    --------
    >>> words_of({"mystnb": {"figure": {"name": "fig-a", "caption": "It fell.\n\nA dot a year."}}})
    {'name': 'fig-a', 'title': 'It fell.', 'caption': 'A dot a year.', 'alt': ''}
    """
    figure = display_options(cell, "figure")
    image = display_options(cell, "image")
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
    """Return the chart in an output and the metadata of its cell.

    A `UsageError` names the chart and all its faults.
    """
    words = words_of(cell)
    if not words["name"]:
        raise UsageError(
            "a figure without a name: the options of its cell give it, as "
            "`mystnb: figure: name: fig-...`, with `caption:`, and `image: alt:`"
        )
    if not words["alt"]:
        raise UsageError(
            f"the figure {words['name']} has no alternative text: the options of its cell give it, "
            "as `mystnb: image: alt: ...`"
        )
    if len(words["alt"]) > MAX_ALT:
        raise UsageError(
            f"the figure {words['name']}: alt: it has more than {MAX_ALT} characters; "
            "put the rest into the description"
        )
    # keep plain dictionaries: a notebook's nodes are slow to copy and to pickle
    text = json.dumps(spec)
    plain_spec = json.loads(text, parse_float=_six_digits)
    entries = {**words, **metadata, "spec": plain_spec}
    return checked(Chart, printable(entries), f"the figure {words['name']}")


def _six_digits(text: str) -> float:
    number = float(text)
    return float(f"{number:.6g}")


def recoloured(svg: str, ground: Ground) -> str:
    """Return an SVG picture in the ink for a light or dark background, with halos in its colour."""
    outline = f'stroke="{GROUND[ground]}" stroke-width="3" stroke-linejoin="round"'
    halo = f'style="paint-order: stroke" {outline}'  # as an attribute, no e-book may have it
    coloured = svg.replace("currentColor", INK[ground]).replace("Canvas", GROUND[ground])
    return coloured.replace(_HALOED, f"{halo} {_HALOED}")


def haloed(name: str) -> str:
    """Return the name of a chart unit whose texts get a halo, to be readable on marks.

    Examples
    --------
    >>> haloed("models")
    'halo_models'
    """
    return HALO + name


def to_csv(data: Data) -> str:
    """Return the data as CSV, with a header of names, in full precision.

    Missing values are empty; texts cannot be taken for formulas.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in data.columns])
    for row in data.rows:
        cells = ["" if value is None else harmless(value) for value in row]
        writer.writerow(cells)
    return out.getvalue()


def payload(chart: Chart) -> dict[str, Any]:
    """Return what is needed to draw the chart at all widths: specifications and datasets.

    The one for large screens has only what differs.
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
    """Return the chart and its table as a script, which pages opened as files can load too."""
    content = {**payload(chart), "table": table}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f"bookpress.chart({text});\n"
