"""Small matters of type: powers of ten as raised digits of the text's own font."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from docutils import nodes
from markupsafe import Markup
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_RAISED = re.compile("([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_LEVEL = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
_VERBATIM = (nodes.literal, nodes.literal_block, nodes.raw, nodes.math, nodes.math_block, nodes.superscript)


def typeset(text: str) -> Markup:
    """Return plain text as HTML, its raised digits as superscripts.

    Examples
    --------
    >>> typeset("3 × 10²⁴ < x")
    Markup('3 × 10<sup>24</sup> &lt; x')
    """
    parts = _RAISED.split(text)
    made = [f"<sup>{part.translate(_LEVEL)}</sup>" if at % 2 else html.escape(part) for at, part in enumerate(parts)]
    return Markup("".join(made))  # noqa: S704 (every part is escaped)


class RaiseDigits(SphinxPostTransform):
    """Set powers of ten with superscripts: few fonts have all the raised digits of Unicode."""

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Go through the text of a page."""
        for text in list(self.document.findall(nodes.Text)):
            if _RAISED.search(text) and not isinstance(text.parent, _VERBATIM):
                text.parent.replace(text, list(_raised(text)))


def _raised(text: str) -> list[nodes.Node]:
    """Return text and superscripts."""
    parts = _RAISED.split(text)
    return [
        nodes.superscript("", part.translate(_LEVEL)) if at % 2 else nodes.Text(part)
        for at, part in enumerate(parts)
        if part
    ]


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(RaiseDigits)
