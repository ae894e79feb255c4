"""Finishing touches to the text of a page: raised digits, terms with definitions, MathML."""

from __future__ import annotations

import re
from html import escape, unescape

from docutils import nodes
from latex2mathml.converter import convert
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from bookpress.elements.base.events import where_laid_out
from bookpress.elements.base.store import store_of
from bookpress.elements.base.templates import LEVEL, RAISED
from bookpress.elements.typesetting.latex import NOTHING, define_macros, readable

logger = logging.getLogger(__name__)
_SHORT = re.compile(r"(?=.*\d)([^()]{1,14}?)(?: (\([^()]{1,24}\)))?")
"""A short value, with the text in brackets after it."""
_HYPHENATED = re.compile(r"(?<![\w-])(?=[\w-]{3,12}(?![\w-]))(\w{1,2}-\w+|\w+-\w{1,2})(?![\w-])")
"""A short word with one or two characters before or after a hyphen, such as GPT-4 or re-run."""
_WORDS = re.compile(r"<mtext>(.*?)</mtext>", re.DOTALL)
"""Words in MathML."""
_UPRIGHT = re.compile(r"<mi>(&#x000(?:4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A]);)</mi>")
"""A letter that stands alone in ``\\mathrm``, which browsers would slant."""
_UNDRAWN = re.compile(r"\\|<mi>[&}]</mi>|<mspace linebreak|<mtext>[^<]*[{}$~]")
"""What the converter leaves as it is: a command, a column or a line, or LaTeX among words."""
_TAG = re.compile(r"<[^>]*>")
_LINE = 20
"""The signs of a formula that surely fit into a line of a phone."""
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com"}
"""Hosts whose names the theme omits from a printed address."""
_VERBATIM = (
    nodes.literal,
    nodes.literal_block,
    nodes.raw,
    nodes.math,
    nodes.math_block,
    nodes.superscript,
)


def setup(app: Sphinx) -> None:
    """Draw formulas as MathML, and finish the text of a page once everything is known."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("doctree-read", define_macros, priority=400)  # before titles are stored
    app.connect("doctree-read", keep_definitions)
    app.connect("doctree-resolved", finish_text)


def keep_definitions(app: Sphinx, doctree: nodes.document) -> None:
    """Store the definitions of a page's terms."""
    store_of(app.env).page(app.env.docname).terms = definitions(doctree)


