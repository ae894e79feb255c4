"""The wording of parameters for readers, from the book's settings."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict


class Wording(BaseModel):
    """The title and question of a parameter, which override those of its type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str = ""
    """Its name in lists; by default the question."""
    ask: str = ""
    """The question in its panel, with a verb; the value follows it."""

    @property
    def schema_entries(self) -> dict[str, str]:
        """The entries for the parameter's JSON Schema."""
        entries = {"title": self.title or self.ask, "ask": self.ask}
        return {name: words for name, words in entries.items() if words}


NO_WORDING = Wording()


def of_chapter(asked: Mapping[str, Wording], slug: str) -> dict[str, Wording]:
    """Return the wording for one chapter, by parameter; that of ``chapter.name`` takes precedence.

    Examples
    --------
    >>> asked = {"year": Wording(ask="Count in"), "moons.year": Wording(ask="Look in")}
    >>> of_chapter(asked, "moons")["year"].ask, of_chapter(asked, "planets")["year"].ask
    ('Look in', 'Count in')
    """
    in_all = {name: words for name, words in asked.items() if "." not in name}
    prefix = f"{slug}."
    own = {
        name.removeprefix(prefix): words for name, words in asked.items() if name.startswith(prefix)
    }
    return {**in_all, **own}
