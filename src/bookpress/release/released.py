"""The ledger of released results, and whether they still stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bookpress.book.project import Project
from bookpress.book.renamed import Name, Renamed, load_renamed, name_now, values_now
from bookpress.chapter.expressions import SLUG
from bookpress.edition.editions import BookAsRead, Edition, load_edition
from bookpress.edition.files import DEFAULT, edition_names
from bookpress.edition.fingerprint import RELEASED
from bookpress.errors import PressError, UsageError, similar
from bookpress.files import parse_json, read, update_file
from bookpress.release.archives import Archive, Results
from bookpress.release.reliability import reliability
from bookpress.run.runner import RunOptions
from bookpress.states.sweeps.compare import as_shipped, sides
from bookpress.states.sweeps.tasks import run_one
from holdtrue import number_formats as numbers
from holdtrue.estimates import read_estimate

KEPT = ("id", "title", "parts", "parameters", "date", "command", "made_with", "results_sha256")
NEEDED = {"id", "date", "parts", "parameters", "results"}
"""What the ledger has of any edition, at least."""
STANDS = 0
"""The exit code for an unchanged number."""
CHANGED = 1
"""The exit code for a changed number."""
UNKNOWN = 2
"""The exit code for an unknown number."""
NUMBER = (
    r"(?P<sign>[-−]?)(?P<whole>\d[\d,]*)(?:\.(?P<decimals>\d+))?"
    r"(?:[eE](?P<power>[-+]?\d{1,2}))?\s*(?P<percent>%?)"
)
REFERENCE = re.compile(rf"(?P<slug>{SLUG}):(?P<key>[\w.]+)=\s*(?P<number>{NUMBER})(?:\s.*)?")
CAUSES = {
    "evidence": "evidence",
    "chapters": "code",
    "packages": "code",
    "lock": "versions of packages",
}


def load_ledger(project: Project) -> dict[str, dict[str, Any]]:
    """Return what was released, by version, oldest first.

    Each edition has its facts and results.
    """
    folder = project.data / RELEASED
    entries = {path.stem: _load_entry(path) for path in folder.glob("*.json")}

    def age(version: str) -> tuple[str, list[tuple[int, str]]]:
        date = min(str(facts["date"]) for facts in entries[version].values())
        return date, in_order(version)

    return {version: entries[version] for version in sorted(entries, key=age)}


def in_order(version: str) -> list[tuple[int, str]]:
    """Return the key by which versions are sorted: 1.9 before 1.10, whatever else they contain.

    Examples
    --------
    >>> sorted(["1.10", "1.9", "1.9-rc", "1"], key=in_order)
    ['1', '1.9', '1.9-rc', '1.10']
    """
    return [(int(digits or 0), words) for digits, words in re.findall(r"(\d*)(\D*)", version)]


def _load_entry(path: Path) -> dict[str, Any]:
    """Return the editions that were released in a version."""
    where = f"{RELEASED}/{path.name}"
    entry = parse_json(read(path), where)
    editions = list(entry.values()) if isinstance(entry, dict) else []
    whole = [facts for facts in editions if isinstance(facts, dict) and facts.keys() >= NEEDED]
    if not editions or whole != editions:
        lack = f"an edition with {', '.join(sorted(NEEDED))}"
        raise PressError(f"{where} is damaged: it lacks {lack}; take it from the release's commit")
    return dict(entry)


def write_ledger(project: Project, entries: Mapping[str, Any]) -> None:
    """Write the files of the ledger, with one line for each result, which keeps diffs short."""
    for version, entry in entries.items():
        text = json.dumps(entry, ensure_ascii=False, indent=1)
        lines = re.sub(r'\{\s+("value": [^{}]*?)\s+\}', _in_one_line, text)
        update_file(project.data / RELEASED / f"{version}.json", f"{lines}\n".encode())


def _in_one_line(result: re.Match[str]) -> str:
    words = " ".join(result[1].split())
    return f"{{{words}}}"


def updated_ledger(
    project: Project, fresh: Sequence[Archive], placed: Sequence[Archive]
) -> dict[str, dict[str, Any]]:
    """Return the ledger with new editions.

    It is an error if it knows one by another id, or if an archive is missing.
    """
    entries = load_ledger(project)
    _check_at_hand(entries, placed)
    for archive in placed:
        _check_known(entries, archive, is_fresh=any(archive is checked for checked in fresh))
    for archive in fresh:
        facts = archive.facts
        editions = entries.setdefault(facts.version, {})
        entry = {
            **facts.model_dump(mode="json", include=set(KEPT)),
            "commit": facts.source.commit,
            "archive": archive.path.name,
            "archive_sha256": archive.sha256,
            "results": archive.results,
        }
        if facts.is_default and DEFAULT not in editions:
            entry |= reliability(project, archive, entries)
        recorded = editions.setdefault(facts.name, entry)["id"]
        if recorded != facts.id:
            edition = f"{facts.version} of {facts.name}"
            raise PressError(f"{edition} was released as {recorded}: raise the version")
    return entries


def _check_at_hand(entries: Mapping[str, Mapping[str, Any]], placed: Sequence[Archive]) -> None:
    """Raise if the ledger names an archive that is not among these."""
    names = {archive.path.name for archive in placed}
    for version, editions in entries.items():
        for name, facts in editions.items():
            is_lost = "archive" in facts and facts["archive"] not in names
            if is_lost:
                edition = f"the {name} edition of {version} ({facts['id']})"
                raise PressError(f"{edition} was released and has no archive here")


def _check_known(
    entries: Mapping[str, dict[str, Any]], archive: Archive, *, is_fresh: bool
) -> None:
    """Raise if an archive is not what was released according to the ledger.

    An entry without the hash of its archive gets it, once the results agree.
    """
    facts = archive.facts
    file = archive.path.name
    entry = entries.get(facts.version, {}).get(facts.name)
    if entry is None:
        if not is_fresh:
            ledger = f"data/{RELEASED}/{facts.version}.json"
            raise PressError(f"{file} is not known to have been released: {ledger} lacks it")
        return
    if entry["id"] != facts.id or "archive" not in entry:
        return
    recorded = entry.get("archive_sha256", archive.sha256)
    if entry["results"] != archive.results:
        raise PressError(f"{file} contains other results than those that were released")
    if recorded != archive.sha256:
        was = f"its SHA-256 is {archive.sha256}, that of the release {recorded}"
        raise PressError(f"{file} is not the archive that was released: {was}")
    entry["archive_sha256"] = recorded


class ReleasedResult(NamedTuple):
    """A result in a release, and its present name."""

    version: str
    edition: str
    facts: Mapping[str, Any]
    name: Name
    now: Name
    result: Mapping[str, Any]


def every_result(results: Results) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield the chapter, key and fields of each result."""
    for slug, of_chapter in results.items():
        for key, result in of_chapter.items():
            yield slug, key, result


