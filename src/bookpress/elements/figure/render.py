"""Pictures of charts, drawn by vl-convert in separate processes, and cached by content.

Its engine does not survive a fork and takes half a second to start, so each process draws many
charts, with one process per core if there are more than a few, while the calling program continues.
All processes read from one pipe: whichever is free draws next.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from bookpress.elements.base.chart_widths import Size, fitted
from bookpress.elements.base.charts import (
    KEY_LENGTH,
    VEGALITE_VERSION,
    VL_CONVERT,
    Chart,
    Ground,
    recoloured,
)
from bookpress.elements.figure.chart_origin import png_with_origin, svg_with_origin, to_csv_metadata
from bookpress.elements.figure.programs.charts import NICE, vega_script
from bookpress.elements.figure.titled import (
    FONTS,
    LENGTHS,
    PROCESSES,
    PROGRAMS,
    SCALE,
    Rasters,
    Titled,
    titled,
)
from bookpress.errors import PressError
from bookpress.extras import need
from bookpress.files import replace_file

GROUNDS: dict[Ground, str] = {"light": "", "dark": "-dark"}
"""The suffix of a picture's name, by the background it is for."""
ENDINGS: dict[Size, str] = {"narrow": "-narrow", "page": "-page", "wide": ""}
"""The suffix of a picture's name, by size.

The last is drawn last, so where it exists, the others do too.
"""
LAST = "-wide"
TITLED = "-titled"
"""The suffix of the picture with a title, for sharing."""
BUNDLE = f"vega-{VL_CONVERT}-{VEGALITE_VERSION}.js"
"""A script with everything of Vega that a live chart needs, made once for each version."""
KEPT = Path(sys.prefix, "share", "bookpress", BUNDLE)
"""Where set-up puts the bundle, which takes two seconds to make."""
START = 1000
"""The characters at the start of a picture that surely state its lengths."""
FEW = 8
"""The number of charts from which more processes are started."""


class _Queue:
    """Charts being drawn, and the processes that draw them.

    A pipe carries the keys of charts, and a folder their jobs, because these could fill the pipe
    and block the writer.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._processes: list[subprocess.Popen[str]] = []
        self._folder = tempfile.TemporaryDirectory()
        self._keys_out, self._keys_in = os.pipe()
        self._ends = {self._keys_out, self._keys_in}

    def __contains__(self, key: str) -> bool:
        return key in self._names

    def start(self, number: int, *bundle: str) -> None:
        """Start processes; one that is given a bundle's path makes the bundle first."""
        program = [sys.executable, "-P", str(PROGRAMS / "charts.py")]
        command = [*program, VEGALITE_VERSION, str(KEY_LENGTH), self._folder.name, *bundle]
        environment = {**os.environ, "FONTCONFIG_FILE": str(FONTS)}
        for _ in range(number):
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=self._keys_out,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
            _renice(process, NICE)
            self._processes.append(process)

    def add(self, chart: Chart, cache: Path) -> None:
        """Queue a chart; start more processes if there are many."""
        specs = {str(_drawn(chart, size, cache)): fitted(chart.spec, size) for size in ENDINGS}
        job = {"name": chart.name, "specs": specs}
        job_file = Path(self._folder.name, chart.key)
        job_file.write_text(json.dumps(job), "utf-8")
        with suppress(BrokenPipeError):
            os.write(self._keys_in, chart.key.encode())
        self._names[chart.key] = chart.name
        if len(self._names) == FEW:
            self.start(PROCESSES - 1)
            # if all processes end early, writing fails instead of blocking forever
            self._close(self._keys_out)

    def _close(self, end: int) -> None:
        os.close(end)
        self._ends.remove(end)

    def finish(self) -> tuple[dict[str, str], str]:
        """Wait for all charts; return their names by key, and any errors."""
        for process in self._processes:
            _renice(process, 0)  # all wait for them now
        for end in sorted(self._ends):
            self._close(end)
        faults = "".join(process.communicate()[0] for process in self._processes)
        self._folder.cleanup()
        return self._names, faults


_queues: list[_Queue] = []
"""At most one."""


def draw(charts: Iterable[Chart], cache: Path) -> None:
    """Draw charts that are not in the cache, as ``<key>-<size>.svg`` at every size."""
    begin(charts, cache)
    names: dict[str, str] = {}
    faults = ""
    if _queues:
        names, faults = _queues.pop().finish()
    drawn = {file.stem.removesuffix(LAST) for file in cache.glob(f"*{LAST}.svg")}
    undrawn = [name for key, name in names.items() if key not in drawn]
    if undrawn:
        listed = ", ".join(undrawn)
        raise PressError(faults.strip() or f"not drawn, because the process for it ended: {listed}")


