"""The corpus: exact counts in any format and on any number of workers; nothing is lost when a part or worker fails."""

import gzip
import io
import itertools
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import command_line
import duckdb
import numpy as np
import pandas as pd
import pytest
from corpus_workers import deadly_pool, one_worker, two_workers
from hypothesis import given
from hypothesis import strategies as st
from openalex_server import make_works
from processes import end
from pyarrow import fs

from bookpress.run.executor import executor
from compute_divide_evidence.openalex.snapshot import Report, Watch, count_corpus
from compute_divide_evidence.openalex.snapshot_parts import (
    CorpusError,
    CorpusQuestion,
    _place,
    count_part,
    list_parts,
)
from sampling import count, some

pytestmark = pytest.mark.heavy

PARTS = count(4, 8)  # files of the snapshot

# --- what the counts must be ---


def places(work: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        place
        for author in work.get("authorships") or []
        for place in author.get("institutions") or []
    ]


def expected(
    works: Iterable[dict[str, Any]], question: CorpusQuestion | None = None
) -> Counter[tuple[Any, ...]]:
    """Count works in plain Python, by the words of the documentation rather than by the query."""
    question = question or CorpusQuestion()
    counts: Counter[tuple[Any, ...]] = Counter()
    for work in works:
        topic = work.get("primary_topic") or {}
        chosen = topic if question.level == "topic" else topic.get(question.level) or {}
        if work.get("is_xpac") or (question.types and work.get("type") not in question.types):
            continue
        company = {
            place["type"] == "company" or place["id"].rsplit("/", 1)[-1] in question.companies
            for place in places(work)
            if place.get("type") is not None or place["id"].rsplit("/", 1)[-1] in question.companies
        }
        team = {(True,): "industry-only", (False,): "academia-only", (False, True): "collaboration"}
        countries = {place["country_code"] for place in places(work) if place.get("country_code")}
        name = str(chosen.get("id", "unknown")).rsplit("/", 1)[-1]
        for country in {"all"} | (countries or {"unknown"}):
            key = (
                work.get("publication_year"),
                team.get(tuple(sorted(company)), "unknown"),
                name,
                country,
            )
            counts[key] += 1
    return counts


def found(path: Path | io.BytesIO) -> Counter[tuple[Any, ...]]:
    table = pd.read_parquet(path).query("team_type != 'left out'")
    rows = table.astype(object).where(table.notna(), None)
    return Counter(
        {
            (
                None if row.year is None else int(row.year),
                row.team_type,
                row.topic,
                row.country,
            ): int(row.works)
            for row in rows.itertuples()
        }
    )


# --- corpora ---


def add_topics(works: list[dict[str, Any]], rng: np.random.Generator) -> list[dict[str, Any]]:
    for work in works:
        number = int(rng.integers(1700, 1704))
        levels = {
            level: {
                "id": f"https://openalex.org/{level}s/{number // 100 if level == 'field' else number}",
                "display_name": "x",
            }
            for level in ("domain", "field", "subfield")
        }
        work["primary_topic"] = {
            "id": f"https://openalex.org/T{number}",
            "display_name": "topic",
            **levels,
        }
        work["is_xpac"] = bool(rng.integers(2))
    return works


