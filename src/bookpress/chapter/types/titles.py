"""What readers are asked of parameters, by name: as the settings of a book have it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict


class Wording(BaseModel):
    """Title and question of a parameter; they go before those of its type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str = ""
    """What it is called in lists; by default what is asked."""
    ask: str = ""
    """What its panel asks, with a verb; the value comes behind it."""

    @property
    def schema_entries(self) -> dict[str, str]:
        """What the JSON Schema of the parameter has of it."""
        entries = {"title": self.title or self.ask, "ask": self.ask}
        return {name: words for name, words in entries.items() if words}


NO_WORDING = Wording()


def of_chapter(asked: Mapping[str, Wording], slug: str) -> dict[str, Wording]:
    """Return what is asked in one chapter, by name: what ``chapter.name`` says goes first.

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
