"""Nodes of our own."""

from __future__ import annotations

from docutils import nodes


class chart(nodes.General, nodes.Element):  # noqa: N801
    """A chart within its figure; ``chart`` holds it, ``source`` the code of its cell."""


class marker(nodes.General, nodes.Element):  # noqa: N801
    """An output that shows nothing, such as a recorded result; removed when the page is written."""


class chart_figure(nodes.General, nodes.Element):  # noqa: N801
    """A figure as HTML wants it: head, then picture, then tools. ``numbered`` is the figure it came from."""


class chart_head(nodes.General, nodes.Element):  # noqa: N801
    """Number, title and caption of a figure."""


class chart_code(nodes.General, nodes.Element):  # noqa: N801
    """The code that made a figure; its tools stand around it."""
