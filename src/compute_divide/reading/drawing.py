"""Pictures of charts, drawn by vl-convert in a process of its own and kept by the hash of their content.

Run as ``python -m compute_divide.reading.drawing``, it reads jobs as JSON lines from standard input. The engine inside
vl-convert does not survive a fork and takes half a second to start: one process draws all that is new in a build.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from compute_divide.reading.charts import VEGALITE_VERSION, Chart, recoloured, still

PNG_SCALE = 2


class DrawingError(RuntimeError):
    """A chart that could not be drawn."""


def draw(charts: Iterable[Chart], cache: Path) -> None:
    """Draw what is not yet in the cache: ``<key>-wide.svg``, ``<key>-narrow.svg`` and ``<key>.png`` of every chart.

    Parameters
    ----------
    charts : iterable of Chart
        The charts of a book; the key is ``Chart.key``.
    cache : pathlib.Path
        Folder of pictures, shared by all builds; made when it is not there.

    Raises
    ------
    DrawingError
        If a specification cannot be drawn; the message names the chart.
    """
    wanted = {chart.key: chart for chart in charts}
    cache.mkdir(parents=True, exist_ok=True)
    # The PNG is written last: where it is, the others are.
    jobs = [
        {"name": chart.name, "stem": str(cache / key), "wide": still(chart.spec), "narrow": still(chart.spec, "narrow")}
        for key, chart in wanted.items()
        if not (cache / f"{key}.png").exists()
    ]
    if not jobs:
        return
    done = subprocess.run(
        [sys.executable, "-m", "compute_divide.reading.drawing"],
        input="\n".join(json.dumps(job) for job in jobs),
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise DrawingError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no chart was drawn")


def vega_bundle(cache: Path) -> Path:
    """Return a script with all of Vega that a live chart needs, made once for each version of vl-convert."""
    from importlib.metadata import version

    path = cache / f"vega-{version('vl-convert-python')}-{VEGALITE_VERSION}.js"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        code = (
            "import sys, vl_convert; sys.stdout.reconfigure(encoding='utf-8');"
            f"sys.stdout.write(vl_convert.javascript_bundle(vl_version='{VEGALITE_VERSION}'))"
        )
        made = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        if made.returncode:
            raise DrawingError(f"no Vega bundle: {made.stderr.decode().strip()}")
        # The bundle declares short names at the top level: keep them to itself.
        _write(path, b"(()=>{" + made.stdout + b"\n})();\n")
    return path


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; several builds may write the same one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)


def main() -> None:
    """Draw the jobs on standard input."""
    for line in sys.stdin:
        job = json.loads(line)
        try:
            _draw_one(job)
        except ValueError as error:
            sys.exit(f"the chart {job['name']} cannot be drawn: {str(error).splitlines()[0]}")


def _draw_one(job: dict[str, Any]) -> None:
    import vl_convert

    for size in ("wide", "narrow"):
        svg = vl_convert.vegalite_to_svg(job[size], vl_version=VEGALITE_VERSION)
        _write(Path(f"{job['stem']}-{size}.svg"), svg.encode())
    # A raster picture has no current colour and may land on any ground: it gets the ink and the ground of paper.
    opaque = recoloured(json.dumps({**job["wide"], "background": "white"}), "light")
    png = vl_convert.vegalite_to_png(json.loads(opaque), vl_version=VEGALITE_VERSION, scale=PNG_SCALE)
    _write(Path(f"{job['stem']}.png"), png)


if __name__ == "__main__":
    main()
