"""Sweeps: every combination once, in one table, on local processes and on a cluster that loses a worker."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from bookpress.book.chapters import Chapter, discover
from bookpress.book.editions import Fingerprint
from bookpress.book.project import Project
from bookpress.errors import PressError, UsageError
from bookpress.explore.grid import combinations, parse_options, read_grid, whole_grid
from bookpress.explore.run_one import Swept, sweep_chapter
from bookpress.explore.sweep import chosen_keys, run_sweep, write_table
from bookpress.progress import Silent
from bookpress.run.executor import executor
from bookpress.run.runner import RunOptions
from bookpress.run.worker import Order, check_versions, checked_fingerprint, versions

Sweeper = Callable[..., Swept]
GRID = {"table": ["a", "b"], "factor": ["1", "2", "3"]}


@pytest.fixture
def first(book: Project) -> Chapter:
    return discover(book)[0]


@pytest.fixture
def swept(book: Project) -> Sweeper:
    """Return a sweep of the first chapter."""

    def run(
        grid: dict[str, Any],
        *options: str,
        keys: Sequence[str] = (),
        scheduler: str | None = None,
        out: Path | None = None,
        **how: Any,
    ) -> Swept:
        return sweep_chapter(book, "first", grid, options, "default", keys, RunOptions(**how), Silent(), scheduler, out)

    return run


def test_every_combination_is_run_once_and_stands_in_one_table(swept: Sweeper) -> None:
    done = swept(GRID, jobs=2)
    assert (done.sweep.fresh, done.sweep.errors) == (6, {})
    parquet, csv = done.tables
    table = pd.read_parquet(parquet)
    assert list(table.columns) == ["run", "table", "factor", "key", "value", "low", "high", "k", "n", "unit", "label"]
    expected = [(table, factor, value * factor) for table, value in (("a", 1), ("b", 2)) for factor in (1.0, 2.0, 3.0)]
    assert list(table[["table", "factor", "value"]].itertuples(index=False, name=None)) == expected
    pd.testing.assert_frame_equal(pd.read_csv(csv, dtype=table.dtypes.to_dict()), table)


def test_a_sweep_resumes_and_shares_the_cache_with_builds(book: Project, swept: Sweeper) -> None:
    from bookpress.book.editions import load_edition
    from bookpress.run.runner import run_chapters

    run_chapters(book, load_edition(book, "default", ["first.factor=2"]))
    assert swept({"factor": ["1", "2", "3"]}, jobs=1).sweep.fresh == 2
    assert swept(GRID, jobs=1).sweep.fresh == 3
    again = swept(GRID, jobs=2)
    assert again.sweep.fresh == 0
    assert len(again.sweep.runs) == 6


def test_a_combination_that_fails_is_named_and_the_others_are_kept(book: Project, swept: Sweeper) -> None:
    path = book.root / "notebooks/first.md"
    path.write_text(path.read_text() + "\n```{code-cell} python\nassert not (table == 'b' and factor == 2)\n```\n")
    done = swept(GRID, jobs=2)
    assert done.sweep.fresh == 5
    [kept] = book.failed.glob("first-*.ipynb")
    message = rf"1 of 6 combinations failed:\n  table=b factor=2.0: first: code cell 3.*\n    as far as it got: {kept}"
    with pytest.raises(PressError, match=message):
        done.sweep.raise_errors()
    assert pd.read_parquet(done.tables[0])["run"].tolist() == [1, 2, 3, 4, 6]


def test_all_errors_of_a_grid_are_reported_before_anything_runs(
    first: Chapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = {parameter.name: parameter.default for parameter in first.parameters}
    with pytest.raises(UsageError) as raised:
        combinations(first, {"tabel": ["a"], "factor": ["0", "x", "2"], "table": []}, base)
    for part in ("4 problems", "did you mean table", "0 is not allowed", "x is not allowed", "table: no value to try"):
        assert part in str(raised.value)
    with pytest.raises(UsageError, match="years_first is 2020 and years_last is 2014"):
        combinations(first, {"years_first": ["2000", "2020"]}, base)
    with pytest.raises(UsageError, match="nothing to vary"):
        combinations(first, {}, base)


def test_a_value_given_twice_is_run_once(first: Chapter) -> None:
    base = {parameter.name: parameter.default for parameter in first.parameters}
    assert len(combinations(first, {"factor": ["1", "1.0", "2"]}, base)) == 2


def test_a_grid_file(tmp_path: Path) -> None:
    path = tmp_path / "grid.yml"
    path.write_text("table: [a, b]\nfactor: [1, 2.5]\n")
    assert read_grid(path) == {"table": ["a", "b"], "factor": [1, 2.5]}
    path.write_text(json.dumps({"table": ["a"]}))
    assert read_grid(path) == {"table": ["a"]}
    path.write_text("table: a\n")
    with pytest.raises(UsageError, match="lists of values"):
        read_grid(path)


def test_what_contradicts_itself_is_reported_with_all_else(swept: Sweeper) -> None:
    with pytest.raises(UsageError) as raised:
        swept({"factor": ["1"], "tabel": ["a"]}, "factor=2", "years_first=1800")
    for part in (
        "3 problems",
        "factor is set with -p and varied",
        "did you mean table",
        "1800 is not allowed",
    ):
        assert part in str(raised.value)


def test_a_sweep_is_told_as_json_and_goes_where_it_is_told(swept: Sweeper, tmp_path: Path) -> None:
    done = swept({"factor": ["1", "2"]}, out=tmp_path / "out")
    told = json.loads(json.dumps(done.as_json()))
    assert told["combinations"] == told["run_now"] == len(told["results"]) == 2
    assert told["failed"] == []
    assert told["files"]["csv"] == str(tmp_path / "out/results.csv")


@pytest.mark.parametrize(
    ("options", "grid"),
    [
        (["a=1,2", "b=x"], {"a": ["1", "2"], "b": ["x"]}),
        (['a=["x,y", "z"]'], {"a": ["x,y", "z"]}),
        (["a=[not json"], {"a": ["[not json"]}),
    ],
)
def test_grid_options(options: list[str], grid: dict[str, list[Any]]) -> None:
    assert parse_options(options) == grid


@pytest.mark.parametrize("options", [["a"], ["=1"], ["a=1", "a=2"]])
def test_grid_options_that_make_no_sense(options: list[str]) -> None:
    with pytest.raises(UsageError):
        parse_options(options)


def test_results_to_draw_are_those_with_a_value(swept: Sweeper) -> None:
    done = swept(GRID, jobs=2)
    assert chosen_keys(done.sweep) == done.keys == ["number"]
    with pytest.raises(UsageError, match="did you mean number"):
        chosen_keys(done.sweep, ["numbr"])


def test_the_printed_command_runs_the_same_sweep_again(swept: Sweeper) -> None:
    done = swept(GRID, keys=["number"])
    assert done.command == "compute-divide sweep first -g table=a,b -g factor=1.0,2.0,3.0 --result number"
    words = shlex.split(done.command)
    grid = parse_options([words[place + 1] for place, word in enumerate(words) if word == "-g"])
    again = swept(grid, keys=[words[-1]])
    assert (again.folder, again.sweep.fresh) == (done.folder, 0)


def test_a_table_is_the_same_for_any_number_of_jobs(book: Project, first: Chapter, tmp_path: Path) -> None:
    base = {parameter.name: parameter.default for parameter in first.parameters}
    sets = combinations(first, GRID, base)
    tables = []
    for jobs in (1, 2):
        sweep = run_sweep(book, first, list(GRID), sets, RunOptions(jobs=jobs, force=True), Silent())
        tables.append([path.read_bytes() for path in write_table(sweep, tmp_path / str(jobs))])
    assert tables[0] == tables[1]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Callable[[int], tuple[str, list[subprocess.Popen[bytes]]]]]:
    """Start a Dask scheduler and workers as a cluster does, each in a process of its own."""
    dask = Path(sys.executable).with_name("dask")
    started: list[subprocess.Popen[bytes]] = []
    file = tmp_path / "scheduler.json"

    def start(*command: str) -> subprocess.Popen[bytes]:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen([str(dask), *command], start_new_session=True, **quiet)  # type: ignore[call-overload]
        started.append(process)
        return process  # type: ignore[no-any-return]

    def workers(number: int) -> tuple[str, list[subprocess.Popen[bytes]]]:
        place = ("--host", "127.0.0.1")
        start("scheduler", *place, "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        wait_for(lambda: file.exists() and file.read_text().strip().endswith("}"))
        common = (
            "--scheduler-file",
            str(file),
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            str(tmp_path),
        )
        return json.loads(file.read_text())["address"], [start("worker", *place, *common) for _ in range(number)]

    yield workers
    for process in started:
        end(process)


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it started, as when a machine is lost."""
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    for one in family:
        try:
            one.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    process.wait()


