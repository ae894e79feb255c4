"""What became of published names: of results, statements and parameters, by chapter.

A book records it in one file beside its releases. A new name may be in another chapter,
``chapter:name``::

    planets:
      results: {year_late: years.late}
      statements: {fell: fall}
      parameters: {early_first: early.first, early_last: early.last, n_old: n_new}
      dropped: {some_key: why it is gone, in words}

``early.first`` is the first year of the parameter ``early``, which is a period.

A chapter that moved into another one says where. Its new names are in that chapter unless they say
otherwise, and so are the places on its page: sections, figures (``fig-...``) and tables::

    moons:
      moved: planets
      results: {speed: speed, finders: history:finders_of_moons}
      sections: {tides: tides-of-moons, fig-finders: history#fig-finders-of-moons}

The page of a figure that a chapter no longer has leads to the place that answers it now::

    planets:
      figures: {fig-rings: the-rings, fig-tides: history#fig-tides}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache, cached_property
from typing import Any, Literal, NamedTuple, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    RootModel,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bookpress.book.project import Project
from bookpress.chapter.expressions import PATH, SLUG, read_statement
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.periods import ENDS, period_text
from bookpress.errors import UsageError, nearest, short
from bookpress.files import as_mapping, checked, decoded, read, sha256

FOLDER = "released"
FILE = f"{FOLDER}/renamed.yml"
"""The path of the file in the folder of the evidence."""
FIGURE = "fig-"
"""The prefix of a figure's name, which is also its anchor on the chapter's page."""
ELSEWHERE = re.compile(rf"(?P<chapter>{SLUG}):(?P<name>.+)", re.DOTALL)
PLACE = re.compile(rf"(?:(?P<chapter>{SLUG})#)?(?P<anchor>[\w.:-]+)")
PARAMETER = re.compile(rf"(?P<name>[^\W\d]\w*)(?:\.(?P<end>{'|'.join(ENDS)}))?")
ALLOWED = {
    "results": "a name or a path such as odds.late",
    "statements": "a name or a comparison such as fell(late, early)",
    "parameters": "a name, or an end of a period such as early.first",
    "sections": "a place on the page such as prices, or machines#prices on that of another chapter",
    "figures": "a place on the page such as the-top500, or causes#fig-prices on another's",
    "dropped": "why it is gone, in words",
}
"""What an old name may be mapped to, by the kind of name."""
Kind = Literal["results", "statements"]
T = TypeVar("T")


class Name(NamedTuple):
    """Something that a chapter published: its slug, and a key or the name of a parameter."""

    chapter: str
    key: str

    def __str__(self) -> str:
        return f"{self.chapter}:{self.key}"


class OldParameter(NamedTuple):
    """A parameter's old name, its new one, and the end of a period it has become, if any."""

    was: Name
    now: Name
    end: str = ""

    @property
    def words(self) -> str:
        """The new name in words."""
        new = self.now.key if self.was.chapter == self.now.chapter else ".".join(self.now)
        if self.end:
            return f"the {self.end} year of {new}"
        return new

    def fits(self, known: Parameter | None) -> bool:
        """Return whether the new parameter exists, and is a period if an end of one is meant."""
        if known is None:
            return False
        return known.is_period or not self.end


class Names(BaseModel):
    """What became of a chapter's names: the new name by the old one, or why it is gone."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    moved: str = ""
    """The chapter that it is now part of; empty if it still is one."""
    results: dict[str, str] = {}
    statements: dict[str, str] = {}
    parameters: dict[str, str] = {}
    sections: dict[str, str] = {}
    figures: dict[str, str] = {}
    dropped: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        """Refuse unknown entries; an entry with nothing under it counts as absent."""
        kinds = list(cls.model_fields)
        entries = _mapping(given, ", ".join(kinds))
        for kind in entries:
            if kind not in kinds:
                raise ValueError(f"no entry {short(repr(kind))}{nearest(str(kind), kinds)}")
        return {kind: names for kind, names in entries.items() if names is not None}

    @field_validator("moved")
    @classmethod
    def _is_chapter(cls, slug: str) -> str:
        if not re.fullmatch(SLUG, slug):
            raise ValueError(f"{short(repr(slug))}; allowed: the name of a chapter")
        return slug

    @field_validator(*ALLOWED, mode="before")
    @classmethod
    def _in_order(cls, given: Any, entry: ValidationInfo) -> dict[str, str]:
        """Return old names and what each is mapped to, in the book's own spelling."""
        kind = str(entry.field_name)
        allowed = ALLOWED[kind]
        read_text = READ[kind]
        names = {}
        for old, now in _mapping(given, f"old names, each with {allowed}").items():
            try:
                names[old] = read_text(now.strip())
            except (ValueError, AttributeError) as error:
                raise ValueError(
                    f"{short(str(old))} is {short(repr(now))}; allowed: {allowed}"
                ) from error
        return names

    @model_validator(mode="after")
    def _sections_of_a_page_that_is_gone(self) -> Self:
        if self.sections and not self.moved:
            raise ValueError("only a chapter that moved has sections: say where with `moved`")
        if self.figures and self.moved:
            raise ValueError("figures of a chapter that moved go among its sections")
        return self

    @field_validator("figures")
    @classmethod
    def _are_figures(cls, places: dict[str, str]) -> dict[str, str]:
        others = [old for old in places if not old.startswith(FIGURE)]
        if others:
            raise ValueError(f"{short(repr(others[0]))} is not a figure; allowed: {FIGURE}name")
        return places


