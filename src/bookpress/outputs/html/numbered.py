"""References to numbered figures, tables and sections, for which few pages are loaded.

Sphinx loads the whole page of a figure for every reference to it, which takes a tenth of the time
for the pages of a book with figures; what it needs to know is among the numbers that it has.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from functools import cached_property, lru_cache, partial
from types import SimpleNamespace
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain

AT_A_TIME = 8
"""The number of pages kept loaded; most references lead to the same page, or one of a few."""


class Numbered(nodes.Element):
    """Stands for a figure, table or other element that has a number, instead of its page."""


class NumberedDomain(StandardDomain):
    """Sphinx's standard domain, with an environment that loads few pages."""

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

    def get_enumerable_node_type(self, node: nodes.Node) -> str | None:
        """Return what is counted together with an element."""
        if isinstance(node, Numbered):
            return str(node["kind"])
        return super().get_enumerable_node_type(node)


class _Reading:
    """An environment for code that looks up elements by their ids, and modifies none."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self._load = lru_cache(AT_A_TIME)(env.get_doctree)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the environment itself."""
        return getattr(self._env, name)

    def get_doctree(self, docname: str) -> SimpleNamespace:
        """Return the ``ids`` of a page; it is loaded only for elements without a number."""
        kinds = self._env.toc_fignumbers.get(docname, {})
        return SimpleNamespace(ids=_Ids(kinds, partial(self._load, docname)))


class _Ids:
    """The elements of a page by their ids."""

    def __init__(
        self, kinds: Mapping[str, Container[str]], load: Callable[[], nodes.document]
    ) -> None:
        self._kinds = kinds
        self._load = load

    def get(self, anchor: str) -> nodes.Element | None:
        """Return an element; None if there is none."""
        for kind, numbers in self._kinds.items():
            if anchor in numbers:
                return Numbered(ids=[anchor], kind=kind)
        return self._load().ids.get(anchor)


def setup(app: Sphinx) -> dict[str, bool]:
    """Replace Sphinx's own domain."""
    app.add_domain(NumberedDomain, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
