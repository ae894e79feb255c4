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

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bookpress.book import number_formats as numbers
from bookpress.book.editions import DEFAULT, RELEASED, Edition, Fingerprint, edition_names, id_of, is_name, load_edition
from bookpress.book.project import Project
from bookpress.book.results import Result, results_file
from bookpress.book.source import Source
from bookpress.build.ro_crate import NAME
from bookpress.errors import PressError, UsageError, short
from bookpress.explore.compare import Change, Side, compare, sides
from bookpress.explore.sweep import run_one
from bookpress.files import checked, parse_json, pretty, read, sha256
from bookpress.progress import Reporter
from bookpress.run.runner import RunOptions
from bookpress.run.worker import versions

MOST_BYTES, MOST_ENTRIES, MOST_TEXT = 2 << 30, 100_000, 64 << 20
"""What an archive may hold, unpacked; as many files; and as many bytes in a record that is read as a whole."""
KEPT = ("id", "title", "parts", "parameters", "date", "command", "made_with", "results_sha256")
STANDS, CHANGED, UNKNOWN = 0, 1, 2
"""Exit codes: as it was, otherwise, not known."""
CLAIM = re.compile(
    r"(?P<slug>[a-z0-9][a-z0-9-]*):(?P<key>\w+)=\s*(?P<number>(?P<sign>[-−]?)(?P<whole>\d[\d,]*)(?:\.(?P<decimals>\d+))?"
    r"(?:[eE](?P<power>[-+]?\d{1,3}))?\s*(?P<percent>%?))(?:\s.*)?"
)
CAUSES = {"evidence": "evidence", "chapters": "code", "packages": "code", "lock": "versions of packages"}

MALFORMED = (ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""What comes of JSON, or of a header, in which a thing is not of the kind it should be."""
RECORDS = ("edition.json", "results.json", NAME)


class Released(BaseModel):
    """What ``edition.json`` says of a released edition; what else the file holds is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    parts: dict[str, str]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$")]
    name: Annotated[str, Field(max_length=100)]
    title: Annotated[str, Field(max_length=1000)]
    is_default: bool
    date: dt.date
    source: Source
    command: str
    formats: list[str]
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
    results: Mapping[str, Any]


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
        is_name_of_next = entry.type in {tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME} and entry.size < 1 << 16
        if (not is_name_of_next and entry.type not in {tarfile.REGTYPE, tarfile.AREGTYPE}) or entry.size < 0:
            raise PressError(f"{short(repr(entry.name))} is no plain file")
        return entry


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[tuple[str, tarfile.TarInfo, Any]]]:
    """Yield the files of an archive one after the other; whatever is wrong with it is one error that names it."""
    try:
        with gzip.open(path) as zipped, tarfile.open(fileobj=zipped, mode="r|", tarinfo=_Entry) as tar:
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
        if folder != top or not name.isprintable() or "\\" in name or {"", ".", ".."} & set(parts) or len(name) > 500:
            raise PressError(f"{short(repr(member.name))} is no name of a file in the folder {top}")
        size += member.size
        if member.size < 0 or size > MOST_BYTES or len(seen) >= MOST_ENTRIES:
            raise PressError(f"it holds more than {MOST_BYTES >> 30} GB or {MOST_ENTRIES} files")
        above = {"/".join(parts[:count]) for count in range(1, len(parts))}
        content = None if member.issparse() or name in seen or above & seen else tar.extractfile(member)
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
            mark = sha256(records[name]) if name in RECORDS else hashlib.file_digest(content, "sha256").hexdigest()
            hashes[name] = mark
        missing = [name for name in (*RECORDS, "html/index.html") if name not in hashes]
        if missing:
            raise PressError(f"it has no {missing[0]}")
        facts = checked(Released, parse_json(records["edition.json"], "its edition.json"), "its edition.json")
        if not path.name.endswith(f"-{facts.version}-{facts.id}.tar.gz"):
            raise PressError(f"its name does not end in {facts.version}-{facts.id}.tar.gz, as its edition.json says")
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


# --- the ledger ---


def load(project: Project) -> dict[str, dict[str, Any]]:
    """Return what was released, by version, the oldest first: of each edition its facts and results."""
    folder = project.data / RELEASED
    entries = {path.stem: parse_json(read(path), f"{RELEASED}/{path.name}") for path in sorted(folder.glob("*.json"))}
    return dict(sorted(entries.items(), key=lambda item: str(min(one["date"] for one in item[1].values()))))


def written(entry: Mapping[str, Any]) -> bytes:
    """Return the file of a release: a line for each result, so that `diff` shows what was added."""
    text = json.dumps(entry, ensure_ascii=False, indent=1)
    return (
        re.sub(r'\{\s+("value": [^{}]*?)\s+\}', lambda one: "{" + " ".join(one[1].split()) + "}", text).encode() + b"\n"
    )