def test_a_cluster_that_loses_a_worker_loses_and_doubles_no_run(
    book: Project, first: Chapter, cluster: Callable[..., Any]
) -> None:
    path = book.root / "notebooks/first.md"
    log = book.root / "log"
    path.write_text(
        path.read_text() + f"\n```{{code-cell}} python\nimport os, time\nwith open({str(log)!r}, 'a') as file:\n"
        "    file.write(f'{table} {factor} {os.getppid()}\\n')\ntime.sleep(0.5)\n```\n"
    )
    address, workers = cluster(2)
    chapter = discover(book)[0]
    base = {parameter.name: parameter.default for parameter in chapter.parameters}
    sets = combinations(chapter, {"table": ["a", "b"], "factor": [str(n) for n in range(1, 7)]}, base)

    class Killer(Silent):
        done_count = 0

        def done(self, *_: object) -> None:
            self.done_count += 1
            if self.done_count == 4:
                end(workers[0])

    killer = Killer()
    sweep = run_sweep(book, chapter, ["table", "factor"], sets, RunOptions(), killer, address)
    assert killer.done_count == 12
    assert sweep.errors == {}
    assert [run.results["number"]["value"] for _, run in sorted(sweep.runs.items())] == [
        value * factor for value in (1.0, 2.0) for factor in range(1, 7)
    ]
    assert len({line.split()[2] for line in log.read_text().splitlines()}) == 2, "both workers took part"
    assert len(list(book.cache.rglob("*.json"))) == 12
    local = run_sweep(book, chapter, ["table", "factor"], sets, RunOptions(), Silent())
    assert (local.fresh, local.runs) == (0, sweep.runs)


