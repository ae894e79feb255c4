"""Sweeps: every combination once, in one table, on local processes and on a cluster that loses a worker."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from processes import (
    add_cell,
    descendants,
    end,
    left_over,
    press,
    wait_for,
    write_files,
)

from bookpress.book.project import Project
from bookpress.edition.editions import load_edition
from bookpress.edition.fingerprint import Fingerprint
from bookpress.errors import PressError, UsageError
from bookpress.run.executor import executor
from bookpress.run.runner import RunOptions, run_chapters
from bookpress.run.worker import WorkerSettings, check_versions, checked_fingerprint, versions
from bookpress.states.sweeps.grid import read_grid
from bookpress.states.sweeps.sweep import Sweep, plan_sweep, run_sweep, write_table
from bookpress.terminal.progress import Reporter

pytestmark = pytest.mark.heavy

Sweeper = Callable[..., Sweep]
GRID = {"table": ["a", "b"], "factor": ["1", "2", "3"]}


@pytest.fixture
def swept(book: Project) -> Sweeper:
    def run(
        grid: dict[str, Any],
        *options: str,
        out: Path | None = None,
        **how: Any,
    ) -> Sweep:
        plan = plan_sweep(book, "first", grid, options)
        done = run_sweep(book, plan, RunOptions(**how), out)
        write_table(done)
        return done

    return run


def test_every_combination_is_run_once_and_stands_in_one_table_whatever_runs_it(
    swept: Sweeper, tmp_path: Path
) -> None:
    done = swept(GRID, jobs=2, out=tmp_path / "two")
    assert (done.fresh, done.errors, done.keys, done.folder) == (
        6,
        {},
        ["number"],
        tmp_path / "two",
    )
    parquet, csv = done.tables
    table = pd.read_parquet(parquet)
    assert list(table.columns) == [
        "run",
        "table",
        "factor",
        "key",
        "value",
        "low",
        "high",
        "range",
        "k",
        "n",
        "unit",
        "label",
    ]
    expected = [
        (table, factor, value * factor)
        for table, value in (("a", 1), ("b", 2))
        for factor in (1.0, 2.0, 3.0)
    ]
    assert list(table[["table", "factor", "value"]].itertuples(index=False, name=None)) == expected
    pd.testing.assert_frame_equal(pd.read_csv(csv, dtype=table.dtypes.to_dict()), table)
    before = [path.read_bytes() for path in done.tables]
    again = swept(GRID, jobs=1, force=True, out=tmp_path / "two")
    assert [path.read_bytes() for path in again.tables] == before


def test_a_parameter_may_be_called_as_a_column_of_the_results_is(tmp_path: Path) -> None:
    head = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
    cell = "```{code-cell} ipython3\n"
    files = {
        "_config.yml": "title: Plain\nauthor: Ada Author\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.md": (
            f"{head}# One\n\n{cell}:tags: [parameters]\n\nn = 2\nvalue = 1\n```\n\n"
            f"{cell}total = 10 * n + value\n```\n\nIt is {{result}}`total`.\n"
        ),
    }
    said = press(write_files(tmp_path, files), "sweep", "one", "-g", "n=2,3", "-g", "value=1,4")
    table = pd.read_csv(said.split()[-1])
    chosen = table[["parameter_n", "parameter_value", "value"]]
    expected = [(2, 1, 21), (2, 4, 24), (3, 1, 31), (3, 4, 34)]
    assert [*chosen.itertuples(index=False, name=None)] == expected
    page = (Path(said.split()[-1]).parent / "index.html").read_text("utf-8")
    assert "the estimate goes from 21 with n 2, value 1 to 34 with n 3, value 4" in page


def test_values_of_any_kind_and_results_of_any_name_stand_in_the_table(tmp_path: Path) -> None:
    head = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
    cell = "```{code-cell} ipython3\n"
    parameters = 'from typing import Any\nn: Any = 2\nnames = ["x"]\nopen: bool | None = None\n'
    files = {
        "_config.yml": "title: Plain\nauthor: Ada Author\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.md": (
            f"{head}# One\n\n{cell}:tags: [parameters]\n\n{parameters}```\n\n"
            f"{cell}results = len(str(n))\nstatements = results + 1\n```\n\n"
            "They are {result}`results` and {result}`statements`.\n"
            "{holds}`above(results, statements)`\n"
        ),
    }
    home = write_files(tmp_path, files)
    grid = ('n=["all", 10, {"a": 1}, 100000000000000000000]', 'names=[["a,b"]]', "open=null,true")
    words = [word for asked in grid for word in ("-g", asked)]
    said = press(home, "sweep", "one", *words)
    for table in pd.read_parquet(said.split()[0]), pd.read_csv(said.split()[1]):
        numbers = table[table["key"] == "results"]
        assert [*numbers["parameter_n"]][::2] == ["all", "10", '{"a": 1}', f"1{'0' * 20}"]
        assert [*numbers["value"]][::2] == [3, 2, 8, 21]
        assert {*table["names"]} == {'["a,b"]'}
        assert [*table["open"].dropna().unique()] == [True]
    lists = press(home, "sweep", "one", "-g", 'names=["a"],["a","b"]')
    assert {*pd.read_csv(lists.split()[1])["names"]} == {'["a"]', '["a", "b"]'}
    page = Path(said.split()[0]).with_name("index.html")
    shown = BeautifulSoup(page.read_text("utf-8"), "html5lib")
    ids = [part["id"] for part in shown.select("[id]")]
    assert len(ids) == len(set(ids))
    for link in shown.select("a[download], img"):
        assert (page.parent / link.get("href", link.get("src"))).is_file()


def test_a_grid_may_name_its_chapter_and_is_not_larger_than_the_memory(
    book: Project, said: Any
) -> None:
    assert "1 combination," in said("sweep", "first", "-g", "first.factor=2", "--dry-run")[2]
    code, _, error = said("sweep", "first", "-g", "first.factor=2", "-g", "factor=3")
    assert (code, error) == (
        2,
        "error: factor and first.factor are one parameter: give only factor\n",
    )
    ranges = ("factor=1:100", "years_first=1951:2030", "years_last=1951:2030")
    grid = [word for asked in ranges for word in ("-g", asked)]
    code, _, error = said("sweep", "first", *grid, "--dry-run")
    assert (code, error) == (2, "error: the grid has 640,000 combinations; allowed: 100,000\n")
    _, _, error = said("sweep", "first", "-g", "factor=101:1000")
    assert error.startswith("error: 900 problems:\n  factor: 101 is not allowed; ")
    assert error.endswith("\n  ... and 880 more\n")


def test_how_long_a_sweep_takes_claims_no_last_time_without_one(book: Project, said: Any) -> None:
    words = ("sweep", "first", "-g", "factor=2", "--dry-run")
    assert said(*words)[2] == "1 combination, 1 of them to be run: about 1 second\n"
    assert said("run", "first")[0] == 0
    assert said(*words)[2].endswith("about 1 second (as long as chapters took last time)\n")


def test_a_folder_in_which_a_sweep_was_interrupted_may_be_written_again(
    book: Project, said: Any
) -> None:
    folder = book.root.parent / "own"
    write_files(folder, {"results.csv": "", "results.parquet": ""})
    words = ("sweep", "first", "-g", "factor=2", "--out", str(folder))
    assert said(*words)[0] == 0
    (folder / "results.csv").unlink()
    assert "is not the folder of a sweep; give --out a folder of its own" in said(*words)[2]


def test_a_sweep_resumes_shares_the_cache_with_builds_and_prints_its_command(
    book: Project, swept: Sweeper
) -> None:
    run_chapters(book, load_edition(book, "default", ["first.factor=2"]))
    assert swept({"factor": ["1", "1.0", "2", "3"]}, jobs=1).fresh == 2
    done = swept(GRID, jobs=1)
    assert (done.fresh, len(done.runs)) == (3, 6)
    assert done.plan.command == "compute-divide sweep first -g table=a,b -g factor=1.0,2.0,3.0"
    words = shlex.split(done.plan.command)
    again = swept(read_grid([words[place + 1] for place, word in enumerate(words) if word == "-g"]))
    assert (again.folder, again.fresh) == (done.folder, 0)


def test_a_combination_that_fails_is_named_and_the_others_are_kept(
    book: Project, said: Any
) -> None:
    add_cell(book.root / "notebooks/first.md", "assert not (table == 'b' and factor == 2)")
    own = ("--out", str(book.root / "own"))
    code, out, error = said("sweep", "first", "-g", "table=a,b", "-g", "factor=1,2,3", *own)
    [kept] = book.failed.glob("first-*.ipynb")
    assert code == 1
    assert "1 of 6 combinations failed:\n  table=b factor=2.0: first: code cell 3" in error
    assert f"\n    as far as it got: {kept}" in error
    assert pd.read_parquet(out.splitlines()[0])["run"].tolist() == [1, 2, 3, 4, 6]
    assert said("sweep", "first", "-g", "factor=1,2", *own, "--dry-run")[0] == 0, (
        "it may be written again"
    )


@pytest.mark.parametrize(
    ("grid", "options", "parts"),
    [
        (
            {"tabel": ["a"], "factor": ["0", "x", "2"], "table": []},
            (),
            (
                "4 problems",
                "did you mean table",
                "0 is not allowed",
                "x is not allowed",
                "table: no value to try",
            ),
        ),
        ({}, (), ("nothing to vary",)),
        ({"factor": ["0:1e999999999"]}, (), ("has '1e999999999' where a number belongs",)),
        (
            {"factor": ["1"], "tabel": ["a"]},
            ("factor=2", "years_first=1800"),
            (
                "3 problems",
                "factor is set with -p and varied",
                "did you mean table",
                "1800 is not allowed",
            ),
        ),
    ],
)
def test_all_that_is_wrong_is_reported_before_anything_runs(
    book: Project,
    swept: Sweeper,
    grid: dict[str, Any],
    options: tuple[str, ...],
    parts: tuple[str, ...],
) -> None:
    with pytest.raises(UsageError) as raised:
        swept(grid, *options)
    assert [part for part in parts if part not in str(raised.value)] == []
    assert not book.cache.exists()


def test_a_grid_is_given_by_options_and_by_a_file_that_names_others(tmp_path: Path) -> None:
    asked = ["a=1,2", "b=x", 'c=["x,y", "z"]', "d=[not json"]
    assert read_grid(asked) == {"a": ["1", "2"], "b": ["x"], "c": ["x,y", "z"], "d": ["[not json"]}
    path = tmp_path / "grid.yml"
    with pytest.raises(UsageError, match=f"no grid file {path}"):
        read_grid([], path)
    path.write_text("factor: [1, 2.5]\n")
    assert read_grid(["table=a,b"], path) == {"factor": [1, 2.5], "table": ["a", "b"]}
    with pytest.raises(UsageError, match=f"factor is varied with -g and in {path}: choose one"):
        read_grid(["factor=3"], path)
    path.write_text("table: a\n")
    for options in (["a"], ["=1"], ["a=1", "a=2"], []):
        with pytest.raises(UsageError):
            read_grid(options, path if not options else None)


def test_a_cluster_that_loses_a_worker_loses_and_doubles_no_run(
    book: Project, swept: Sweeper, cluster: Callable[..., Any]
) -> None:
    log = book.root.parent / "log"  # beside the book: a file in it counts
    noted = f"import os, time\nwith open({str(log)!r}, 'a') as file:\n"
    noted += "    file.write(f'{table} {factor} {os.getppid()}\\n')\ntime.sleep(0.5)"
    add_cell(book.root / "notebooks/first.md", noted)
    address, workers = cluster(2)
    grid = {"table": ["a", "b"], "factor": [str(number) for number in range(1, 7)]}

    class Killer(Reporter):
        done_count = 0

        def done(self, *_: object) -> None:
            self.done_count += 1
            if self.done_count == 4:
                end(workers[0])

    killer = Killer()
    how = RunOptions(reporter=killer, scheduler=address)
    done = run_sweep(book, plan_sweep(book, "first", grid), how)
    assert (killer.done_count, done.errors) == (12, {})
    assert [row["value"] for row in done.rows] == [
        value * factor for value in (1.0, 2.0) for factor in range(1, 7)
    ]
    assert len({line.split()[2] for line in log.read_text().splitlines()}) == 2, (
        "both workers took part"
    )
    assert len(list(book.cache.rglob("*.json"))) == 12
    local = swept(grid)
    assert (local.fresh, local.runs) == (0, done.runs)


def test_a_scheduler_without_workers_or_answer_is_named(
    cluster: Callable[[int], tuple[str, list[subprocess.Popen[bytes]]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bookpress.run.executor.WORKERS_LIMIT", 1.0)
    address, _ = cluster(0)
    with (
        pytest.raises(PressError, match=f"{address} has no workers; start some"),
        executor(scheduler=address),
    ):
        pass
    monkeypatch.setattr("bookpress.run.executor.ANSWER_LIMIT", 3)
    for nowhere in ("tcp://127.0.0.1:1", "tls://127.0.0.1:1"):
        with (
            pytest.raises(PressError, match=f"no Dask scheduler answers at {nowhere}"),
            executor(scheduler=nowhere),
        ):
            pass


def test_a_worker_with_other_evidence_packages_or_libraries_is_refused(book: Project) -> None:
    here = versions()
    assert {"Python", "pandas", "papermill"} <= set(here)
    order = WorkerSettings("kernel", book, Fingerprint.of(book).id, here)
    check_versions(order)
    with pytest.raises(
        PressError, match=rf"a worker has pandas {here['pandas']} \(the sweep: 1.0\); every worker"
    ):
        check_versions(replace(order, versions={**here, "pandas": "1.0"}))
    checked_fingerprint(order)
    for path in book.packages[0] / "code.py", book.data / "a.csv":
        before = path.read_text()
        path.write_text("43")
        with pytest.raises(PressError, match="a worker has other evidence, packages or lock"):
            checked_fingerprint(order)
        path.write_text(before)


SWEEP = [sys.executable, "-m", "bookpress", "sweep", "first", "--jobs", "2", "-g"]


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_sweep_that_is_stopped_leaves_no_process_and_goes_on(
    book: Project, how: signal.Signals, code: int
) -> None:
    add_cell(book.root / "notebooks/first.md", "import time\ntime.sleep(600 * (factor > 1))")
    how_run: dict[str, Any] = {
        "cwd": book.root,
        "stderr": subprocess.PIPE,
        "stdout": subprocess.DEVNULL,
    }
    process = subprocess.Popen([*SWEEP, "factor=1,2,3,4"], start_new_session=True, **how_run)
    wait_for(lambda: list(book.cache.rglob("*.json")))
    time.sleep(0.3)
    family = descendants(process.pid)
    os.kill(process.pid, how)
    process.communicate(timeout=120)
    assert process.returncode == code
    assert left_over(family) == []
    again = subprocess.run([*SWEEP, "factor=1", "--dry-run"], check=True, text=True, **how_run)
    assert "1 combination, 0 of them to be run" in again.stderr


def test_a_cluster_runs_a_failing_chapter_once_and_keeps_an_engine_while_the_package_is_the_same(
    book: Project, swept: Sweeper, cluster: Callable[..., Any]
) -> None:
    log = book.root.parent / "log"  # beside the book: a file in it counts
    noted = f"import os\nwith open({str(log)!r}, 'a') as file:\n    file.write(f'{{os.getppid()}}\\n')\n"
    add_cell(book.root / "notebooks/first.md", f"{noted}assert factor < 9")
    address, _ = cluster(1)
    done = swept({"factor": ["8", "9"]}, scheduler=address)
    assert (list(done.runs), list(done.errors)) == ([0], [1])
    assert "AssertionError" in done.errors[1]
    swept({"factor": ["7"]}, scheduler=address)
    assert len(set(log.read_text().split())) == 1
    assert len(log.read_text().split()) == 3
    (book.packages[0] / "code.py").write_text("answer = 43\n")
    swept({"factor": ["7"]}, scheduler=address)
    assert len(set(log.read_text().split())) == 2
