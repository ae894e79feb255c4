"""What those outside a laboratory are shown: evaluations, transparency and capability of models.

That is who evaluates whose models, what companies disclose, and how capable what is. The
evaluations are those that companies name in their own system cards: absence is no proof, and no
terms of access are stated. The transparency index asked the same questions in 2023 and 2024 and
others in 2025. The capability index joins benchmarks on one scale, which two of its models fix and
which therefore have no interval.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from bookpress.files import sha256
from compute_divide.evidence.models.raw import OPENNESS, SECTORS
from compute_divide.evidence.models.table import epoch
from compute_divide.evidence.store import dates, raw_csv, tables
from compute_divide.evidence.store.files import EvidenceError, Origin, SetAside, Sidecar
from compute_divide.evidence.store.raw_csv import (
    Findings,
    RawTable,
    Row,
    joined,
    read_raw,
    split_list,
)

DERIVED_BY = "compute_divide.evidence.outside"

# --- evaluations ---

KINDS = ("government", "non-profit", "company", "university", "unnamed")
"""Kinds of outside evaluators; ``unnamed`` are people, or organisations that the company does not
name."""

CATEGORIES = {
    "autonomous": "autonomy",
    "biorisk": "chemistry and biology",
    "cybersec": "cybersecurity",
    "nuclear": "nuclear",
    "redteam": "attacks of any kind",
    "scheming": "scheming",
    "modelWelfare": "welfare of models",
    "method": "method and advice",
    "misc": "not specified",
}
"""What an evaluation is about, by the key of the source."""

COMPANIES = {
    "anthropic": "Anthropic",
    "google": "Google DeepMind",
    "meta": "Meta",
    "openai": "OpenAI",
    "xai": "xAI",
}

EVALUATORS_FILE = "evaluators.csv"
EVALUATORS = tables.schema(
    evaluator=tables.text(nullable=False),
    name=tables.text(nullable=False),
    kind=tables.one_of(KINDS, nullable=False),
    reason=tables.text(nullable=False),
)
"""Schema of ``evaluators.csv``, kept by hand: a name as cards write it, ours, its kind, and why it
is of that kind."""

CARDS = tables.Table(
    "outside/cards.csv",
    tables.schema(
        company=tables.one_of(list(COMPANIES.values()), nullable=False),
        model=tables.text(nullable=False),
        engagements=tables.whole(nullable=False),
        card=tables.text(nullable=False),
    ),
    "system cards of five companies and their numbers of outside evaluations",
    f"{DERIVED_BY}.derive_evaluations",
)
"""A row a system card, a company's first model first."""
load_cards = CARDS.read

EVALUATIONS = tables.Table(
    "outside/evaluations.csv",
    tables.schema(
        company=tables.one_of(list(COMPANIES.values()), nullable=False),
        model=tables.text(nullable=False),
        category=tables.one_of(list(CATEGORIES.values()), nullable=False),
        evaluator=tables.text(nullable=False),
        kind=tables.one_of(KINDS, nullable=False),
        recurring=tables.flag(),
        page=tables.text(nullable=False),
    ),
    "outside evaluations that system cards name",
    f"{DERIVED_BY}.derive_evaluations",
)
"""A row an engagement; ``recurring`` is whether it was not their first."""
load_evaluations = EVALUATIONS.read

TRACKER = Origin(
    "scrutiny/third_party_evaluations_2026-08-14.js",
    "3P Eval Monitor: outside evaluations named in system cards",
    "2026-08-14",
    "S. W. Kelly, 3P Eval Monitor",
    "none stated: facts only",
    "https://github.com/s-w-kelly/3P-Evals",
)


def load_evaluators() -> pd.DataFrame:
    """Return what is known of each outside evaluator.

    Returns
    -------
    pandas.DataFrame
        One row an ``evaluator``: its name, kind, and the reason for it.

    Raises
    ------
    EvidenceError
        If the file does not fit its schema.

    Examples
    --------
    >>> load_evaluators().columns.tolist()
    ['evaluator', 'name', 'kind', 'reason']
    """
    return tables.read_by_hand(EVALUATORS_FILE, EVALUATORS)