def updated(project: Project, fresh: Sequence[Archive], placed: Sequence[Archive]) -> dict[Path, bytes]:
    """Return the files of the ledger that change: editions are added to it, none is ever taken away or changed.

    Raises
    ------
    PressError
        If the ledger knows an edition of that version with another id, or one whose archive is not at hand.
    """
    entries, here = load(project), {archive.facts.id for archive in placed}
    for version, editions in entries.items():
        for name, one in editions.items():
            if one.get("archive") and one["id"] not in here:
                raise PressError(f"the {name} edition of {version} ({one['id']}) was released and has no archive here")
    changed = {}
    for archive in fresh:
        facts, entry = archive.facts, entries.setdefault(archive.facts.version, {})
        known = entry.get(facts.name)
        if known and known["id"] != facts.id:
            raise PressError(f"{facts.version} of {facts.name} was released as {known['id']}: raise the version")
        if not known:
            stated = facts.model_dump(mode="json", include=set(KEPT))
            found = {"commit": facts.source.commit, "archive": archive.path.name, "results": archive.results}
            entry[facts.name] = {**stated, **found}
            changed[project.data / RELEASED / f"{facts.version}.json"] = written(entry)
    return changed


def check(project: Project, claim: str, options: RunOptions) -> tuple[int, str]:
    """Return whether a number that somebody quoted still stands, as an exit code and in words.

    A number stands where what the result is now rounds to the digits that were given.

    Raises
    ------
    UsageError
        If the claim is not ``CHAPTER:KEY=NUMBER``.
    """
    match = CLAIM.fullmatch(claim.strip())
    if match is None:
        raise UsageError(f"--check {claim!r} is not CHAPTER:KEY=NUMBER, with a number such as 16%, 0.16 or 1,200")
    slug, key = match["slug"], match["key"]
    named, said = f"{slug}:{key}", _said(project, slug, key)
    quoted = [one for one in said if _rounds(one.result, match)]
    first = min(quoted, key=lambda one: one.edition != DEFAULT, default=None)
    plan = load_edition(project, first.edition if first and first.edition in edition_names(project) else DEFAULT)
    now: Any = None
    if slug in plan.values:
        now = run_one(project, slug, [], plan.name, options, lambda _: None).results.get(key)
    if now and _rounds(now, match):
        return STANDS, f"{named} stands: {shown(now)}"
    if first is None:
        releases = "; ".join(f"{one.version} ({one.edition}): {shown(one.result)}" for one in said)
        return UNKNOWN, f"{named} is not known as {match['number']}: {releases or 'no release has such a result'}"
    where = f"in {first.version} ({first.edition})"
    if now is None:
        return CHANGED, f"{named} is withdrawn: it was {shown(first.result)} {where}"
    before, after = apart(first.result, now)
    why = ", ".join(_reasons(first, plan, slug))
    return CHANGED, f"{named} is revised: it was {before} {where}, and is {after}; why: {why}"


class Said(NamedTuple):
    """What a release said of a result."""

    version: str
    edition: str
    facts: Mapping[str, Any]
    result: Mapping[str, Any]


def _said(project: Project, slug: str, key: str) -> list[Said]:
    return [
        Said(version, name, facts, facts["results"][slug][key])
        for version, editions in load(project).items()
        for name, facts in editions.items()
        if key in facts["results"].get(slug, {})
    ]


def _rounds(result: Mapping[str, Any], match: re.Match[str]) -> bool:
    """Return whether a result is the number given, to the digits given; a percentage is a hundredth of its number."""
    digits, power = match["decimals"] or "", int(match["power"] or 0) - (2 if match["percent"] else 0)
    number = float(f"{match['sign'] and '-'}{match['whole'].replace(',', '')}.{digits}e{power}")
    off = math.inf if result["value"] is None else abs(result["value"] - number)
    return off <= 0.5 * 10.0 ** (power - len(digits)) * (1 + 1e-9)


def shown(result: Mapping[str, Any]) -> str:
    """Return a result in words, with interval and counts."""
    return numbers.write(Result.model_validate(result), "full")


def apart(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, str]:
    """Return two values of a result in words: exactly, where they would read the same."""
    words = shown(before), shown(now)
    return words if words[0] != words[1] else (f"{before['value']:.10g}", f"{now['value']:.10g}")


def _reasons(said: Said, plan: Edition, slug: str) -> list[str]:
    """Return why a result is another one: what it rests on that is not as it was."""
    before, after = said.facts["parameters"].get(slug, {}), plan.values[slug]
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    reasons = [f"definition ({', '.join(changed)})"] if changed else []
    parts = said.facts["parts"]
    return reasons + list(dict.fromkeys(what for part, what in CAUSES.items() if parts[part] != plan.parts[part]))


class Cited(NamedTuple):
    """What a citation says of a state: the edition, the hash of results (of a chapter or of all), the commit."""

    id: str
    sha: str | None = None
    commit: str | None = None


