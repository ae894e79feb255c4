"""What the text of a page gets besides: raised digits, terms that explain themselves, formulas as MathML."""

from __future__ import annotations

import re
from html import escape

from docutils import nodes
from latex2mathml.converter import convert
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from bookpress.page.base.store import store_of
from bookpress.page.base.templates import LEVEL, RAISED

logger = logging.getLogger(__name__)
_SHORT = re.compile(r"(?=.*\d)([^()]{1,14}?)(?: (\([^()]{1,24}\)))?")
"""A value of at most a few signs, with what stands in brackets after it."""
_VERBATIM = (nodes.literal, nodes.literal_block, nodes.raw, nodes.math, nodes.math_block, nodes.superscript)


class RaiseDigits(SphinxPostTransform):
    """Set powers of ten with superscripts: few fonts have all the raised digits of Unicode."""

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Go through the text of a page."""
        for text in list(self.document.findall(nodes.Text)):
            if RAISED.search(text) and not isinstance(text.parent, _VERBATIM):
                parts = [
                    nodes.superscript("", part.translate(LEVEL)) if at % 2 else nodes.Text(part)
                    for at, part in enumerate(RAISED.split(text))
                    if part
                ]
                text.parent.replace(text, parts)


class KeepTogether(SphinxPostTransform):
    """Keep a number, a date or an interval in one line of a table; a value and its interval may stand apart."""

    default_priority = 190
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Look at every cell that is a single text."""
        for cell in self.document.findall(nodes.entry):
            texts = list(cell.findall(nodes.Text))
            if len(texts) == 1 and (parts := _SHORT.fullmatch(texts[0])) and not isinstance(texts[0].parent, _VERBATIM):
                kept = [nodes.inline("", part, classes=["nowrap"]) for part in parts.groups() if part]
                texts[0].parent.replace(
                    texts[0], [kept[0], *(node for part in kept[1:] for node in (nodes.Text(" "), part))]
                )


def definitions(doctree: nodes.document) -> dict[str, str]:
    """Return the first paragraph of the definition of each glossary term of a page, by the id of the term."""
    found: dict[str, str] = {}
    for glossary in doctree.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            definition = next(iter(item.findall(nodes.definition)))
            text = " ".join(next(iter(definition.findall(nodes.paragraph))).astext().split())
            for term in item.findall(nodes.term):
                found.update(dict.fromkeys(term["ids"], text))
    return found


class ExplainTerms(SphinxPostTransform):
    """Give every link to a term of the glossary its definition: a tip for pointer and keyboard."""

    default_priority = 120  # when links are resolved
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Look at every link."""
        known = {id_: text for page in store_of(self.env).pages.values() for id_, text in page.terms.items()}
        for link in self.document.findall(nodes.reference):
            term = link.get("refid") or str(link.get("refuri", "")).rpartition("#")[2]
            if term in known and any("std-term" in part["classes"] for part in link.findall(nodes.inline)):
                link["reftitle"] = known[term]
                link["classes"].append("term")


def mathml(node: nodes.Element, display: str) -> str:
    """Return a formula as MathML, which browsers draw on their own, with its LaTeX; one that cannot be is reported."""
    latex = node.astext()
    try:
        made = str(convert(latex, display=display))
        problem = "holds a command that has no MathML" if "\\" in made else ""
    except Exception as error:  # noqa: BLE001 - whatever the converter stumbles over
        problem = f"cannot be converted to MathML: {error!r}"
    if problem:
        logger.error("the formula %r %s", latex, problem, location=node, type="bookpress", subtype="math")
        return ""
    return made.replace("<math ", f'<math alttext="{escape(latex)}" ', 1)


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line."""
    self.body.append(mathml(node, "inline"))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number."""
    number = f'<span class="eqno">({node["number"]})</span>' if node.get("number") else ""
    self.body.append(self.starttag(node, "div", CLASS="math-block") + mathml(node, "block") + number + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register transforms and renderer."""
    app.add_post_transform(KeepTogether)
    app.add_post_transform(RaiseDigits)
    app.add_post_transform(ExplainTerms)
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
