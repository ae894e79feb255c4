"""References to numbered figures, tables and sections, with each page loaded only once.

Sphinx loads the whole page of a figure for every reference to it, which takes a tenth of the time
for the pages of a book with figures.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain

AT_A_TIME = 8
"""The number of pages kept loaded; most references lead to the same page, or one of a few."""


class NumberedDomain(StandardDomain):
    """Sphinx's standard domain, with an environment that caches loaded pages."""

    @cached_property
    def _reading(self) -> Any:
        return _Reading(self.env)

    def clear_doc(self, docname: str) -> None:
        """Forget a page that will be read again, or is gone."""
        super().clear_doc(docname)
        vars(self).pop("_reading", None)

    def resolve_xref(self, env: Any, *reference: Any) -> nodes.Element | None:
        """Return the link for a reference; pages of numbered things are only read."""
        kind = reference[2]
        return super().resolve_xref(self._reading if kind == "numref" else env, *reference)


class _Reading:
    """An environment for code that does not modify the pages it loads."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self.get_doctree = lru_cache(AT_A_TIME)(env.get_doctree)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the environment itself."""
        return getattr(self._env, name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Replace Sphinx's own domain."""
    app.add_domain(NumberedDomain, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
