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


class edition_line(nodes.General, nodes.Element):  # noqa: N801
    """Title, date, vintage and id of the edition, in one line."""


class findings(nodes.General, nodes.Element):  # noqa: N801
    """A row of findings in numbers."""


class finding(nodes.General, nodes.Element):  # noqa: N801
    """One result as a big number; ``name`` is its full name, the children say what it is."""


class chapter_list(nodes.General, nodes.Element):  # noqa: N801
    """The chapters in reading order, each with its finding."""


class chapter_entry(nodes.General, nodes.Element):  # noqa: N801
    """One chapter of the list; the children are its finding."""


class every_choice(nodes.General, nodes.Element):  # noqa: N801
    """The place of the table of all parameters."""


class kicker(nodes.General, nodes.Element):  # noqa: N801
    """The line above a title: which part, which chapter."""


class opener(nodes.General, nodes.Element):  # noqa: N801
    """What stands under the title: the finding (the children), then facts about the chapter and its parameters."""


class code_fold(nodes.General, nodes.Element):  # noqa: N801
    """Code that is shown on demand."""
