"""Markdown in plain words, without what only the pages of a book understand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from docutils.nodes import fully_normalize_name
from docutils.utils.smartquotes import smartchars
from sphinx.environment import BuildEnvironment

from bookpress.cite.references import from_latex
from bookpress.elements.base.charts import Chart
from bookpress.elements.base.store import Page, store_of
from bookpress.elements.value import KINDS
from bookpress.elements.value.roles import split_name, value_text
from bookpress.myst import CODE, FENCED, QUOTES, plain, plain_line

NUMBERS = frozenset({"result", "years", "minutes"})
"""The kinds of values that are numbers with their units; others may be any text."""
MARK = r"\s*\{holds\}(?P<ticks_of_mark>`+).+?(?P=ticks_of_mark)"
OTHER_ROLE = r"\{(?P<kind>[\w:-]+)\}(?P<ticks>`+)(?P<text>.+?)(?P=ticks)"
SPAN = (
    r"(?<!`)``(?!`).*?(?<!`)``(?!`)"
    r"|(?<!`)`(?!`)(?:[^`\n]|\n(?!\s*\n))+`(?!`)"
)
"""Code within a line, which may only show a role or a link."""
ROLE = re.compile(f"{MARK}|{OTHER_ROLE}|{SPAN}", re.DOTALL)
HELD = re.compile("\0(\\d+)\0")
"""What stands for a listing."""
COMMENT = r"<!--.*?-->"
TARGET = r"^\([\w-]+\)=\n"
INNER_LINK = r"!?\[(?P<words>[^\]]*)\]\((?!(?:https?|mailto|attachment|data):)[^)]*\)"
"""A link or a picture that leads to another file of the book."""
WORDED = re.compile(r"(.*?)\s*<([^>]*)>", re.DOTALL)
"""A reference with words of its own."""
MARKUP = re.compile(f"(?P<code>{SPAN})|{COMMENT}|{TARGET}|{INNER_LINK}", re.DOTALL | re.MULTILINE)
"""Markup that only pages of the book understand, and code, which may only look like it."""


def in_words(
    text: str, docname: str, env: BuildEnvironment, written: Callable[[str], str] = plain
) -> str:
    """Return Markdown with values in words and without marks; listings stay as they are.

    Words that come from data or from choices are `written` as Markdown without any markup.
    """
    listings: list[str] = []

    def held(block: re.Match[str]) -> str:
        if block["directive"] and block["directive"] != CODE:
            return block["open"] + FENCED.sub(held, block["content"]) + block["close"]
        listings.append(block[0])
        return f"\0{len(listings) - 1}\0"

    prose = FENCED.sub(held, text)
    words = _without_markup(ROLE.sub(lambda role: _role(role, docname, env, written), prose))
    return HELD.sub(lambda place: listings[int(place[1])], words)


def _without_markup(text: str) -> str:
    """Return Markdown without what leads to other files of the book; its words stay.

    Examples
    --------
    >>> _without_markup("![A map](map.png) of [Rome](rome.md): `at[0](x)`")
    'A map of Rome: `at[0](x)`'
    >>> _without_markup("![](attachment:a.png) [Ada](mailto:ada@winds.example)<!-- who? -->")
    '![](attachment:a.png) [Ada](mailto:ada@winds.example)'
    """
    return MARKUP.sub(lambda markup: markup["code"] or markup["words"] or "", text)


def charts_of(page: Page, env: BuildEnvironment) -> list[Chart]:
    """Return the charts of a page, with titles and alternative texts in words."""
    return [chart_in_words(chart, page.docname, env) for chart in page.charts]


def chart_in_words(chart: Chart, docname: str, env: BuildEnvironment) -> Chart:
    """Return a chart with its title, without markup, and its alternative text in words."""
    title = in_words(chart.title, docname, env)
    alt = in_words(chart.alt, docname, env, str)
    words = {"title": _plain(title, env), "alt": alt.strip()}
    return chart.model_copy(update=words)


def picture_in_words(page: Page, anchor: str, env: BuildEnvironment) -> str:
    """Return the title of a picture of a page in words, without markup."""
    name = page.pictures[anchor]
    title = in_words(page.titles.get(name, name), page.docname, env)
    return _plain(title, env)


def _plain(line: str, env: BuildEnvironment) -> str:
    """Return a line as readers see it, with the quotes of the book's language."""
    language = (env.config.language or "en").replace("_", "-").lower()
    return plain_line(line, smartchars.quotes.get(language, QUOTES))