def read_cited(text: str, sha: str | None) -> list[Cited]:
    """Return what is cited by an id, or in a file of any format: each state once.

    Raises
    ------
    UsageError
        If it is neither an id nor a file, or the hash is none.
    """
    if sha is not None and not re.fullmatch(r"[0-9a-f]{64}", sha):
        raise UsageError(f"{sha!r} is no SHA-256: it has 64 digits from 0 to f")
    if re.fullmatch(r"[0-9a-f]{12}", text):
        return [Cited(text, sha)]
    if not Path(text).is_file():
        raise UsageError(f"{text!r} is neither the id of an edition, 12 digits from 0 to f, nor a file with citations")
    said = read(Path(text)).decode("utf-8", "replace")
    found = []
    for part in re.split(r"\bedition (?=[0-9a-f]{12}\b)", said)[1:]:
        hashes, commits = re.search(r"SHA-256 ([0-9a-f]{64})", part), re.search(r"swh:1:rev:([0-9a-f]{40})", part)
        found.append(Cited(part[:12], sha or (hashes and hashes[1]), commits and commits[1]))
    if not found:
        raise UsageError(f"{text} names no edition: a citation of this book says “edition” and 12 digits")
    return list(dict.fromkeys(found))


def verify(project: Project, cited: Cited, options: RunOptions, reporter: Reporter) -> tuple[int, str]:
    """Return whether a cited state and its results are had here, as an exit code and in words."""
    mark = Fingerprint.of(project)
    plans = {name: load_edition(project, name, mark=mark) for name in edition_names(project)}
    plan = next((one for one in plans.values() if one.id == cited.id), None)
    past = _past(project, cited.id)
    if plan is None and past is None:
        where = f": git checkout {cited.commit}, and verify again" if cited.commit else ""
        return (
            UNKNOWN,
            f"edition {cited.id} is unknown: neither what this checkout makes, nor built, nor released{where}",
        )
    here = plan or plans.get(str(past and past["name"]), plans[DEFAULT])
    [now] = sides(project, [here.name], options, reporter)
    state = _state(plan, past, here)
    equal, how = _results(cited, past, now)
    return (STANDS if equal else CHANGED), f"edition {cited.id}: {state}; {how}{'' if equal else _made_with(past)}"


def _past(project: Project, name: str) -> dict[str, Any] | None:
    """Return what is known of an edition that was built here or released."""
    for version, editions in load(project).items():
        for edition, facts in editions.items():
            if facts["id"] == name:
                return {**facts, "name": edition, "where": f"version {version}"}
    for folder in (project.editions / built for built in project.built):
        record = json.loads(read(folder / "edition.json"))
        if record["id"] == name:
            return {**record, "results": json.loads(read(folder / "results.json")), "where": "as it was built here"}
    return None


def _state(plan: Edition | None, past: Mapping[str, Any] | None, here: Edition) -> str:
    if plan is not None or past is None:
        return "the same state"
    parts = [name for name, mark in here.parts.items() if past.get("parts", {}).get(name) != mark]
    verb = "differs" if len(parts) == 1 else "differ"
    return f"{', '.join(parts)} {verb} between {past['where']} and this checkout ({here.id})"


def _results(cited: Cited, past: Mapping[str, Any] | None, now: Side) -> tuple[bool, str]:
    """Return whether the results are those that were cited, and how far they lie apart."""
    whole = sha256(pretty(now.results).encode())
    hashes = [whole, *(sha256(results_file(found)) for found in now.results.values())]
    if cited.sha in hashes:
        return True, "results equal"
    if past is None:
        return (
            cited.sha is None,
            f"the results differ: {whole}" if cited.sha else f"its results have the SHA-256 {whole}",
        )
    before = Side(past["id"], past["name"], past["title"], past["parameters"], past["results"])
    cited_keys = sum(map(len, before.results.values()))
    changes = [
        one for one in compare(before, now).changes if one.one is not None and _numbers(one.one) != _numbers(one.other)
    ]
    if not changes:
        return cited.sha is None, "the results are not those cited" if cited.sha else "results equal"
    most = max(changes, key=_apart)
    return False, f"{len(changes)} of {cited_keys} results differ, the most {most.chapter}:{most.key}, {most.size[1]}"


def _numbers(result: Mapping[str, Any] | None) -> list[Any]:
    return [(result or {}).get(name) for name in ("value", "low", "high", "k", "n", "unit")]


def _apart(change: Change) -> float:
    """Return how far two values lie apart, as a part of both; what cannot be compared is the farthest."""
    one, other = change.results
    if one is None or other is None or one.value is None or other.value is None:
        return 1.0
    return abs(other.value - one.value) / (abs(one.value) + abs(other.value) or 1)


def _made_with(past: Mapping[str, Any] | None) -> str:
    now, then = versions(), dict((past or {}).get("made_with") or {})
    changed = [name for name, version in then.items() if now.get(name, version) != version]
    return (
        f"; rebuilt with {', '.join(f'{name} {now[name]} (was {then[name]})' for name in changed)}" if changed else ""
    )
