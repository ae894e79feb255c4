"""The cache cannot lie: the same key is not run again, and any change of what a run rests on is."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest

from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.errors import PressError, UsageError
from bookpress.files import replace_file
from bookpress.run.ahead import engine_ahead
from bookpress.run.cache import Run, RunCache, current_hash
from bookpress.run.engines import Engine
from bookpress.run.read_tracking import WHOLE
from bookpress.run.runner import Outcome, RunOptions, run_chapters

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
        path.read_text() + "\n```{code-cell} python\nfrom compute_divide.evidence.store.paths import list_names\n"
        "list_names('models', '.csv')\n```\n"
    )
    (book.data / "models").mkdir()
    fresh(book, edition())
    (book.data / "models/2024.csv").write_text("x")
    assert fresh(book, edition()) == ["first"]


def add_cell(book: Project, code: str, slug: str = "first") -> None:
    """Add a cell to a chapter."""
    path = book.root / f"notebooks/{slug}.md"
    path.write_text(path.read_text() + f"\n```{{code-cell}} python\n{dedent(code).strip()}\n```\n")


def first(book: Project, edition: Load, engine: Engine) -> Outcome:
    """Run the first chapter where it has changed."""
    outcome = run_chapters(book, edition(only=["first"]), engine=engine)
    assert not outcome.errors, outcome.errors
    return outcome


PRECISE = {
    "text": "open(data + '/b.csv').read()",
    "bytes": "open(os.fsencode(data + '/b.csv')).read()",
    "descriptor": "os.read(os.open(data + '/b.csv', os.O_RDONLY), 9)",
    "relative": "os.chdir(data); open('b.csv').read()",
    "pandas": "import pandas as pd; pd.read_csv(data + '/b.csv', header=None)",
    "numpy": "import numpy as np; np.loadtxt(data + '/b.csv')",
    "fork": "child = os.fork() or (open(data + '/b.csv').read(), os._exit(0)); os.waitpid(child, 0)",
}


@pytest.mark.parametrize("code", PRECISE.values(), ids=PRECISE)
def test_a_file_that_python_opens_counts_however_it_is_named(
    book: Project, edition: Load, forked: Engine, code: str
) -> None:
    add_cell(book, f"import os\ndata = os.environ['COMPUTE_DIVIDE_DATA']\n{code}")
    assert list(first(book, edition, forked).runs["first"].reads) == ["a.csv", "b.csv"]
    (book.data / "other.csv").write_text("3")
    assert first(book, edition, forked).fresh == []
    (book.data / "b.csv").write_text("4")
    assert first(book, edition, forked).fresh == ["first"]


OUT_OF_SIGHT = {
    "duckdb": "import duckdb; duckdb.sql(f\"select * from read_csv('{data}/b.csv', header=false)\").fetchall()",
    "imported by name": "import importlib; importlib.import_module('duckdb').read_csv(data + '/b.csv').fetchall()",
    "pyarrow": "from pyarrow import csv; csv.read_csv(data + '/b.csv')",
    "parquet": "import pandas as pd; pd.read_parquet(data + '/deep')",
    "shell": "!cat {data}/b.csv",
    "program": "import subprocess; subprocess.run(['cat', data + '/b.csv'])",
    "system": "os.system('cat ' + data + '/b.csv')",
    "spawn": "os.waitpid(os.posix_spawn('/bin/cat', ['cat', data + '/b.csv'], {}), 0)",
    "folder descriptor": "os.read(os.open('b.csv', os.O_RDONLY, dir_fd=os.open(data, os.O_RDONLY)), 9)",
    "listing of a descriptor": "os.listdir(os.open(data, os.O_RDONLY))",
}


@pytest.mark.parametrize("code", OUT_OF_SIGHT.values(), ids=OUT_OF_SIGHT)
def test_a_chapter_that_reads_out_of_sight_rests_on_all_evidence(
    book: Project, edition: Load, forked: Engine, code: str
) -> None:
    (book.data / "deep").mkdir()
    pd.DataFrame({"a": [1]}).to_parquet(book.data / "deep/c.parquet")
    add_cell(book, f"import os\ndata = os.environ['COMPUTE_DIVIDE_DATA']\n{code}")
    assert WHOLE in first(book, edition, forked).runs["first"].reads
    assert first(book, edition, forked).fresh == []
    (book.data / "b.csv").write_text("4\n")
    assert first(book, edition, forked).fresh == ["first"]


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.listdir(data)",
        "import os; list(os.scandir(data))",
        "import glob; glob.glob(data + '/*')",
        "from pathlib import Path; list(Path(data).rglob('*.csv'))",
        "import os; os.chdir(data); os.listdir()",
    ],
)
def test_a_listing_counts_with_the_names_it_shows(book: Project, edition: Load, forked: Engine, code: str) -> None:
    add_cell(book, f"data = {str(book.data)!r}\n{code}")
    first(book, edition, forked)
    (book.data / "b.csv").write_text("4")
    assert first(book, edition, forked).fresh == []
    (book.data / "c.csv").write_text("")
    assert first(book, edition, forked).fresh == ["first"]


@pytest.mark.parametrize("name", ["forked", "kernel"])
def test_what_the_evidence_does_not_count_is_read_by_its_path(
    book: Project, edition: Load, tmp_path: Path, request: pytest.FixtureRequest, name: str
) -> None:
    """Hidden files, files behind links, files elsewhere, modules of the author's own, and files that are not there."""
    engine, beyond = request.getfixturevalue(name), tmp_path / "beyond"
    beyond.mkdir()
    (beyond / "own_module.py").write_text("x = 1")
    (book.data / "link").symlink_to(beyond)
    places = [book.data / ".hid", book.data / "link/c.csv", book.root / "book/words.md", beyond / "own_module.py"]
    for path in places:
        path.write_text("x = 1")
    missing = book.data / "none.csv"
    add_cell(
        book,
        f"""
        import sys
        for path in {list(map(str, places[:3]))!r}:
            open(path).read()
        sys.path.append({str(beyond)!r})
        import own_module
        try:
            open({str(missing)!r})
        except OSError:
            pass
        """,
    )
    first(book, edition, engine)
    assert first(book, edition, engine).fresh == []
    for path in (*places, missing):
        path.write_text("x = 2")
        assert first(book, edition, engine).fresh == ["first"], path


