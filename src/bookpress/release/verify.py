"""Whether this checkout gives a cited state and its results, and what differs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isclose
from pathlib import Path
from typing import Any, NamedTuple

from bookpress.book.project import Project
from bookpress.book.renamed import Renamed, load_renamed, under_present_names
from bookpress.chapter.estimates import results_file
from bookpress.cite.record import NO_RESULTS
from bookpress.edition.editions import BookAsRead, Edition, load_edition
from bookpress.edition.files import DEFAULT, edition_names
from bookpress.errors import PressError, UsageError, nearest
from bookpress.files import pretty, read, sha256
from bookpress.release.archives import Results
from bookpress.release.released import CHANGED, STANDS, UNKNOWN, every_result, load_ledger
from bookpress.run.runner import RunOptions
from bookpress.run.worker import versions
from bookpress.states.sweeps.compare import ChangedResult, read_built, side_of

NUMBERS = ("value", "low", "high", "k", "n", "unit")
TOLERANCE = 1e-9
"""The relative difference up to which two numbers count as equal, because of rounding."""


COMMAND = re.compile(r"Rebuilt\s+by:\s+\S+\s+build\b(?:\s+(?P<base>[a-z0-9][\w.-]*))?")
OPTION = re.compile(
    r"""\s+(?:-p\s+(?:'(?P<quoted>[^']*)'|(?P<plain>[^\s'"}]+))|--chapters\s+(?P<only>[\w,.-]+))"""
)


class Cited(NamedTuple):
    """A state as cited: the edition, the hash of results (of a chapter or of all), the commit."""

    id: str
    sha: str | None = None
    commit: str | None = None
    python: str | None = None
    base: str = DEFAULT
    """The edition that the command in the citation begins with."""
    options: tuple[str, ...] = ()
    """The values that the command sets, ``NAME=VALUE``."""
    only: tuple[str, ...] | None = None
    """The chapters that the command limits them to."""


def read_cited(project: Project, text: str, sha: str | None) -> list[Cited]:
    """Return the states cited by a name, by an id or in a file of any format, without repeats.

    A name is that of an edition that was built here.
    """
    is_malformed = sha is not None and not re.fullmatch(r"[0-9a-f]{64}", sha)
    if is_malformed:
        raise UsageError(f"{sha!r} is not a SHA-256, which has 64 digits from 0 to f")
    if re.fullmatch(r"[0-9a-f]{12}", text):
        return [Cited(text, sha)]
    if text in project.built:
        record, *_ = read_built(project.editions / text)
        return [Cited(record["id"], sha)]
    if not Path(text).is_file():
        allowed = "a built edition, by name or by its id of 12 digits from 0 to f"
        near = nearest(text, project.built)
        raise UsageError(f"{text!r} is neither {allowed}, nor a file with citations{near}")
    states = cited_in(read(Path(text)).decode("utf-8", "replace"), sha)
    if not states:
        raise no_edition(Path(text))
    return states


def cited_in(text: str, sha: str | None = None) -> list[Cited]:
    """Return the states that a text cites, without repeats; its lines may be wrapped anywhere."""
    _, *parts = re.split(r"\bedition\s+(?=[0-9a-f]{12}\b)", text)
    return list(dict.fromkeys(_cited(part, sha) for part in parts))


def no_edition(file: Path) -> UsageError:
    """Return the error about a file that cites nothing."""
    citation = "a citation of this book says “edition” and 12 digits"
    return UsageError(f"{file} names no edition: {citation}")


def _cited(part: str, sha: str | None) -> Cited:
    """Return the state whose id a text begins with."""
    digest = re.search(r"SHA-256\s+([0-9a-f]{64})", part)
    commit = re.search(r"swh:1:rev:([0-9a-f]{40})", part)
    python = re.search(r"with\s+Python\s+(\d+\.\d+\.\d+)", part)
    return Cited(
        part[:12],
        sha or (digest and digest[1]),
        commit and commit[1],
        python and python[1],
        **_command(part),
    )


def _command(part: str) -> dict[str, Any]:
    """Return what the command in a citation builds, whatever its file escapes."""
    text = re.sub(r"\\(\W|_)", r"\1", part)
    command = COMMAND.search(text)
    if not command:
        return {}
    options: list[str] = []
    only = None
    place = command.end()
    while option := OPTION.match(text, place):
        place = option.end()
        if option["only"]:
            only = tuple(option["only"].split(","))
        else:
            options.append(option["quoted"] or option["plain"])
    return {"base": command["base"] or DEFAULT, "options": tuple(options), "only": only}


def verify(project: Project, cited: Cited, options: RunOptions) -> tuple[int, str]:
    """Return whether this checkout gives a cited state, as an exit code and in words."""
    read = BookAsRead.of(project)
    plan = made_here(project, cited, read)
    past = past_of(project, cited.id)
    if plan is None and not past:
        where = f": git checkout {cited.commit}, and verify again" if cited.commit else ""
        makers = "neither what this checkout makes, nor built, nor released"
        return UNKNOWN, f"edition {cited.id} is unknown: {makers}{where}"
    here = plan or present_form(project, cited, past, read)
    state = _difference(past, here) if plan is None else "the same state"
    side = side_of(project, here, options)
    if _has_none(cited, past, side.results):
        code = UNKNOWN if plan is None or cited.sha else STANDS
        return code, f"edition {cited.id}: {state}; no results to compare"
    equal, how = _results(cited, past, side.results, load_renamed(project))
    if equal:
        return STANDS, f"edition {cited.id}: {state}; {how}"
    return CHANGED, f"edition {cited.id}: {state}; {how}{_made_with(past, cited)}"


