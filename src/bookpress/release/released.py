"""What was released: archives, read without trusting them; the ledger of results; whether both still stand."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import math
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, model_validator

from bookpress.book.editions import (
    DEFAULT,
    RELEASED,
    Edition,
    Fingerprint,
    edition_names,
    id_of,
    is_name,
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
from bookpress.book.source import Source
from bookpress.build.ro_crate import NAME
from bookpress.chapter import number_formats as numbers
from bookpress.chapter.estimates import read_estimate, results_file
from bookpress.citation.record import Edition as Edited
from bookpress.errors import PressError, UsageError, short
from bookpress.explore.compare import Change, sides
from bookpress.explore.sweep import run_one
from bookpress.files import checked, parse_json, pretty, read, sha256, update_file
from bookpress.progress import Reporter
from bookpress.run.runner import RunOptions
from bookpress.run.worker import versions

MOST_BYTES, MOST_ENTRIES, MOST_TEXT = 2 << 30, 100_000, 64 << 20
"""What an archive may hold, unpacked; as many files; and as many bytes in a record that is read as a whole."""
KEPT = ("id", "title", "parts", "parameters", "date", "command", "made_with", "results_sha256")
STANDS, CHANGED, UNKNOWN = 0, 1, 2
"""Exit codes: as it was, otherwise, not known."""
CLAIM = re.compile(
    r"(?P<slug>[a-z0-9][a-z0-9-]*):(?P<key>[\w.]+)=\s*(?P<number>(?P<sign>[-−]?)(?P<whole>\d[\d,]*)(?:\.(?P<decimals>\d+))?"
    r"(?:[eE](?P<power>[-+]?\d{1,2}))?\s*(?P<percent>%?))(?:\s.*)?"
)
CAUSES = {
    "evidence": "evidence",
    "chapters": "code",
    "packages": "code",
    "lock": "versions of packages",
}

MALFORMED = (ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""What comes of JSON, or of a header, in which a thing is not of the kind it should be."""
Results = Mapping[str, Mapping[str, Mapping[str, Any]]]
RECORDS = ("edition.json", "results.json", NAME)


class Released(Edited):
    """What ``edition.json`` says of a released edition, none of it trusted."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    parts: dict[str, str]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$")]
    name: Annotated[str, Field(max_length=100)]
    title: Annotated[str, Field(max_length=1000)]
    date: dt.date
    source: Source
    made_with: dict[str, str]
    parameters: dict[str, dict[str, Any]]
    results_sha256: str

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if id_of(self.parts) != self.id:
            raise ValueError("the id is not that of its parts")
        if self.name != self.id and not is_name(self.name):
            raise ValueError("the name is not that of an edition")
        return self


class Archive(NamedTuple):
    """An archive that was checked: its file, its edition, and the hash of each file in it, by path."""

    path: Path
    facts: Released
    hashes: Mapping[str, str]
    results: Results


def changed_file(hashes: Mapping[str, str], crate: bytes) -> str:
    """Return which file is not what the crate says, or not there, if any."""
    for entity in parse_json(crate, NAME)["@graph"]:
        mark = entity.get("sha256") if entity.get("@type") == "File" else None
        if mark and hashes.get(entity["@id"]) != mark:
            return f"its {short(str(entity['@id']))} is not what its {NAME} says"
    return ""


class _Entry(tarfile.TarInfo):
    """A header; any but that of a file, or of the long name of one, is refused before its content is read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        entry = super().frombuf(buf, encoding, errors)
        is_name_of_next = (
            entry.type in {tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME} and entry.size < 1 << 16
        )
        if (
            not is_name_of_next and entry.type not in {tarfile.REGTYPE, tarfile.AREGTYPE}
        ) or entry.size < 0:
            raise PressError(f"{short(repr(entry.name))} is no plain file")
        return entry


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[tuple[str, tarfile.TarInfo, Any]]]:
    """Yield the files of an archive one after the other; whatever is wrong with it is one error that names it."""
    try:
        with (
            gzip.open(path) as zipped,
            tarfile.open(fileobj=zipped, mode="r|", tarinfo=_Entry) as tar,
        ):
            yield _members(tar, path.name.removesuffix(".tar.gz"))
    except (PressError, tarfile.TarError, zlib.error, EOFError, OSError, *MALFORMED) as error:
        why = short(str(error), 300) or "it ends too early"
        raise PressError(f"{path.name} is not an archive of a released edition: {why}") from error