def _role(
    role: re.Match[str], docname: str, env: BuildEnvironment, written: Callable[[str], str]
) -> str:
    """Return the words of a role."""
    if role["ticks_of_mark"]:
        return ""
    kind = role["kind"]
    if not kind:
        return role[0]
    text = (role["text"] or "").strip()
    store = store_of(env)
    if kind in KINDS or kind in store.reported:
        name, how = split_name(kind, text, store.slug(docname))
        words, _, _ = value_text(kind, name, how, store)
        return words if kind in NUMBERS else written(words)
    if kind.startswith("cite:"):
        keys = [key.strip() for key in text.split(",")]
        works = "; ".join(_work(key, env) for key in keys)
        if kind == "cite:t":
            return works
        return f"({works})"
    if kind in {"numref", "ref"}:
        return _reference(kind, text, env)
    return re.sub(r"\s*<[^>]*>$", "", text)


class _Labelled(NamedTuple):
    """What a label leads to: its kind, number and title in words; empty if it has none."""

    kind: str
    number: str
    title: str

    def named(self, wording: str) -> str:
        """Return a wording with the number and the title, as Sphinx puts them in."""
        for sign in ("%s", "{number}"):
            wording = wording.replace(sign, self.number)
        return wording.replace("{name}", self.title)


def _reference(kind: str, text: str, env: BuildEnvironment) -> str:
    """Return the words of a reference: its own, else what Sphinx knows of the label."""
    given = WORDED.fullmatch(text)
    wording = given[1] if given else ""
    name = given[2] if given else text
    labelled = _labelled(fully_normalize_name(name), env)
    if kind == "ref":
        return wording or labelled.title or text
    if wording:
        return labelled.named(wording)
    # pictures of our own have no numbers outside of the book
    label = "Figure"
    if not any(name == chart.name for page in _pages(env) for chart in page.charts):
        label = labelled.named(env.config.numfig_format.get(labelled.kind, "")).strip()
    words = labelled.title.removesuffix(".")
    title = f"“{words}”" if words else ""
    return f"{label} {title}".strip() or text


def _labelled(name: str, env: BuildEnvironment) -> _Labelled:
    """Return what a label leads to, as Sphinx knows it."""
    domain: Any = env.get_domain("std")
    docname, anchor, title = domain.labels.get(name, ("", "", ""))
    if not docname:
        docname, anchor = domain.anonlabels.get(name, ("", ""))
    page = store_of(env).pages.get(docname)
    if page and name in page.titles:
        title = in_words(page.titles[name], docname, env).strip()
    for kind, numbers in env.toc_fignumbers.get(docname, {}).items():
        if anchor in numbers:
            return _Labelled(kind, ".".join(map(str, numbers[anchor])), title)
    sections = env.toc_secnumbers.get(docname, {})
    number = sections.get(f"#{anchor}", sections.get("", ())) or ()
    return _Labelled("section" if number else "", ".".join(map(str, number)), title)


def _pages(env: BuildEnvironment) -> Iterable[Page]:
    return store_of(env).pages.values()


def _work(key: str, env: BuildEnvironment) -> str:
    """Return the name of a work in prose, "Sevilla et al. 2022", else its key."""
    domain: Any = env.domains.get("cite")
    entry = domain and domain.bibdata.data.entries.get(key)
    if not entry:
        return key
    persons = entry.persons.get("author", ())
    names = [" ".join(map(from_latex, person.last_names)) for person in persons]
    if not names:
        return key
    authors = names[0]
    if len(names) == 2 and names[1] != "others":
        authors += f" and {names[1]}"
    elif len(names) > 1:
        authors += " et al."
    year = entry.fields.get("year", "")
    return f"{authors} {year}".rstrip()
