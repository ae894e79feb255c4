"""The cache cannot lie: the same key is not run again, and any change of what a run rests on is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from compute_divide.press.cache import WHOLE, Run, RunCache, current_hash, parse_reads
from compute_divide.press.chapters_run import RunOptions, run_chapters
from compute_divide.press.editions import Edition
from compute_divide.press.errors import PressError, UsageError
from compute_divide.press.project import Project

Load = Callable[..., Edition]


def fresh(book: Project, edition: Edition, **how: object) -> list[str]:
    """Run what has changed and return which chapters that were."""
    return run_chapters(book, edition, RunOptions(**how)).fresh  # type: ignore[arg-type]


def test_the_same_is_not_run_again(book: Project, edition: Load) -> None:
    assert fresh(book, edition()) == ["first", "second"]
    assert fresh(book, edition()) == []
    assert fresh(book, edition(), force=True) == ["first", "second"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"notebooks/first.md": "\nMore.\n"}, ["first"]),
        ({"package/code.py": "more = 1\n"}, ["first", "second"]),
        ({"package/new.py": ""}, ["first", "second"]),
        ({"data/a.csv": " "}, ["first", "second"]),
        ({"data/b.csv": "3"}, []),
        ({"data/new.csv": "3"}, []),
        ({"requirements.lock": "more==1"}, ["first", "second"]),
        ({"book/words.md": "More words."}, []),
    ],
    ids=["chapter", "package", "new module", "table read", "table not read", "new table", "lock", "page"],
)
def test_each_ingredient_counts(book: Project, edition: Load, change: dict[str, str], expected: list[str]) -> None:
    fresh(book, edition())
    for name, text in change.items():
        path = book.root / name
        path.write_text((path.read_text() if path.exists() else "") + text)
    assert fresh(book, edition()) == expected


def test_parameters_count_for_the_chapter_they_reach(book: Project, edition: Load) -> None:
    fresh(book, edition())
    assert fresh(book, edition("default", "second.factor=2")) == ["second"]
    assert fresh(book, edition("default", "second.factor=2")) == []
    assert fresh(book, edition("default", "factor=2")) == ["first"]


def test_the_python_version_counts(book: Project, edition: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh(book, edition())
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert fresh(book, edition()) == ["first", "second"]


def test_the_engine_and_the_number_of_jobs_do_not_count(book: Project, edition: Load) -> None:
    one = run_chapters(book, edition(), RunOptions(jobs=1, force=True)).runs
    for how in (RunOptions(jobs=2, force=True), RunOptions(jobs=1, engine="kernel", force=True)):
        other = run_chapters(book, edition(), how).runs
        assert {slug: run.notebook for slug, run in one.items()} == {slug: run.notebook for slug, run in other.items()}
        assert {slug: run.results for slug, run in one.items()} == {slug: run.results for slug, run in other.items()}


def test_identical_code_on_different_data_is_run_for_each(book: Project, edition: Load) -> None:
    """What the standard stack gets wrong: it hashes code cells alone."""
    first, second = (book.root / f"notebooks/{slug}.md" for slug in ("first", "second"))
    second.write_text(first.read_text())
    runs = run_chapters(book, edition("default", "second.table=b")).runs
    assert [run.results["number"]["value"] for run in runs.values()] == [1.0, 2.0]
    (book.data / "b.csv").write_text("5\n")
    outcome = run_chapters(book, edition("default", "second.table=b"))
    assert outcome.fresh == ["second"]
    assert [run.results["number"]["value"] for run in outcome.runs.values()] == [1.0, 5.0]


def test_a_table_that_comes_back_is_found_again(book: Project, edition: Load) -> None:
    fresh(book, edition())
    before = (book.data / "a.csv").read_text()
    (book.data / "a.csv").write_text("9\n")
    fresh(book, edition())
    (book.data / "a.csv").write_text(before)
    assert fresh(book, edition()) == []


def test_a_new_file_counts_for_a_chapter_that_lists_the_folder(book: Project, edition: Load) -> None:
    path = book.root / "notebooks/first.md"
    path.write_text(
        path.read_text() + "\n```{code-cell} python\nfrom compute_divide.evidence.paths import list_names\n"
        "list_names('models', '.csv')\n```\n"
    )
    (book.data / "models").mkdir()
    fresh(book, edition())
    (book.data / "models/2024.csv").write_text("x")
    assert fresh(book, edition()) == ["first"]


def test_a_chapter_that_reads_past_the_loaders_is_still_seen(book: Project, edition: Load) -> None:
    path = book.root / "notebooks/first.md"
    path.write_text(
        path.read_text() + "\n```{code-cell} python\nimport os\nimport pandas as pd\n"
        "pd.read_csv(os.environ['COMPUTE_DIVIDE_DATA'] + '/b.csv', header=None)\n```\n"
    )
    for how in ({"engine": "forked"}, {"engine": "kernel"}):
        fresh(book, edition(), **how)
        (book.data / "b.csv").write_text(how["engine"])
        assert fresh(book, edition(), **how) == ["first"]


def test_a_damaged_entry_counts_as_missing(book: Project, edition: Load) -> None:
    fresh(book, edition())
    cut, changed = sorted(book.cache.rglob("*.json"))
    cut.write_bytes(cut.read_bytes()[:-10])
    changed.write_bytes(changed.read_bytes().replace(b"Some text", b"Some test"))
    assert sorted(fresh(book, edition())) == ["first", "second"]
    assert fresh(book, edition()) == []


def test_a_package_that_changes_during_a_run_is_not_cached(book: Project, edition: Load) -> None:
    path = book.root / "notebooks/first.md"
    code = book.package / "code.py"
    path.write_text(path.read_text() + f"\n```{{code-cell}} python\nopen({str(code)!r}, 'a').write('x = 1')\n```\n")
    with pytest.raises(PressError, match="the package changed"):
        fresh(book, edition(only=["first"]))
    assert not list(book.cache.rglob("*.json"))


def test_evidence_that_changes_during_a_run_is_noticed(book: Project, edition: Load) -> None:
    path = book.root / "notebooks/first.md"
    table = book.data / "a.csv"
    path.write_text(path.read_text().replace("number = float", f"open({str(table)!r}, 'w').write('8')\nnumber = float"))
    with pytest.raises(PressError, match=r"the evidence changed .*a\.csv"):
        fresh(book, edition(only=["first"]))


def test_storing_one_run_many_times_at_once_leaves_one_whole_entry(book: Project) -> None:
    cache = RunCache(book.cache)
    run = Run("first", "k" * 64, b"notebook" * 1000, {}, {"a.csv": "1"}, 1.0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(cache.store, [run] * 64))
    assert cache.find(run.key, {"a.csv": "1"}) == run
    assert len(list((book.cache / run.key).iterdir())) == 1


def test_reads_of_nothing_mean_all_evidence() -> None:
    reads = parse_reads([], {"a": "1"})
    assert reads == {WHOLE: current_hash(WHOLE, {"a": "1"})}
    assert reads[WHOLE] != current_hash(WHOLE, {"a": "2"})


def test_a_listing_depends_on_names_of_that_folder_alone() -> None:
    evidence = {"models/a.csv": "1", "models/b.yml": "2", "models/deep/c.csv": "3", "d.csv": "4"}
    before = current_hash("models/*.csv", evidence)
    assert current_hash("models/*.csv", {**evidence, "models/a.csv": "9", "e.csv": "1"}) == before
    assert current_hash("models/*.csv", {**evidence, "models/z.csv": "1"}) != before


@pytest.mark.parametrize("how", [{"jobs": 0}, {"time_limit": 0.0}, {"time_limit": -1.0}])
def test_options_are_checked(how: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="allowed"):
        RunOptions(**how)  # type: ignore[arg-type]