def _members(tar: tarfile.TarFile, top: str) -> Iterator[tuple[str, tarfile.TarInfo, Any]]:
    seen: set[str] = set()
    size = 0
    for member in tar:
        folder, _, name = member.name.partition("/")
        parts = name.split("/")
        if (
            folder != top
            or not name.isprintable()
            or "\\" in name
            or {"", ".", ".."} & set(parts)
            or len(name) > 500
        ):
            raise PressError(f"{short(repr(member.name))} is no name of a file in the folder {top}")
        size += member.size
        if member.size < 0 or size > MOST_BYTES or len(seen) >= MOST_ENTRIES:
            raise PressError(f"it holds more than {MOST_BYTES >> 30} GB or {MOST_ENTRIES} files")
        above = {"/".join(parts[:count]) for count in range(1, len(parts))}
        content = (
            None if member.issparse() or name in seen or above & seen else tar.extractfile(member)
        )
        if content is None:
            raise PressError(f"{short(repr(name))} is there twice, or no plain file")
        seen.add(name)
        yield name, member, content


def read_archive(path: Path) -> Archive:
    """Return an archive with every file of it checked; nothing is written."""
    hashes: dict[str, str] = {}
    records: dict[str, bytes] = {}
    with _opened(path) as members:
        for name, member, content in members:
            if name in RECORDS and member.size > MOST_TEXT:
                raise PressError(f"its {name} is too long")
            records |= {name: content.read()} if name in RECORDS else {}
            mark = (
                sha256(records[name])
                if name in RECORDS
                else hashlib.file_digest(content, "sha256").hexdigest()
            )
            hashes[name] = mark
        missing = [name for name in (*RECORDS, "html/index.html") if name not in hashes]
        if missing:
            raise PressError(f"it has no {missing[0]}")
        facts = checked(
            Released, parse_json(records["edition.json"], "its edition.json"), "its edition.json"
        )
        if not path.name.endswith(f"-{facts.version}-{facts.id}.tar.gz"):
            raise PressError(
                f"its name does not end in {facts.version}-{facts.id}.tar.gz, as its edition.json says"
            )
        if changed := changed_file(hashes, records[NAME]):
            raise PressError(changed)
        results = parse_json(records["results.json"], "its results.json")
        if facts.results_sha256 != hashes["results.json"]:
            raise PressError("its results.json is not what its edition.json says")
    return Archive(path, facts, hashes, results)


