"""Draws charts as SVG.

Run as ``python charts.py VERSION LENGTH FOLDER [BUNDLE]`` with a version of Vega-Lite, the program
starts the engine inside vl-convert, reads keys of this length from standard input, draws charts
according to their jobs in the folder, and prints errors. A job has the ``name`` of a chart and its
``specs`` by the file of each picture.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NICE = 12
"""The niceness of drawing: chapters go first, and Sphinx keeps one core busy afterwards."""
UNHEARD = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
"""Attributes for screen readers on the marks of a chart, half of its size.

Nobody hears the inside of a picture, whose text is beside it.
"""
PLACES = re.compile(r' (?:d|transform|[xy][12]?|width|height)="[^"]*"')
LONG = re.compile(r"\d+\.\d{3,}")
"""A number with more digits than a screen has points for, a fifth of the size of a chart."""


def main(version: str, length: str, folder: str, *bundles: str) -> None:
    """Start the engine, make the bundle if asked to, then draw, at low priority."""
    import vl_convert

    os.nice(NICE)
    vl_convert.vegalite_to_svg('{"mark": "point"}', vl_version=version)
    for bundle in bundles:
        _write(Path(bundle), vega_script(version))
    while key := os.read(0, int(length)):
        job = json.loads(Path(folder, key.decode()).read_text("utf-8"))
        try:
            _draw(job["specs"], version)
        except (ValueError, OSError) as error:
            reason = str(error).splitlines()[0]
            print(f"the chart {job['name']} cannot be drawn: {reason}")  # noqa: T201


def vega_script(version: str) -> str:
    """Return the script with everything of Vega, wrapped so that its short names stay local."""
    import vl_convert

    code = vl_convert.javascript_bundle(vl_version=version)  # type: ignore[call-arg]
    return f"(()=>{{{code}\n}})();\n"


def _draw(specs: Mapping[str, Any], version: str) -> None:
    """Draw a chart at all sizes."""
    import vl_convert

    for file, spec in specs.items():
        drawn = vl_convert.vegalite_to_svg(spec, vl_version=version)
        _write(Path(file), PLACES.sub(_rounded, UNHEARD.sub("", drawn)))


def _rounded(place: re.Match[str]) -> str:
    return LONG.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), place[0])


def _write(path: Path, text: str) -> None:
    """Write a file under another name, then rename it: no reader ever sees half a file."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text, "utf-8", newline="")
    unfinished.replace(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