def test_files_of_its_own_are_no_reads(book: Project, edition: Load, forked: Engine) -> None:
    add_cell(
        book,
        """
        import tempfile
        open("here", "w").write("1")
        open("here").read()
        with tempfile.NamedTemporaryFile("w") as file:
            print("1", file=file, flush=True)
            open(file.name).read()
        """,
    )
    assert list(first(book, edition, forked).runs["first"].reads) == ["a.csv"]


def test_a_hidden_file_is_no_table(book: Project, edition: Load, forked: Engine) -> None:
    """The file system of macOS leaves such files beside others."""
    (book.data / "models").mkdir()
    for name in ("2024.csv", "._2024.csv"):
        (book.data / "models" / name).write_text("x")
    add_cell(
        book,
        "from compute_divide.evidence.store.paths import list_names\nassert list_names('models', '.csv') == ['2024']",
    )
    assert list(first(book, edition, forked).runs["first"].reads) == ["a.csv", "models/*.csv"]
    assert first(book, edition, forked).fresh == []


def test_a_table_that_a_loader_did_not_find_counts_when_it_comes(book: Project, edition: Load, forked: Engine) -> None:
    add_cell(
        book,
        """
        from compute_divide.evidence.store.paths import EvidenceError
        try:
            read_bytes("c.csv")
        except EvidenceError:
            pass
        """,
    )
    first(book, edition, forked)
    assert first(book, edition, forked).fresh == []
    (book.data / "c.csv").write_text("3")
    assert first(book, edition, forked).fresh == ["first"]


@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_a_read_that_cannot_be_noted_fails_the_chapter(book: Project, edition: Load, engine: str) -> None:
    add_cell(
        book,
        """
        import os
        log = os.environ["BOOKPRESS_READS"]
        os.rename(log, log + ".old")
        os.mkdir(log)
        open(os.environ["COMPUTE_DIVIDE_DATA"] + "/b.csv").read()
        """,
    )
    outcome = run_chapters(book, edition(only=["first"]), RunOptions(engine=engine))
    assert "IsADirectoryError" in str(outcome.errors[0])


@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_a_stray_variable_reaches_no_chapter(
    book: Project, edition: Load, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", "secret")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    add_cell(book, "import os, time\nassert 'OPENALEX_API_KEY' not in os.environ\nassert time.timezone == 0")
    assert not run_chapters(book, edition(), RunOptions(engine=engine)).errors


@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_a_chapter_imports_what_the_press_does(
    book: Project, edition: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    replace_file(tmp_path / "modules/beside.py", b"VALUE = 5")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))
    add_cell(book, "from beside import VALUE\nassert VALUE == 5")
    assert not run_chapters(book, edition(), RunOptions(engine=engine)).errors


