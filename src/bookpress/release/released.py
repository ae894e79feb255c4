"""What was released: the ledger of results, and whether they still stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bookpress.book.editions import (
    DEFAULT,
    RELEASED,
    Edition,
    Fingerprint,
    edition_names,
    load_edition,
)
from bookpress.book.project import Project
from bookpress.book.renamed import (
    Name,
    Renamed,
    load_renamed,
    name_now,
    under_present_names,
    values_now,
)
from bookpress.chapter import number_formats as numbers
from bookpress.chapter.estimates import read_estimate, results_file
from bookpress.errors import PressError, UsageError
from bookpress.explore.compare import Change, sides
from bookpress.explore.sweep import run_one
from bookpress.files import parse_json, pretty, read, sha256, update_file
from bookpress.progress import Reporter
from bookpress.release.archives import Archive, Results
from bookpress.release.score import score
from bookpress.run.runner import RunOptions
from bookpress.run.worker import versions

KEPT = ("id", "title", "parts", "parameters", "date", "command", "made_with", "results_sha256")
STANDS = 0
"""The exit code for what is as it was."""
CHANGED = 1
"""The exit code for what is otherwise."""
UNKNOWN = 2
"""The exit code for what is not known."""
NUMBER = (
    r"(?P<sign>[-−]?)(?P<whole>\d[\d,]*)(?:\.(?P<decimals>\d+))?"
    r"(?:[eE](?P<power>[-+]?\d{1,2}))?\s*(?P<percent>%?)"
)
CLAIM = re.compile(
    rf"(?P<slug>[a-z0-9][a-z0-9-]*):(?P<key>[\w.]+)=\s*(?P<number>{NUMBER})(?:\s.*)?"
)
CAUSES = {
    "evidence": "evidence",
    "chapters": "code",
    "packages": "code",
    "lock": "versions of packages",
}


def load(project: Project) -> dict[str, dict[str, Any]]:
    """Return what was released, by version, the oldest first.

    Of each edition its facts and results.
    """
    folder = project.data / RELEASED
    entries = {
        path.stem: parse_json(read(path), f"{RELEASED}/{path.name}")
        for path in sorted(folder.glob("*.json"))
    }

    def date(version: str) -> str:
        return str(min(facts["date"] for facts in entries[version].values()))

    return {version: entries[version] for version in sorted(entries, key=date)}


def write(project: Project, entries: Mapping[str, Any]) -> None:
    """Write the files of the ledger.

    A line for each result, so that `diff` shows what was added.
    """
    for version, entry in entries.items():
        text = json.dumps(entry, ensure_ascii=False, indent=1)
        lines = re.sub(r'\{\s+("value": [^{}]*?)\s+\}', _in_one_line, text)
        update_file(project.data / RELEASED / f"{version}.json", f"{lines}\n".encode())


def _in_one_line(result: re.Match[str]) -> str:
    words = " ".join(result[1].split())
    return f"{{{words}}}"


def updated(
    project: Project, fresh: Sequence[Archive], placed: Sequence[Archive]
) -> dict[str, dict[str, Any]]:
    """Return the ledger with new editions.

    One it knows by another id, or whose archive is not at hand, is an error.
    """
    entries = load(project)
    _check_at_hand(entries, placed)
    for archive in fresh:
        facts = archive.facts
        editions = entries.setdefault(facts.version, {})
        entry = {
            **facts.model_dump(mode="json", include=set(KEPT)),
            "commit": facts.source.commit,
            "archive": archive.path.name,
            "results": archive.results,
        }
        if facts.is_default and DEFAULT not in editions:
            entry |= score(project, archive, entries)
        known = editions.setdefault(facts.name, entry)["id"]
        if known != facts.id:
            edition = f"{facts.version} of {facts.name}"
            raise PressError(f"{edition} was released as {known}: raise the version")
    return entries


def _check_at_hand(entries: Mapping[str, Mapping[str, Any]], placed: Sequence[Archive]) -> None:
    """Raise where the ledger names an archive that is not among these."""
    names = {archive.path.name for archive in placed}
    for version, editions in entries.items():
        for name, facts in editions.items():
            if "archive" in facts and facts["archive"] not in names:
                edition = f"the {name} edition of {version} ({facts['id']})"
                raise PressError(f"{edition} was released and has no archive here")


class Said(NamedTuple):
    """What a release said of a result, and the name that the result has now."""

    version: str
    edition: str
    facts: Mapping[str, Any]
    name: Name
    now: Name
    result: Mapping[str, Any]


def _each(results: Results) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for slug, of_chapter in results.items():
        for key, result in of_chapter.items():
            yield slug, key, result


def _said(entries: Mapping[str, Mapping[str, Any]], table: Renamed) -> Iterator[Said]:
    for version, editions in entries.items():
        for edition, facts in editions.items():
            for slug, key, result in _each(facts["results"]):
                name = Name(slug, key)
                now = name_now(table, "results", name, facts["results"][slug])
                yield Said(version, edition, facts, name, now, result)


class Fate(NamedTuple):
    """What became of a result.

    In words what it was, what it is (nothing: withdrawn), and why, where it is another.
    """

    said: Said
    was: str
    now: str
    why: str


def fates(project: Project, entries: Mapping[str, Mapping[str, Any]]) -> list[Fate]:
    """Return what became of each released result in the state that is released now.

    The same number is told once.
    """
    table = load_renamed(project)
    latest_first = reversed(list(_said(entries, table)))
    said = {(entry.edition, entry.now, entry.result["value"]): entry for entry in latest_first}
    released = {entry.edition for entry in said.values()}
    names = [name for name in edition_names(project) if name in released]
    here = sides(project, names, RunOptions(), Reporter()) if names else []
    results = {name: side.results for name, side in zip(names, here, strict=True)}
    plans = {name: load_edition(project, name) for name in {DEFAULT, *names}}
    fates = []
    for entry in reversed(said.values()):
        of_chapter = results.get(entry.edition, {}).get(entry.now.chapter, {})
        plan = plans.get(entry.edition, plans[DEFAULT])
        fates.append(_fate(entry, of_chapter.get(entry.now.key), plan, table))
    return fates


def _fate(said: Said, result: Mapping[str, Any] | None, plan: Edition, table: Renamed) -> Fate:
    """Return what became of a result, which is now another, the same, or None."""
    if not result:
        return Fate(said, shown(said.result), "", _reasons(said, plan, table, is_gone=True))
    was, now = apart(said.result, result)
    why = _reasons(said, plan, table, is_gone=False) if was != now else ""
    return Fate(said, was, now, why)


def check(project: Project, claim: str, options: RunOptions) -> tuple[int, str]:
    """Return whether a number that somebody quoted still stands, as an exit code and in words.

    It stands where what the result is now rounds to the digits that were given. A result that was
    published under another name is followed to the one that it has now.
    """
    match = CLAIM.fullmatch(claim.strip())
    if match is None:
        wanted = "CHAPTER:KEY=NUMBER, with a number such as 16%, 0.16 or 1,200"
        raise UsageError(f"--check {claim!r} is not {wanted}")
    asked = Name(match["slug"], match["key"])
    table = load_renamed(project)
    said = [entry for entry in _said(load(project), table) if asked in {entry.name, entry.now}]
    quoted = [entry for entry in said if _rounds(entry.result, match)]
    first = min(quoted, key=lambda entry: entry.edition != DEFAULT, default=None)
    plan = _plan_of(project, first)
    name = first.now if first else asked
    now = _published(project, plan, name, options)
    if first is None and now is None:
        name = table.now("results", asked)
        now = _published(project, plan, name, options)
    named = str(asked) if name == asked else f"{asked} (now {name})"
    if now and _rounds(now, match):
        return STANDS, f"{named} stands: {shown(now)}"
    if first is None:
        releases = [f"{entry.version} ({entry.edition}): {shown(entry.result)}" for entry in said]
        known = "; ".join(releases) or table.why_gone(asked) or "no release has such a result"
        return UNKNOWN, f"{named} is not known as {match['number']}: {known}"
    return CHANGED, f"{named} is {_change(first, now, plan, table)}"


def _plan_of(project: Project, said: Said | None) -> Edition:
    """Return the edition that said something as it is now.

    The published one where it is no more.
    """
    is_here = said is not None and said.edition in edition_names(project)
    return load_edition(project, said.edition if said and is_here else DEFAULT)


def _change(said: Said, now: Mapping[str, Any] | None, plan: Edition, table: Renamed) -> str:
    """Return in words how a result has changed since it was released, and why."""
    where = f"in {said.version} ({said.edition})"
    why = _reasons(said, plan, table, is_gone=now is None)
    if now is None:
        return f"withdrawn: it was {shown(said.result)} {where}; why: {why}"
    was, new = apart(said.result, now)
    return f"revised: it was {was} {where}, and is {new}; why: {why}"


def _published(project: Project, plan: Edition, name: Name, options: RunOptions) -> Any:
    """Return a result as it is now; None where there is none of that name."""
    if name.chapter not in plan.values:
        return None
    run, _ = run_one(project, name.chapter, [], plan.name, options)
    return run.results.get(name.key)


def _rounds(result: Mapping[str, Any], match: re.Match[str]) -> bool:
    """Return whether a result is the number given, to the digits given.

    A percentage is a hundredth of its number.
    """
    if result["value"] is None:
        return False
    decimals = match["decimals"] or ""
    power = int(match["power"] or 0)
    if match["percent"]:
        power -= 2
    sign = match["sign"] and "-"
    whole = match["whole"].replace(",", "")
    number = float(f"{sign}{whole}.{decimals}e{power}")
    last_digit = 10.0 ** (power - len(decimals))
    distance = abs(result["value"] - number)
    return bool(distance <= 0.5 * last_digit * (1 + 1e-9))


def shown(result: Mapping[str, Any]) -> str:
    """Return a result in words, with interval and counts."""
    return numbers.write(read_estimate(result), "full")


def apart(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, str]:
    """Return two values of a result in words.

    To ten digits, where they would read the same and are not.
    """
    old_words = shown(before)
    new_words = shown(now)
    if old_words == new_words and before["value"] != now["value"]:
        return f"{before['value']:.10g}", f"{now['value']:.10g}"
    return old_words, new_words


def _reasons(said: Said, plan: Edition, table: Renamed, *, is_gone: bool) -> str:
    """Return why a result is not what a release said.

    What it rests on that has changed, or what the book says.
    """
    told = table.why_gone(said.name) if is_gone else ""
    if told:
        return told
    slug = said.now.chapter
    before = values_now(table, said.facts["parameters"]).get(slug, {})
    after = plan.values.get(slug, {})
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    reasons = []
    if changed:
        reasons.append(f"definition ({', '.join(changed)})")
    parts = said.facts["parts"]
    causes = [cause for part, cause in CAUSES.items() if parts[part] != plan.parts[part]]
    reasons += dict.fromkeys(causes)
    return ", ".join(reasons or ["another Python or machine"])


class Cited(NamedTuple):
    """What a citation says of a state.

    The edition, the hash of results (of a chapter or of all), the commit.
    """

    id: str
    sha: str | None = None
    commit: str | None = None


def read_cited(text: str, sha: str | None) -> list[Cited]:
    """Return what is cited by an id, or in a file of any format: each state once."""
    if sha is not None and not re.fullmatch(r"[0-9a-f]{64}", sha):
        raise UsageError(f"{sha!r} is no SHA-256: it has 64 digits from 0 to f")
    if re.fullmatch(r"[0-9a-f]{12}", text):
        return [Cited(text, sha)]
    if not Path(text).is_file():
        an_id = "the id of an edition, 12 digits from 0 to f"
        raise UsageError(f"{text!r} is neither {an_id}, nor a file with citations")
    content = read(Path(text)).decode("utf-8", "replace")
    _, *parts = re.split(r"\bedition (?=[0-9a-f]{12}\b)", content)
    if not parts:
        citation = "a citation of this book says “edition” and 12 digits"
        raise UsageError(f"{text} names no edition: {citation}")
    return list(dict.fromkeys(_cited(part, sha) for part in parts))


def _cited(part: str, sha: str | None) -> Cited:
    """Return what a text says of the state whose id it begins with."""
    digest = re.search(r"SHA-256 ([0-9a-f]{64})", part)
    commit = re.search(r"swh:1:rev:([0-9a-f]{40})", part)
    return Cited(part[:12], sha or (digest and digest[1]), commit and commit[1])


def verify(
    project: Project, cited: Cited, options: RunOptions, reporter: Reporter
) -> tuple[int, str]:
    """Return whether a cited state and its results are had here, as an exit code and in words."""
    mark = Fingerprint.of(project)
    plans = {name: load_edition(project, name, mark=mark) for name in edition_names(project)}
    plan = next((edition for edition in plans.values() if edition.id == cited.id), None)
    past = _past(project, cited.id)
    if plan is None and not past:
        where = f": git checkout {cited.commit}, and verify again" if cited.commit else ""
        known = "neither what this checkout makes, nor built, nor released"
        return UNKNOWN, f"edition {cited.id} is unknown: {known}{where}"
    here = plan or plans.get(past["name"], plans[DEFAULT])
    state = _difference(past, here) if plan is None else "the same state"
    [side] = sides(project, [here.name], options, reporter)
    equal, how = _results(cited, past, side.results, load_renamed(project))
    if equal:
        return STANDS, f"edition {cited.id}: {state}; {how}"
    return CHANGED, f"edition {cited.id}: {state}; {how}{_made_with(past)}"


def _difference(past: Mapping[str, Any], here: Edition) -> str:
    """Return in words which parts of an edition are not what they were."""
    parts = past.get("parts", {})
    changed = [name for name, digest in here.parts.items() if parts.get(name) != digest]
    verb = "differs" if len(changed) == 1 else "differ"
    return f"{', '.join(changed)} {verb} between {past['where']} and this checkout ({here.id})"


def _past(project: Project, name: str) -> dict[str, Any]:
    """Return what is known of an edition that was released, or built here.

    Nothing of one that was neither.
    """
    for version, editions in load(project).items():
        for edition, facts in editions.items():
            if facts["id"] == name:
                return {**facts, "name": edition, "where": f"version {version}"}
    for built in project.built:
        folder = project.editions / built
        record = json.loads(read(folder / "edition.json"))
        if record["id"] == name:
            results = json.loads(read(folder / "results.json"))
            return {**record, "results": results, "where": "as it was built here"}
    return {}


def _hashes(results: Results) -> list[str]:
    """Return what a citation may say of results: the hash of all, and that of each chapter's."""
    whole = sha256(pretty(results).encode())
    of_chapters = [sha256(results_file(of_chapter)) for of_chapter in results.values()]
    return [whole, *of_chapters]


