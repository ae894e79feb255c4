"""What counting the whole OpenAlex snapshot would take, from what counting a part was measured to take."""

from __future__ import annotations

import math
from dataclasses import dataclass

from compute_divide.evidence.openalex.snapshot_benchmark import CorpusBenchmark, Format

PART_WORKS = 400_000
"""Most works that OpenAlex puts into one part."""

GIGA, MEGA, HOUR = 1e9, 1e6, 3600.0


@dataclass(frozen=True, slots=True)
class CorpusPlan:
    """What one format of the snapshot takes.

    Parameters
    ----------
    parts : int
        Fewest parts there can be.
    bytes_moved : float
        Bytes that reach the workers.
    core_hours : float
        Hours of one core to count all works.
    hours : float
        Hours until the end: the longer of counting on all workers and moving the bytes.
    moving_hours : float
        Hours that moving the bytes takes alone.
    memory_bytes : float
        Peak memory of all workers together.
    cost_usd : float
        Price of the workers for these hours.
    """

    parts: int
    bytes_moved: float
    core_hours: float
    hours: float
    moving_hours: float
    memory_bytes: float
    cost_usd: float


def plan_corpus(
    benchmark: CorpusBenchmark,
    kind: Format,
    *,
    works: float,
    size: float,
    workers: int,
    link: float,
    price: float,
) -> CorpusPlan:
    """Return the plan for the whole snapshot in one format.

    Parameters
    ----------
    benchmark : CorpusBenchmark
        What a part was measured to take.
    kind : {"jsonl", "parquet"}
        The format.
    works : float
        Works in the snapshot, in millions.
    size : float
        Size of the snapshot in this format, in GB.
    workers : int
        Cores that count at the same time.
    link : float
        Megabytes a second that reach the workers together.
    price : float
        US dollars an hour of one core.

    Notes
    -----
    Counting is scaled by works and by bytes, and the slower of the two is taken: the works of the benchmark are longer
    than most. Workers share the work as well as two did in the benchmark, no better.

    Examples
    --------
    >>> from compute_divide.evidence.openalex.snapshot_benchmark import load_corpus_benchmark
    >>> plan = plan_corpus(load_corpus_benchmark(), "jsonl", works=510, size=750, workers=16, link=100, price=0.05)
    >>> plan.parts, plan.hours >= plan.moving_hours
    (1275, True)
    """
    measured = benchmark.formats[kind]
    by_works = works * MEGA / benchmark.works_a_part * measured.counting.seconds
    by_bytes = size * GIGA / measured.bytes * measured.counting.seconds
    core_hours = max(by_works, by_bytes) / HOUR
    alone, paired = measured.seconds_by_workers[1], measured.seconds_by_workers[2]
    efficiency = 1.0 if workers == 1 else min(1.0, alone / (2 * paired))
    moved = size * GIGA * measured.needed_share
    moving = moved / (link * MEGA) / HOUR
    hours = max(core_hours / (workers * efficiency), moving)
    return CorpusPlan(
        parts=math.ceil(works * MEGA / PART_WORKS),
        bytes_moved=moved,
        core_hours=core_hours,
        hours=hours,
        moving_hours=moving,
        memory_bytes=float(max(measured.memory_by_size.values())) * workers,
        cost_usd=hours * workers * price,
    )
