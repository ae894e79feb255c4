"""Widgets of a page in a state: what MyST-NB keeps of all of them in one script, by their ids.

They have the ids of the published ones, and their blocks the same HTML: what is drawn of them is
what differs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from bookpress.elements.base.blocks import Block

WIDGETS = re.compile(
    r'<script type="application/vnd\.jupyter\.widget-state\+json">(.*?)</script>', re.DOTALL
)
VIEW = "application/vnd.jupyter.widget-view+json"
OF_STATE = "application/vnd.bookpress.widget-state+json"
"""The type of the script of a state, which ``themed.js`` alone knows."""
SUFFIX = "-state"
"""Ends the ids of widgets in a state, so that nothing draws the published ones in their place."""


def widgets_of(page: str) -> str:
    """Return what a page keeps of its widgets, as JSON; empty where it has none."""
    script = WIDGETS.search(page)
    return script[1] if script else ""


def widget_blocks(blocks: Sequence[Block], widgets: str) -> dict[str, str]:
    """Return the HTML of the blocks that show widgets, by their ids, with what is kept of them.

    The first of them has it for all.
    """
    shown = [block for block in blocks if VIEW in block.html]
    if not widgets or not shown:
        return {}
    names = json.loads(widgets).get("state", {})
    known = re.compile("|".join(map(re.escape, names)) or "(?!)")
    html = {block.id: known.sub(rf"\g<0>{SUFFIX}", block.html) for block in shown}
    of_state = known.sub(rf"\g<0>{SUFFIX}", widgets)
    script = f'<script type="{OF_STATE}">{of_state}</script>'
    first = shown[0].id
    opened, tag, rest = html[first].rpartition("</")
    html[first] = f"{opened}{script}{tag}{rest}"
    return html
