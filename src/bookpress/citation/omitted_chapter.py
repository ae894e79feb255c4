"""Chapters of the book that an edition leaves out: what citations and pages need to know of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from pydantic import BaseModel, ConfigDict


class LeftOut(BaseModel):
    """A chapter of the book that an edition leaves out; ``labels`` are the places in it that pages may refer to."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    slug: str
    title: str
    number: int
    labels: tuple[str, ...] = ()


def free_numbers(left_out: Iterable[LeftOut]) -> Iterator[int]:
    """Return the numbers that the chapters of an edition have in the whole book, in order, without an end.

    Examples
    --------
    >>> from itertools import islice
    >>> list(islice(free_numbers([LeftOut(slug="b", title="B", number=2)]), 3))
    [1, 3, 4]
    """
    taken = {chapter.number for chapter in left_out}
    return (number for number in count(1) if number not in taken)
