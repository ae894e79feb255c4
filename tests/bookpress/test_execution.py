"""Running chapters: both engines give the same cells, and a cell that fails, hangs or dies is named."""

import json
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import pytest

from bookpress.book.chapters import Chapter
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.run.engine import Engine, imported_modules, open_engine
from bookpress.run.failures import ChapterError
from bookpress.run.job import Job, run_job
from sampling import count

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent


EVERYTHING = [
    "x = 1\nname: str = 'a'",
    "print('out', x, name); import sys; print('error', file=sys.stderr); x + 1",
    "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
    "from IPython.display import display, Markdown, HTML, clear_output\ndisplay(Markdown('*m*'), HTML('<b>h</b>'))",
    "handle = display('first', display_id='one'); print('between'); handle.update('second')",
    "print('gone'); clear_output(); print('kept')",
    "display({'application/vnd.x+json': {'mark': 'bar', 'n': 1}, 'text/plain': 'c'}, raw=True, metadata={'m': 1})",
    "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "",
    "%env PATH_TO_NOWHERE=1",
    "class Thing:\n    def _repr_html_(self): return '<i>thing</i>'\n    def __repr__(self): return 'thing'\nThing()",
    "import warnings; warnings.warn('careful')",
    "from holdtrue.estimates import Estimate\nfrom bookpress.chapter.publish import publish\n"
    "r = Estimate(0.5, 0.1, 0.9, k=1, n=2, unit='share', label='l')\n"
    "publish(globals(), 'x.md', [('result', 'r', 'r', {1: 'It is so.'})])",
    "import os; __name__, _, In[1][:5], get_ipython().__class__.__name__, os.environ['PATH_TO_NOWHERE']",
    "import dataclasses, pickle\n@dataclasses.dataclass\nclass D:\n    a: int\npickle.loads(pickle.dumps(D(1)))",
    "None",
    "x;",
    "sys.stdout.isatty(), os.getcwd() != ''",
    "print('half a pair: \\ud800')",
    "import subprocess, time\nprint('before'); subprocess.run(['echo', 'below']); time.sleep(0.3); print('after')",
    "task = asyncio.create_task(asyncio.sleep(0, 'done'))\nasyncio.get_running_loop().is_running()",
    "await task",
    "sys.stdout.fileno() > 0, sys.stdout.name, sys.stdout.encoding, sys.stdin.read()",
    "import datetime\nday = datetime.datetime(2020, 1, 2)\n"
    "display({'application/json': {'day': day, 'bytes': b'ab', 'nan': float('nan'), 'set': {1}}}, raw=True)",
    "!echo shouted",
    "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()",
    "def fails():\n    return 1 / 0",
]

FAILING = "def deeper():\n    return fails()\ndeeper()"


