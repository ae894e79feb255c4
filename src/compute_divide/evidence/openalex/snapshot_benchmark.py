"""What counting the snapshot was measured to take: ``data/benchmarks/corpus.json``, written by the benchmark."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from compute_divide.evidence.store.paths import EvidenceError, read_bytes

FILE = "benchmarks/corpus.json"

Format = Literal["jsonl", "parquet"]


class _Figures(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Machine(_Figures):
    """What the figures were taken on."""

    processor: str
    cores: int
    memory_bytes: int
    system: str
    python: str
    duckdb: str
    pyarrow: str
    pandas: str
    day: str


class Run(_Figures):
    """Seconds of one core and peak memory for one part."""

    seconds: float = Field(gt=0)
    peak_bytes: int = Field(gt=0)


class Measured(_Figures):
    """Figures of one format; `needed_share` is the share of a part's bytes that a count reads."""

    bytes: int = Field(gt=0)
    counting: Run
    pandas: Run
    memory_by_size: dict[int, int]
    seconds_by_workers: dict[int, float]
    needed_share: float = Field(default=1.0, gt=0, le=1)

    @property
    def speed_up(self) -> float:
        """How many times faster a part is counted than pandas reads it."""
        return self.pandas.seconds / self.counting.seconds


class CorpusBenchmark(_Figures):
    """All figures."""

    machine: Machine
    works_a_part: int = Field(gt=0)
    parts: int = Field(gt=0)
    formats: dict[Format, Measured]


def load_corpus_benchmark() -> CorpusBenchmark:
    """Return the figures of the benchmark of the corpus.

    Raises
    ------
    EvidenceError
        If the file is missing or damaged.

    Examples
    --------
    >>> load_corpus_benchmark().formats["jsonl"].speed_up > 1
    True
    """
    try:
        return CorpusBenchmark.model_validate_json(read_bytes(FILE))
    except ValidationError as error:
        raise EvidenceError(f"data/{FILE} is damaged: {error}") from error
