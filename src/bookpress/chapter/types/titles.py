"""The wording of parameters for readers, from the book's settings."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict


class Wording(BaseModel):
    """The title and the clause of a parameter, which override those of its type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str = ""
    """The noun phrase that names it everywhere; its value follows a colon."""
    given: str = ""
    """The clause before a value in a sentence, if it is not ``the … is``."""

    @property
    def schema_entries(self) -> dict[str, str]:
        """The entries for the parameter's JSON Schema."""
        return {name: words for name, words in self.model_dump().items() if words}


NO_WORDING = Wording()


def of_chapter(asked: Mapping[str, Wording], slug: str) -> dict[str, Wording]:
    """Return the wording for one chapter, by parameter; that of ``chapter.name`` takes precedence.

    Examples
    --------
    >>> asked = {"year": Wording(title="Year"), "moons.year": Wording(title="Last year")}
    >>> of_chapter(asked, "moons")["year"].title, of_chapter(asked, "planets")["year"].title
    ('Last year', 'Year')
    """
    in_all = {name: words for name, words in asked.items() if "." not in name}
    prefix = f"{slug}."
    own = {
        name.removeprefix(prefix): words for name, words in asked.items() if name.startswith(prefix)
    }
    return {**in_all, **own}
