"""Charts of Altair that a cell shows by itself: in our layout they are drawn without a network.

Altair writes into each output where three scripts are on another host. Pages load them from beside
themselves, as one script: the one that draws our own charts.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from bookpress.elements.base.events import when_built, where_laid_out
from bookpress.elements.figure import render
from bookpress.elements.figure.figures import picture_cache
from bookpress.files import replace_file

ADDRESS = re.compile(r'"https://cdn\.jsdelivr\.net/npm/(vega|vega-lite|vega-embed)@[\w.-]+\?noext"')
LAST = "vega-embed"
"""The script that is loaded last; ours stands for all."""
BESIDE = 'new URL("vega.js", bookpress.dom.here).href'
"""The address of ours in a script, on whatever page it stands."""
NOTHING = '"data:text/javascript,"'
MODULES = 'typeof define === "function" && define.amd'
"""How an output asks whether to load scripts by require.js, which cannot load ours."""


def connect(app: Sphinx) -> None:
    """Listen, if there is what the script is made with."""
    if find_spec("vl_convert") is not None:
        app.connect("html-page-context", load_from_beside)
        app.connect("build-finished", write_bundle)


@where_laid_out
def load_from_beside(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    """Let the charts of a page load the script beside it."""
    body = str(context.get("body") or "")
    if ADDRESS.search(body):
        body = ADDRESS.sub(lambda found: BESIDE if found[1] == LAST else NOTHING, body)
        context["body"] = body.replace(MODULES, "false")


@when_built
@where_laid_out
def write_bundle(app: Sphinx) -> None:
    """Write the script, if pages load it and our own charts have not brought it."""
    bundle = Path(app.outdir, "_static", "vega.js")
    pages = Path(app.outdir).rglob("*.html")
    sign = BESIDE.encode()
    if bundle.is_file() or not any(sign in page.read_bytes() for page in pages):
        return
    made = picture_cache(Path(app.outdir)) / render.BUNDLE
    if not made.is_file():
        render.make_bundle(made)
    replace_file(bundle, made.read_bytes())
