"""Settings and fixtures of all tests."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from processes import cluster  # noqa: F401 - a fixture

from bookpress.run.executor import cores
from sampling import LONG, SHARE, commit, drawn

settings.register_profile("untimed", deadline=None, max_examples=100 if LONG else 25)
settings.load_profile("untimed")

gc.set_threshold(100_000)  # collecting garbage takes a fifth of the time of collecting the tests
# A shell lets its background jobs ignore Ctrl-C, and the programs that tests start inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sample",
        action="store_true",
        help="of the heavy tests, run those that this commit draws (all where BOOKPRESS_LONG=1)",
    )


def pytest_report_header(config: pytest.Config) -> list[str]:
    if config.option.sample and not LONG:
        return [f"of the heavy tests one in {SHARE}, drawn by commit {commit() or '(none)'}"]
    return []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out heavy tests that are not drawn; put tests marked quiet last, to keep nobody waiting."""
    if config.option.sample and not LONG:
        leave_out_undrawn(config, items)
    items.sort(key=lambda item: item.get_closest_marker("quiet") is not None)


def leave_out_undrawn(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the heavy tests that this commit does not draw."""
    heavy = [item.nodeid for item in items if item.get_closest_marker("heavy")]
    left_out = {*heavy} - drawn(heavy, commit())
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
    items[:] = [item for item in items if item.nodeid not in left_out]


def pytest_xdist_auto_num_workers() -> int:
    """Use two processes per core: each waits for programs and pages now and then."""
    return 2 * cores()


def common_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the temporary folder that all processes of a test session share."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Run a test marked quiet only while no other process runs a test, and all others in parallel."""
    folder = common_folder(item.config._tmp_path_factory)  # type: ignore[attr-defined]
    how = fcntl.LOCK_EX if item.get_closest_marker("quiet") else fcntl.LOCK_SH
    with (folder / "turn").open("w") as turn, (folder / "running").open("w") as running:
        fcntl.flock(turn, fcntl.LOCK_EX)  # while one waits for quiet, nobody else begins
        fcntl.flock(running, how)
        fcntl.flock(turn, fcntl.LOCK_UN)
        return (yield)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("long") and not LONG:
        pytest.skip("set BOOKPRESS_LONG=1 to run it")


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[Path], object]], Path]:
    """Return a function that lets the first test that needs a folder make it, for tests in all processes."""
    shared = common_folder(tmp_path_factory)

    def folder(name: str, make: Callable[[Path], object]) -> Path:
        path = shared / name
        with FileLock(shared / f"{name}.lock"):
            if not path.exists():
                try:
                    make(path)
                except BaseException:
                    shutil.rmtree(path, ignore_errors=True)
                    raise
        return path

    return folder
