"""Whatever a cell does, its chapter fails by name with its notebook, and nothing outlives a build that is killed."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import nbformat
import psutil
import pytest
from processes import wait_for

from bookpress.errors import PressError
from bookpress.run.engine import Engine, open_engine
from bookpress.run.failures import ChapterError
from bookpress.run.job import Job, run_job
from bookpress.run.notebook import as_file
from sampling import count


def fails(work: Job, engine: Engine) -> ChapterError:
    """Return the error of a chapter that fails, after a look at its notebook."""
    with pytest.raises(ChapterError) as raised:
        run_job(work, engine)
    assert len(nbformat.reads(raised.value.notebook, 4).cells) >= len(
        nbformat.reads(work.notebook, 4).cells
    )
    return raised.value


def outputs(error: ChapterError) -> list[nbformat.NotebookNode]:
    return [
        output
        for cell in nbformat.reads(error.notebook, 4).cells
        for output in cell.get("outputs", [])
    ]


def printed(error: ChapterError) -> str:
    return "".join(output.text for output in outputs(error) if output.output_type == "stream")


def tagged(work: Job, number: int, *tags: str) -> Job:
    notebook = nbformat.reads(work.notebook, 4)
    notebook.cells[number].metadata["tags"] = list(tags)
    return replace(work, notebook=as_file(notebook))


def test_the_cell_that_failed_is_named_not_one_that_may_and_the_rest_is_not_run(
    job: Callable[..., Job], engine: Engine
) -> None:
    error = fails(
        tagged(job("1 / 0", "x = 1\n\nraise KeyError('k')\n", "3"), 0, "raises-exception"), engine
    )
    assert str(error) == "tiny: cell 2 (`raise KeyError('k')`) failed with KeyError: 'k'"
    assert [output.output_type for output in outputs(error)] == ["error", "error"]


def test_the_line_that_raised_is_named(job: Callable[..., Job], engine: Engine) -> None:
    work = job(
        "import json\ndef read(text):\n    return json.loads(text)", "# what it reads\nread('[')"
    )
    assert "cell 2 (`read('[')`) failed with JSONDecodeError" in str(fails(work, engine))
    assert str(fails(job("x = 1\ny = = 2"), engine)) == (
        "tiny: cell 1 (`y = = 2`) failed with SyntaxError: invalid syntax"
    )


@pytest.mark.parametrize("code", ["", "'enough'"])
def test_a_cell_that_leaves_has_failed(job: Callable[..., Job], engine: Engine, code: str) -> None:
    error = fails(job("1", f"import sys; sys.exit({code})", "print('never')"), engine)
    assert str(error).startswith(
        f"tiny: cell 2 (`import sys; sys.exit({code})`) failed with SystemExit"
    )
    assert "never" not in printed(error)


def test_what_no_notebook_holds_fails_the_chapter(job: Callable[..., Job], engine: Engine) -> None:
    error = fails(job("1", "print('before')\ndisplay({'text/plain': 5}, raw=True)", "3"), engine)
    assert (
        "tiny: cell 2 (`print('before')`) gave what no notebook can contain: NotebookValidationError"
        in str(error)
    )
    assert printed(error) == "before\n"


@pytest.mark.heavy
def test_what_a_hanging_cell_printed_is_kept(job: Callable[..., Job], engine: Engine) -> None:
    error = fails(job("import time; print('as far as this'); time.sleep(3600)", limit=5), engine)
    assert "time limit of 5 seconds" in str(error)
    assert printed(error) == "as far as this\n"


def test_an_endless_print_comes_to_an_end(job: Callable[..., Job], engine: Engine) -> None:
    endless = job("for _ in range(10):\n    print('x' * 999_999, flush=True)")
    error = fails(replace(endless, output_limit=3_000_000), engine)
    assert "put out more than 3 million characters" in str(error)
    assert 1_000_000 <= len(printed(error)) <= 3_000_000


def test_a_fork_killed_in_the_midst_of_a_message_is_named(
    job: Callable[..., Job], forked: Engine
) -> None:
    error = fails(
        job("from IPython.display import display\ndisplay('x' * 200_000_000)", limit=0.6), forked
    )
    assert "time limit" in str(error)
    partial = (
        "import os, signal, stat\n"
        "for fd in range(3, 30):\n"
        "    if os.path.exists(f'/proc/self/fd/{fd}') and stat.S_ISSOCK(os.fstat(fd).st_mode):\n"
        "        os.write(fd, b'\\0\\0\\1\\0{\"half\": ')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert "killed (signal 9)" in str(fails(job(partial), forked))


def test_a_killed_server_says_so_and_what_to_do(job: Callable[..., Job]) -> None:
    engine = open_engine("forked")
    told = run_job(job("import os; print('server', os.getppid(), 'was')"), engine).notebook.decode()
    os.kill(int(re.findall(r"server (\d+) was", told)[-1]), signal.SIGKILL)
    with pytest.raises(
        PressError, match=r"the process that chapters are forked from has ended.*--engine kernel"
    ):
        run_job(job("1"), engine)
    run_job(job("1"), open_engine("forked"))


def test_modules_that_print_leave_or_read_do_not_disturb_the_start(
    job: Callable[..., Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in {
        "prints": "import os; print('half a line', end=''); os.write(1, b'raw')",
        "leaves": "import sys; sys.exit(3)",
        "asks": "answer = input('?')",
    }.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    engine = open_engine("forked", ["this", "prints", "leaves", "asks", "colorsys"])
    run = run_job(
        job("import sys\nsys.__stdout__.flush()\nprint('colorsys' in sys.modules)"), engine
    )
    assert b"True" in run.notebook
    assert b"half a line" not in run.notebook


HUGE = {
    "display data": "from IPython.display import display\ndisplay({'text/plain': 'x' * %d}, raw=True)",
    "many numbers": "from IPython.display import display\ndisplay({'application/json': [1] * (%d // 4)}, raw=True)",
    "names": "from IPython.display import display\ndisplay({'application/json': {'x' * %d: 1}}, raw=True)",
    "an error": "raise ValueError('x' * %d)",
    "metadata": "from IPython.display import display\ndisplay({'text/plain': ''}, raw=True, metadata={'x': 'x' * %d})",
}


@pytest.mark.heavy
@pytest.mark.parametrize("what", HUGE)
def test_all_output_counts_towards_the_limit_and_the_parents_memory_stays_flat(
    job: Callable[..., Job], forked: Engine, what: str
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for size in (60_000_000, 130_000_000)[: count(1, 2)]:
        with pytest.raises(ChapterError, match="put out more than 50 million characters") as error:
            run_job(job(HUGE[what] % size), forked)
        assert len(error.value.notebook) < 10_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700_000, "kilobytes"


def test_a_child_in_a_session_of_its_own_ends_with_its_chapter(
    job: Callable[..., Job], forked: Engine
) -> None:
    mark = f"300.{os.getpid()}"
    detach = f"subprocess.Popen(['setsid', 'sh', '-c', 'sleep {mark} & exec sleep {mark}'], start_new_session=True)"
    run_job(job(f"import subprocess, time\n{detach}\ntime.sleep(0.5)"), forked)
    wait_for(
        lambda: not subprocess.run(["pgrep", "-f", f"^sleep {mark}"], capture_output=True).stdout,
        60,
    )


BUILD = """
import nbformat
from bookpress.book.parsed import KERNEL
from bookpress.run.engine import open_engine
from bookpress.run.job import Job, run_job
notebook = nbformat.v4.new_notebook(metadata={{"kernelspec": KERNEL}})
notebook.cells = [nbformat.v4.new_code_cell({cell!r})]
run_job(Job("t", "0", nbformat.writes(notebook).encode(), {{}}, {{}}, 60), open_engine({engine!r}))
"""

CELL = """
import os, subprocess, time
started = subprocess.Popen(["sleep", "3600"])
with open({pids!r} + ".part", "w") as file:
    file.write(f"{{os.getpid()}} {{started.pid}} {{os.getppid()}}")
os.rename({pids!r} + ".part", {pids!r})
{work}
"""


def ended(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.heavy
@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells of the end of another process"
)
@pytest.mark.parametrize("work", ["time.sleep(3600)", "sum(range(10**11))"])
@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_nothing_outlives_a_killed_build(
    tmp_path_factory: pytest.TempPathFactory, engine: str, work: str
) -> None:
    """Neither the process of a chapter, though it computes in C, nor what its cells started."""
    tmp_path = tmp_path_factory.mktemp(
        "k"
    )  # a short name: the address of a socket has at most 107 characters
    pids = tmp_path / "pids"
    cell = dedent(CELL).format(pids=str(pids), work=work)
    (tmp_path / "aside").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "aside")}
    build = subprocess.Popen(
        [sys.executable, "-c", BUILD.format(cell=cell, engine=engine)], env=environment
    )
    wait_for(pids.exists)
    started = [int(pid) for pid in pids.read_text().split()]
    time.sleep(0.2)
    build.kill()
    build.wait()
    wait_for(lambda: all(ended(pid) for pid in started))
    wait_for(lambda: not list((tmp_path / "aside").glob("cd-*")))
