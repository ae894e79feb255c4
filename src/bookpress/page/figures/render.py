"""Pictures of charts, drawn by vl-convert in processes of their own and kept by the hash of their content.

Run as ``python -m bookpress.page.figures.render``, it starts the engine inside vl-convert, reads jobs as JSON lines
from standard input and answers each with a line: what was wrong, or nothing. The engine does not survive a fork and
takes half a second to start: each process draws many charts, one process a core, while the program that asks goes on.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from bookpress.errors import PressError
from bookpress.files import replace_file
from bookpress.page.base.charts import (
    VEGALITE_VERSION,
    VL_CONVERT,
    Chart,
    Ground,
    Size,
    fitted,
    png_with_origin,
    recoloured,
    svg_with_origin,
    to_csv,
    to_csv_metadata,
    to_vegalite,
)

PNG_SCALE = 2
FONTS = Path(__file__).parent / "no-fonts.xml"
"""Keeps the fonts of the machine out of pictures: widths of letters would differ from one machine to the next."""
GROUNDS: dict[Ground, str] = {"light": "", "dark": "-dark"}
"""How the name of a picture ends, by the ground it is for."""
ENDINGS: dict[Size, str] = {"narrow": "-narrow", "page": "-page", "wide": ""}
"""The same by its size; the last one is drawn last."""
_pools: list[ThreadPoolExecutor] = []
"""At most one, a thread of which waits for each process; gone when all is drawn, for no fork may inherit it."""
_asked: dict[str, Future[Any]] = {}
_idle: list[subprocess.Popen[str]] = []

UNHEARD = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
"""What marks of a chart would say, half of its bytes: nobody hears the inside of a picture, whose text is beside it."""


def draw(charts: Iterable[Chart], cache: Path) -> None:
    """Draw what is not yet in the cache: ``<key>-<size>.svg`` in all sizes and ``<key>.png`` of every chart."""
    begin(charts, cache)
    try:
        for work in _asked.values():
            work.result()
    finally:
        _asked.clear()
        while _pools:
            _pools.pop().shutdown(cancel_futures=True)
        while _idle:
            _idle.pop().communicate()


def begin(charts: Iterable[Chart], cache: Path, besides: Callable[[Path], object] | None = None) -> None:
    """Begin to draw, and whatever is wanted besides where there are charts; `draw` waits for all of it."""
    cache.mkdir(parents=True, exist_ok=True)
    for chart in charts:
        if besides and besides.__name__ not in _asked:
            _asked[besides.__name__] = _pool().submit(besides, cache)
        # The PNG is written last: where it is, the others are.
        if chart.key not in _asked and not (cache / f"{chart.key}.png").exists():
            job: dict[str, Any] = {"name": chart.name, "stem": str(cache / chart.key)}
            job |= {size: fitted(chart.spec, size) for size in ENDINGS}
            _asked[chart.key] = _pool().submit(_draw_apart, json.dumps(job))


def _pool() -> ThreadPoolExecutor:
    if not _pools:
        _pools.append(ThreadPoolExecutor(os.cpu_count() or 1))
    return _pools[0]


def warm_up(count: int) -> None:
    """Start processes that will draw; they end with this one when not needed."""
    _idle.extend(_start() for _ in range(min(os.cpu_count() or 1, count)))


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bookpress.page.figures.render"],
        env={**os.environ, "FONTCONFIG_FILE": str(FONTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


def _draw_apart(job: str) -> None:
    try:
        process = _idle.pop()
    except IndexError:
        process = _start()
    assert process.stdin  # noqa: S101
    assert process.stdout  # noqa: S101
    with suppress(BrokenPipeError):
        print(job, file=process.stdin, flush=True)
    answer = process.stdout.readline()
    _idle.append(process)
    if answer != "\n":
        raise PressError(answer.strip() or f"the chart {json.loads(job)['name']} was not drawn: its process ended")


def write_files(chart: Chart, cache: Path, stem: Path, origin: Mapping[str, str]) -> None:
    """Write a chart that was drawn, with its data and specification, at a path without ending.

    There are pictures for light and dark ground in all sizes. Each file says where it comes from; a CSV does so in a
    file beside it, since a line above its header would be a row of data to whatever reads it.
    """
    for size, ending in ENDINGS.items():
        svg = (cache / f"{chart.key}-{size}.svg").read_text("utf-8")
        for ground, tail in GROUNDS.items():
            picture = svg_with_origin(recoloured(svg, ground), origin) if size == "wide" else recoloured(svg, ground)
            replace_file(Path(f"{stem}{ending}{tail}.svg"), picture.encode())
    replace_file(Path(f"{stem}.png"), png_with_origin((cache / f"{chart.key}.png").read_bytes(), origin))
    replace_file(Path(f"{stem}.csv"), to_csv(chart.data).encode())
    replace_file(Path(f"{stem}.csv-metadata.json"), to_csv_metadata(chart, origin).encode())
    replace_file(Path(f"{stem}.vl.json"), to_vegalite(chart).encode())


def sizes(chart: Chart, cache: Path) -> dict[Size, list[int]]:
    """Return width and height of a drawn chart in pixels, in all sizes."""
    found: dict[Size, list[int]] = {}
    for size in ENDINGS:
        svg = (cache / f"{chart.key}-{size}.svg").read_text("utf-8")
        found[size] = [round(float(pixels)) for pixels in re.findall(r' (?:width|height)="([\d.]+)"', svg)[:2]]
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
    """Start the engine, then draw what standard input asks for."""
    import vl_convert

    vl_convert.vegalite_to_svg('{"mark": "point"}', vl_version=VEGALITE_VERSION)
    for line in sys.stdin:
        job, wrong = json.loads(line), ""
        try:
            _draw_one(job)
        except ValueError as error:
            wrong = f"the chart {job['name']} cannot be drawn: {str(error).splitlines()[0]}"
        print(wrong, flush=True)  # noqa: T201


def _draw_one(job: dict[str, Any]) -> None:
    import vl_convert

    for size in ENDINGS:
        svg = UNHEARD.sub("", vl_convert.vegalite_to_svg(job[size], vl_version=VEGALITE_VERSION))
        replace_file(Path(f"{job['stem']}-{size}.svg"), svg.encode())
    replace_file(Path(f"{job['stem']}.png"), vl_convert.svg_to_png(on_paper(svg), scale=PNG_SCALE))


def on_paper(svg: str) -> str:
    """Return a picture on white, in the ink of a light ground: a raster has no current colour and may land anywhere."""
    head, end, rest = recoloured(svg, "light").partition(">")
    return f'{head}{end}<rect width="100%" height="100%" fill="#ffffff"/>{rest}'


if __name__ == "__main__":
    main()
