"""Executors whose workers die, for tests of the corpus."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from typing import Any

from bookpress.run.executor import executor
from compute_divide_evidence.openalex.snapshot_parts import CorpusQuestion, SnapshotPart, count_part


def count_or_die(part: SnapshotPart, question: CorpusQuestion) -> bytes:
    """Count a part; one with a deadly name takes its process with it."""
    if "deadly" in part.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return count_part(part, question)


class _Deadly(Executor):
    def __init__(self, pool: Executor) -> None:
        self.pool = pool

    def submit(self, _: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self.pool.submit(count_or_die, *args, **kwargs)


@contextmanager
def deadly_pool(jobs: int) -> Iterator[Executor]:
    """Give a real local pool in which parts with a deadly name kill their worker."""
    with executor(jobs) as pool:
        yield _Deadly(pool)


two_workers = partial(executor, 2)
one_worker = partial(executor, 1)