def write_jsonl(works: list[dict[str, Any]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        gzip.compress("".join(json.dumps(work) + "\n" for work in works).encode(), mtime=0)
    )


def write_parquet(jsonl: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        works = connection.read_json(str(jsonl), format="newline_delimited", sample_size=-1)
        works.write_parquet(str(path))


def write_snapshot(root: Path, works: list[dict[str, Any]], parts: int) -> None:
    """Write works in the layout of the quarterly snapshot, in both formats, with manifests."""
    for kind, ending in (("jsonl", "gz"), ("parquet", "parquet")):
        entries = []
        for number in range(parts):
            name = f"updated_date=2026-06-{number // 2 + 1:02}/part_{number % 2:04}.{ending}"
            path = root / kind / "works" / name
            if kind == "jsonl":
                write_jsonl(works[number::parts], path)
            else:
                twin = root / "jsonl" / "works" / name.replace(".parquet", ".gz")
                write_parquet(twin, path)
            meta = {
                "content_length": path.stat().st_size,
                "record_count": len(works[number::parts]),
            }
            entries.append({"url": f"s3://openalex/data/{kind}/works/{name}", "meta": meta})
        manifest = {"date": "2026-06-24", "format": kind, "entity": "works", "files": entries}
        (root / kind / "works" / "manifest.json").write_text(json.dumps(manifest))
        other = root / kind / "authors" / "updated_date=2026-06-01" / f"part_0000.{ending}"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"not works")


@pytest.fixture(scope="module")
def works() -> list[dict[str, Any]]:
    rng = np.random.default_rng(7)
    return add_topics(make_works(2000, rng), rng)


@pytest.fixture(scope="module")
def snapshot(works: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("snapshot")
    write_snapshot(root, works, PARTS)
    return root


def tally(
    source: Path | str, folder: Path, pool: Any = one_worker, question: CorpusQuestion | None = None
) -> tuple[Report, bytes]:
    report = count_corpus(str(source), folder, pool, question)
    return report, (folder / "counts.parquet").read_bytes()


# --- exact, in every way of counting ---


def test_both_formats_and_any_number_of_workers_give_the_same_bytes(
    snapshot: Path, works: list[dict[str, Any]], tmp_path: Path
) -> None:
    results = [
        tally(snapshot / kind, tmp_path / f"{kind}{jobs}", pool)
        for kind in ("jsonl", "parquet")
        for jobs, pool in ((1, one_worker), (2, two_workers))
    ]
    assert len({content for _, content in results}) == 1
    assert found(tmp_path / "jsonl1" / "counts.parquet") == expected(works)
    for report, _ in results:
        assert report.whole
        assert (report.parts, report.counted) == (PARTS, PARTS)
        assert report.works + report.left_out == len(works)
        assert report.works == sum(not work["is_xpac"] for work in works)


@pytest.mark.parametrize(
    "question",
    [
        CorpusQuestion(level="topic"),
        CorpusQuestion(level="field", types=("article", "preprint")),
        CorpusQuestion(level="domain", types=("preprint", "art'icle")),
        CorpusQuestion(companies=("I3", "I5", "I77")),
    ],
)
def test_every_question(
    question: CorpusQuestion, snapshot: Path, works: list[dict[str, Any]]
) -> None:
    parts, _ = list_parts(str(snapshot / "jsonl"))
    twins, _ = list_parts(str(snapshot / "parquet"))
    for number, (part, twin) in enumerate(zip(parts, twins, strict=True)):
        counts = count_part(part, question)
        assert counts == count_part(twin, question)
        assert found(io.BytesIO(counts)) == expected(works[number::PARTS], question)


PLACES = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["https://openalex.org/I1", "https://openalex.org/I2", "I3"]),
        "type": st.sampled_from(["company", "education", "funder", "other", None]),
        "country_code": st.sampled_from(["US", "CN", None]),
    }
)
WORKS = st.lists(
    st.fixed_dictionaries(
        {"id": st.just("W"), "publication_year": st.one_of(st.none(), st.integers(1900, 2030))},
        optional={
            "type": st.sampled_from(["article", "preprint", None]),
            "is_xpac": st.sampled_from([True, False, None]),
            "authorships": st.one_of(
                st.none(),
                st.lists(
                    st.fixed_dictionaries(
                        {}, optional={"institutions": st.lists(PLACES, max_size=3)}
                    ),
                    max_size=3,
                ),
            ),
            "primary_topic": st.one_of(
                st.none(),
                st.just(
                    {
                        "id": "T1",
                        "display_name": "t",
                        "subfield": {"id": "s/9", "display_name": None},
                    }
                ),
            ),
        },
    ),
    min_size=1,
    max_size=8,
)


