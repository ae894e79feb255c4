"""The last cell of a chapter, which the press writes.

It evaluates what the prose quotes and publishes it as outputs. So results and statements are there
no matter what runs the notebook: the press, papermill, Jupyter Book or a reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bookpress.chapter.counted import rows_output
from bookpress.chapter.estimates import as_estimate, result_output
from bookpress.chapter.expressions import compared, value_at
from bookpress.chapter.quotes import Quote
from bookpress.chapter.statements import statement_output
from bookpress.errors import short
from bookpress.myst import place_of
from holdtrue.comparisons.joint import joined
from holdtrue.estimates import Estimate, ResultError
from holdtrue.periods import years_of

TAG = "quotes"
"""The tag of the cell, besides the one that hides it."""
_CODE = """\
# What the prose quotes, written by the press: \
kind, key, expression, and the sentences by their lines.
from bookpress.chapter.publish import publish

publish(
    globals(),
    {where!r},
    [
{facts}
    ],
)"""

Fact = tuple[Any, ...]
"""Kind, key, code, sentences by place and, for a statement, the results that they all quote."""


def cell_of(quotes: Iterable[Quote], where: str, source: str) -> str:
    """Return the code of the cell that publishes what a file's prose quotes; see `place_of`."""
    lines = [_fact_line(quote, where, source) for quote in quotes]
    return _CODE.format(where=where, facts="\n".join(lines))


def _fact_line(quote: Quote, where: str, source: str) -> str:
    sentences = {
        _named(where, source, line): sentence for line, sentence in quote.sentences.items()
    }
    fact = [quote.kind, quote.key, quote.code, sentences]
    if quote.results:
        fact.append([*quote.results])
    return f"        ({', '.join(map(repr, fact))}),"


def _named(where: str, source: str, line: int) -> int | str:
    """Return a line of a text, or the name of a place in a notebook."""
    place = place_of(where, source, line).removeprefix(where).lstrip(": ")
    return int(place) if place.isdecimal() else place


def as_cell(code: str) -> dict[str, Any]:
    """Return that cell as part of a notebook, not yet run."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": TAG,
        "metadata": {"tags": [TAG, "remove-cell"]},
        "outputs": [],
        "source": code,
    }


def publish(scope: Mapping[str, Any], where: str, facts: Sequence[Fact]) -> None:
    """Publish what prose quotes, as outputs of the calling cell.

    Parameters
    ----------
    scope : mapping
        The chapter's names after its last cell: its ``globals()``.
    where : str
        The file of the chapter, as it appears in errors.
    facts : sequence of tuple
        For each fact the kind (``"result"``, ``"years"``, ``"statement"``), the key, the code that
        computes it, the sentences that quote it by line (in a notebook by cell and line) and, for
        a statement, the results that all these sentences quote.

    Raises
    ------
    ResultError
        If facts cannot be evaluated; it names each with its line and sentence.
    """
    from IPython.display import display

    problems: list[str] = []
    outputs: list[dict[str, Any]] = []
    for kind, key, code, sentences, *results in facts:
        try:
            if kind == "statement":
                joint = joined(compared(code, scope, *results))
                outputs.append(statement_output(key, joint))
            else:
                outputs += _outputs(kind, key, code, scope)
        except Exception as error:  # noqa: BLE001 - a sentence can be wrong in any way
            line, sentence = next(iter(sentences.items()))
            fault = _described(error)
            place = f"{where}:{line}" if isinstance(line, int) else f"{where}: {line}"
            problems.append(
                f"{place.rstrip(': ')}: `{short(code)}`: {fault} (in: {short(sentence)})"
            )
    if problems:
        raise ResultError("\n".join(problems))
    for output in outputs:
        display(output, raw=True)


def _described(error: Exception) -> str:
    """Return an error's message, with its type unless it is our own."""
    is_own = isinstance(error, ResultError)
    if is_own:
        return str(error)
    return f"{type(error).__name__}: {error}"


def _outputs(kind: str, key: str, code: str, scope: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the outputs that carry a result or a period."""
    if kind == "result":
        value = value_at(code, scope)
        if value is None and "." in code:
            label = key.replace(".", " ").replace("_", " ")
            value = Estimate(None, label=label)
        estimate = as_estimate(key, value)
        return [result_output(key, estimate), *rows_output(key, estimate.rows, estimate.n)]
    if key in scope.get("__annotations__", {}):  # pages read parameters themselves
        return []
    first, last = years_in(value_at(code, scope))
    return [_year_output(key, "first", first), _year_output(key, "last", last)]


def _year_output(key: str, end: str, year: int | None) -> dict[str, Any]:
    """Return the output with the first or the last year of a period."""
    estimate = Estimate(year, unit="year", label=f"{end} year of {key}")
    return result_output(f"{key}.{end}", estimate)


def years_in(given: Any) -> tuple[int | None, int | None]:
    """Return the first and last year of a period, a year, or an estimate that has a period."""
    period = getattr(given, "period", given)
    if period is None:
        return None, None
    try:
        return years_of(period)
    except ValueError as error:
        raise ResultError(str(error)) from error
