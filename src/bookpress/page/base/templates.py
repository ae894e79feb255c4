"""The HTML of our own parts, from templates in ``templates/``. Knows no Sphinx."""

from __future__ import annotations

import calendar
import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bookpress.page.base.cells import setting
from bookpress.page.base.typesetting import typeset

TEMPLATES = Path(__file__).parents[1] / "templates"
STATIC = Path(__file__).parents[1] / "static"


@cache
def environment(folder: str) -> Environment:
    """Return the templates of a folder of ``templates``."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES / folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["typeset"] = typeset
    made.filters["day"] = day
    made.filters["setting"] = setting
    made.filters["css"] = css_text
    return made


def css_text(text: str) -> Markup:
    r"""Return a text as CSS writes it, safe within a page.

    Examples
    --------
    >>> print(css_text('the "divide" </style>'))
    "the \"divide\" \3c /style>"
    """
    return Markup(json.dumps(text, ensure_ascii=False).replace("<", "\\3c "))  # noqa: S704 (no tag can begin)


def day(date: dt.date | str) -> str:
    """Return a date as people write it; what is no date stays as it is.

    Examples
    --------
    >>> day("2026-08-19"), day("August")
    ('19 August 2026', 'August')
    """
    try:
        date = dt.date.fromisoformat(str(date))
    except ValueError:
        return str(date)
    return f"{date.day} {calendar.month_name[date.month]} {date.year}"


def fill(template: str, **values: Any) -> str:
    """Return a part of a page.

    Parameters
    ----------
    template : str
        Name of a file in ``templates/parts``.
    **values
        What the template names; a missing one is an error.
    """
    return environment("parts").get_template(template).render(**values)
