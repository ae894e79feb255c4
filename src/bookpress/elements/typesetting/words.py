"""Titles with formulas as plain text, for contents, tabs of a browser and citations."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

from docutils import nodes
from latex2mathml.converter import convert_to_element

from bookpress.elements.typesetting.latex import readable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_RAISED = dict(zip("0123456789+−-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+−-()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎", strict=True))


def in_words(title: nodes.Node) -> str:
    """Return a title as plain text, its formulas as they are read: ``$x^2$`` is x²."""
    if isinstance(title, nodes.math):
        return _formula(title)
    if isinstance(title, nodes.Text) or not title.children:
        return title.astext()
    return "".join(in_words(part) for part in title.children)


def _formula(formula: nodes.math) -> str:
    latex = formula.astext()
    try:
        drawn = convert_to_element(readable(formula))
    except Exception:  # noqa: BLE001 - the page itself tells of it
        return latex
    text = " ".join(_signs(drawn).split())
    return latex if "\\" in text else text


def _signs(part: Element) -> str:
    """Return the text of a part of MathML."""
    texts = [_signs(inner) for inner in part]
    match part.tag, texts:
        case "mfrac", [above, below]:
            return f"{above}/{below}"
        case "msqrt", _:
            return f"√{''.join(texts)}"
        case "msup", [base, raised]:
            return base + _moved(raised, "^", _RAISED)
        case "msub", [base, lowered]:
            return base + _moved(lowered, "_", _LOWERED)
        case "msubsup", [base, lowered, raised]:
            return base + _moved(lowered, "_", _LOWERED) + _moved(raised, "^", _RAISED)
        case "mspace", _:
            return " "
    return "".join([unescape(part.text or ""), *texts])


def _moved(text: str, sign: str, signs: dict[str, str]) -> str:
    """Return an index or an exponent in small signs, or behind a sign where there are none."""
    if all(each in signs for each in text):
        return "".join(signs[each] for each in text)
    return f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"
