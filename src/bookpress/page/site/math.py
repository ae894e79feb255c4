"""Formulas as MathML, which browsers draw on their own: no script, no request."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
NAME = "mathml"


def to_mathml(latex: str, *, block: bool = False) -> str:
    r"""Return a formula as MathML, with the LaTeX as its annotation.

    Parameters
    ----------
    latex : str
        The formula, without dollar signs.
    block : bool
        Whether it stands on a line of its own.

    Raises
    ------
    ValueError
        If the formula cannot be converted.

    Examples
    --------
    >>> to_mathml("n^2").startswith('<math alttext="n^2"')
    True
    """
    try:
        made = str(convert(latex, display="block" if block else "inline"))
    except Exception as error:
        raise ValueError(f"the formula {latex!r} cannot be converted to MathML: {error!r}") from error
    if "\\" in made:
        raise ValueError(f"the formula {latex!r} holds a command that has no MathML")
    return made.replace("<math ", f'<math alttext="{html.escape(latex)}" ', 1)


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line."""
    self.body.append(_converted(node, block=False))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number."""
    self.body.append(self.starttag(node, "div", CLASS="math-block"))
    self.body.append(_converted(node, block=True))
    if node.get("number"):
        number = node["number"]
        self.body.append(f'<span class="eqno">({number})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


def _converted(node: nodes.Element, *, block: bool) -> str:
    try:
        return to_mathml(node.astext(), block=block)
    except ValueError as error:
        logger.error("%s", error, location=node, type="compute_divide", subtype="math")  # noqa: TRY400
        return ""


def choose(app: Sphinx, config: Config) -> None:  # noqa: ARG001
    """Make this the way of drawing formulas."""
    config.html_math_renderer = NAME


def setup(app: Sphinx) -> None:
    """Register the renderer."""
    app.add_html_math_renderer(NAME, (visit_inline, None), (visit_block, None))
    app.connect("config-inited", choose)