def _released_results(
    entries: Mapping[str, Mapping[str, Any]], table: Renamed
) -> Iterator[ReleasedResult]:
    for version, editions in entries.items():
        for edition, facts in editions.items():
            for slug, key, result in every_result(facts["results"]):
                name = Name(slug, key)
                now = name_now(table, "results", name, facts["results"][slug])
                yield ReleasedResult(version, edition, facts, name, now, result)


class Fate(NamedTuple):
    """What became of a result.

    In words: what it was, what it is (empty if withdrawn), and why, if it changed.
    """

    released: ReleasedResult
    was: str
    now: str
    why: str


def fates(project: Project, entries: Mapping[str, Mapping[str, Any]]) -> list[Fate]:
    """Return what became of each released result in the present state of the book.

    A number that was released several times is listed once.
    """
    table = load_renamed(project)
    latest_first = reversed(list(_released_results(entries, table)))
    released = {(entry.edition, entry.now, entry.result["value"]): entry for entry in latest_first}
    editions = {entry.edition for entry in released.values()}
    names = [name for name in edition_names(project) if name in editions]
    here = sides(project, names, RunOptions()) if names else []
    results = {name: side.results for name, side in zip(names, here, strict=True)}
    read = BookAsRead.of(project)
    plans = {name: load_edition(project, name, read=read) for name in {DEFAULT, *names}}
    fates = []
    for entry in reversed(released.values()):
        of_chapter = results.get(entry.edition, {}).get(entry.now.chapter, {})
        plan = plans.get(entry.edition, plans[DEFAULT])
        fates.append(_fate(entry, of_chapter.get(entry.now.key), plan, table))
    return fates


