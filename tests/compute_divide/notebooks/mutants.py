"""What a sentence says, turned round: the arguments of a comparison in a world where it is false.

Each function takes the arguments of a call and yields mutants: what was turned round, and the
arguments in that world. None of them may hold.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from compute_divide.estimates.claims.verdicts import Check
from compute_divide.estimates.comparisons.names import names_of
from holdtrue.comparisons.base import read_given
from holdtrue.estimates import Estimate

Arguments = tuple[Any, ...]
Mutant = tuple[str, Arguments, Mapping[str, Any]]
OTHER = "a name that nobody has"
STEP = 1e-3
"""How far beyond a limit a value is moved, as a part of the limit."""


def shifted(given: Any, by: float) -> Estimate:
    """Return an estimate with its interval moved."""
    one = read_given(given)
    ends = {name: end + by for name in ("low", "high") if (end := getattr(one, name)) is not None}
    return replace(one, value=one.value + by, **ends)


def scaled(given: Any, by: float) -> Estimate:
    """Return an estimate with its interval multiplied."""
    one = read_given(given)
    ends = {name: end * by for name in ("low", "high") if (end := getattr(one, name)) is not None}
    return replace(one, value=one.value * by, **ends)


def numbers_of(given: Any, other: Any) -> Any:
    """Return the numbers of another estimate, with the period of this one."""
    if not hasattr(given, "period"):
        return other
    one = read_given(other)
    numbers = {"value": one.value, "low": one.low, "high": one.high, "unit": one.unit}
    return replace(given, **numbers)


def swap(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Let the first and each of the others change places."""
    first, *others = arguments
    for place, other in enumerate(others):
        rest = [*others]
        rest[place] = first
        yield f"swapped with number {place + 2}", (other, *rest), named


