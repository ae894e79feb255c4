"""Pictures of charts, drawn by vl-convert in a process of its own and kept by the hash of their content.

Run as ``python -m bookpress.page.figures.render``, it starts the engine inside vl-convert and reads jobs as JSON lines
from standard input. The engine does not survive a fork and takes half a second to start: each process draws many
charts, one process a core, and `warm_up` starts them before it is known what there is to draw.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bookpress.errors import PressError
from bookpress.files import replace_file
from bookpress.page.base.charts import (
    VEGALITE_VERSION,
    VL_CONVERT,
    Chart,
    Ground,
    recoloured,
    still,
    to_csv,
    to_vegalite,
)

PNG_SCALE = 2
FONTS = Path(__file__).parent / "no-fonts.xml"
"""Keeps the fonts of the machine out of pictures: widths of letters would differ from one machine to the next."""
GROUNDS: dict[Ground, str] = {"light": "", "dark": "-dark"}
"""How the name of a picture ends, by the ground it is for."""
JOBS_WORTH_A_PROCESS = 4
"""Charts that take about as long to draw as a process takes to start."""

_warm: list[subprocess.Popen[str]] = []
"""Processes that were started ahead and have no jobs yet."""

UNHEARD = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
"""What marks of a chart would say, half of its bytes: nobody hears the inside of a picture, whose text is beside it."""


def draw(charts: Iterable[Chart], cache: Path) -> None:
    """Draw what is not yet in the cache: ``<key>-wide.svg``, ``<key>-narrow.svg`` and ``<key>.png`` of every chart."""
    wanted = {chart.key: chart for chart in charts}
    cache.mkdir(parents=True, exist_ok=True)
    # The PNG is written last: where it is, the others are.
    jobs = [
        {"name": chart.name, "stem": str(cache / key), "wide": still(chart.spec), "narrow": still(chart.spec, "narrow")}
        for key, chart in wanted.items()
        if not (cache / f"{key}.png").exists()
    ]
    workers = min(os.cpu_count() or 1, max(-(-len(jobs) // JOBS_WORTH_A_PROCESS), min(len(_warm), len(jobs))))
    if workers:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(_draw_apart, [jobs[first::workers] for first in range(workers)]))


def warm_up(count: int) -> None:
    """Start processes that will draw; they end with this one when not needed."""
    _warm.extend(_start() for _ in range(min(os.cpu_count() or 1, count)))


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bookpress.page.figures.render"],
        env={**os.environ, "FONTCONFIG_FILE": str(FONTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def _draw_apart(jobs: list[dict[str, Any]]) -> None:
    process = _warm.pop() if _warm else _start()
    _, said = process.communicate("\n".join(json.dumps(job) for job in jobs))
    if process.returncode:
        raise PressError(said.strip().splitlines()[-1] if said.strip() else "no chart was drawn")


def write_files(chart: Chart, cache: Path, stem: Path) -> None:
    """Write a chart that was drawn, with its data and specification, at a path without ending.

    There are pictures for light and dark ground, wide and narrow.
    """
    for size, ending in (("wide", ""), ("narrow", "-narrow")):
        svg = (cache / f"{chart.key}-{size}.svg").read_text("utf-8")
        for ground, tail in GROUNDS.items():
            replace_file(Path(f"{stem}{ending}{tail}.svg"), recoloured(svg, ground).encode())
    replace_file(Path(f"{stem}.png"), (cache / f"{chart.key}.png").read_bytes())
    replace_file(Path(f"{stem}.csv"), to_csv(chart.data).encode())
    replace_file(Path(f"{stem}.vl.json"), to_vegalite(chart).encode())


def sizes(chart: Chart, cache: Path) -> dict[str, list[int]]:
    """Return width and height of a drawn chart in pixels, for both columns."""
    found = {}
    for name, size in (("size", "wide"), ("narrow", "narrow")):
        svg = (cache / f"{chart.key}-{size}.svg").read_text("utf-8")
        found[name] = [round(float(pixels)) for pixels in re.findall(r' (?:width|height)="([\d.]+)"', svg)[:2]]
    return found


def vega_bundle(cache: Path) -> Path:
    """Return a script with all of Vega that a live chart needs, made once for each version of vl-convert."""
    path = cache / f"vega-{VL_CONVERT}-{VEGALITE_VERSION}.js"
    if not path.exists():
        code = (
            "import sys, vl_convert; sys.stdout.reconfigure(encoding='utf-8');"
            f"sys.stdout.write(vl_convert.javascript_bundle(vl_version='{VEGALITE_VERSION}'))"
        )
        made = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        if made.returncode:
            raise PressError(f"no Vega bundle: {made.stderr.decode().strip()}")
        # The bundle declares short names at the top level: keep them to itself.
        replace_file(path, b"(()=>{" + made.stdout + b"\n})();\n")
    return path


def main() -> None:
    """Start the engine, then draw the jobs on standard input."""
    import vl_convert

    vl_convert.vegalite_to_svg('{"mark": "point"}', vl_version=VEGALITE_VERSION)
    for line in sys.stdin:
        job = json.loads(line)
        try:
            _draw_one(job)
        except ValueError as error:
            sys.exit(f"the chart {job['name']} cannot be drawn: {str(error).splitlines()[0]}")


def _draw_one(job: dict[str, Any]) -> None:
    import vl_convert

    for size in ("narrow", "wide"):
        svg = UNHEARD.sub("", vl_convert.vegalite_to_svg(job[size], vl_version=VEGALITE_VERSION))
        replace_file(Path(f"{job['stem']}-{size}.svg"), svg.encode())
    replace_file(Path(f"{job['stem']}.png"), vl_convert.svg_to_png(on_paper(svg), scale=PNG_SCALE))


def on_paper(svg: str) -> str:
    """Return a picture on white, in the ink of a light ground: a raster has no current colour and may land anywhere."""
    head, end, rest = recoloured(svg, "light").partition(">")
    return f'{head}{end}<rect width="100%" height="100%" fill="#ffffff"/>{rest}'


if __name__ == "__main__":
    main()