def derive_evaluations(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the system cards and the engagements.

    See `compute_divide.evidence.catalogue.Derive`.
    """
    content = (raw / TRACKER.path).read_bytes()
    labs = _javascript_object(content.decode(), "labsData")
    cards = list(_cards(labs))
    known = load_evaluators().set_index("evaluator")
    engagements: list[dict[str, Any]] = []
    for card in cards:
        engagements += _engagements(card, known)
    written = content.count(b"evaluator: ") - 1  # the guide at the top of the file shows one
    if len(engagements) != written:
        raise EvidenceError(
            f"{TRACKER.path}: {written} evaluators are written, {len(engagements)} were read"
        )
    note = "named by the companies themselves: no dates, no terms of access; absence is no proof"
    file = Path(TRACKER.path).name
    digest = sha256(content)
    sidecars = []
    for table, rows in ((CARDS, cards), (EVALUATIONS, engagements)):
        records = [{name: row[name] for name in table.schema.columns} for row in rows]
        source = TRACKER.source(file, digest, len(rows))
        sidecars.append(table.write(records, folder, [source], notes=[note]))
    return sidecars


def _javascript_object(script: str, name: str) -> dict[str, Any]:
    """Return an exported object of a JavaScript file.

    Without its comments it is a mapping as YAML has them too.
    """
    match = re.search(rf"export const {name} = (\{{.*?^\}});", script, re.DOTALL | re.MULTILINE)
    if not match:
        raise EvidenceError(f"{TRACKER.path} exports no {name!r}")
    plain = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', r"\1", match[1], flags=re.DOTALL)
    try:
        return dict(yaml.load(plain, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise EvidenceError(f"{TRACKER.path}: {name!r} cannot be read: {error}") from error


def _cards(labs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the cards of all companies with their engagements, each company's oldest first."""
    for key, lab in labs.items():
        if key not in COMPANIES:
            raise EvidenceError(
                f"{TRACKER.path}: {key!r} is not a known company; known: {', '.join(COMPANIES)}"
            )
        for model, card in reversed(lab["models"].items()):
            engagements = {name: entries for name, entries in card.items() if name != "systemCard"}
            yield {
                "company": COMPANIES[key],
                "model": model,
                "engagements": sum(map(len, engagements.values())),
                "card": card["systemCard"],
                "by_category": engagements,
            }


def _engagements(card: Mapping[str, Any], known: pd.DataFrame) -> Iterator[dict[str, Any]]:
    place = f"{TRACKER.path} ({card['model']})"
    for category, entries in card["by_category"].items():
        for entry in entries:
            evaluator = entry["evaluator"]
            if evaluator not in known.index or category not in CATEGORIES:
                raise EvidenceError(
                    f"{place}: {evaluator!r} on {category!r} is not in data/{EVALUATORS_FILE}"
                )
            ours = known.loc[evaluator]
            yield {
                "company": card["company"],
                "model": card["model"],
                "category": CATEGORIES[category],
                "evaluator": ours["name"],
                "kind": ours["kind"],
                "recurring": entry["recurring"],
                "page": entry["source"],
            }


# --- transparency ---

TRANSPARENCY = tables.Table(
    "outside/transparency.csv",
    tables.schema(
        edition=tables.one_of(["2023-10", "2024-05", "2025-12"], nullable=False),
        domain=tables.one_of(["Upstream", "Model", "Downstream"], nullable=False),
        subdomain=tables.text(nullable=False),
        indicator=tables.text(nullable=False),
        developers=tables.text(nullable=False),
        disclosed=tables.text(),
    ),
    "indicators of the Foundation Model Transparency Index, and who meets each",
    f"{DERIVED_BY}.derive_transparency",
)
"""A row an indicator; the developers that were asked and those that meet it are ``|``-joined. An
indicator of 2024 has the name that it had in 2023."""
load_transparency = TRANSPARENCY.read

EDITIONS = {"2023-10": "October2023", "2024-05": "May2024", "2025-12": "Dec2025"}

DEVELOPERS = {"Stability": "Stability AI"}


def derive_transparency(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the transparency index of three editions.

    See `compute_divide.evidence.catalogue.Derive`.
    """
    scores = {}
    sources = []
    for edition, name in EDITIONS.items():
        origin = _index(f"fmti_scores_{name}", edition)
        scores[edition] = read_raw(raw / origin.path)
        sources.append(scores[edition].source(origin))
    newest = _index("fmti_indicators_Dec2025", "2025-12")
    asked = read_raw(raw / newest.path)
    sources.append(asked.source(newest))
    first = [row.cells for row in _indicator_rows(scores["2023-10"])]
    last = [row.cells for row in asked.rows]
    questions = {"2023-10": first, "2024-05": first, "2025-12": last}
    rows: list[dict[str, str]] = []
    for edition, file in scores.items():
        rows += _indicators(edition, file, questions[edition])
    totals = sum(len(_total_rows(file)) for file in scores.values())
    aside = [
        SetAside(reason="rows of totals, checked", rows=totals),
        SetAside(reason="rows that say what an indicator asks", rows=len(asked.rows)),
    ]
    note = "2023 and 2024 ask the same questions, 2025 others"
    return [TRANSPARENCY.write(rows, folder, sources, aside, [note])]


def _index(name: str, edition: str) -> Origin:
    return Origin(
        f"scrutiny/{name}.csv",
        f"Foundation Model Transparency Index, {edition}",
        edition,
        "Stanford Center for Research on Foundation Models, Foundation Model Transparency Index",
        "CC BY 4.0",
        "https://github.com/stanford-crfm/fmti",
    )


def _indicator_rows(scores: RawTable) -> list[Row]:
    return [row for row in scores.rows if row["Indicator"] != "Total"]


def _total_rows(scores: RawTable) -> list[Row]:
    return [row for row in scores.rows if row["Indicator"] == "Total"]


def _indicators(
    edition: str, scores: RawTable, questions: list[dict[str, str]]
) -> Iterator[dict[str, str]]:
    """Yield the indicators of an edition.

    Its total row, where it has one, must be what its cells add up to.
    """
    other = {"Domain", "Subdomain", "Indicator", "Total"}
    names = [name for name in scores.header if name not in other]
    rows = _indicator_rows(scores)
    met = [{name for name in names if _answer(row, name)} for row in rows]
    for total in _total_rows(scores):
        for name in names:
            number = sum(name in developers for developers in met)
            if int(total[name]) != number:
                raise EvidenceError(
                    f"{total.place(name)}: the total is not what the indicators add up to"
                )
    for question, developers in zip(questions, met, strict=True):
        disclosed = [name for name in names if name in developers]
        yield {
            "edition": edition,
            "domain": question["Domain"].strip(),
            "subdomain": question["Subdomain"].strip(),
            "indicator": question["Indicator"].strip(),
            "developers": _joined_developers(names),
            "disclosed": _joined_developers(disclosed),
        }


def _joined_developers(names: Iterable[str]) -> str:
    return joined(DEVELOPERS.get(name, name) for name in names)


def _answer(row: Row, name: str) -> bool:
    answer = row[name]
    if answer not in {"0", "1"}:
        raise EvidenceError(f"{row.place(name)}: {answer!r} is neither 0 nor 1")
    return answer == "1"


# --- capability ---

CAPABILITY = tables.Table(
    "outside/capability.csv",
    tables.schema(
        model=tables.text(nullable=False),
        released=tables.date(),
        organisations=tables.text(nullable=False),
        countries=tables.text(),
        team_type=tables.one_of(raw_csv.TEAM_TYPES, nullable=False),
        openness=tables.one_of(OPENNESS.ours),
        index=tables.number(nullable=False),
        low=tables.number(),
        high=tables.number(),
    ),
    "models by Epoch's Capability Index: when released, by whom, how open",
    f"{DERIVED_BY}.derive_capability",
)
"""A row a model as it was released; the settings of one model share their index. A team type is
that of all organisations; one that the models database does not know makes it ``unknown``.
``countries`` are those of the organisations; where a row names none, those that another row of the
file names for them."""
load_capability = CAPABILITY.read

_DAY = "2026-08-19"
BENCHMARKED = epoch(
    f"models/epoch_benchmarked_models_{_DAY}.csv",
    "Epoch AI, Epoch Capabilities Index",
    _DAY,
    "https://epoch.ai/benchmarks",
)
_DATABASE = "Epoch AI models database"
MODELS = (
    epoch("models/epoch_all_ai_models_2026-03-30.csv", _DATABASE, "2026-03-30"),
    epoch("models/epoch_notable_ai_models_2026-08-19.csv", _DATABASE, "2026-08-19"),
)
"""Files that say of which sector an organisation is; the later one decides."""


def derive_capability(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the capability index; see `compute_divide.evidence.catalogue.Derive`."""
    file = read_raw(raw / BENCHMARKED.path)
    databases = [read_raw(raw / origin.path) for origin in MODELS]
    classed = [row for database in databases for row in database.rows]
    sectors = _sectors(classed)
    countries = _countries(file)
    findings = Findings()
    indexed = [row for row in file.rows if row["eci"]]
    indexed.sort(key=lambda row: row[_dated(row)])
    versions: dict[str, dict[str, Any]] = {}
    for row in indexed:
        setting = _version(row, sectors, findings)
        setting["countries"] = countries.get(setting["organisations"])
        version = versions.setdefault(setting["model"], setting)
        version["openness"] = version["openness"] or setting["openness"]
        openness = setting["openness"] or version["openness"]
        if version["index"] != setting["index"] or version["openness"] != openness:
            raise EvidenceError(
                f"{row.place(setting['model'])}: its settings differ in index or openness"
            )
    without = len(file.rows) - len(indexed)
    repeated = len(indexed) - len(versions)
    aside = {
        "no index: too few benchmarks": without,
        "another setting or release of a model that has its row": repeated,
        "rows of the models database, which say of which sector an organisation is": len(classed),
    }
    sources = [file.source(BENCHMARKED)]
    for database, origin in zip(databases, MODELS, strict=True):
        sources.append(database.source(origin))
    groups = [SetAside(reason=reason, rows=rows) for reason, rows in aside.items()]
    rows = list(versions.values())
    return [CAPABILITY.write(rows, folder, sources, groups, findings.notes())]


def _dated(row: Row) -> str:
    return "Version release date" if row["Version release date"] else "Publication date"


def _sectors(models: list[Row]) -> dict[str, str]:
    """Return the sector of each organisation of models.

    They are from the rows that list as many sectors as organisations.
    """
    sectors: dict[str, str] = {}
    for row in models:
        labels = split_list(row["Organization categorization"])
        names = split_list(row["Organization"], len(labels))
        if len(names) == len(labels):
            for name, label in zip(names, labels, strict=True):
                sectors[name] = SECTORS.canonical(label, row.place())
    return sectors


def _countries(models: RawTable) -> dict[str, str]:
    """Return the countries of the organisations that some row of a file names countries for."""
    countries: dict[str, str] = {}
    for row in models.rows:
        listed = split_list(row["Country (of organization)"])
        if listed:
            countries[_organisations(row)] = joined(",".join(listed).split(","))
    return countries


def _organisations(row: Row) -> str:
    return joined(",".join(split_list(row["Organization"])).split(","))


def _version(row: Row, sectors: Mapping[str, str], findings: Findings) -> dict[str, Any]:
    column = _dated(row)
    place = row.place(row["Model"])
    dated = dates.read_date(row, column, "released", findings)
    if dated is None:
        raise EvidenceError(f"{place}: no date")
    organisations = _organisations(row)
    kinds = [sectors.get(name, "") for name in organisations.split("|")]
    if column == "Publication date":
        findings.add(
            "released: the day of publication, for that of the version is not known", row["Model"]
        )
    access = row["Model accessibility"]

    def number(header: str, name: str) -> float | None:
        bounds = raw_csv.Bounds(positive=False)
        return raw_csv.read_number(row, header, name, bounds, findings)

    return {
        "model": row["model_group"],
        "released": dated.day.isoformat(),
        "organisations": organisations,
        "team_type": raw_csv.team_type(kinds) if all(kinds) else "unknown",
        "openness": OPENNESS.canonical(access, place) if access else None,
        "index": number("eci", "index"),
        "low": number("eci_ci_low", "low"),
        "high": number("eci_ci_high", "high"),
    }


TABLES = (CARDS, EVALUATIONS, TRANSPARENCY, CAPABILITY)


def derive_outside(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive all four tables; see `compute_divide.evidence.catalogue.Derive`."""
    return [
        *derive_evaluations(raw, folder),
        *derive_transparency(raw, folder),
        *derive_capability(raw, folder),
    ]
