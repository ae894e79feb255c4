"""How templates of Jinja are read: strictly, and without the indentation that is for people."""

from __future__ import annotations

import re

from jinja2 import BaseLoader, Environment, StrictUndefined
from jinja2.ext import Extension

INDENTATION = re.compile("^[ \\t]+", re.MULTILINE)


class Unindented(Extension):
    """What leaves out the indentation of a template, so that none of it reaches a page."""

    def preprocess(
        self,
        source: str,
        name: str | None,  # noqa: ARG002 (Jinja gives both)
        filename: str | None = None,  # noqa: ARG002
    ) -> str:
        """Return the source of a template without its indentation."""
        return INDENTATION.sub("", source)


def environment_of(loader: BaseLoader) -> Environment:
    """Return an environment in which values are escaped and a missing value is an error."""
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        extensions=[Unindented],
    )
