"""References to numbered figures, tables and sections, each page of which is read but once.

Sphinx loads the whole page of a figure again for each reference to it: a tenth of the time in which
it makes the pages of a book with figures.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain

AT_A_TIME = 8
"""Pages that are kept: most references lead to a figure of the same page, or of one of a few."""


class NumberedDomain(StandardDomain):
    """Sphinx's domain of references, with an environment that keeps the pages it has loaded."""

    @cached_property
    def _reading(self) -> Any:
        return _Reading(self.env)

    def clear_doc(self, docname: str) -> None:
        """Forget a page that is about to be read again, or is gone."""
        super().clear_doc(docname)
        vars(self).pop("_reading", None)

    def resolve_xref(self, env: Any, *reference: Any) -> nodes.Element | None:
        """Return the link that a reference becomes; the page of what has a number is only read."""
        kind = reference[2]
        return super().resolve_xref(self._reading if kind == "numref" else env, *reference)


class _Reading:
    """An environment for those who change nothing of the pages that they load."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self.get_doctree = lru_cache(AT_A_TIME)(env.get_doctree)

    def __getattr__(self, name: str) -> Any:
        """Return what the environment itself has."""
        return getattr(self._env, name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Put the domain in the place of Sphinx's own."""
    app.add_domain(NumberedDomain, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
