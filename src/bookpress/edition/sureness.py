"""How certain a statement is: under which choices it holds, and which values overturn it.

A choice weighs the same no matter how many of its values were tried. A state in which a sentence
asks another question, or has no answer, counts neither for nor against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from holdtrue import number_formats as numbers
from holdtrue.estimates import read_estimate

Sureness = Mapping[str, Any]
"""How certain a statement is.

- ``holds``: under how many of the choices in ``of``, which answer its question, it holds.
- ``choices``: for each choice its ``name``, its ``noun``, its ``phrase``, the ``share`` of its
  values under which the statement holds, and ``is_firm``, whether it holds under every value that
  the noun names.
- ``falls``: the states of one choice in which the sentence is false, nearest to the published one
  first, with the ``choice``, its ``name``, the state in ``words``, what of these comes before the
  value (``given``), and the reason.
- ``pairs``: such states of two choices neither of which overturns it alone.
- ``open``: the choices under which it is neither true nor false.
- ``marks``: its sentences, as in ``statements.json``.
- ``survival``: for the parameter of survival the ``noun`` of its values, ``of`` how many it
  ``held`` in, the words of those in which it was ``false``, and how many left it ``unknown``.
- ``specifications``: the result that counts in how many other runs it holds.
- ``fragility``: the result that counts the fewest rows that must be relabelled to overturn it.
"""
FILE = "robustness.json"
"""The file in the staged source of an explored edition, and in its folder."""
QUOTED = "states/_quoted.json"
"""The file beside it with results that pages without choices quote, under each main choice."""
MOST_NAMED = 2
"""The most things that overturn a statement which are named."""


def is_tested(sure: Sureness) -> bool:
    """Return whether any state answers a statement's question."""
    return bool(sure["of"])


def is_firm(sure: Sureness) -> bool:
    """Return whether no state overturns a statement."""
    return not sure["falls"] and not sure["pairs"]


def what_overturns(sure: Sureness) -> str:
    """Return what overturns a statement, in words: ``falls if every day counts as wet``.

    The nearest values are named, the rest counted; empty if nothing does.
    """
    falls = sure["falls"] or sure["pairs"]
    if not falls:
        return ""
    named = [state["words"] for state in falls[:MOST_NAMED]]
    shared = falls[0]["given"]  # "if the price is $2 or $3"
    if shared and named[0].startswith(shared):
        named[1:] = [words.removeprefix(shared).strip() for words in named[1:]]
    text = f"falls {' or '.join(named)}"
    more = len(falls) - len(named)
    if more:
        return f"{text}, and under {more} more"
    return text


def in_short(sure: Sureness) -> str:
    """Return what overturns a statement as the end of a sentence; empty if nothing does."""
    falls = sure["falls"]
    names = [*dict.fromkeys(state["name"] for state in falls)]
    are_few = len(falls) <= MOST_NAMED and len(names) <= 1
    if are_few:
        return what_overturns(sure)
    phrases = {choice["name"]: choice["phrase"] for choice in sure["choices"]}
    choices = [phrases[name] for name in names]
    if len(choices) > MOST_NAMED:
        return f"depends on {len(choices)} choices"
    return f"depends on the {' and the '.join(dict.fromkeys(choices))}"


def holds_under(sure: Sureness) -> str:
    """Return under which choices a statement holds; empty if under none.

    A noun is named if the statement holds for every value that any choice of this noun has; "every
    choice" is said only of a statement that nothing overturns.
    """
    states = [*sure["falls"], *sure["pairs"]]
    joint = [state["choice"] for state in states if len(state["choice"]) > 1]
    if joint and len(joint) == len(states):
        return "holds under each choice alone"
    firm: dict[str, bool] = {}
    for choice in sure["choices"]:
        is_sure = choice["is_firm"] and not any(choice["name"] in names for names in joint)
        firm[choice["noun"]] = firm.get(choice["noun"], True) and is_sure
    nouns = sorted(sorted(noun for noun in firm if noun and firm[noun]), key=len)
    if "" in firm and all(firm.values()) and is_firm(sure):
        nouns.append("other choice" if nouns else "choice")
    if nouns:
        return f"holds under every {numbers.in_list(nouns)} we tried"
    held = sum(choice["is_firm"] for choice in sure["choices"])
    return f"holds under {held} of {len(sure['choices'])} choices we tried" if held else ""


def shares(sure: Sureness) -> list[float]:
    """Return for each choice the share of its values under which a statement holds, firmest first.

    A statement that only two choices together overturn holds for all.
    """
    return sorted((float(choice["share"]) for choice in sure["choices"]), reverse=True)


def sureness_in_words(sure: Sureness) -> str:
    """Return how certain a statement is, in words.

    Such as ``holds under every rule and period we tried; falls if every day counts as wet``.
    """
    overturned = "" if is_firm(sure) else what_overturns(sure)
    return "; ".join(words for words in (holds_under(sure), overturned) if words)


def together(statements: Sequence[Sureness]) -> Sureness:
    """Return how certain several statements are together, when a finding needs them all."""
    if len(statements) == 1:
        return statements[0]
    choices: dict[str, dict[str, Any]] = {}
    for sure in statements:
        for choice in sure["choices"]:
            joint = choices.setdefault(choice["name"], dict(choice))
            joint["is_firm"] = joint["is_firm"] and choice["is_firm"]
            joint["turns"] = joint["turns"] or choice["turns"]
            joint["share"] = min(joint["share"], choice["share"])
    falls: dict[str, Any] = {}
    for sure in statements:
        for state in sure["falls"] or sure["pairs"]:
            falls.setdefault(state["words"], state)
    return {
        "holds": sum(not choice["turns"] for choice in choices.values()),
        "of": len(choices),
        "choices": [*choices.values()],
        "falls": [*falls.values()],
        "pairs": [],
        "open": [],
        **_weakest(statements),
    }


def _weakest(statements: Sequence[Sureness]) -> dict[str, Any]:
    """Return the smallest fragility and the shortest survival of several statements."""
    carried = [sure["fragility"] for sure in statements if "fragility" in sure]
    carried = [result for result in carried if result["value"] is not None]
    followed = [sure["survival"] for sure in statements if "survival" in sure]
    weakest = {}
    if carried:
        weakest["fragility"] = min(carried, key=lambda result: float(result["value"]))
    if followed:
        weakest["survival"] = min(followed, key=lambda readings: int(readings["held"]))
    return weakest


def specifications(sure: Sureness) -> str:
    """Return in words what was counted over many other runs; empty if nothing was."""
    if "specifications" not in sure:
        return ""
    result = read_estimate(sure["specifications"])
    return f"{numbers.full(result)} {result.label}"