@where_laid_out
def finish_text(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Add terms, unbroken values and raised digits to the text of a page."""
    explain_terms(doctree, app.env)
    name_hosts(doctree)
    set_values(doctree)


def set_values(doctree: nodes.document) -> None:
    """Keep values and short words on one line, and raise the digits of powers."""
    keep_together(doctree)
    join_hyphens(doctree)
    raise_digits(doctree)


def keep_together(doctree: nodes.document) -> None:
    """Keep a number, a date or an interval on one line of a table.

    A value and its interval may be separated.
    """
    for cell in doctree.findall(nodes.entry):
        texts = list(cell.findall(nodes.Text))
        if len(texts) != 1:
            continue
        [text] = texts
        match = _SHORT.fullmatch(text)
        if match and not isinstance(text.parent, _VERBATIM):
            spaced: list[nodes.Node] = []
            for part in filter(None, match.groups()):
                spaced.append(nodes.Text(" "))
                spaced.append(nodes.inline("", part, classes=["nowrap"]))
            text.parent.replace(text, spaced[1:])


def join_hyphens(doctree: nodes.document) -> None:
    """Keep a line from ending after the hyphen of GPT-4, 8-bit or re-run."""
    for parent in list(doctree.findall(nodes.TextElement)):
        if isinstance(parent, _VERBATIM):
            continue
        for place, child in reversed(list(enumerate(parent.children))):
            if isinstance(child, nodes.Text) and "://" not in child:
                parent[place : place + 1] = _joined(child)


def _joined(text: nodes.Text) -> list[nodes.Node]:
    parts: list[nodes.Node] = []
    for position, part in enumerate(_HYPHENATED.split(text)):
        if position % 2:  # what the pattern matched
            parts.append(nodes.inline("", part, classes=["joined"]))
        elif part:
            parts.append(nodes.Text(part))
    return parts


def name_hosts(doctree: nodes.document) -> None:
    """Write the host before an address that the theme has shortened to its path."""
    for link in doctree.findall(nodes.reference):
        for name in _HOSTS.keys() & set(link["classes"]):
            link.insert(0, nodes.Text(f"{_HOSTS[name]}/"))


def raise_digits(doctree: nodes.document) -> None:
    """Set powers of ten as superscripts, since few fonts have all of Unicode's raised digits."""
    for text in list(doctree.findall(nodes.Text)):
        if RAISED.search(text) and not isinstance(text.parent, _VERBATIM):
            parts: list[nodes.Node] = []
            for position, part in enumerate(RAISED.split(text)):
                if position % 2:  # what the pattern matched
                    parts.append(nodes.superscript("", part.translate(LEVEL)))
                elif part:
                    parts.append(nodes.Text(part))
            text.parent.replace(text, parts)


def definitions(doctree: nodes.document) -> dict[str, str]:
    """Return the definition of each glossary term of a page, by the term's id.

    It is the first paragraph of the entry; one without words has none.
    """
    texts: dict[str, str] = {}
    for glossary in doctree.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            paragraph = next(item.findall(nodes.paragraph), None)
            if paragraph is None:
                continue
            text = " ".join(paragraph.astext().split())
            for term in item.findall(nodes.term):
                texts.update(dict.fromkeys(term["ids"], text))
    return texts


def explain_terms(doctree: nodes.document, env: BuildEnvironment) -> None:
    """Give each link to a glossary term its definition as a tooltip."""
    terms: dict[str, str] = {}
    for page in store_of(env).pages.values():
        terms |= page.terms
    for link in doctree.findall(nodes.reference):
        address = str(link.get("refuri", ""))
        term = link.get("refid") or address.rpartition("#")[2]
        if term in terms and _is_to_term(link):
            link["reftitle"] = terms[term]
            link["classes"].append("term")


def _is_to_term(link: nodes.reference) -> bool:
    return any("std-term" in part["classes"] for part in link.findall(nodes.inline))


def mathml(node: nodes.Element, display: str) -> str:
    """Return a formula as MathML, which browsers draw themselves, with its LaTeX.

    One that cannot be converted is reported, and shown as LaTeX.
    """
    latex = node.astext()
    try:
        formula = _escaped(str(convert(readable(node), display=display)))
        formula = _UPRIGHT.sub(r'<mi mathvariant="normal">\1</mi>', formula)
        problem = "contains what has no MathML" if _UNDRAWN.search(formula) else ""
    except Exception as error:  # noqa: BLE001 - the converter can fail in any way
        problem = f"cannot be converted to MathML: {error!r}"
    if problem:
        logger.error(
            "the formula %r %s",
            latex,
            problem,
            location=node,
            type="bookpress",
            subtype="math",
        )
        return f'<code class="latex">{escape(latex)}</code>'
    opening = f'<math alttext="{escape(latex)}" '
    return "" if formula.endswith(NOTHING) else formula.replace("<math ", opening, 1)


def _escaped(formula: str) -> str:
    """Return MathML with the words in it escaped, which the converter leaves as they are."""
    return _WORDS.sub(lambda words: f"<mtext>{escape(unescape(words[1]))}</mtext>", formula)


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula; one that is as long as a line of a phone can be moved there."""
    formula = mathml(node, "inline")
    if len(unescape(_TAG.sub("", formula))) > _LINE:
        formula = f'<span class="long-formula">{formula}</span>'
    self.body.append(formula)
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on its own line, with its number."""
    number = ""
    if node.get("number"):
        shown = get_node_equation_number(self, node) or node["number"]  # none outside _toc.yml
        number = f'<span class="eqno">({shown})</span>'
    tag = self.starttag(node, "div", CLASS="math-block")
    formula = mathml(node, "block")
    if formula or node["ids"]:  # one that only defines macros shows nothing
        self.body.append(f"{tag}{formula}{number}</div>\n")
    raise nodes.SkipNode