@given(
    WORKS,
    st.sampled_from(
        [CorpusQuestion(), CorpusQuestion(companies=("I2",)), CorpusQuestion("topic", ("article",))]
    ),
)
def test_any_works_are_counted_by_the_rule(
    works: list[dict[str, Any]], question: CorpusQuestion
) -> None:
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"corpus-{os.getpid()}.jsonl.gz"  # noqa: S108
    write_jsonl(works, path)
    try:
        assert found(io.BytesIO(count_part(list_parts(str(path))[0][0], question))) == expected(
            works, question
        )
    finally:
        path.unlink()


@pytest.mark.raw
def test_real_records(raw_dir: Path, tmp_path: Path) -> None:
    path = raw_dir / "openalex" / "openalexPro_works_2026-05.jsonl.gz"
    works = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    report, _ = tally(path, tmp_path)
    assert (report.works, report.left_out) == (202, 0)
    assert found(tmp_path / "counts.parquet") == expected(works)
    write_parquet(path, tmp_path / "part.parquet")
    assert (
        tally(tmp_path / "part.parquet", tmp_path / "again")[1]
        == (tmp_path / "counts.parquet").read_bytes()
    )


# --- what can go wrong ---


@pytest.fixture
def copy(snapshot: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(snapshot / "jsonl", tmp_path / "copy"))