@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_the_start_files_of_the_user_reach_no_chapter(
    book: Project, edition: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    replace_file(tmp_path / ".ipython/profile_default/startup/00.py", b"stray = 99")
    monkeypatch.setenv("HOME", str(tmp_path))
    add_cell(book, "assert 'stray' not in globals()")
    assert not run_chapters(book, edition(), RunOptions(engine=engine)).errors


def test_a_damaged_entry_counts_as_missing(book: Project, edition: Load) -> None:
    fresh(book, edition())
    cut, changed = sorted(book.cache.rglob("*.json"))
    cut.write_bytes(cut.read_bytes()[:-10])
    changed.write_bytes(changed.read_bytes().replace(b"Some text", b"Some test"))
    assert sorted(fresh(book, edition())) == ["first", "second"]
    assert fresh(book, edition()) == []


def test_a_package_that_changes_during_a_run_is_not_cached(book: Project, edition: Load) -> None:
    path = book.root / "notebooks/first.md"
    code = book.packages[0] / "code.py"
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


@pytest.mark.parametrize(
    "code",
    [
        "import duckdb\nchange('99')\nduckdb.read_csv(table).fetchall()\nchange('2')",
        "open(table).read()\nchange('99')\nopen(table).read()\nchange('2')\nopen(table).read()",
    ],
    ids=["out of sight", "seen"],
)
def test_evidence_that_changes_for_a_moment_is_noticed(book: Project, edition: Load, forked: Engine, code: str) -> None:
    change = "import pathlib\ndef change(text):\n    pathlib.Path(table).write_text(text)\n"
    add_cell(book, f"table = {str(book.data / 'b.csv')!r}\n{change}{code}")
    with pytest.raises(PressError, match="the evidence changed while chapters were running"):
        first(book, edition, forked)
    assert not list(book.cache.rglob("*.json"))


@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_a_package_that_changes_once_the_engine_is_opened_is_not_cached(
    book: Project, edition: Load, engine: str
) -> None:
    """The engine has imported, or not, what the fingerprint found later."""
    with engine_ahead(book, engine) as opened:
        (book.packages[0] / "code.py").write_text("answer = 43\n")
        with pytest.raises(PressError, match="the package changed"):
            run_chapters(book, edition(), engine=opened)
    assert not list(book.cache.rglob("*.json"))


@pytest.mark.parametrize("content", ["[]", '"x"', '{"first": "x"}', '{"first": null}', "{"])
def test_a_damaged_file_of_durations_does_no_harm(book: Project, edition: Load, content: str) -> None:
    replace_file(book.build / "seconds.json", content.encode())
    assert fresh(book, edition()) == ["first", "second"]


def test_only_one_thread_parses(book: Project, edition: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Python 3.11 two that parse at once can disturb each other, and a chapter fails that is sound."""
    parsing: set[int] = set()
    parse = ast.parse

    def noted(*args: object, **keywords: object) -> object:
        parsing.add(threading.get_ident())
        return parse(*args, **keywords)  # type: ignore[call-overload]

    monkeypatch.setattr(ast, "parse", noted)
    assert fresh(book, edition(), jobs=2) == ["first", "second"]
    assert parsing == {threading.get_ident()}


def test_storing_one_run_many_times_at_once_leaves_one_whole_entry(book: Project) -> None:
    cache = RunCache(book.cache)
    run = Run("first", "k" * 64, b"notebook" * 1000, {}, {"a.csv": "1"}, 1.0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(cache.store, [run] * 64))
    assert cache.find(run.key, {"a.csv": "1"}) == run
    assert len(list((book.cache / run.key).iterdir())) == 1


def test_a_chapter_that_reads_nothing_rests_on_all_evidence(book: Project, edition: Load) -> None:
    path = book.root / "notebooks/first.md"
    path.write_text(path.read_text().replace('float(read_bytes(f"{table}.csv"))', "1.0"))
    run = run_chapters(book, edition()).runs["first"]
    assert run.reads == {WHOLE: current_hash(WHOLE, edition().fingerprint.evidence)}


def test_a_listing_depends_on_names_of_that_folder_alone() -> None:
    evidence = {"models/a.csv": "1", "models/b.yml": "2", "models/deep/c.csv": "3", "d.csv": "4"}
    before = current_hash("models/*.csv", evidence)
    assert current_hash("models/*.csv", {**evidence, "models/a.csv": "9", "e.csv": "1"}) == before
    assert current_hash("models/*.csv", {**evidence, "models/z.csv": "1"}) != before


@pytest.mark.parametrize("how", [{"jobs": 0}, {"time_limit": 0.0}, {"time_limit": -1.0}])
def test_options_are_checked(how: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="allowed"):
        RunOptions(**how)  # type: ignore[arg-type]
