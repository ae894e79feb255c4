"""A chart as it travels in a notebook, with its data. Knows no Sphinx."""

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

from bookpress.elements.base.chart_widths import fitted
from bookpress.errors import UsageError
from bookpress.files import canonical, checked, harmless, sha256

VEGALITE_MIME = "application/vnd.vegalite.v6+json"
VEGALITE_VERSION = "6.4"
try:
    VL_CONVERT = version("vl-convert-python")
except PackageNotFoundError:  # it comes with the extra `charts`
    VL_CONVERT = "none"
KEY_LENGTH = 24
ENGINE = f"vl-convert {VL_CONVERT}, its own fonts, no roles, three widths, PNG with digits raised"
"""What draws pictures, and how: another one may draw the same chart another way."""
INK = {"light": "#1d2329", "dark": "#e3e6e9"}
"""What ``currentColor`` stands for in pictures, which cannot know the page around them."""
GROUND = {"light": "#fffefc", "dark": "#14181e"}
"""What a text with a halo stands on."""
HALO = "halo_"
"""How the name of a unit of a chart begins whose texts have a halo of the ground around them."""
_HALOED = f'class="mark-text role-mark {HALO}'
MAX_ALT = 300
"""Characters of an alternative text."""
Ground = Literal["light", "dark"]
Kind = Literal["text", "number", "share", "year", "power", "date"]
UNITS = {"share": "share, 0 to 1", "year": "year"}


class ChartPart(BaseModel):
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


class Data(ChartPart):
    """The data behind a chart."""

    columns: list[Column] = Field(min_length=1)
    rows: list[list[Any]]


class Chart(ChartPart):
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
    listing: list[str] = []
    """Lines that name what the picture for a narrow column has no room to name."""

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
    if not words["alt"]:
        raise UsageError(
            f"the figure {words['name']} has no alternative text: the head of its cell gives it, "
            "as `mystnb: image: alt: ...`"
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


def recoloured(svg: str, ground: Ground) -> str:
    """Return an SVG picture in the ink of a light or dark ground, with halos of the ground."""
    halo = (
        f'paint-order="stroke" stroke="{GROUND[ground]}" stroke-width="3" stroke-linejoin="round"'
    )
    return svg.replace(_HALOED, f"{halo} {_HALOED}").replace("currentColor", INK[ground])


def haloed(name: str) -> str:
    """Return the name of a unit of a chart, so that its texts can be read on marks.

    Examples
    --------
    >>> haloed("models")
    'halo_models'
    """
    return HALO + name


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