def spoil(path: Path, how: str) -> None:
    content = path.read_bytes()
    path.write_bytes(
        {
            "cut": content[: len(content) // 2],
            "not packed": b"hello",
            "not JSON": gzip.compress(b'{"id": "W1"}\n{"id": nope}\n'),
            "wrong type": gzip.compress(b'{"id": "W1", "publication_year": "twenty"}\n'),
            "fewer": gzip.compress(gzip.decompress(content).rsplit(b"\n", 2)[0] + b"\n"),
        }[how]
    )


@pytest.mark.parametrize(
    ("how", "told"),
    some(
        [
            ("fewer", True),
            *itertools.product(("cut", "not packed", "not JSON", "wrong type"), (True, False)),
        ],
        3,
        19,
    ),
)
def test_a_broken_part_is_named_and_the_rest_counted_once_and_all_when_it_is_mended(
    how: str, told: bool, snapshot: Path, copy: Path, works: list[dict[str, Any]], tmp_path: Path
) -> None:
    name = "updated_date=2026-06-02/part_0001.gz"
    spoil(copy / "works" / name, how)
    if not told:
        (copy / "works" / "manifest.json").unlink()
    report, _ = tally(copy, tmp_path / "out")
    assert list(report.set_aside) == [name]
    assert ("manifest says" in report.set_aside[name]) == told
    assert (report.whole, report.counted) == (False, PARTS - 1)
    rest = [work for number in range(PARTS) if number != 3 for work in works[number::PARTS]]
    assert found(tmp_path / "out" / "counts.parquet") == expected(rest)
    shutil.copy(snapshot / "jsonl" / "works" / name, copy / "works" / name)
    report, _ = tally(copy, tmp_path / "out")
    assert (report.resumed, report.counted, report.whole) == (PARTS - 1, PARTS, True)
    assert found(tmp_path / "out" / "counts.parquet") == expected(works)


def test_nothing_to_read(tmp_path: Path, snapshot: Path) -> None:
    with pytest.raises(CorpusError, match="no corpus at"):
        tally(tmp_path / "nowhere", tmp_path)
    with pytest.raises(CorpusError, match="two copies of the same works"):
        tally(snapshot, tmp_path)
    (tmp_path / "bad.gz").write_bytes(b"bad")
    with pytest.raises(CorpusError, match=r"none of the 1 parts .* the first, bad\.gz: .*GZIP"):
        tally(tmp_path / "bad.gz", tmp_path / "out")
    pd.DataFrame({"publication_year": [2020]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(CorpusError, match="no column authorships"):
        tally(tmp_path / "a.parquet", tmp_path / "out")


def test_an_empty_part_counts_nothing(tmp_path: Path, snapshot: Path) -> None:
    first = max((snapshot / "parquet" / "works").rglob("part_0000.parquet"))
    with duckdb.connect() as connection:
        connection.read_parquet(str(first)).limit(0).write_parquet(str(tmp_path / "b.parquet"))
    write_jsonl([], tmp_path / "empty" / "a.gz")
    for path in (tmp_path / "b.parquet", tmp_path / "empty"):
        report, _ = tally(path, tmp_path / "out")
        assert (report.works, report.whole) == (0, True)


# --- workers that die ---


def test_a_part_that_kills_its_workers_is_set_aside(
    copy: Path, works: list[dict[str, Any]], tmp_path: Path
) -> None:
    (copy / "works" / "manifest.json").unlink()
    deadly = copy / "works" / "updated_date=2026-06-01" / "part_0001.gz"
    deadly.rename(deadly.with_name("deadly.gz"))
    report = count_corpus(str(copy), tmp_path / "out", partial(deadly_pool, 2))
    assert report.set_aside == {
        "updated_date=2026-06-01/deadly.gz": "the process that reads it dies"
    }
    rest = [work for number in range(PARTS) if number != 1 for work in works[number::PARTS]]
    assert found(tmp_path / "out" / "counts.parquet") == expected(rest)


def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(
    snapshot: Path, cluster: Callable[[int], Any], tmp_path: Path
) -> None:
    address, workers = cluster(2)
    _, local = tally(snapshot / "parquet", tmp_path / "local")
    counted: list[object] = []

    def kill_one(part: object) -> None:
        counted.append(part)
        if len(counted) == 2:
            end(workers[0])

    report = count_corpus(
        str(snapshot / "parquet"),
        tmp_path / "dask",
        partial(executor, scheduler=address),
        watch=Watch(settle=kill_one),
    )
    assert workers[0].poll() not in (None, 0)
    assert report.whole
    assert (tmp_path / "dask" / "counts.parquet").read_bytes() == local


# --- the command ---


def test_the_command_says_what_is_broken_and_fails(copy: Path, tmp_path: Path) -> None:
    arguments = [
        "corpus",
        str(copy),
        "--to",
        str(tmp_path / "out"),
        "--jobs",
        "1",
        "--level",
        "field",
    ]
    good = command_line.run(*arguments)
    assert good.exit_code == 0, good.output
    assert good.stdout == f"{tmp_path / 'out' / 'counts.parquet'}\n"
    spoil(copy / "works" / "updated_date=2026-06-02" / "part_0001.gz", "cut")
    (copy / "works" / "updated_date=2026-06-01" / "part_0000.gz").unlink()
    bad = command_line.run(*arguments)
    assert bad.exit_code == 1
    assert "set aside: updated_date=2026-06-02/part_0001.gz: " in bad.stderr
    assert "missing: updated_date=2026-06-01/part_0000.gz: the manifest lists it" in bad.stderr
    assert f"{PARTS - 2} of {PARTS - 1} parts ({PARTS - 2} counted before)" in bad.stderr
    assert (
        json.loads((tmp_path / "out" / "report.json").read_text())["question"]["level"] == "field"
    )
    assert command_line.run("corpus", str(tmp_path / "nowhere")).exit_code == 1
    assert command_line.run("corpus", str(copy), "--level", "subject").exit_code == 2


# --- S3 ---


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_bucket_gives_the_same_bytes(
    kind: str, snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, local = tally(snapshot / kind, tmp_path / "local")
    assert isinstance(_place("s3://openalex/data")[0], fs.S3FileSystem)
    shutil.copytree(snapshot, tmp_path / "openalex" / "data")
    bucket = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    monkeypatch.setattr(fs, "S3FileSystem", lambda **_: bucket)
    report, found = tally(
        f"s3://openalex/data/{kind}", tmp_path / "out", partial(ThreadPoolExecutor, 1)
    )
    assert (report.whole, found) == (True, local)