def _mapping(given: Any, allowed: str) -> dict[Any, Any]:
    if not isinstance(given, dict):
        raise ValueError(f"{short(repr(given))}; allowed: {allowed}")  # noqa: TRY004 - for pydantic
    return given


def _read_result(text: str) -> str:
    if not PATH.fullmatch(_bare(text)):
        raise ValueError(text)
    return text


def _read_statement(text: str) -> str:
    bare = _bare(text)
    try:
        return text.removesuffix(bare) + read_statement(bare).key
    except UsageError as error:
        raise ValueError(text) from error


def _read_parameter(text: str) -> str:
    if not PARAMETER.fullmatch(_bare(text)):
        raise ValueError(text)
    return text


def _read_place(text: str) -> str:
    if not PLACE.fullmatch(text):
        raise ValueError(text)
    return text


def _read_reason(text: str) -> str:
    if not text:
        raise ValueError("no reason")
    return text


def _bare(text: str) -> str:
    elsewhere = ELSEWHERE.fullmatch(text)
    return elsewhere["name"] if elsewhere else text


READ: Mapping[str, Callable[[str], str]] = {
    "results": _read_result,
    "statements": _read_statement,
    "parameters": _read_parameter,
    "sections": _read_place,
    "figures": _read_place,
    "dropped": _read_reason,
}
"""What validates a new name and returns it in the book's own spelling, by the kind of name."""


class Renamed(RootModel[dict[str, Names]]):
    """What became of the names of all chapters."""

    model_config = ConfigDict(frozen=True)
    root: dict[str, Names] = {}

    def names(self, chapter: str) -> Names:
        """Return what became of a chapter's names."""
        return self.root.get(chapter, Names())

    def now(self, kind: Kind, old: Name) -> Name:
        """Return the present name of a result or a statement, which may be the old one."""
        names = self.names(old.chapter)
        present: Mapping[str, str] = getattr(names, kind)
        if old.key not in present:
            return old
        return _full(present[old.key], names.moved or old.chapter)

    def why_gone(self, old: Name) -> str:
        """Return why a name is gone; empty if nothing is said."""
        return self.names(old.chapter).dropped.get(old.key, "")

    @property
    def moved(self) -> dict[str, Names]:
        """The chapters that are now part of others."""
        return {chapter: names for chapter, names in self.root.items() if names.moved}

    def places(self, chapter: str) -> dict[str, Name]:
        """Return where each place on a chapter's page is now, by its anchor.

        These are the sections of a chapter that moved, and the figures that a chapter no longer
        has.
        """
        names = self.names(chapter)
        places = {}
        for old, text in {**names.sections, **names.figures}.items():
            place = PLACE.fullmatch(text)
            assert place  # noqa: S101 - the file was checked
            places[old] = Name(place["chapter"] or names.moved or chapter, place["anchor"])
        return places

    @cached_property
    def parameters(self) -> list[OldParameter]:
        """Every parameter that was published under another name."""
        parameters: list[OldParameter] = []
        for chapter, names in self.root.items():
            home = names.moved or chapter
            for old, now in names.parameters.items():
                parameters.append(_old_parameter(Name(chapter, old), _full(now, home)))
        return parameters


NOTHING = Renamed()


def _full(text: str, chapter: str) -> Name:
    elsewhere = ELSEWHERE.fullmatch(text)
    if elsewhere is None:
        return Name(chapter, text)
    return Name(elsewhere["chapter"], elsewhere["name"])


