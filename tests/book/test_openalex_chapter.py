"""The chapter on OpenAlex becomes full when works and counts are fetched."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from openalex_server import make_works

from book.conftest import shrink
from compute_divide_evidence.openalex.client import AnswerPage
from compute_divide_evidence.openalex.fetch import opened
from compute_divide_evidence.openalex.refresh import Choice, records_query, team_counts
from compute_divide_evidence.openalex.tables import write_counts, write_works
from compute_divide_evidence.store.writing import seal

pytestmark = pytest.mark.heavy


@pytest.fixture
def refreshed(fresh_checkout: Path) -> Path:
    shrink(fresh_checkout, "openalex:missing_arxiv", ["openalex"])
    works = make_works(300, np.random.default_rng(5))
    with opened(
        fresh_checkout.parent / "fetched", records_query(Choice(2012, 2024, subfield="1702"))
    ) as store:
        store.add(AnswerPage(works, len(works), None))
        write_works(store, "ai", "2026-11-24", fresh_checkout / "data")
    by_year = {year: 100 + year - 2012 for year in range(2012, 2025)}
    told = {
        "all": by_year,
        "company": dict.fromkeys(by_year, 30),
        "both": dict.fromkeys(by_year, 20),
    }
    answers = {
        (topic, kind): counts
        for topic in ("all", "scrutiny")
        for kind, counts in {**told, "no-company": dict.fromkeys(by_year, 50)}.items()
    }
    write_counts(
        team_counts(answers), "ai", "2026-11-24", ["all: subfield 1702"], fresh_checkout / "data"
    )
    seal(fresh_checkout / "data")
    return fresh_checkout


def test_the_chapter_runs_on_what_was_fetched(
    refreshed: Path, run_command: Callable[..., str]
) -> None:
    page = Path(
        run_command(
            refreshed, "build", "--chapters", "openalex", "-p", "openalex.works=works-ai"
        ).strip()
    )
    text = (page.parent / "notebooks" / "openalex.html").read_text(encoding="utf-8")
    assert "This edition uses the table" in text
    assert 'id="fig-openalex-counts"' in text
    assert "universities alone wrote 62% of the works of 2024 with a known team" in text
    told = json.loads((page.parents[1] / "statements.json").read_text(encoding="utf-8"))["openalex"]
    no_counts = "cd.equals(len(tables), 0, 'the number of tables of counts')"
    assert told["shipped"]["holds"] is told[no_counts]["holds"] is False
    words = re.sub(r"<[^>]+>", "", text)
    assert "under your choices the question is another one: the table is works-ai" in words
