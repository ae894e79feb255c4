"""Works by year, topic and team type, counted by OpenAlex itself: one credit a question, no record fetched.

OpenAlex knows types of institutions, not team types. Four questions about each topic, each grouped by year, give them:
all works, those with a company, those with a company and another institution, those with institutions but no company.
The rest has no institution on record. It is a row of its own, never dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bookpress.files import replace_file
from compute_divide.evidence.openalex.client import PAGE_SIZE, Balance, ChoiceError, Client, Query
from compute_divide.evidence.openalex.http import FetchError
from compute_divide.evidence.openalex.tables import COUNTS

NOT_COMPANY = "education|facility|government|nonprofit|healthcare|archive|other|funder"
"""Every type of institution of OpenAlex but company, as alternatives of a filter."""

GROUP = "publication_year"

# Two conditions on one field need its two names: pyalex merges a repeated name into a form that breaks alternatives.
_TYPE, _TYPE_TOO = "authorships.institutions.type", "institutions.type"

QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "all": {},
    "company": {_TYPE: "company"},
    "both": {_TYPE: "company", _TYPE_TOO: NOT_COMPANY},
    "no-company": {_TYPE: NOT_COMPANY, _TYPE_TOO: "!company"},
}
"""The four questions about a topic. `!company` alone would also find works with no institution."""


@dataclass(frozen=True, slots=True)
class Question:
    """One count by year: of one topic, with one of the four conditions."""

    topic: str
    kind: str
    query: Query


@dataclass(frozen=True, slots=True)
class Answer:
    """Works by year, and the day on which OpenAlex said so."""

    by_year: dict[int, int]
    day: str


def count_questions(topics: Mapping[str, Mapping[str, str]], first: int, last: int) -> list[Question]:
    """Return the questions that give works by year and team type of some topics, each given by its filters.

    Examples
    --------
    >>> [question.kind for question in count_questions({"ai": {"primary_topic.subfield.id": "1702"}}, 2012, 2024)]
    ['all', 'company', 'both', 'no-company']
    """
    if first > last:
        raise ChoiceError(f"the first year, {first}, lies after the last, {last}")
    return [
        Question(topic, kind, Query({"publication_year": f"{first}-{last}", **chosen, **condition}, (), GROUP))
        for topic, chosen in topics.items()
        for kind, condition in QUESTIONS.items()
    ]


def plan_counts(questions: list[Question], folder: Path, balance: Balance, *, fresh: bool = False) -> int:
    """Return the credits that the questions without an answer on disk cost."""
    missing = [question for question in questions if fresh or _read(_path(folder, question), question) is None]
    return sum(balance.cost(question.query) for question in missing)


def fetch_counts(
    client: Client, questions: list[Question], folder: Path, advance: Callable[[int], None], *, fresh: bool = False
) -> tuple[pd.DataFrame, str]:
    """Ask the questions, keep every answer on disk as it comes, and return the counts with the day of the oldest."""
    answers: dict[tuple[str, str], Answer] = {}
    for number, question in enumerate(questions, start=1):
        path = _path(folder, question)
        answer = None if fresh else _read(path, question)
        if answer is None:
            answer = _ask(client, question)
            content = {"filters": dict(question.query.filters), "day": answer.day, "by_year": answer.by_year}
            replace_file(path, json.dumps(content, indent=1).encode())
        answers[question.topic, question.kind] = answer
        advance(number)
    by_year = {key: answer.by_year for key, answer in answers.items()}
    return team_counts(by_year), min(answer.day for answer in answers.values())


def team_counts(answers: Mapping[tuple[str, str], Mapping[int, int]]) -> pd.DataFrame:
    """Return counts by team type from the answers to the four questions: works by year, by topic and kind of question.

    Raises
    ------
    FetchError
        If the answers of a year contradict each other.

    Examples
    --------
    >>> answers = {("ai", "all"): {2020: 10}, ("ai", "company"): {2020: 4}, ("ai", "both"): {2020: 1},
    ...            ("ai", "no-company"): {2020: 5}}
    >>> team_counts(answers).set_index("team_type")["works"].to_dict()
    {'academia-only': 5, 'collaboration': 1, 'industry-only': 3, 'unknown': 1}
    """
    rows: list[tuple[str, int, str, int]] = []
    for topic in dict.fromkeys(topic for topic, _ in answers):
        total, company, both, without = (answers[topic, kind] for kind in QUESTIONS)
        for year in sorted(total):
            parts = {
                "academia-only": without.get(year, 0),
                "collaboration": both.get(year, 0),
                "industry-only": company.get(year, 0) - both.get(year, 0),
                "unknown": total[year] - company.get(year, 0) - without.get(year, 0),
            }
            if min(parts.values()) < 0:
                raise FetchError(f"the counts of {topic} in {year} contradict each other: {parts}; ask with --fresh")
            rows.extend((topic, year, team, works) for team, works in parts.items())
    return pd.DataFrame(rows, columns=list(COUNTS.columns))


def _ask(client: Client, question: Question) -> Answer:
    """Ask for works by year, over as many pages as it takes; a key can be an address, whose last segment counts."""
    by_year: dict[int, int] = {}
    cursor: str | None = "*"
    while cursor is not None:
        page = client.page(question.query, cursor)
        keys = (str(group["key"]).rsplit("/", 1)[-1] for group in page.records)
        groups = zip(keys, page.records, strict=True)
        by_year |= {int(key): int(group["count"]) for key, group in groups if key.isdecimal()}
        # A cursor comes also with the last groups; following it would cost a credit for an empty answer.
        cursor = page.next_cursor if len(page.records) == PAGE_SIZE else None
    return Answer(by_year, client.asked or "")


def _path(folder: Path, question: Question) -> Path:
    return folder / f"{question.topic}__{question.kind}.json"


def _read(path: Path, question: Question) -> Answer | None:
    """Return an answer on disk, if there is one to this very question."""
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    if content["filters"] != dict(question.query.filters):
        return None
    return Answer({int(year): works for year, works in content["by_year"].items()}, content["day"])