def _has_none(cited: Cited, past: Mapping[str, Any], now: Results) -> bool:
    """Return whether what is cited publishes no results, so that no two states differ in them."""
    publishes = any({**past.get("results", {}), **now}.values())
    return cited.sha == NO_RESULTS or not (publishes or any(past.get("results", {}).values()))


def made_here(project: Project, cited: Cited, read: BookAsRead) -> Edition | None:
    """Return the cited edition if this checkout makes it, by name or by the citation's command."""
    editions = [load_edition(project, name, read=read) for name in edition_names(project)]
    named = next((edition for edition in editions if edition.id == cited.id), None)
    if named:
        return named
    by_command = _made_by(project, cited, read)
    return by_command if by_command and by_command.id == cited.id else None


def _made_by(project: Project, cited: Cited, read: BookAsRead) -> Edition | None:
    try:
        return load_edition(project, cited.base, cited.options, cited.only, read)
    except PressError:  # its names and values may be those of another commit
        return None


def present_form(
    project: Project, cited: Cited, past: Mapping[str, Any], read: BookAsRead
) -> Edition:
    """Return what has the name of a past edition now, or its values; else the default."""
    if past["name"] in edition_names(project):
        return load_edition(project, past["name"], read=read)
    command = Cited(cited.id, **_command(f"Rebuilt by: {past.get('command')}"))
    return _made_by(project, command, read) or load_edition(project, read=read)


def _difference(past: Mapping[str, Any], here: Edition) -> str:
    """Return in words which parts of an edition have changed."""
    parts = past.get("parts", {})
    changed = [name for name, digest in here.parts.items() if parts.get(name) != digest]
    parts_apart = ", ".join(changed)
    return f"difference between {past['where']} and this checkout ({here.id}): {parts_apart}"


def past_of(project: Project, name: str) -> dict[str, Any]:
    """Return what is known of an edition that was released, or built here; empty if neither."""
    for version, editions in load_ledger(project).items():
        for edition, facts in editions.items():
            if facts["id"] == name:
                return {**facts, "name": edition, "where": f"version {version}"}
    folder = project.built_folder(name)
    if folder is None:
        return {}
    record, results, _ = read_built(folder)
    return {**record, "results": results, "where": "as it was built here"}


def _hashes(results: Results) -> list[str]:
    """Return the hashes that a citation may give: of all results, and of each chapter's."""
    whole = sha256(pretty(results).encode())
    of_chapters = [sha256(results_file(of_chapter)) for of_chapter in results.values()]
    return [whole, *of_chapters]


def _results(
    cited: Cited, past: Mapping[str, Any], now: Results, table: Renamed
) -> tuple[bool, str]:
    """Return whether the results are those cited, and how far they differ."""
    hashes = _hashes(now)
    if cited.sha in hashes:
        return True, "results equal"
    if not past:
        whole = hashes[0]
        if cited.sha:
            return False, f"the results differ: {whole}"
        return True, f"its results have the SHA-256 {whole}"
    before = under_present_names(table, "results", past["results"])
    changes = differences_of(before, now)
    if changes:
        most = max(changes, key=_apart)
        _, distance = most.size
        many = f"{len(changes)} of {len(list(every_result(before)))} results differ"
        return False, f"{many}, the most {most.chapter}:{most.key}, {distance}"
    is_same = cited.sha is None or cited.sha in _hashes(past["results"])
    if is_same:
        return True, "results equal"
    return False, "the results are not those cited"


def differences_of(before: Results, now: Results) -> list[ChangedResult]:
    """Return the results of a state that differ now, apart from rounding."""
    changes = []
    for slug, key, was in every_result(before):
        result = now.get(slug, {}).get(key)
        if not _same(was, result):
            changes.append(ChangedResult(slug, key, "", was, result, []))
    return changes


def _same(was: Mapping[str, Any], now: Mapping[str, Any] | None) -> bool:
    """Return whether a result is unchanged, apart from rounding on another Python or machine."""
    now = now or {}
    return all(_close(was.get(name), now.get(name)) for name in NUMBERS)


def _close(value: Any, other: Any) -> bool:
    if isinstance(value, float) and isinstance(other, float):
        return isclose(value, other, rel_tol=TOLERANCE, abs_tol=0.0)
    return bool(value == other)


def _apart(change: ChangedResult) -> float:
    """Return the relative difference of two values; -1 if they cannot be compared."""
    before = change.one["value"] if change.one else None
    after = change.other["value"] if change.other else None
    if before is None or after is None:
        return -1.0
    return float(abs(after - before) / (abs(before) + abs(after) or 1))


def _made_with(past: Mapping[str, Any], cited: Cited) -> str:
    """Return in words which versions differ from those that the cited results were made with.

    A citation names only Python; the versions of packages are those of the id.
    """
    now = versions()
    before = dict(past.get("made_with") or {})
    if cited.python:
        before["Python"] = cited.python
    changed = []
    for name, was in before.items():
        if now.get(name, was) != was:
            changed.append(f"{name} {now[name]} (was {was})")
    if not changed:
        return ""
    hint = ""
    is_other_python = cited.python and before["Python"] != now["Python"]
    if is_other_python:
        hint = "; another Python may round the last digits otherwise: verify with that one"
    return f"; rebuilt with {', '.join(changed)}{hint}"
