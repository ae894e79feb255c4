"""The concentration of papers, the event study and the years of entry, without the package.

``python tests/compute_divide/independent_universities.py RAW`` prints them;
`notebooks/test_independent_universities.py` holds them against what the chapter says. Affiliations
are read in a plainer way than the package does, so concentration agrees within tolerances that
the test states. The event study is written from `docs/design-universities.md` alone.
"""

import csv
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from independent_numbers import DATA, Numbers, listed, papers_of, plain, rows_of
from scipy.stats import t as student

# --- names ---

SMALL_WORDS = {"of", "the", "and", "at", "in", "for", "de", "di", "la", "le", "du", "del"}
SPELLINGS = {
    "university": "univ universitat universitaet universite universita universidad universidade"
    " universiteit univeristy univerisity universtiy unversity universty uni",
    "institute": "inst institut institue",
    "technology": "tech",
}
SPELLED = {other: word for word, others in SPELLINGS.items() for other in others.split()}
COMMON = {"university", "institute", "polytechnic", "national", "college", "science", "technology"}
"""Words that alone name no university."""

Words = tuple[str, ...]


@cache
def words_of(text: str) -> Words:
    """Return the words of a name in one spelling, without the small ones."""
    words = re.findall(r"[^\W_]+", plain(text).replace("'", ""))
    return tuple(SPELLED.get(word, word) for word in words if word not in SMALL_WORDS)


class PlainReader:
    """The names of universities: those kept by hand, then those of the list of the world's."""

    def __init__(self, raw: Path) -> None:
        self.known: dict[Words, str] = {}
        self.alone: dict[Words, str] = {}
        for row in rows_of(DATA / "university_names.csv"):
            names = self.alone if row["alone"] == "yes" else self.known
            names.setdefault(words_of(row["pattern"]), row["university"])
            if row["university"]:
                self.known.setdefault(words_of(row["university"]), row["university"])
        with (raw / "other/acl23_universities.csv").open(encoding="utf-8", newline="") as file:
            for _, name, *_ in csv.reader(file):
                if {*words_of(name)} - COMMON and len(words_of(name)) > 1:
                    self.known.setdefault(words_of(name), name)
        for words, university in [*self.known.items()]:
            if words[0] == "university":
                self.known.setdefault((*words[1:], "university"), university)
            elif words[-1] == "university":
                self.known.setdefault(("university", *words[:-1]), university)
        self.most_words = max(map(len, self.known))
        self.read = cache(self._read)

    def _read(self, affiliation: str) -> frozenset[str]:
        """Return the universities that one author's affiliation names."""
        return frozenset().union(*map(self._in_item, affiliation.split("+")))

    def _in_item(self, text: str) -> set[str]:
        universities = self._longest(words_of(text))
        parts = re.split(r"[,;/()|]", text)
        for part in parts:
            if len(parts) == 1 or part.strip().isupper():
                universities.add(self.alone.get(words_of(part), ""))
        if not universities - {""}:
            pieces = map(words_of, parts)
            universities |= {
                " ".join(piece) for piece in pieces if "university" in piece and len(piece) > 2
            }
        return universities - {""}

    def _longest(self, words: Words) -> set[str]:
        """Return the universities of the longest known names, from the left."""
        universities = set()
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + self.most_words), start, -1):
                if words[start:end] in self.known:
                    universities.add(self.known[words[start:end]])
                    start = end - 1
                    break
            start += 1
        return universities


# --- concentration ---

LISTS = {
    ("cvpr", 2013): ["cvpr__cvpr2013.json.gz", "cvpr__cvpr2013.abstracts.json.gz"],
    ("cvpr", 2024): ["cvpr__cvpr2024.json.gz"],
    ("neurips", 2007): ["nips__nips2007.json.gz"],
    ("neurips", 2024): ["nips__nips2024.json.gz", "neurips2024_papersviz.jsonl.gz"],
    ("icml", 2013): ["icml__icml2013.json.gz"],
    ("icml", 2024): ["icml__icml2024.json.gz"],
}
"""The lists of papers of the conferences whose concentration is worked out."""


