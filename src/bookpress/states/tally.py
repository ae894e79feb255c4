"""How certain each statement is, judged by the states of its chapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bookpress.edition.sureness import Sureness
from bookpress.states.states import ExploredState


def tally(
    published: Mapping[str, Mapping[str, Mapping[str, Any]]],
    states: Mapping[str, Sequence[ExploredState]],
    named: Mapping[str, Mapping[str, Any]],
    survival: str = "",
) -> dict[str, dict[str, Sureness]]:
    """Return how certain each statement is, by chapter and key.

    `named` has results that say more about it, by kind and full name; `survival` is the parameter
    along which statements are followed.
    """
    tallied: dict[str, dict[str, Sureness]] = {}
    for slug, statements in published.items():
        if slug not in states:
            continue
        tallied[slug] = {}
        for key, statement in statements.items():
            sureness = _sureness(key, states[slug])
            if statement["holds"] is True:
                sureness |= _readings(key, states[slug], survival)
            for kind, results in named.items():
                if f"{slug}:{key}" in results:
                    sureness[kind] = results[f"{slug}:{key}"]
            sureness["marks"] = statement["marks"]
            tallied[slug][key] = sureness
    return tallied


def _readings(key: str, outcomes: Sequence[ExploredState], name: str) -> dict[str, Any]:
    """Return for which values of a parameter a statement holds, including the published one."""
    readings = [outcome for outcome in outcomes if [*outcome.state.choice] == [name]]
    is_untested = not readings or all(outcome.holds(key) is None for outcome in readings)
    if is_untested:
        return {}
    parameter = readings[0].state.parameter(name)
    false = [outcome for outcome in readings if outcome.turns(key)]
    held = sum(outcome.holds(key) is True for outcome in readings) + 1
    of = len(readings) + 1
    reading = {
        "noun": parameter.noun,
        "of": of,
        "held": held,
        "false": [parameter.words(outcome.state.choice[name]) for outcome in false],
        "unknown": of - held - len(false),
    }
    return {"survival": reading}


def _sureness(key: str, outcomes: Sequence[ExploredState]) -> dict[str, Any]:
    """Return how certain a statement is, judged by the states of its chapter."""
    single: dict[str, list[ExploredState]] = {}
    for outcome in outcomes:
        if len(outcome.state.choice) == 1:
            [name] = outcome.state.choice
            single.setdefault(name, []).append(outcome)
    choices = []
    falls: list[ExploredState] = []
    for name, of_choice in single.items():
        answers = [outcome for outcome in of_choice if outcome.answers(key)]
        turned = [outcome for outcome in answers if outcome.turns(key)]
        falls += turned
        if answers:
            choices.append(_choice(name, answers, turned))
    alone = [outcome for of_choice in single.values() for outcome in of_choice]
    answers = [outcome for outcome in outcomes if outcome.answers(key)]
    pairs = [] if falls else [outcome for outcome in answers if outcome.turns(key)]
    return {
        "holds": sum(not choice["turns"] for choice in choices),
        "of": len(choices),
        "choices": choices,
        "falls": [_falls(key, outcome) for outcome in sorted(falls, key=_nearness)],
        "pairs": [_falls(key, outcome) for outcome in sorted(pairs, key=_nearness)],
        "open": [dict(outcome.state.choice) for outcome in alone if not outcome.answers(key)],
    }


def _choice(
    name: str, answers: Sequence[ExploredState], turned: Sequence[ExploredState]
) -> dict[str, Any]:
    """Return the verdicts on a statement under the values of a choice that answer its question."""
    parameter = answers[0].state.parameter(name)
    proper = [outcome for outcome in turned if parameter.is_proper(outcome.state.choice[name])]
    return {
        "name": name,
        "noun": parameter.noun,
        "phrase": parameter.phrase,
        "turns": bool(turned),
        "is_firm": not proper and len(turned) < len(answers),
        "share": 1 - len(turned) / len(answers),
    }


def _nearness(outcome: ExploredState) -> int:
    return outcome.state.steps


def _falls(key: str, outcome: ExploredState) -> dict[str, Any]:
    """Return the choice that makes a statement's sentence false, in words too, and why."""
    state = outcome.state
    chosen = [(state.parameter(name), value) for name, value in state.choice.items()]
    return {
        "choice": dict(state.choice),
        "name": " and ".join(state.choice),
        "given": chosen[0][0].given if len(chosen) == 1 else "",
        "words": " and ".join(parameter.condition(value) for parameter, value in chosen),
        "because": outcome.statements[key].because,
    }
