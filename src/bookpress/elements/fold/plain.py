"""Folds in notebooks and plain text: sections like any other."""

from __future__ import annotations

import re

from sphinx.environment import BuildEnvironment

_SIGN = re.compile(r"^\{[^}\n]*\.fold\b[^}\n]*\}[ \t]*\n(?=#+ )", re.MULTILINE)


def as_sections(text: str, _docname: str, _env: BuildEnvironment) -> str:
    """Return Markdown without the signs that a section is folded."""
    return _SIGN.sub("", text)
