"""The HTML of our own parts, from the templates beside their code. Independent of Sphinx."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from bookpress.cite.jinja import environment_of
from bookpress.elements.base import assets
from bookpress.elements.base.registry import elements
from bookpress.errors import with_noun
from bookpress.files import replace_file
from holdtrue import number_formats

HERE = Path(__file__).parent
RAISED = re.compile("([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
LEVEL = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")


@cache
def environment(*own: Path) -> Environment:
    """Return the templates of the elements, and of some folders."""
    folders = [HERE, *(element.folder for element in elements())]
    templates = environment_of(FileSystemLoader([*own, *folders]))
    templates.filters.update(
        typeset=typeset,
        day=day,
        month=month,
        setting=number_formats.setting,
        with_noun=with_noun,
        css=_css_text,
    )
    templates.globals["numbers"] = number_formats
    return templates


def _css_text(text: str) -> Markup:
    """Return a text as a CSS string that is safe in a page, because no tag can begin in it."""
    quoted = json.dumps(text, ensure_ascii=False)
    return Markup(quoted.replace("<", "\\3c "))  # noqa: S704 (no tag can begin)


def fill(template: str, **values: Any) -> str:
    """Return a part of a page from its template; a missing value is an error."""
    part = environment().get_template(template)
    return part.render(**values)


def typeset(text: str) -> Markup:
    """Return plain text as HTML, with raised digits as superscripts.

    Few fonts have all of Unicode's raised digits.
    """
    pieces = []
    for position, part in enumerate(RAISED.split(text)):
        if position % 2:  # what the pattern matched
            level = part.translate(LEVEL)
            pieces.append(f"<sup>{level}</sup>")
        else:
            pieces.append(html.escape(part))
    return Markup("".join(pieces))  # noqa: S704 (every part is escaped)


def day(date: dt.date | str) -> str:
    """Return a day or a month as people write it; any other text unchanged."""
    return number_formats.spoken(str(date))


def month(date: dt.date | str) -> str:
    """Return the month of a date as people write it; any other text unchanged.

    Examples
    --------
    >>> month("2026-08-19")
    'August 2026'
    """
    _, _, words = day(date).partition(" ")
    return words or str(date)


def write_apart(folder: Path, template: Path, **values: Any) -> Path:
    """Write a page outside any edition from its template, as ``index.html``.

    The files that it loads are written first.
    """
    page_template = environment(template.parent).get_template(template.name)
    text = page_template.render(**values)
    for name in (assets.STYLE, assets.APART):
        replace_file(folder / "_static" / name, assets.content(name))
    shutil.copytree(assets.FONTS, folder / "_static/fonts", dirs_exist_ok=True)
    page = folder / "index.html"
    replace_file(page, text.encode("utf-8"))
    return page
