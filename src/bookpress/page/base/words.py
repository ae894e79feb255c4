"""Markdown in plain words: without what only the pages of a book understand."""

from __future__ import annotations

import re
from typing import Any

from sphinx.environment import BuildEnvironment

from bookpress.page.base.charts import Chart
from bookpress.page.base.roles import KINDS, split_name, value_text
from bookpress.page.base.store import Page, store_of

ROLE = re.compile(
    r"\s*\{holds\}(?P<mark>`+).+?(?P=mark)|\{(?P<kind>[\w:-]+)\}(?P<tick>`+)(?P<text>.+?)(?P=tick)",
    re.DOTALL,
)
MARKUP = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"^\([\w-]+\)=\n", re.MULTILINE), ""),
    (re.compile(r"\[([^\]]*)\]\((?!https?:)[^)]*\)"), r"\1"),
)
"""What only a page of the book can make something of."""


def in_words(text: str, docname: str, env: BuildEnvironment) -> str:
    """Return Markdown in which values stand in words and marks are gone."""
    text = ROLE.sub(lambda role: _role(role, docname, env), text)
    for markup, words in MARKUP:
        text = markup.sub(words, text)
    return text


def charts_of(page: Page, env: BuildEnvironment) -> list[Chart]:
    """Return the charts of a page with title and alternative text in words."""
    return [chart_in_words(chart, page.docname, env) for chart in page.charts]


def chart_in_words(chart: Chart, docname: str, env: BuildEnvironment) -> Chart:
    """Return a chart with title and alternative text in words."""
    words = {
        name: in_words(getattr(chart, name), docname, env).strip() for name in ("title", "alt")
    }
    return chart.model_copy(update=words)


def _role(role: re.Match[str], docname: str, env: BuildEnvironment) -> str:
    """Return the words of a role."""
    kind, text = role["kind"], (role["text"] or "").strip()
    if role["mark"]:
        return ""
    if kind in KINDS:
        return value_text(kind, *split_name(kind, text, docname), store_of(env))[0]
    if kind.startswith("cite:"):
        works = "; ".join(_work(key.strip(), env) for key in text.split(","))
        return works if kind == "cite:t" else f"({works})"
    if kind == "numref":
        places = {
            one.name: (one.title, page.docname)
            for page in store_of(env).pages.values()
            for one in page.charts
        }
        return f"Figure “{in_words(*places[text], env)}”" if text in places else "The table"
    return re.sub(r"\s*<[^>]*>$", "", text)


def _work(key: str, env: BuildEnvironment) -> str:
    """Return a work as prose names it, "Sevilla et al. 2022", else its key."""
    domain: Any = env.get_domain("cite")
    entry = domain.bibdata.data.entries.get(key)
    names = (
        [" ".join(one.last_names).strip("{}") for one in entry.persons.get("author", ())]
        if entry
        else []
    )
    if not names:
        return key
    who = names[0] + (
        f" and {names[1]}" if len(names) == 2 else " et al." if len(names) > 2 else ""
    )
    return f"{who} {entry.fields.get('year', '')}".rstrip()
