"""Reasons of statements, read as a reader reads them: the numbers they show must say what the words say."""

import re

NUMBER = r"−?\d(?:[\d,]*\d)?(?:\.\d+)?(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
LEVEL = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
SHOWN = rf"({NUMBER})%?[^();]*?(?: \(({NUMBER}) to ({NUMBER})(?:;[^)]*)?\))?"
SIDE = re.compile(
    rf"^{SHOWN} is (not )?(above|below) {SHOWN}(?:, but the (interval|intervals|range) .*)?$"
)
FURTHER = re.compile(rf"^{SHOWN} is more than {SHOWN} from {SHOWN}$")
UNREADABLE = re.compile(r"\b(None|nan|NaN|null|True|False)\b|\d\d:\d\d:\d\d|\de\+\d|\w\|\w|\.[;.]")
"""What no reason may hold: names of the language, times of day, powers of ten as computers write them."""
SAYS = re.compile(r"^(.+), and the sentence says (.+)$")


def number(text: str) -> float:
    return float(text.translate(LEVEL).replace(",", "").replace(" × 10", "e"))


def faults(reason: str) -> list[str]:
    """Return what is wrong with the parts of a reason why something does not hold."""
    found = []
    if UNREADABLE.search(reason):
        found.append(f"it names what no reader knows: {reason}")
    parts = [part for clause in reason.split("; ") for part in clause.split(", and ")]
    for part in parts if "and the sentence says" not in reason else reason.split("; "):
        found += [f"{problem}: {part}" for problem in _faults(part)]
    return found


def _faults(part: str) -> list[str]:
    said = SAYS.match(part)
    if said:
        return ["the counts are those of the sentence"] if said[1] == said[2] else []
    further = FURTHER.match(part)
    if further:
        value, low, high, by, _, _, other, _, _ = (one and number(one) for one in further.groups())
        ends = [end for end in (value, low, high) if end is not None]
        reached = max(abs(end - (other or 0)) for end in ends)
        return [] if reached >= (by or 0) else ["the numbers shown lie nearer"]
    side = SIDE.match(part)
    return _side_faults(*side.groups()) if side else []


def _side_faults(*shown: str | None) -> list[str]:
    """Return what is wrong with ``X is not above Y``, or ``X is above Y, but the interval ...``."""
    first, low, high, negation, word, other, other_low, other_high, reaches = shown
    value, bound = number(first or ""), number(other or "")
    is_on_side = value > bound if word == "above" else value < bound
    if value == bound:
        return ["equal numbers are told apart"]
    if negation:
        return ["the numbers shown say otherwise"] if is_on_side else []
    if not is_on_side or not reaches:
        return ["it does not say why it does not hold"]
    near = low if word == "above" else high
    far = (other_high if word == "above" else other_low) or other
    crosses = near is None or (
        number(near) <= number(far or "") if word == "above" else number(near) >= number(far or "")
    )
    is_beyond = near is None or reaches == "intervals" or number(near) != bound
    return [] if crosses and is_beyond else ["the interval shown does not reach so far"]