def begin(charts: Iterable[Chart], cache: Path) -> None:
    """Begin to draw; `draw` waits for the end."""
    for chart in charts:
        if not _is_drawn(chart, cache):
            queue = warm_up(cache)
            if chart.key not in queue:
                queue.add(chart, cache)


def _drawn(chart: Chart, size: Size, cache: Path) -> Path:
    """Return the path of the picture of a chart."""
    return cache / f"{chart.key}-{size}.svg"


def _is_drawn(chart: Chart, cache: Path) -> bool:
    return _drawn(chart, "wide", cache).exists() and (cache / BUNDLE).exists()


def warm_up(cache: Path) -> _Queue:
    """Start a process that will draw, unless there is one; unused, it ends with this process."""
    if not _queues:
        need("a chart of Vega-Lite", "vl_convert")
        queue = _Queue()
        _queues.append(queue)
        cache.mkdir(parents=True, exist_ok=True)  # which the process may need at once
        bundle = cache / BUNDLE
        can_reuse = KEPT.exists() and not bundle.exists()
        if can_reuse:
            replace_file(bundle, KEPT.read_bytes())
        if bundle.exists():
            queue.start(1)
        else:
            queue.start(1, str(bundle))
    return _queues[0]


def _renice(process: subprocess.Popen[str], nice: int) -> None:
    """Set the niceness of a process in its own session.

    Linux shares cores among sessions first.
    """
    with suppress(OSError):
        file = Path(f"/proc/{process.pid}/autogroup")
        file.write_text(str(nice), "utf-8")


def write_files(chart: Chart, cache: Path, stem: Path, origin: Mapping[str, str]) -> None:
    """Write a drawn chart, its data and its specification, at a path's stem.

    There are pictures at all sizes for both backgrounds, and one with a title for sharing. Each
    file states its origin; a CSV in a file beside it, because programs would take a line above for
    data.
    """
    for size, ending in ENDINGS.items():
        svg = _drawn(chart, size, cache).read_text("utf-8")
        for ground, tail in GROUNDS.items():
            picture = recoloured(svg, ground)
            if size == "wide":
                picture = svg_with_origin(picture, origin)
            replace_file(Path(f"{stem}{ending}{tail}.svg"), picture.encode())
    replace_file(Path(f"{stem}{TITLED}.svg"), titled(svg, origin).svg.encode())
    replace_file(Path(f"{stem}.csv"), chart.csv)
    metadata = to_csv_metadata(chart, origin)
    replace_file(Path(f"{stem}.csv-metadata.json"), metadata.encode())
    replace_file(Path(f"{stem}.vl.json"), chart.vegalite)


class RasterFiles:
    """PNG files of drawn charts with their titles; other processes draw until they are written.

    A chart and its origin, which the file states, are given for the stem of each path.
    """

    def __init__(
        self, figures: Mapping[Path, tuple[Chart, Mapping[str, str]]], cache: Path
    ) -> None:
        self._origins = {stem: origin for stem, (_, origin) in figures.items()}
        pictures = [_titled(chart, cache, origin).svg for chart, origin in figures.values()]
        self._rasters = Rasters(pictures, cache)

    def write(self) -> None:
        """Wait for all pictures, and write them."""
        for (stem, origin), png in zip(self._origins.items(), self._rasters.finish(), strict=True):
            replace_file(Path(f"{stem}.png"), png_with_origin(png, origin))


def raster_size(chart: Chart, cache: Path, origin: Mapping[str, str]) -> tuple[int, int]:
    """Return the width and height, in pixels, of the PNG of a drawn chart with its title."""
    picture = _titled(chart, cache, origin)
    return picture.width * SCALE, picture.height * SCALE


def _titled(chart: Chart, cache: Path, origin: Mapping[str, str]) -> Titled:
    """Return the picture of a drawn chart with its title."""
    svg = _drawn(chart, "wide", cache).read_text("utf-8")
    return titled(svg, origin)


def sizes(chart: Chart, cache: Path) -> dict[Size, list[int]]:
    """Return the width and height of a drawn chart, in pixels, at all sizes."""
    lengths: dict[Size, list[int]] = {}
    for size in ENDINGS:
        with _drawn(chart, size, cache).open(encoding="utf-8") as svg:
            start = svg.read(START)
        width_and_height = LENGTHS.findall(start)[:2]
        lengths[size] = [round(float(pixels)) for pixels in width_and_height]
    return lengths


def make_bundle(file: Path) -> None:
    """Write the script with everything of Vega."""
    replace_file(file, vega_script(VEGALITE_VERSION).encode())