def unpack_pages(archive: Archive, folder: Path) -> None:
    """Write the pages of an archive that was checked to a folder."""
    with _opened(archive.path) as members:
        for name, _, content in members:
            if name.startswith("html/"):
                target = folder / name.removeprefix("html/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())


def load(project: Project) -> dict[str, dict[str, Any]]:
    """Return what was released, by version, the oldest first: of each edition its facts and results."""
    folder = project.data / RELEASED
    entries = {
        path.stem: parse_json(read(path), f"{RELEASED}/{path.name}")
        for path in sorted(folder.glob("*.json"))
    }
    return dict(
        sorted(entries.items(), key=lambda item: str(min(one["date"] for one in item[1].values())))
    )


def write(project: Project, entries: Mapping[str, Any]) -> None:
    """Write the files of the ledger: a line for each result, so that `diff` shows what was added."""
    for version, entry in entries.items():
        text = json.dumps(entry, ensure_ascii=False, indent=1)
        lines = re.sub(
            r'\{\s+("value": [^{}]*?)\s+\}', lambda one: "{" + " ".join(one[1].split()) + "}", text
        )
        update_file(project.data / RELEASED / f"{version}.json", f"{lines}\n".encode())


def updated(
    project: Project, fresh: Sequence[Archive], placed: Sequence[Archive]
) -> dict[str, dict[str, Any]]:
    """Return the ledger with new editions; one it knows by another id, or whose archive is not at hand, is an error."""
    entries, here = load(project), {archive.path.name for archive in placed}
    for version, editions in entries.items():
        for name, one in editions.items():
            if "archive" in one and one["archive"] not in here:
                raise PressError(
                    f"the {name} edition of {version} ({one['id']}) was released and has no archive here"
                )
    for archive in fresh:
        facts, entry = archive.facts, entries.setdefault(archive.facts.version, {})
        stated = facts.model_dump(mode="json", include=set(KEPT))
        found = {
            "commit": facts.source.commit,
            "archive": archive.path.name,
            "results": archive.results,
        }
        if entry.setdefault(facts.name, {**stated, **found})["id"] != facts.id:
            raise PressError(
                f"{facts.version} of {facts.name} was released as {entry[facts.name]['id']}: raise the version"
            )
    return entries


class Said(NamedTuple):
    """What a release said of a result, and the name that the result has now."""

    version: str
    edition: str
    facts: Mapping[str, Any]
    name: Name
    now: Name
    result: Mapping[str, Any]


def _each(results: Results) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    return ((slug, key, result) for slug, found in results.items() for key, result in found.items())


def _said(entries: Mapping[str, Mapping[str, Any]], table: Renamed) -> Iterator[Said]:
    for version, editions in entries.items():
        for edition, facts in editions.items():
            for slug, key, result in _each(facts["results"]):
                name = Name(slug, key)
                now = name_now(table, "results", name, facts["results"][slug])
                yield Said(version, edition, facts, name, now, result)


class Fate(NamedTuple):
    """What became of a result: in words what it was, what it is (nothing: withdrawn), and why, where it is another."""

    said: Said
    was: str
    now: str
    why: str


def fates(project: Project, entries: Mapping[str, Mapping[str, Any]]) -> list[Fate]:
    """Return what became of each released result in the state that is released now; the same number is told once."""
    table = load_renamed(project)
    said = {
        (one.edition, one.now, one.result["value"]): one
        for one in reversed(list(_said(entries, table)))
    }
    names = [
        name for name in edition_names(project) if name in {one.edition for one in said.values()}
    ]
    now = dict(
        zip(names, sides(project, names, RunOptions(), Reporter()) if names else (), strict=True)
    )
    plans = {name: load_edition(project, name) for name in {DEFAULT, *names}}
    found = []
    for one in reversed(said.values()):
        results = now[one.edition].results if one.edition in now else {}
        result = results.get(one.now.chapter, {}).get(one.now.key)
        was, new = apart(one.result, result) if result else (shown(one.result), "")
        plan = plans.get(one.edition, plans[DEFAULT])
        why = _reasons(one, plan, table, is_gone=result is None) if was != new else ""
        found.append(Fate(one, was, new, why))
    return found


def check(project: Project, claim: str, options: RunOptions) -> tuple[int, str]:
    """Return whether a number that somebody quoted still stands, as an exit code and in words.

    It stands where what the result is now rounds to the digits that were given. A result that was published under
    another name is followed to the one that it has now.
    """
    match = CLAIM.fullmatch(claim.strip())
    if match is None:
        raise UsageError(
            f"--check {claim!r} is not CHAPTER:KEY=NUMBER, with a number such as 16%, 0.16 or 1,200"
        )
    asked = Name(match["slug"], match["key"])
    table = load_renamed(project)
    said = [one for one in _said(load(project), table) if asked in {one.name, one.now}]
    quoted = [one for one in said if _rounds(one.result, match)]
    first = min(quoted, key=lambda one: one.edition != DEFAULT, default=None)
    plan = load_edition(
        project, first.edition if first and first.edition in edition_names(project) else DEFAULT
    )
    name = first.now if first else asked
    now = _published(project, plan, name, options)
    if first is None and now is None:
        name = table.now("results", asked)
        now = _published(project, plan, name, options)
    named = str(asked) if name == asked else f"{asked} (now {name})"
    if now and _rounds(now, match):
        return STANDS, f"{named} stands: {shown(now)}"
    if first is None:
        releases = "; ".join(f"{one.version} ({one.edition}): {shown(one.result)}" for one in said)
        told = releases or table.why_gone(asked) or "no release has such a result"
        return UNKNOWN, f"{named} is not known as {match['number']}: {told}"
    where = f"in {first.version} ({first.edition})"
    why = _reasons(first, plan, table, is_gone=now is None)
    if now is None:
        return CHANGED, f"{named} is withdrawn: it was {shown(first.result)} {where}; why: {why}"
    was, new = apart(first.result, now)
    return CHANGED, f"{named} is revised: it was {was} {where}, and is {new}; why: {why}"


def _published(project: Project, plan: Edition, name: Name, options: RunOptions) -> Any:
    """Return a result as it is now; None where there is none of that name."""
    if name.chapter not in plan.values:
        return None
    run, _ = run_one(project, name.chapter, [], plan.name, options)
    return run.results.get(name.key)


def _rounds(result: Mapping[str, Any], match: re.Match[str]) -> bool:
    """Return whether a result is the number given, to the digits given; a percentage is a hundredth of its number."""
    digits, power = (
        match["decimals"] or "",
        int(match["power"] or 0) - (2 if match["percent"] else 0),
    )
    number = float(f"{match['sign'] and '-'}{match['whole'].replace(',', '')}.{digits}e{power}")
    off = math.inf if result["value"] is None else abs(result["value"] - number)
    return off <= 0.5 * 10.0 ** (power - len(digits)) * (1 + 1e-9)


def shown(result: Mapping[str, Any]) -> str:
    """Return a result in words, with interval and counts."""
    return numbers.write(read_estimate(result), "full")


def apart(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, str]:
    """Return two values of a result in words: to ten digits, where they would read the same and are not."""
    words, values = (shown(before), shown(now)), (before["value"], now["value"])
    is_hidden = words[0] == words[1] and values[0] != values[1]
    return (f"{values[0]:.10g}", f"{values[1]:.10g}") if is_hidden else words


def _reasons(said: Said, plan: Edition, table: Renamed, *, is_gone: bool) -> str:
    """Return why a result is not what a release said: what it rests on that has changed, or what the book says."""
    if is_gone and (why := table.why_gone(said.name)):
        return why
    slug = said.now.chapter
    facts = said.facts
    before = values_now(table, facts["parameters"]).get(slug, {})
    after = plan.values.get(slug, {})
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    reasons = [f"definition ({', '.join(changed)})"] if changed else []
    reasons += dict.fromkeys(
        what for part, what in CAUSES.items() if facts["parts"][part] != plan.parts[part]
    )
    return ", ".join(reasons or ["another Python or machine"])


class Cited(NamedTuple):
    """What a citation says of a state: the edition, the hash of results (of a chapter or of all), the commit."""

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
        raise UsageError(
            f"{text!r} is neither the id of an edition, 12 digits from 0 to f, nor a file with citations"
        )
    said = read(Path(text)).decode("utf-8", "replace")
    found = []
    for part in re.split(r"\bedition (?=[0-9a-f]{12}\b)", said)[1:]:
        hashes, commits = (
            re.search(r"SHA-256 ([0-9a-f]{64})", part),
            re.search(r"swh:1:rev:([0-9a-f]{40})", part),
        )
        found.append(Cited(part[:12], sha or (hashes and hashes[1]), commits and commits[1]))
    if not found:
        raise UsageError(
            f"{text} names no edition: a citation of this book says “edition” and 12 digits"
        )
    return list(dict.fromkeys(found))


def verify(
    project: Project, cited: Cited, options: RunOptions, reporter: Reporter
) -> tuple[int, str]:
    """Return whether a cited state and its results are had here, as an exit code and in words."""
    mark = Fingerprint.of(project)
    plans = {name: load_edition(project, name, mark=mark) for name in edition_names(project)}
    plan, past = (
        next((one for one in plans.values() if one.id == cited.id), None),
        _past(project, cited.id),
    )
    if plan is None and not past:
        where = f": git checkout {cited.commit}, and verify again" if cited.commit else ""
        known = "neither what this checkout makes, nor built, nor released"
        return UNKNOWN, f"edition {cited.id} is unknown: {known}{where}"
    here, state = plan or plans.get(past["name"], plans[DEFAULT]), "the same state"
    if plan is None:
        parts = [
            name for name, mark in here.parts.items() if past.get("parts", {}).get(name) != mark
        ]
        verb = "differs" if len(parts) == 1 else "differ"
        state = f"{', '.join(parts)} {verb} between {past['where']} and this checkout ({here.id})"
    now = sides(project, [here.name], options, reporter)[0].results
    equal, how = _results(cited, past, now, load_renamed(project))
    return (
        STANDS if equal else CHANGED
    ), f"edition {cited.id}: {state}; {how}{'' if equal else _made_with(past)}"


def _past(project: Project, name: str) -> dict[str, Any]:
    """Return what is known of an edition that was released, or built here; nothing of one that was neither."""
    for version, editions in load(project).items():
        for edition, facts in editions.items():
            if facts["id"] == name:
                return {**facts, "name": edition, "where": f"version {version}"}
    for folder in (project.editions / built for built in project.built):
        record = json.loads(read(folder / "edition.json"))
        if record["id"] == name:
            return {
                **record,
                "results": json.loads(read(folder / "results.json")),
                "where": "as it was built here",
            }
    return {}


def _hashes(results: Results) -> list[str]:
    """Return what a citation may say of results: the hash of all, and that of each chapter's."""
    return [
        sha256(pretty(results).encode()),
        *(sha256(results_file(of)) for of in results.values()),
    ]


def _results(
    cited: Cited, past: Mapping[str, Any], now: Results, table: Renamed
) -> tuple[bool, str]:
    """Return whether the results are those that were cited, and how far they lie apart."""
    whole, *of_chapters = _hashes(now)
    if cited.sha in {whole, *of_chapters}:
        return True, "results equal"
    if not past:
        how = (
            f"the results differ: {whole}" if cited.sha else f"its results have the SHA-256 {whole}"
        )
        return cited.sha is None, how
    before = under_present_names(table, "results", past["results"])
    pairs = [(slug, key, was, now.get(slug, {}).get(key)) for slug, key, was in _each(before)]
    changes = [
        Change(slug, key, "", was, new, [])
        for slug, key, was, new in pairs
        if _numbers(was) != _numbers(new)
    ]
    if not changes:
        is_equal = cited.sha is None or (
            before != past["results"] and cited.sha in _hashes(past["results"])
        )
        return is_equal, "results equal" if is_equal else "the results are not those cited"
    most = max(changes, key=_apart)
    return (
        False,
        f"{len(changes)} of {len(pairs)} results differ, the most {most.chapter}:{most.key}, {most.size[1]}",
    )


def _numbers(result: Mapping[str, Any] | None) -> list[Any]:
    return [(result or {}).get(name) for name in ("value", "low", "high", "k", "n", "unit")]


def _apart(change: Change) -> float:
    """Return how far two values lie apart, as a part of both; what cannot be compared says nothing of it."""
    one, other = (part["value"] if part else None for part in (change.one, change.other))
    return -1.0 if one is None or other is None else abs(other - one) / (abs(one) + abs(other) or 1)


def _made_with(past: Mapping[str, Any]) -> str:
    now, then = versions(), past.get("made_with") or {}
    changed = [
        f"{name} {now[name]} (was {was})" for name, was in then.items() if now.get(name, was) != was
    ]
    return f"; rebuilt with {', '.join(changed)}" if changed else ""