def _fate(
    released: ReleasedResult, result: Mapping[str, Any] | None, plan: Edition, table: Renamed
) -> Fate:
    """Return what became of a result, given its present value or None."""
    if not result:
        return Fate(
            released, shown(released.result), "", _reasons(released, plan, table, is_gone=True)
        )
    was, now = apart(released.result, result)
    why = _reasons(released, plan, table, is_gone=False) if was != now else ""
    return Fate(released, was, now, why)


def check_number(project: Project, reference: str, options: RunOptions) -> tuple[int, str]:
    """Return whether a quoted number still stands, as an exit code and in words.

    It stands if the present result rounds to it, with as many digits. A result that was published
    under another name is found under its present one.
    """
    match = REFERENCE.fullmatch(reference.strip())
    if match is None:
        wanted = "CHAPTER:KEY=NUMBER, with a number such as 16%, 0.16 or 1,200"
        raise UsageError(f"{reference!r} is not {wanted}")
    with as_shipped(project) as shipped:
        return _answer(shipped, match, options)


def _answer(project: Project, match: re.Match[str], options: RunOptions) -> tuple[int, str]:
    """Return what became of a number, without a reader's own rows."""
    asked = Name(match["slug"], match["key"])
    table = load_renamed(project)
    every = list(_released_results(load_ledger(project), table))
    released = [entry for entry in every if asked in {entry.name, entry.now}]
    quoted = [entry for entry in released if _rounds(entry.result, match)]
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
        releases = [
            f"{entry.version} ({entry.edition}): {shown(entry.result)}" for entry in released
        ]
        answer = "; ".join(releases) or table.why_gone(asked) or "no release has such a result"
        here = f"; this book gives {shown(now)}" if now else ""
        names = [str(entry.name) for entry in every]
        if not (releases or now) and (meant := similar(str(asked), names)):
            here = f"; did you mean {meant}?"
        return UNKNOWN, f"{named} is not known as {match['number']}: {answer}{here}"
    return CHANGED, f"{named} is {_change(first, now, plan, table)}"


def _plan_of(project: Project, released: ReleasedResult | None) -> Edition:
    """Return the present form of the edition that stated a number; the default if it is gone."""
    is_here = released is not None and released.edition in edition_names(project)
    return load_edition(project, released.edition if released and is_here else DEFAULT)


def _change(
    released: ReleasedResult, now: Mapping[str, Any] | None, plan: Edition, table: Renamed
) -> str:
    """Return in words how a result has changed since it was released, and why."""
    where = f"in {released.version} ({released.edition})"
    why = _reasons(released, plan, table, is_gone=now is None)
    if now is None:
        return f"withdrawn: it was {shown(released.result)} {where}; why: {why}"
    was, new = apart(released.result, now)
    return f"revised: it was {was} {where}, and is {new}; why: {why}"


def _published(project: Project, plan: Edition, name: Name, options: RunOptions) -> Any:
    """Return the present value of a result; None if there is none of that name."""
    if name.chapter not in plan.values:
        return None
    [chapter] = [chapter for chapter in plan.chapters if chapter.slug == name.chapter]
    run, _ = run_one(project, chapter, plan.values[name.chapter], options)
    return run.results.get(name.key)


def _rounds(result: Mapping[str, Any], match: re.Match[str]) -> bool:
    """Return whether a result rounds to the given number, with its digits.

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

    With ten digits if they would otherwise look the same.
    """
    old_words = shown(before)
    new_words = shown(now)
    looks_unchanged = old_words == new_words and before["value"] != now["value"]
    if looks_unchanged:
        return f"{before['value']:.10g}", f"{now['value']:.10g}"
    return old_words, new_words


def _reasons(released: ReleasedResult, plan: Edition, table: Renamed, *, is_gone: bool) -> str:
    """Return why a result is not what a release stated.

    That is what changed of the things it depends on, or the reason that the book gives.
    """
    reason = table.why_gone(released.name) if is_gone else ""
    if reason:
        return reason
    slug = released.now.chapter
    before = values_now(table, released.facts["parameters"]).get(slug, {})
    after = plan.values.get(slug, {})
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    reasons = []
    if changed:
        reasons.append(f"parameters ({', '.join(changed)})")
    parts = released.facts["parts"]
    causes = [cause for part, cause in CAUSES.items() if parts[part] != plan.parts[part]]
    reasons += dict.fromkeys(causes)
    return ", ".join(reasons or ["another Python or machine"])
