"""Chapters executed in this process, so that tests can look at their names and turn them round."""

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import compute_divide as cd
from bookpress.book.chapters import Chapter
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.chapter.bindings import python_of

PROJECT = Project.at(Path(__file__).parents[3])
CHAPTERS: dict[str, Chapter] = {chapter.slug: chapter for chapter in discover(PROJECT)}


def execute(slug: str) -> dict[str, Any]:
    """Return the names of a chapter after its last cell, under the published choices."""
    chapter = CHAPTERS[slug]
    code = compile(python_of(chapter.source), chapter.where, "exec")
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - chapters of this book
    return names


@cache
def names_of_chapter(slug: str) -> dict[str, Any]:
    """Return these names, executed once; whoever changes one works on a copy."""
    return execute(slug)


OTHER_SIDE = {"academia-only": "industry-only", "industry-only": "academia-only"}


def exchanged(table: pd.DataFrame) -> pd.DataFrame:
    """Return models or papers in which universities alone made what companies alone had made."""
    return table.assign(team_type=table["team_type"].replace(OTHER_SIDE))


def exchange_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chapters read models and papers of a world in which the two sides are exchanged."""
    load_models, with_records, with_teams = cd.data.models, cd.with_records, cd.with_teams

    def papers_exchanged(*arguments: Any, **named: Any) -> pd.DataFrame:
        papers = exchanged(with_teams(*arguments, **named))
        is_industry = papers["team_type"] == "industry-only"
        is_academia = papers["team_type"] == "academia-only"
        flags = papers["industry"].mask(is_industry, True).mask(is_academia, False)
        return papers.assign(industry=flags)

    def audited_exchanged(models: pd.DataFrame, *arguments: Any) -> pd.DataFrame:
        return exchanged(with_records(exchanged(models), *arguments))

    monkeypatch.setattr(cd.data, "models", lambda name: exchanged(load_models(name)))
    monkeypatch.setattr(cd, "with_records", audited_exchanged)
    monkeypatch.setattr(cd, "with_teams", papers_exchanged)
