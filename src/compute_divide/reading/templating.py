"""The HTML of our own parts, from templates in ``templates/``. Knows no Sphinx."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from compute_divide.reading.typesetting import typeset

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES / "parts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["typeset"] = typeset
    return made


def fill(template: str, **values: Any) -> str:
    """Return a part of a page.

    Parameters
    ----------
    template : str
        Name of a file in ``templates/parts``.
    **values
        What the template names; a missing one is an error.
    """
    return _environment().get_template(template).render(**values)
