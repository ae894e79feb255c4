"""Draws SVG files as PNG.

Run as ``python pictures.py SCALE``, with the pixels of the PNG for each pixel of the drawing, the
program reads paths of files from standard input, one a line, and writes each picture beside its
file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import vl_convert


def main(scale: str) -> None:
    """Draw the files named on standard input."""
    for line in sys.stdin.read().splitlines():
        drawing = Path(line)
        picture = drawing.with_suffix(".png")
        unfinished = picture.with_name(f".{picture.name}.{os.getpid()}")
        svg = drawing.read_text("utf-8")
        unfinished.write_bytes(vl_convert.svg_to_png(svg, scale=float(scale)))
        unfinished.replace(picture)  # no reader ever sees half a picture


if __name__ == "__main__":
    main(*sys.argv[1:])
