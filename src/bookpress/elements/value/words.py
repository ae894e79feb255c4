"""Markdown in plain words, without what only the pages of a book understand."""

from __future__ import annotations

import re
from typing import Any

from sphinx.environment import BuildEnvironment

from bookpress.elements.base.charts import Chart
from bookpress.elements.base.store import Page, store_of
from bookpress.elements.value import KINDS
from bookpress.elements.value.roles import split_name, value_text

MARK = r"\s*\{holds\}(?P<mark>`+).+?(?P=mark)"
OTHER_ROLE = r"\{(?P<kind>[\w:-]+)\}(?P<tick>`+)(?P<text>.+?)(?P=tick)"
ROLE = re.compile(f"{MARK}|{OTHER_ROLE}", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
TARGET = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)
INNER_LINK = re.compile(r"\[([^\]]*)\]\((?!https?:)[^)]*\)")
MARKUP = ((COMMENT, ""), (TARGET, ""), (INNER_LINK, r"\1"))
"""Markup that only pages of the book understand."""


def in_words(text: str, docname: str, env: BuildEnvironment) -> str:
    """Return Markdown with values in words and without marks."""
    text = ROLE.sub(lambda role: _role(role, docname, env), text)
    for markup, words in MARKUP:
        text = markup.sub(words, text)
    return text


def charts_of(page: Page, env: BuildEnvironment) -> list[Chart]:
    """Return the charts of a page, with titles and alternative texts in words."""
    return [chart_in_words(chart, page.docname, env) for chart in page.charts]


def chart_in_words(chart: Chart, docname: str, env: BuildEnvironment) -> Chart:
    """Return a chart with its title and alternative text in words."""
    title = in_words(chart.title, docname, env)
    alt = in_words(chart.alt, docname, env)
    words = {"title": title.strip(), "alt": alt.strip()}
    return chart.model_copy(update=words)


def _role(role: re.Match[str], docname: str, env: BuildEnvironment) -> str:
    """Return the words of a role."""
    if role["mark"]:
        return ""
    kind = role["kind"]
    text = (role["text"] or "").strip()
    if kind in KINDS:
        name, how = split_name(kind, text, docname)
        store = store_of(env)
        words, _, _ = value_text(kind, name, how, store)
        return words
    if kind.startswith("cite:"):
        keys = [key.strip() for key in text.split(",")]
        works = "; ".join(_work(key, env) for key in keys)
        if kind == "cite:t":
            return works
        return f"({works})"
    if kind == "numref":
        return _figure(text, env)
    return re.sub(r"\s*<[^>]*>$", "", text)


def _figure(name: str, env: BuildEnvironment) -> str:
    """Return the name of a figure in prose, by its title; anything else is a table."""
    places: dict[str, tuple[str, str]] = {}
    for page in store_of(env).pages.values():
        for chart in page.charts:
            places[chart.name] = (chart.title, page.docname)
    if name not in places:
        return "The table"
    title, docname = places[name]
    words = in_words(title, docname, env)
    return f"Figure “{words}”"


def _work(key: str, env: BuildEnvironment) -> str:
    """Return the name of a work in prose, "Sevilla et al. 2022", else its key."""
    domain: Any = env.get_domain("cite")
    entry = domain.bibdata.data.entries.get(key)
    if not entry:
        return key
    persons = entry.persons.get("author", ())
    names = [" ".join(map(str, person.rich_last_names)) for person in persons]
    if not names:
        return key
    authors = names[0]
    if len(names) == 2 and names[1] != "others":
        authors += f" and {names[1]}"
    elif len(names) > 1:
        authors += " et al."
    year = entry.fields.get("year", "")
    return f"{authors} {year}".rstrip()