def _old_parameter(was: Name, now: Name) -> OldParameter:
    parameter = PARAMETER.fullmatch(now.key)
    assert parameter  # noqa: S101 - the file was checked
    present = Name(now.chapter, parameter["name"])
    return OldParameter(was, present, parameter["end"] or "")


def where(project: Project) -> str:
    """Return the file as it appears in messages."""
    return f"{project.data.name}/{FILE}"


def line_of(project: Project, old: Name) -> int:
    """Return the line of an old name in the file, below that of its chapter."""
    lines = decoded(project.data / FILE).splitlines()
    heading = f"{old.chapter}:"
    headings = [at for at, line in enumerate(lines) if line.startswith(heading)]
    start = headings[0] if headings else 0
    entry = re.compile(rf"(?<![\w.-]){re.escape(old.key)}[\"']?\s*:")
    for at in range(start, len(lines)):
        if entry.search(lines[at]):
            return at + 1
    return start + 1


def renamed_digest(project: Project) -> str:
    """Return the hash of the file; empty if there is none."""
    path = project.data / FILE
    return sha256(read(path)) if path.is_file() else ""


def load_renamed(project: Project) -> Renamed:
    """Return what became of a book's published names; empty if it has no such file.

    Raises
    ------
    UsageError
        If the file is invalid: one line for each entry, with what is allowed.
    """
    path = project.data / FILE
    if not path.is_file():
        return NOTHING
    return _parsed(read(path), where(project))


@cache
def _parsed(content: bytes, place: str) -> Renamed:
    entries = as_mapping(content, place, "chapters with their old names")
    wrong = [str(slug) for slug in entries if not re.fullmatch(SLUG, str(slug))]
    if wrong:
        raise UsageError(
            f"{place}: {short(wrong[0])} is not the name of a chapter; "
            "allowed: letters, digits, hyphens, points and underscores"
        )
    names_by_chapter = {slug: names for slug, names in entries.items() if names is not None}
    return checked(Renamed, names_by_chapter, place)


def name_now(table: Renamed, kind: Kind, old: Name, beside: Collection[str]) -> Name:
    """Return the present name of what an edition published, `beside` others of its chapter.

    An edition in which a chapter has none of its purely old names already has the present ones.
    """
    names: Mapping[str, str] = getattr(table.names(old.chapter), kind)
    present = [table.now(kind, Name(old.chapter, key)) for key in names]
    purely_old = names.keys() - {now.key for now in present if now.chapter == old.chapter}
    if purely_old & set(beside):
        return table.now(kind, old)
    return old


def under_present_names(
    table: Renamed, kind: Kind, published: Mapping[str, Mapping[str, T]]
) -> dict[str, dict[str, T]]:
    """Return an edition's results or statements, by chapter and key, under their present names.

    If two have the same name now, the one of the chapter itself stays.
    """
    present: dict[str, dict[str, T]] = {chapter: {} for chapter in published}
    from_elsewhere = []
    for chapter, facts in published.items():
        for key, fact in facts.items():
            now = name_now(table, kind, Name(chapter, key), facts)
            if now.chapter == chapter:
                present[chapter].setdefault(now.key, fact)
            else:
                from_elsewhere.append((now, fact))
    for now, fact in from_elsewhere:
        present.setdefault(now.chapter, {}).setdefault(now.key, fact)
    return present


def values_now(table: Renamed, used: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return an edition's values by the present names of parameters; two ends become a period.

    If two have the same name now, the one of the chapter itself stays.
    """
    present = {chapter: dict(values) for chapter, values in used.items()}
    own_first = sorted(table.parameters, key=lambda old: old.was.chapter != old.now.chapter)
    olds: dict[tuple[str, Name], dict[str, Name]] = {}
    for old in own_first:
        if old.was.key in present.get(old.was.chapter, {}):
            olds.setdefault((old.was.chapter, old.now), {})[old.end] = old.was
    for (_, now), by_end in olds.items():
        is_one_year = "" not in by_end and set(by_end) != set(ENDS)
        if is_one_year:
            continue  # one end alone is not a period: it keeps its old name
        values = {end: present[was.chapter].pop(was.key) for end, was in by_end.items()}
        present.setdefault(now.chapter, {}).setdefault(now.key, _joined(values))
    return present


def _joined(values: Mapping[str, Any]) -> Any:
    """Return the value that the ends of a period make; a whole value stays as it is."""
    if "" in values:
        return values[""]
    return period_text((values["first"], values["last"]))