def spread(papers: Iterable[int]) -> Numbers:
    """Return how many universities take part and make half, and the share of the ten largest."""
    ordered = sorted(papers, reverse=True)
    n = sum(ordered)
    half = next(number for number in range(len(ordered)) if 2 * sum(ordered[:number]) >= n)
    return {"taking_part": float(len(ordered)), "half": float(half), "ten": (sum(ordered[:10]), n)}


def spread_read(raw: Path, names: PlainReader, venue: str, year: int) -> Numbers:
    """Return the concentration of the papers of a conference, read from its lists."""
    papers = Counter()
    for _, affiliations in papers_of(raw, *LISTS[venue, year]).values():
        papers.update({university for text in affiliations for university in names.read(text)})
    return spread(papers.values())


def spread_committed(venue: str, year: int) -> Numbers:
    """Return the concentration of the papers of a conference, from the table of papers."""
    rows = rows_of(DATA / "papers/universities.csv")
    return spread(
        int(row["papers"]) for row in rows if (row["venue"], int(row["year"])) == (venue, year)
    )


# --- years of entry ---

GPU = re.compile(r"nvidia|k20m|amd instinct|data center gpu max", re.IGNORECASE)
FIRST_MARKED = "2011-06"
"""The first list with a column of accelerators: what has one there has no known year."""
NAMED_IN_2010 = {"gpu": r"nvidia|tesla", "other": r"radeon|powerxcell"}


def kind_of(row: Mapping[str, str]) -> str:
    """Return the kind of a machine: with GPUs, with other accelerators, or plain."""
    accelerator = row.get("Accelerator", row.get("Accelerator/Co-Processor"))
    if accelerator is None:
        name = row["Computer"].casefold()
        return next(
            (kind for kind, text in NAMED_IN_2010.items() if re.search(text, name)), "plain"
        )
    if accelerator in {"", "None"}:
        return "plain"
    return "gpu" if GPU.search(accelerator) else "other"


def own_machines(raw: Path, names: PlainReader) -> dict[str, list[tuple[str, int, str]]]:
    """Return the machines of each university alone: month of the list, year, kind."""
    centres = {row["pattern"]: row for row in rows_of(DATA / "computing_centres.csv")}
    machines = defaultdict(list)
    for path in sorted((raw / "compute/top500").glob("*_academic.csv")):
        for row in rows_of(path):
            site = row["Site"]
            owners = centres[site]["universities"].split("; ") if site in centres else [site]
            universities = {university for owner in owners for university in names.read(owner)}
            if row["Segment"] == "Academic" and len(universities) == 1:
                machine = (path.name[7:14], int(row["Year"]), kind_of(row))
                machines[universities.pop()].append(machine)
    return machines


def entries(raw: Path, names: PlainReader) -> dict[str, Counter[int]]:
    """Return how many universities with papers entered in each year, by the table's columns."""
    with_papers = {
        university
        for path in sorted((raw / "papers").glob("*.gz"))
        for _, affiliations in listed(path)
        for text in affiliations
        for university in names.read(text)
    }
    years: dict[str, Counter[int]] = defaultdict(Counter)
    for university, machines in own_machines(raw, names).items():
        for column, kinds in {"entry": {"gpu"}, "accelerated": {"gpu", "other"}}.items():
            of_kinds = [machine for machine in machines if machine[2] in kinds]
            first_month = min((month for month, _, _ in of_kinds), default=FIRST_MARKED)
            if first_month != FIRST_MARKED and university in with_papers:
                years[column][min(min(int(month[:4]), year) for month, year, _ in of_kinds)] += 1
                if column == "entry":
                    years["first_list"][int(first_month[:4])] += 1
    return years


