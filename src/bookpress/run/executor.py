"""Where work is distributed: to a pool of local processes, or to an existing Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from bookpress.errors import PressError, UsageError
from bookpress.extras import needs

RETRIES = 5
"""How often the cluster restarts a task whose worker was lost."""
ANSWER_LIMIT = 10
"""The time limit for a scheduler to answer, in seconds."""
WORKERS_LIMIT = 30.0
"""The time limit for a cluster to have its first worker, in seconds."""


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def as_they_end(futures: Iterable[Future[Any]]) -> Iterator[Future[Any]]:
    """Yield futures as they end.

    The wait is short, so that a signal that arrives just before it is handled within a second.
    """
    waiting = set(futures)
    while waiting:
        with suppress(TimeoutError):
            for future in as_completed(waiting, timeout=1):
                waiting.remove(future)
                yield future


def executor(
    jobs: int | None = None, scheduler: str | None = None
) -> AbstractContextManager[Executor]:
    """Return a pool of processes, by default one per core, or a Dask cluster.

    An error cancels all remaining work.
    """
    if scheduler:
        return _cluster(scheduler)
    return _local(jobs or cores())


@contextmanager
def _local(jobs: int) -> Iterator[Executor]:
    """Yield a pool of new processes: forking a program with threads can hang the child."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()


def _begin() -> None:
    """Leave Ctrl-C to the parent, which ends the pool, and exit when the parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _cluster(scheduler: str) -> Iterator[Executor]:
    """Yield the executor of an existing Dask cluster."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(needs("--scheduler", "distributed")) from error
    try:
        client: Any = Client(scheduler, timeout=ANSWER_LIMIT)
    except (OSError, TimeoutError, ValueError, TypeError) as error:  # of tls:// without its files
        raise PressError(f"no Dask scheduler answers at {scheduler}: {error}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_LIMIT)
        except TimeoutError as error:
            command = f"`dask worker {scheduler}`"
            raise PressError(
                f"the Dask scheduler at {scheduler} has no workers; "
                f"start some: {command}, each with the same project and environment"
            ) from error
        pool: Executor = client.get_executor(pure=False, retries=RETRIES)
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False)
            raise
        pool.shutdown()
