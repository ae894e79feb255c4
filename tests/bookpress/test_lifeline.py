"""When the process that builds is killed without warning, nothing that it started lives on."""

import os
import subprocess
import sys
import time
from textwrap import dedent

import psutil
import pytest
from processes import wait_for

BUILD = """
import nbformat
from bookpress.book.chapters import KERNEL
from bookpress.run.engine import open_engine
from bookpress.run.notebook import Job, run_job
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of the end of another process")
@pytest.mark.parametrize("work", ["time.sleep(3600)", "sum(range(10**11))"])
@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_nothing_outlives_a_killed_build(tmp_path_factory: pytest.TempPathFactory, engine: str, work: str) -> None:
    """Neither the process of a chapter, though it computes in C, nor what its cells started."""
    tmp_path = tmp_path_factory.mktemp("k")  # a short name: the address of a socket has at most 107 characters
    pids = tmp_path / "pids"
    cell = dedent(CELL).format(pids=str(pids), work=work)
    (tmp_path / "aside").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "aside")}
    build = subprocess.Popen([sys.executable, "-c", BUILD.format(cell=cell, engine=engine)], env=environment)
    wait_for(pids.exists)
    started = [int(pid) for pid in pids.read_text().split()]
    time.sleep(0.2)
    build.kill()
    build.wait()
    wait_for(lambda: all(ended(pid) for pid in started), 20)
    wait_for(lambda: not list((tmp_path / "aside").glob("cd-*")), 20)
