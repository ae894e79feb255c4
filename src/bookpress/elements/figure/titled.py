"""Pictures for sharing: a chart with its title above and its origin below.

They are drawn as PNG in separate processes, which keep the machine's fonts out.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from bookpress.elements.base.chart_widths import FONT
from bookpress.elements.base.charts import KEY_LENGTH, recoloured
from bookpress.elements.figure.chart_origin import svg_with_origin
from bookpress.errors import PressError
from bookpress.files import replace_file, sha256

MARGIN = 16
"""The margin around a picture, in pixels."""
NARROWEST = 400
"""The least width of texts, in pixels."""
SCALE = 2
"""Pixels of the PNG for each pixel of the drawing."""
FONTS = Path(__file__).with_name("no-fonts.xml")
"""A font configuration that keeps the machine's fonts out of pictures.

Otherwise the widths of letters would differ between machines.
"""
PROGRAMS = Path(__file__).with_name("programs")
PROCESSES = min(os.cpu_count() or 1, 4)
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
RAISED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=[^<>]*<)")
"""Raised digits in the text of a picture."""
FILLED = re.compile(r'(<path (?![^>]*\b(?:stroke|fill-opacity)=")[^>]*) opacity="')
"""A mark that has no stroke, up to its opacity."""
LENGTHS = re.compile(r' (?:width|height)="([\d.]+)"')
_PAPER = "#ffffff"
_INK = "#1d2329"
_SOFT = "#59616a"


class _Style(NamedTuple):
    """The style of lines of text: sizes in pixels, and the mean width of a letter in ems."""

    size: float
    leading: float
    letter: float
    look: str

    def wrapped(self, text: str, width: float) -> list[str]:
        """Return a text wrapped to a width."""
        return textwrap.wrap(text, int(width / (self.size * self.letter)))


_TITLE = _Style(18, 24, 0.56, f'font-size="18" font-weight="bold" fill="{_INK}"')
_NOTE = _Style(11.5, 16, 0.54, f'font-size="11.5" fill="{_SOFT}"')


class Titled(NamedTuple):
    """A picture with its texts, and its size in pixels."""

    svg: str
    width: int
    height: int


def titled(svg: str, origin: Mapping[str, str]) -> Titled:
    """Return a drawn chart with its origin written around it, in ink for paper."""
    width, height = map(float, LENGTHS.findall(svg)[:2])
    room = max(width, NARROWEST)
    title = _TITLE.wrapped(origin.get("title", ""), room)
    notes = [line for text in _notes(origin) for line in _NOTE.wrapped(text, room)]
    top = MARGIN + len(title) * _TITLE.leading + 6
    below = top + height + 8
    whole = round(below + len(notes) * _NOTE.leading + MARGIN)
    across = round(room + 2 * MARGIN)
    # visible, because the engine takes three times as long for a picture in a frame that cuts
    place = f'x="{MARGIN}" y="{top:g}" overflow="visible"'
    chart = recoloured(svg, "light").replace("<svg", f"<svg {place}", 1)
    size = f'width="{across}" height="{whole}" viewBox="0 0 {across} {whole}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}">',
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>',
        *_lines(title, _TITLE, MARGIN),
        chart,
        *_lines(notes, _NOTE, below),
        "</svg>",
    ]
    picture = svg_with_origin("\n".join(parts), origin)
    return Titled(picture, across, whole)


def _notes(origin: Mapping[str, str]) -> list[str]:
    """Return the lines below a chart: source, work and edition, address and licence."""
    source = origin.get("source", "")
    if source and not source.startswith("Source"):
        source = f"Source: {source}"
    licence = f"Licence: {origin['rights']}" if origin.get("rights") else ""
    last = ". ".join(filter(None, [origin.get("identifier", ""), licence]))
    return [text for text in (source, origin.get("isPartOf", ""), last) if text]


def _lines(texts: Iterable[str], style: _Style, top: float) -> list[str]:
    """Return lines of text, one below the other, from a height on."""
    lines = []
    for number, text in enumerate(texts):
        base = top + number * style.leading + style.size
        place = f'x="{MARGIN}" y="{base:g}"'
        lines.append(f"<text {place} {style.look}>{escape(text, quote=False)}</text>")
    return lines


def digits_lifted(svg: str) -> str:
    """Return a picture with raised digits as plain ones, smaller and higher.

    The engine's own font lacks some raised digits, such as those in 10²⁰ and 10²⁶.
    """
    return RAISED.sub(_lifted, svg)


def _lifted(raised: re.Match[str]) -> str:
    digits = raised[0].translate(LOWERED)
    return f'<tspan baseline-shift="super" font-size="70%">{digits}</tspan>'


def without_layers(svg: str) -> str:
    """Return a picture that looks the same, with the opacity of filled marks as that of their fill.

    The engine draws each mark with an opacity of its own on a layer, a seventh of its work.

    Examples
    --------
    >>> without_layers('<path d="M0,0h9v9" fill="red" opacity="0.9"/>')
    '<path d="M0,0h9v9" fill="red" fill-opacity="0.9"/>'
    """
    return FILLED.sub(r'\1 fill-opacity="', svg)


class Rasters:
    """SVG pictures being drawn as PNG by other processes; those in the cache are taken from it."""

    def __init__(self, pictures: Sequence[str], cache: Path) -> None:
        keys = [sha256(picture.encode())[:KEY_LENGTH] for picture in pictures]
        self._files = [cache / f"{key}.titled.png" for key in keys]
        self._drawings = []
        for file, picture in dict(zip(self._files, pictures, strict=True)).items():
            if not file.exists():
                drawing = file.with_suffix(".svg")
                replace_file(drawing, without_layers(digits_lifted(picture)).encode())
                self._drawings.append(drawing)
        shares = [self._drawings[first::PROCESSES] for first in range(PROCESSES)]
        self._processes = [_start(share) for share in shares if share]

    def finish(self) -> list[bytes]:
        """Wait for all pictures, and return them in their order."""
        messages = [process.communicate()[0] for process in self._processes]
        for drawing in self._drawings:
            drawing.unlink(missing_ok=True)
        if not all(file.exists() for file in self._files):
            raise PressError("pictures are not drawn: " + " ".join(messages).strip())
        return [file.read_bytes() for file in self._files]


def _start(drawings: Iterable[Path]) -> subprocess.Popen[str]:
    """Start a process that draws these files."""
    process = subprocess.Popen(
        [sys.executable, "-P", str(PROGRAMS / "pictures.py"), str(SCALE)],
        env={**os.environ, "FONTCONFIG_FILE": str(FONTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    if process.stdin:
        process.stdin.write("\n".join(map(str, drawings)))
        process.stdin.close()
        process.stdin = None
    return process