def entries_committed() -> dict[str, Counter[int]]:
    """Return how many universities entered in each year, from the table of entries."""
    rows = rows_of(DATA / "papers/university_machines.csv")
    columns = ("entry", "accelerated", "first_list")
    return {name: Counter(int(row[name]) for row in rows if row[name]) for name in columns}


# --- the event study ---

LEVELS = (0.001, 0.003, 0.01)
"""The shares of all papers at which the next level begins."""
BASE = -2
AVERAGE = dict.fromkeys((1, 2, 3), 1 / 3)
"""The years after entry of the primary estimate, with their weights."""
AROUND = range(-3, 4)
FEWEST = 5


class Alike(NamedTuple):
    """Universities whose machine entered in a year, of a region and level, and their controls."""

    year: int
    treated: list[str]
    controls: list[str]


class Panel:
    """The committed tables: shares of papers, regions, and what the lists know of machines."""

    def __init__(self) -> None:
        rows = rows_of(DATA / "papers/university_coverage.csv")
        counted = [row for row in rows if int(row["read"]) >= 0.85 * int(row["papers"])]
        self.read = {(row["venue"], int(row["year"])): int(row["read"]) for row in counted}
        self.papers: dict[tuple[str, str, int], int] = {}
        self.region = {}
        for row in rows_of(DATA / "papers/universities.csv"):
            if row["region"]:
                self.region[row["university"]] = row["region"]
                where = (row["university"], row["venue"], int(row["year"]))
                self.papers[where] = int(row["papers"])
        machines = rows_of(DATA / "papers/university_machines.csv")
        self.entry = {
            row["university"]: int(row["entry"])
            for row in machines
            if row["entry"] and row["university"] in self.region
        }
        self.no_control = {row["university"] for row in machines if row["may_control"] == "False"}

    def shares(self, year: int, venue: str = "") -> dict[str, float] | None:
        """Return each university's share of a year's papers, at a conference or at all counted."""
        places = [place for place in self.read if place[1] == year and venue in {"", place[0]}]
        if not places:
            return None
        read = sum(self.read[place] for place in places)
        return {
            university: sum(self.papers.get((university, *place), 0) for place in places) / read
            for university in self.region
        }

    def levels(self, year: int) -> dict[str, int]:
        """Return the level of each university that has papers in the years before an entry."""
        of_years = [shares for before in (6, 5, 4) if (shares := self.shares(year - before))]
        sizes = {
            university: sum(shares[university] for shares in of_years) / len(of_years)
            for university in (self.region if of_years else ())
        }
        return {
            university: sum(size >= begin for begin in LEVELS)
            for university, size in sizes.items()
            if size
        }