def _results(
    cited: Cited, past: Mapping[str, Any], now: Results, table: Renamed
) -> tuple[bool, str]:
    """Return whether the results are those that were cited, and how far they lie apart."""
    hashes = _hashes(now)
    if cited.sha in hashes:
        return True, "results equal"
    if not past:
        whole = hashes[0]
        if cited.sha:
            return False, f"the results differ: {whole}"
        return True, f"its results have the SHA-256 {whole}"
    before = under_present_names(table, "results", past["results"])
    released = list(_each(before))
    changes = []
    for slug, key, was in released:
        result = now.get(slug, {}).get(key)
        if _numbers(was) != _numbers(result):
            changes.append(Change(slug, key, "", was, result, []))
    if changes:
        most = max(changes, key=_apart)
        _, distance = most.size
        many = f"{len(changes)} of {len(released)} results differ"
        return False, f"{many}, the most {most.chapter}:{most.key}, {distance}"
    was_renamed = before != past["results"]
    if cited.sha is None or (was_renamed and cited.sha in _hashes(past["results"])):
        return True, "results equal"
    return False, "the results are not those cited"


def _numbers(result: Mapping[str, Any] | None) -> list[Any]:
    result = result or {}
    return [result.get(name) for name in ("value", "low", "high", "k", "n", "unit")]


def _apart(change: Change) -> float:
    """Return how far two values lie apart, as a part of both.

    What cannot be compared says nothing of it.
    """
    one = change.one["value"] if change.one else None
    other = change.other["value"] if change.other else None
    if one is None or other is None:
        return -1.0
    return float(abs(other - one) / (abs(one) + abs(other) or 1))


def _made_with(past: Mapping[str, Any]) -> str:
    now = versions()
    changed = []
    for name, was in (past.get("made_with") or {}).items():
        if now.get(name, was) != was:
            changed.append(f"{name} {now[name]} (was {was})")
    return f"; rebuilt with {', '.join(changed)}" if changed else ""
