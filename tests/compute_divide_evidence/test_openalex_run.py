"""The commands that refresh from OpenAlex, from the plan to the table, against a server that counts credits."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import command_line
import numpy as np
import pytest
from openalex_server import KEY, Server, make_works

from compute_divide.sources.catalogue import verify
from compute_divide.sources.openalex.tables import load_openalex_counts, load_openalex_works
from compute_divide.sources.papers.topics import load_topics
from compute_divide_evidence.openalex.client import KEY_VARIABLE, Client, FetchError
from compute_divide_evidence.openalex.refresh import team_counts

Run = Callable[..., Any]


@pytest.fixture
def server() -> Server:
    rng = np.random.default_rng(11)
    return Server(make_works(730, rng), rng)


@pytest.fixture
def run(
    server: Server, data_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run the command against the server; afterwards look for the key in everything that was written or said."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    monkeypatch.setattr(
        Client, "from_environment", lambda: server.client(key=os.environ.get(KEY_VARIABLE, ""))
    )
    said: list[str] = []

    def call(*arguments: str) -> Any:
        result = command_line.run(
            "data", "refresh", "openalex", *arguments, "--to", str(tmp_path / "fetched")
        )
        said.append(result.output)
        return result

    yield call
    assert all(KEY not in text for text in said)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    assert all(limit is not None for limit in server.timeouts)


def kinds(work: dict[str, Any]) -> set[str]:
    return {place["type"] for author in work["authorships"] for place in author["institutions"]}


def team(types: set[str]) -> str:
    if "company" in types:
        return "collaboration" if types - {"company"} else "industry-only"
    return "academia-only" if types else "unknown"


# --- counts ---


@pytest.mark.heavy
def test_counts_become_a_table(run: Run, server: Server) -> None:
    result = run(
        "counts", "--first", "2014", "--last", "2020", "--subfield", "1702", "--topic", "scrutiny"
    )
    assert result.exit_code == 0, result.output
    assert (
        "8 counts by year: 8 requests, 8 credits; 10,000 of 10,000 credits are left today"
        in result.stderr
    )
    assert result.stdout == "openalex/counts-refreshed.csv  56 rows\n"
    assert server.credits_used == 8
    counts = load_openalex_counts()
    assert counts["table"].unique().tolist() == ["counts-refreshed"]
    asked_for = [work for work in server.works if 2014 <= work["publication_year"] <= 2020]
    expected = Counter((work["publication_year"], team(kinds(work))) for work in asked_for)
    for topic in ("all", "scrutiny"):
        rows = counts[counts["topic"] == topic]
        found = {(row.year, row.team_type): row.works for row in rows.itertuples()}
        assert {key: works for key, works in found.items() if works} == expected
    assert verify() == []


def test_a_plan_asks_for_the_balance_only_and_every_group_can_be_searched_for(
    run: Run, server: Server, data_copy: Path
) -> None:
    before = sorted(data_copy.rglob("*"))
    result = run("counts", "--plan")
    groups = len(load_topics().groups)
    assert result.exit_code == 0
    assert f"{4 * groups} counts by year: {4 * groups} requests" in result.stderr
    assert dict(server.requests) == {"/rate-limit": 1}
    assert sorted(data_copy.rglob("*")) == before


def test_counts_stop_when_the_budget_is_spent(run: Run, server: Server) -> None:
    server.budget = 6
    done = run("counts", "--topic", "scrutiny", "--topic", "low-compute")
    assert done.exit_code == 1
    assert "8 credits; 6 of 6 credits are left today" in done.stderr
    assert "spent (0 of 6 credits left)" in done.stderr
    assert load_openalex_counts().empty


def test_counts_that_contradict_each_other_are_refused() -> None:
    told = {"all": {2020: 5}, "company": {2020: 4}, "both": {}, "no-company": {2020: 3}}
    answers = {("ai", kind): by_year for kind, by_year in told.items()}
    with pytest.raises(FetchError, match="the counts of ai in 2020 contradict each other"):
        team_counts(answers)


# --- records ---

AI = ("records", "--first", "2012", "--last", "2024", "--subfield", "1702")


def test_records_become_a_table(run: Run, server: Server) -> None:
    result = run(*AI, "--name", "ai")
    assert result.exit_code == 0, result.output
    assert "730 works: 9 requests, 9 credits" in result.stderr
    assert "10 credits, 9,990 left" in result.stderr  # one for the count of the plan
    assert result.stdout == "openalex/works-ai.parquet  730 rows\n"
    works = load_openalex_works("works-ai")
    found = dict(zip(works["work"], works["team_type_types"], strict=True))
    assert found == {work["id"].rsplit("/", 1)[-1]: team(kinds(work)) for work in server.works}
    assert verify() == []


def test_records_stop_and_go_on(run: Run, server: Server) -> None:
    server.budget = 5
    first = run(*AI)
    assert first.exit_code == 1
    assert "the day's budget of OpenAlex is spent" in first.stderr
    assert "full again in 11 h 35 min" in first.stderr
    server.credits_used, server.budget = 0, 100
    second = run(*AI)
    assert "730 works: 5 requests, 5 credits" in second.stderr
    assert second.exit_code == 0, second.output
    third = run(*AI, "--name", "again")
    assert "730 works: 0 requests" in third.stderr
    assert third.stdout == "openalex/works-again.parquet  730 rows\n"


def test_fewer_records_than_openalex_says(run: Run, server: Server) -> None:
    server.fault, server.rate, server.strikes = "missing", 1.0, 2
    first = run(*AI)
    assert first.exit_code == 1
    assert "works came, OpenAlex says 730: run the same again with --fresh" in first.stderr
    assert run(*AI).exit_code == 1
    second = run(*AI, "--fresh")
    assert second.exit_code == 0, second.output
    assert second.stdout == "openalex/works-refreshed.parquet  730 rows\n"


def test_another_query_in_the_same_folder_is_refused(run: Run) -> None:
    run(*AI)
    result = run("records", "--first", "2012", "--last", "2024", "--venue", "S4210191458")
    assert result.exit_code == 1
    assert (
        "contains another query (publication_year:2012-2024,primary_topic.subfield.id:1702)"
        in result.stderr
    )
    assert run("records", "--venue", "S4210191458", "--fresh").exit_code == 0


# --- wrong use ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("records",), "years alone would fetch all of science"),
        (
            ("records", "--first", "2020", "--last", "2010", "--subfield", "1702"),
            "2020-2010: the first year lies after the last",
        ),
        (
            ("records", "--venue", "NeurIPS"),
            "'NEURIPS' is not the id of a venue; it looks like S1234",
        ),
        (("records", "--topic", "scrutiny"), "'SCRUTINY' is not the id of a topic"),
        (("records", "--search", "a,b"), "cannot be searched for"),
        (("records", "--subfield", "AI"), "'AI' is not the id of a subfield"),
        (
            ("counts", "--topic", "alchemy"),
            "'alchemy' is neither a group nor a topic; allowed: compute-intensive",
        ),
        (("counts", "--venue", "S1"), "--venue and --search are for records"),
        (("counts", "--first", "2020", "--last", "2010"), "the first year lies after the last"),
        (("counts", "--name", "../x"), "'../x' is not a name for a table"),
    ],
)
def test_wrong_use_asks_nothing(
    arguments: tuple[str, ...], said: str, run: Run, server: Server
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not server.requests


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "OpenAlex needs a key: set OPENALEX_API_KEY"),
        ("wrong-42", "Invalid or missing API key"),
    ],
)
def test_no_key_and_a_wrong_one(
    key: str, said: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, key)
    result = run("counts")
    assert result.exit_code == 1
    assert said in result.stderr
    assert "wrong-42" not in result.output
