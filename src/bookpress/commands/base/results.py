"""The results of a chapter, as `run` prints them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bookpress.terminal.messages import say
from bookpress.terminal.tables import folding_table, standard_output
from holdtrue import number_formats as numbers
from holdtrue.estimates import read_estimate

NO_RESULTS = "{chapter} publishes no results; a number is one where the prose quotes it: {example}"
EXAMPLE = "{result}`name`"


def no_results(chapter: str) -> str:
    """Return the message for a chapter that publishes no results: how it can."""
    return NO_RESULTS.format(chapter=chapter, example=EXAMPLE)


def print_results(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Print results as a table on standard output; for a chapter without any, how to have some."""
    for chapter, recorded in results.items():
        if not recorded:
            say(no_results(chapter))
    if not any(results.values()):
        return
    table = folding_table("result", "value", "range", "counts", "what it is")
    for recorded in results.values():
        for key, entry in recorded.items():
            result = read_estimate(entry)
            value = numbers.write(result, "precise")
            span = numbers.named_interval(result, extra=1) if result.low is not None else ""
            counts = numbers.counts(result) if result.n is not None else ""
            table.add_row(key, value, span, counts, result.label)
    standard_output().print(table)