def swap_in_time(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Let late and early have each other's numbers, and keep their periods."""
    late, early, *periods = arguments
    turned = (numbers_of(late, early), numbers_of(early, late), *periods)
    yield "late for early", turned, named


def swap_and_scale(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Let the two change places; and leave the larger just short of the factor."""
    one, other, *rest = arguments
    yield "swapped", (other, one, *rest), named
    at_least = rest[0] if rest else named["at_least"]
    short = at_least * read_given(other).value / read_given(one).value * (1 - STEP)
    yield "short of the factor", (scaled(one, short), other, *rest), named


def mirror(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Turn a share into what is left of one."""
    one = read_given(arguments[0])
    ends = {"low": None if one.high is None else 1 - one.high}
    ends["high"] = None if one.low is None else 1 - one.low
    yield "the rest of one", (replace(one, value=1 - one.value, **ends),), named


def equate(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Let both be the same."""
    yield "both alike", (arguments[0], arguments[0]), named


def part(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Move the first away from the second until their intervals lie far apart."""
    one, other, *rest = arguments
    ends = [read_given(one), read_given(other)]
    apart = sum((end.high or end.value) - (end.low or end.value) for end in ends)
    gap = abs(ends[0].value - ends[1].value) + 2 * apart + STEP
    yield "moved up", (shifted(one, gap), other, *rest), named
    if (ends[0].low or ends[0].value) > gap or ends[0].unit in {"share", "points", "year"}:
        yield "moved down", (shifted(one, -gap), other, *rest), named


def move_claim(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Move the claimed value beyond either end of the interval."""
    one, claim = read_given(arguments[0]), read_given(arguments[1])
    step = STEP * (one.high - one.low) or STEP
    yield "above the interval", (arguments[0], replace(claim, value=one.high + step)), named
    yield "below the interval", (arguments[0], replace(claim, value=one.low - step)), named


def move_away(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Move the value just further from the number than the sentence allows."""
    one, number, *rest = arguments
    by = rest[0] if rest else named["by"]
    value, centre = read_given(one).value, read_given(number).value
    beyond = by * (1 + STEP) or STEP
    yield "above the number", (shifted(one, centre + beyond - value), number, *rest), named
    yield "below the number", (shifted(one, centre - beyond - value), number, *rest), named


def miscount(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Count one more, and one less; the total too, where the sentence gives it."""
    share = read_given(arguments[0])
    part = "n" if share.k is None else "k"
    parts = [part, "n"] if named.get("of") is not None else [part]
    for name in dict.fromkeys(parts):
        for by in (-1, 1):
            other = replace(share, **{name: getattr(share, name) + by})
            yield f"{name} {by:+d}", (other, *arguments[1:]), named


def other_names(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Take out each of the names, and put another in."""
    found, *names = arguments
    known = names_of(found)
    yield "one more", ([*known, OTHER], *names), named
    for name in names:
        yield f"without {name}", ([one for one in known if one != name], *names), named


def other_order(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Put another name first, and let neighbours change places."""
    found, *names = arguments
    known = names_of(found)
    yield "another first", ([OTHER, *known], *names), named
    for place in range(len(names) - 1):
        turned = [*known]
        turned[place : place + 2] = reversed(turned[place : place + 2])
        yield f"{names[place]} later", (turned, *names), named


def missing_names(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Take out each of the names."""
    found, *names = arguments
    known = names_of(found)
    for name in names:
        yield f"without {name}", ([one for one in known if one != name], *names), named


def present_names(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Put in each of the names."""
    found, *names = arguments
    for name in names:
        yield f"with {name}", ([*names_of(found), name], *names), named


def relabel(rows: pd.DataFrame, column: str, name: str) -> pd.DataFrame:
    """Return rows in which one model has another label."""
    labels = rows[column].astype(object)
    return rows.assign(**{column: labels.mask(rows["model"] == name, OTHER)})


def other_labels(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Give each of the models another label."""
    rows, column, labels = arguments
    for name in labels:
        yield f"another label of {name}", (relabel(rows, column, name), column, labels), named


def other_makers(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Give each of the models, or the first of all, another team."""
    rows, team_type, *names = arguments
    for name in names or rows["model"].head(1):
        turned = relabel(rows, "team_type", name)
        yield f"another team of {name}", (turned, team_type, *names), named


def other_fact(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Change a fact: a number by one, a text, one entry of a list or a dictionary."""
    fact, *rest = arguments
    for what, other in other_facts(fact):
        yield what, (other, *rest), named


def other_facts(fact: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a fact might be instead."""
    if isinstance(fact, str):
        yield "another text", OTHER
    elif isinstance(fact, dict):
        for name in fact:
            yield f"another {name}", {**fact, name: OTHER}
            yield f"without {name}", {key: value for key, value in fact.items() if key != name}
    elif isinstance(fact, list | tuple):
        yield "one more", type(fact)([*fact, OTHER])
        yield "one less", fact[:-1] if fact else None
        if len({*map(str, fact)}) > 1:
            yield "in another order", fact[::-1]
    else:
        yield "one more", fact + 1
        yield "one less", fact - 1


def one_beyond(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Move each of the values to the other side of the bound."""
    values, bound = arguments
    known = pd.Series([*values], dtype=float)
    for place in known.dropna().index:
        turned = known.copy()
        turned[place] = 2 * bound - turned[place]
        yield f"value {place} beyond", (turned, bound), named


def sure(estimate: Estimate) -> Estimate:
    """Return an estimate whose interval is its value alone."""
    return replace(estimate, low=estimate.value, high=estimate.value)


def beyond(check: Check) -> Estimate:
    """Return the estimate of now as far from the claim as to differ: on the other side of it."""
    claimed = check.value or 0.0
    if check.side:
        return shifted(check.now, 2 * (claimed - check.now.value))
    return shifted(check.now, claimed - check.now.value + 3 * (claimed or 1.0))


def other_verdict(arguments: Arguments, named: Mapping[str, Any]) -> Iterator[Mutant]:
    """Hold a claim against data that say something else."""
    check, verdict = arguments
    turned: Check
    if verdict == "agrees":
        turned = replace(check, now=beyond(check))
    elif verdict == "differs":
        turned = replace(check, now=replace(check.now, value=check.value, low=None, high=None))
    elif verdict == "cannot tell":
        certain = sure(beyond(check))
        turned = replace(check, then=certain, now=certain, also={})
    else:
        certain = Estimate(0.5, 0.5, 0.5, unit="share", range="sampling")
        turned = replace(check, value=0.5, now=certain, why="")
    yield f"not {verdict}", (turned, verdict), named


TURNED: Mapping[str, Callable[[Arguments, Mapping[str, Any]], Iterator[Mutant]]] = {
    **dict.fromkeys(
        ["above", "above_throughout", "above_value", "below", "below_throughout", "below_value"],
        swap,
    ),
    **dict.fromkeys(["rose", "rose_value", "fell", "fell_value"], swap_in_time),
    **dict.fromkeys(["times_as_large", "times_as_large_value"], swap_and_scale),
    **dict.fromkeys(["majority", "majority_value", "minority", "minority_value"], mirror),
    **dict.fromkeys(["differ", "apart"], equate),
    **dict.fromkeys(["undecided", "indistinguishable"], part),
    **dict.fromkeys(["about", "about_throughout", "about_value"], move_away),
    **dict.fromkeys(["every_above", "every_below"], one_beyond),
    **dict.fromkeys(["equals", "one_of"], other_fact),
    "within": move_claim,
    "counts": miscount,
    "only": other_names,
    "ordered": other_order,
    "listed": missing_names,
    "unlisted": present_names,
    "labelled": other_labels,
    "made_by": other_makers,
    "later": swap,
    "judged": other_verdict,
}
"""How each comparison is turned round, by its name."""