def test_a_scheduler_without_workers_is_named(
    cluster: Callable[[int], tuple[str, list[subprocess.Popen[bytes]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bookpress.run.executor.WORKERS_LIMIT", 1.0)
    address, _ = cluster(0)
    with pytest.raises(PressError, match=f"{address} has no workers; start some"), executor(scheduler=address):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookpress.run.executor.ANSWER_LIMIT", 1)
    message = r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"
    with pytest.raises(PressError, match=message), executor(scheduler="tcp://127.0.0.1:1"):
        pass


def test_a_worker_with_another_package_or_other_evidence_is_refused(book: Project) -> None:
    order = Order((), "kernel", book, Fingerprint.of(book).id, {})
    checked_fingerprint(order)
    for path in book.packages[0] / "code.py", book.data / "a.csv":
        before = path.read_text()
        path.write_text("43")
        with pytest.raises(PressError, match="a worker has other evidence, packages or lock"):
            checked_fingerprint(order)
        path.write_text(before)


def test_a_name_is_varied_in_one_place_and_a_grid_file_is_there(tmp_path: Path) -> None:
    file = tmp_path / "grid.yml"
    with pytest.raises(UsageError, match=f"no grid file {file}"):
        whole_grid([], file)
    file.write_text("factor: [1, 2]\n")
    assert whole_grid(["table=a,b"], file) == {"factor": [1, 2], "table": ["a", "b"]}
    with pytest.raises(UsageError, match=f"factor is varied with -g and in {file}: choose one"):
        whole_grid(["factor=3"], file)


def test_a_worker_with_other_libraries_is_refused(book: Project) -> None:
    here = versions()
    assert {"Python", "pandas", "papermill"} <= set(here)
    order = Order((), "kernel", book, "", here)
    check_versions(order)
    with pytest.raises(PressError, match=rf"a worker has pandas {here['pandas']} \(the sweep: 1.0\); every worker"):
        check_versions(replace(order, versions={**here, "pandas": "1.0"}))


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(
    book: Project, swept: Sweeper, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PressError, match=r"cannot write .*file/out"):
        swept(GRID, out=tmp_path / "file/out")
    assert not book.cache.exists()


def interrupted() -> None:
    with executor(jobs=2) as pool:
        for _ in range(8):
            pool.submit(time.sleep, 600)
        time.sleep(0.5)
        raise KeyboardInterrupt


def test_the_local_executor_does_its_work_and_gives_up_after_an_error() -> None:
    with executor(jobs=2) as pool:
        assert sorted(future.result() for future in as_completed([pool.submit(abs, -n) for n in range(4)])) == [
            0,
            1,
            2,
            3,
        ]
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - started < 60
    with pytest.raises(UsageError, match="allowed: 1 or more"), executor(jobs=0):
        pass


def started(book: Project, folder: Path) -> subprocess.Popen[bytes]:
    """Start a sweep in a process of its own; all its runs but the first take ten minutes."""
    path = book.root / "notebooks/first.md"
    path.write_text(path.read_text() + "\n```{code-cell} python\nimport time\ntime.sleep(600 * (factor > 1))\n```\n")
    code = (
        "import sys\nfrom pathlib import Path\nfrom bookpress.commands.main import guarded\n"
        "from bookpress.run.runner import RunOptions\nfrom bookpress.progress import Silent\n"
        "from bookpress.book.project import Project\nfrom bookpress.explore.run_one import sweep_chapter\n"
        "if __name__ == '__main__':\n"
        "    *three, package, lock = map(Path, sys.argv[1:])\n"
        "    project = Project(*three, (package,), lock)\n"
        "    guarded(lambda: sweep_chapter(project, 'first', {'factor': [1, 2, 3, 4]}, [], 'default', [], "
        "RunOptions(jobs=2), Silent()))\n"
    )
    script = folder / "script.py"
    script.write_text(code)
    places = [str(place) for place in (book.root, book.build, book.data, *book.packages, book.lock)]
    return subprocess.Popen([sys.executable, str(script), *places], stderr=subprocess.DEVNULL, start_new_session=True)


def test_ctrl_c_ends_a_sweep_and_leaves_no_process(book: Project, tmp_path: Path) -> None:
    process = started(book, tmp_path)
    wait_for(lambda: list(book.cache.rglob("*.json")))
    time.sleep(0.3)
    family = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(timeout=20) == 1
    _, alive = psutil.wait_procs(family, timeout=15)
    assert [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


def test_a_cluster_runs_a_failing_chapter_once_and_keeps_an_engine_while_the_package_is_the_same(
    book: Project, swept: Sweeper, cluster: Callable[..., Any]
) -> None:
    path, log = book.root / "notebooks/first.md", book.root / "log"
    path.write_text(
        path.read_text() + f"\n```{{code-cell}} python\nimport os\nwith open({str(log)!r}, 'a') as file:\n"
        "    file.write(f'{os.getppid()}\\n')\nassert factor < 9\n```\n"
    )
    address, _ = cluster(1)
    done = swept({"factor": ["8", "9"]}, scheduler=address)
    assert (list(done.sweep.runs), list(done.sweep.errors)) == ([0], [1])
    assert "AssertionError" in done.sweep.errors[1]
    swept({"factor": ["7"]}, scheduler=address)
    assert len(set(log.read_text().split())) == 1
    assert len(log.read_text().split()) == 3
    (book.packages[0] / "code.py").write_text("answer = 43\n")
    swept({"factor": ["7"]}, scheduler=address)
    assert len(set(log.read_text().split())) == 2


def test_a_sweep_that_is_killed_leaves_no_process_and_goes_on(book: Project, swept: Sweeper, tmp_path: Path) -> None:
    process = started(book, tmp_path)
    wait_for(lambda: list(book.cache.rglob("*.json")))
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []
    assert swept({"factor": ["1"]}).sweep.fresh == 0