class Study:
    """The papers at a conference after the entry of a machine, against those of controls."""

    def __init__(self, panel: Panel, venue: str = "cvpr") -> None:
        self.strata: list[Alike] = []
        self.shares: dict[int, dict[str, float]] = {}
        for year in range(2005, 2030):
            if shares := panel.shares(year, venue):
                self.shares[year] = shares
        for year in sorted({*panel.entry.values()}):
            if all(year + after in self.shares for after in AROUND):
                self.strata += self._of_year(panel, year)
        self.treated = {university for stratum in self.strata for university in stratum.treated}
        self.controls = {university for stratum in self.strata for university in stratum.controls}

    def _of_year(self, panel: Panel, year: int) -> Iterable[Alike]:
        levels = panel.levels(year)
        free = [
            university
            for university in levels
            if university not in panel.no_control
            and not panel.entry.get(university, math.inf) <= year + 4
        ]
        alike = defaultdict(list)
        for university, level in levels.items():
            if panel.entry.get(university) == year:
                alike[panel.region[university], level].append(university)
        for (region, level), treated in sorted(alike.items()):
            everywhere = [university for university in free if levels[university] == level]
            near = [university for university in everywhere if panel.region[university] == region]
            for controls in (near, everywhere):
                if (
                    sum(self.shares[year + BASE][university] > 0 for university in controls)
                    >= FEWEST
                ):
                    yield Alike(year, treated, controls)
                    break

    def totals(
        self, stratum: Alike, years: Iterable[int], without: str = ""
    ) -> tuple[list[float], list[float]]:
        """Return the shares of the treated and of their controls, in the base and other years."""
        of_years = [self.shares[stratum.year + after] for after in (BASE, *years)]
        treated, controls = (
            [
                sum(shares[university] for university in group if university != without)
                for shares in of_years
            ]
            for group in (stratum.treated, stratum.controls)
        )
        return treated, controls

    def effect(
        self, strata: Sequence[Alike], universities: Iterable[str], weights: Mapping[int, float]
    ) -> tuple[float, float]:
        """Return the effect, and its error from leaving out one university at a time."""
        totals = [self.totals(stratum, weights) for stratum in strata]
        effect = weighted_log(totals, weights.values())
        left = [
            weighted_log(
                (
                    self.totals(stratum, weights, university)
                    if university in stratum.treated + stratum.controls
                    else of_all
                    for stratum, of_all in zip(strata, totals, strict=True)
                ),
                weights.values(),
            )
            for university in universities
        ]
        return effect, math.sqrt(sum((other - effect) ** 2 for other in left))

    def interval(self, weights: Mapping[int, float]) -> tuple[float, float, float]:
        """Return the ratio, and its interval by Student's t."""
        effect, error = self.effect(self.strata, self.treated | self.controls, weights)
        reach = student.ppf(0.975, len(self.treated) - 1) * error
        return math.exp(effect), math.exp(effect - reach), math.exp(effect + reach)

    def departures(self) -> tuple[float, float]:
        """Return the interval if a step as large as those before entry came every year."""
        steps = sum(weight * (after - BASE) for after, weight in AVERAGE.items())
        bounds = [
            self.interval(AVERAGE | {year: sign * steps}) for year in (-3, -1) for sign in (-1, 1)
        ]
        return min(low for _, low, _ in bounds), max(high for *_, high in bounds)

    def visible(self) -> float:
        """Return the smallest ratio above 1 that four of five such studies would see."""
        _, error = self.effect(self.strata, self.treated | self.controls, AVERAGE)
        return math.exp(error * sum(student.ppf([0.975, 0.8], len(self.treated) - 1)))

    def chance(self, draws: int) -> float:
        """Return the share of lotteries that depart as far, each measured in its own error."""
        rng = np.random.default_rng(1)
        departures = [self._departure(self.strata)]
        for _ in range(draws):
            drawn = []
            for year, treated, controls in self.strata:
                alike = rng.permutation(treated + controls).tolist()
                drawn.append(Alike(year, alike[: len(treated)], alike[len(treated) :]))
            departures.append(self._departure(drawn))
        return sum(departure >= departures[0] for departure in departures) / len(departures)

    def _departure(self, strata: Sequence[Alike]) -> float:
        treated = {university for stratum in strata for university in stratum.treated}
        effect, error = self.effect(strata, treated, AVERAGE)
        return abs(effect) / error


def weighted_log(
    totals: Iterable[tuple[list[float], list[float]]], weights: Iterable[float]
) -> float:
    """Return the weighted sum over years of the logarithm of papers over those expected."""
    papers, expected = defaultdict(float), defaultdict(float)
    for (base, *treated), (base_of_controls, *controls) in totals:
        for place, (own, other) in enumerate(zip(treated, controls, strict=True)):
            papers[place] += own
            expected[place] += base * other / base_of_controls
    return sum(
        weight * math.log(papers[place] / expected[place]) for place, weight in enumerate(weights)
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    reader = PlainReader(folder)
    for venue, year in LISTS:
        print(venue, year, spread_read(folder, reader, venue, year))  # noqa: T201
    print(entries(folder, reader))  # noqa: T201
    study = Study(Panel())
    print(study.interval(AVERAGE), study.departures())  # noqa: T201
    print(study.visible(), study.chance(999))  # noqa: T201