@pytest.mark.heavy
def test_both_engines_give_the_same_cells(
    job: Callable[..., Job], forked: Engine, kernel: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(
        "PYTEST_CURRENT_TEST"
    )  # where it is set, a kernel does not read what subprocesses write
    work = job(*EVERYTHING, FAILING, values={"x": 5, "name": "b"}, tags=("raises-exception",))
    one, other = run_job(work, forked), run_job(work, kernel)
    for cell, its_twin in zip(
        json.loads(one.notebook)["cells"], json.loads(other.notebook)["cells"], strict=True
    ):
        assert cell == its_twin
    assert (
        one.results
        == other.results
        == {
            "r": {
                "value": 0.5,
                "low": 0.1,
                "high": 0.9,
                "range": None,
                "k": 1,
                "n": 2,
                "unit": "share",
                "label": "l",
            }
        }
    )
    for text in (
        b"out 5 b",
        b"<cell>:1: UserWarning",
        b"2020-01-02T00:00:00",
        b"YWI=",
        b"half a pair: ?",
    ):
        assert text in one.notebook


def test_what_is_written_past_python_is_kept(job: Callable[..., Job], forked: Engine) -> None:
    """A kernel may lose it: it reads from a pipe in a thread of its own."""
    run = run_job(
        job("import os\nos.write(1, b'raw out')\nos.write(2, b'raw error')\n1", "2"), forked
    )
    outputs = json.loads(run.notebook)["cells"][0]["outputs"]
    assert [output.get("text") for output in outputs] == ["raw out", "raw error", None]


def test_two_runs_give_the_same_bytes(job: Callable[..., Job], engine: Engine) -> None:
    work = job(
        "import time; print(list({'a', 'b', 'c'}), hash('text'))",
        "import warnings; warnings.warn('careful')",
    )
    one, other = (run_job(work, engine) for _ in range(2))
    assert one.notebook == other.notebook
    assert b"papermill" not in one.notebook
    assert b"3.1" not in one.notebook
    assert b"ipykernel_" not in one.notebook


def test_a_process_that_dies_is_named(job: Callable[..., Job], engine: Engine) -> None:
    with pytest.raises(ChapterError, match=r"tiny: cell 2 \(`import os, signal`\) did not end"):
        run_job(job("1", "import os, signal\nos.kill(os.getpid(), 9)"), engine)


def test_a_killed_fork_says_of_what_it_died(job: Callable[..., Job], forked: Engine) -> None:
    with pytest.raises(ChapterError, match=r"killed \(signal 9\): out of memory"):
        run_job(job("import os\nos.kill(os.getpid(), 9)"), forked)
    with pytest.raises(ChapterError, match="exit code 7"):
        run_job(job("import os\nos._exit(7)"), forked)


def test_a_run_has_an_environment_and_a_name_space_of_its_own(
    job: Callable[..., Job], engine: Engine
) -> None:
    run_job(
        job("import os, json; os.environ['LEFT'] = '1'; json.left = 1; here = 1; os.chdir('/')"),
        engine,
    )
    told = (
        "import os, json; print(os.environ.get('LEFT'), hasattr(json, 'left'), 'here' in globals())"
    )
    run = run_job(job(told), engine)
    assert b"None False False" in run.notebook


@pytest.mark.heavy
def test_the_books_own_modules_start_no_thread(job: Callable[..., Job]) -> None:
    """What the real chapters import must leave the process that forks with one thread, or forking is not safe."""
    engine = open_engine("forked", imported_modules(Project.at(ROOT)))
    seen = (
        "import os, sys\nprint(os.listdir(f'/proc/{os.getppid()}/task'), 'pandas' in sys.modules)"
    )
    notebook = run_job(job(seen), engine).notebook.decode()
    assert re.search(r"\['\d+'\] True", notebook)


def test_for_one_chapter_only_what_it_imports_is_imported(job: Callable[..., Job]) -> None:
    book, seen = (
        Project.at(ROOT),
        "import sys\nprint('pandas' in sys.modules, 'pyalex' in sys.modules)",
    )
    told = [imported_modules(book, only) for only in ("machines", "no-such-chapter")]
    found = [run_job(job(seen), open_engine("forked", modules)).notebook for modules in told]
    shown = [re.search(rb"(True|False) (True|False)", one) for one in found]
    assert [one and one[0] for one in shown] == [b"True False", b"False False"]


def test_many_kernels_at_once_all_start(job: Callable[..., Job], kernel: Engine) -> None:
    wanted = count(5, 500)
    work = job("import os; print('pid', os.getpid())")
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: run_job(work, kernel), range(wanted)))
    assert len({run.notebook for run in runs}) == wanted


@pytest.mark.parametrize("chapter", discover(Project.at(ROOT)), ids=lambda chapter: chapter.slug)
def test_papermill_sees_the_parameters_of_every_real_chapter(
    chapter: Chapter, tmp_path: Path
) -> None:
    """Its own inspector must know each name, or its command line warns of an unknown parameter."""
    import papermill

    notebook = tmp_path / "chapter.ipynb"
    jupytext.write(jupytext.read(chapter.path), notebook)
    seen = papermill.inspect_notebook(str(notebook))
    assert list(seen) == [parameter.name for parameter in chapter.parameters]
