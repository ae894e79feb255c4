"""Three releases of two editions each: nothing is lost, old addresses work and say so, archives build again alone."""

import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from lxml import etree
from processes import ROOT, edit, follow_planets, new_home

from bookpress.assembly.page_check import check_pages
from bookpress.assembly.ro_crate import NAME
from bookpress.book.project import Project
from bookpress.cite.book import Book, load_book
from bookpress.cite.deposit import deposit_files
from bookpress.errors import PressError, UsageError
from bookpress.files import sha256, tree
from bookpress.release.archives import read_archive
from bookpress.release.feed import feed_files
from bookpress.release.release import check_date, check_deposit
from bookpress.release.released import updated_ledger
from bookpress.release.reliability import reliability
from quick import quick_python
from sampling import count

BASE = "https://example.org/orbits/"
PUBLIC = {
    "base_url": BASE,
    "edition_url": f"{BASE}editions/{{id}}/",
    "published_editions": ["default", "inner"],
}
CHANGES = [
    ("book/publication.yml", "version: '1.0'", "version: '1.0'", "first"),
    ("data/planets.csv", "164.79", "164.9", "A year of Neptune, measured again."),
    (
        "index.md",
        "Far planets have long years.",
        "Far planets have very long years.",
        "Other words.",
    ),
]
VERSIONS, NAMES = ["1.0", "2.0", "3.0"], ("inner", "default")
PROFILE: dict[str, Any] = {
    "profile_identifier": "process-run-crate-0.5",
    "requirement_severity": "REQUIRED",
}


def run(book: Path, *words: str, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COMPUTE", "SOURCE_DATE"))
    }
    paths = os.pathsep.join([str(book), str(ROOT / "src")])
    command = [quick_python(), "-m", "bookpress", *words]
    environ = {**environ, "PYTHONPATH": paths, "GIT_CEILING_DIRECTORIES": str(book.parent), **more}
    done = subprocess.run(command, cwd=book, env=environ, capture_output=True, text=True)
    assert done.returncode == code, done.stderr + done.stdout
    return done


def commit(book: Path, day: str) -> None:
    named = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(book)]
    dated = {
        **os.environ,
        "GIT_COMMITTER_DATE": f"{day}T12:00:00Z",
        "GIT_AUTHOR_DATE": f"{day}T12:00:00Z",
    }
    subprocess.run([*named, "add", "-A"], check=True)
    subprocess.run([*named, "commit", "-q", "-m", day], check=True, env=dated)


@pytest.fixture(scope="module")
def orbits(tmp_path_factory: pytest.TempPathFactory, explored: Path) -> SimpleNamespace:
    """Return the second book after three releases: its folder, that of the releases, what stood there after each."""
    home = tmp_path_factory.mktemp("releases")
    book, dist = home / "book", home / "dist"
    new_home(book, explored)
    follow_planets(book)
    (book / ".gitignore").write_text("_build\n__pycache__\n")
    subprocess.run(["git", "init", "-q", str(book)], check=True)
    settings = {**yaml.safe_load((book / "book/publication.yml").read_text()), **PUBLIC}
    toc, states = (book / "_toc.yml").read_text(), []
    own = (book / "book/settings.yml").read_text()
    for number, (name, before, after, words) in enumerate(CHANGES):
        dated = {"version": VERSIONS[number], "date": f"202{number}-01-01", "changes": words}
        settings["releases"] = [dated, *settings.get("releases", [])]
        settings["version"] = VERSIONS[number]
        scored = "survival: nearest\n" if number else ""  # the first release had no such setting
        (book / "book/settings.yml").write_text(own + scored)
        (book / "book/publication.yml").write_text(yaml.safe_dump(settings))
        text = (book / name).read_text()
        (book / name).write_text(text.replace(before, after, 1))
        (book / "book/early.md").write_text(
            "# Early\n\nA page.\n"
        )  # a page that the later ones lack
        (book / "_toc.yml").write_text(toc if number else f"{toc}  - file: book/early\n")
        if VERSIONS[number] == "3.0":
            (book / "data/released/renamed.yml").write_text("comets: {moved: moons}")
        commit(book, f"202{number}-01-01")
        run(book, "build", *NAMES)
        run(book, "release", "--to", str(dist), "--tag")
        states.append({path.name: path.read_bytes() for path in dist.glob("*.tar.gz")})
    return SimpleNamespace(book=book, dist=dist, states=states, site=dist / "site")


@pytest.fixture
def told(
    orbits: SimpleNamespace,
    inside: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., str]:
    """Run a command on the book in this process; return what it says."""
    for name in [name for name in os.environ if name.startswith(("COMPUTE", "SOURCE_DATE"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(
        "ORBITS_DATA", str(orbits.book / "data")
    )  # as a command sets it, for this test alone
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(orbits.book), str(ROOT / "src")]))
    for name in [name for name in sys.modules if name.partition(".")[0] == "orbits"]:
        monkeypatch.delitem(sys.modules, name)  # that of another test's book
    monkeypatch.syspath_prepend(orbits.book)
    monkeypatch.chdir(orbits.book)

    def run(*words: str, code: int = 0) -> str:
        ended, out, error = inside(*words)
        assert ended == code, error + out
        return out or error

    return run


def facts(orbits: SimpleNamespace, version: str, name: str) -> dict[str, Any]:
    entry = json.loads((orbits.book / f"data/released/{version}.json").read_text())[name]
    assert isinstance(entry, dict)
    return entry


def place(orbits: SimpleNamespace, version: str, name: str) -> str:
    """Return the folder of an edition; the second release is the third in all but its pages."""
    return facts(orbits, version, name)["id"] + ("-2.0" if version == "2.0" else "")


def test_nothing_is_lost(orbits: SimpleNamespace) -> None:
    assert [len(state) for state in orbits.states] == [2, 4, 6]
    for before, after in zip(orbits.states, orbits.states[1:], strict=False):
        assert before.items() <= after.items()
    places = {place(orbits, version, name) for version in VERSIONS for name in ("default", "inner")}
    assert len(places) == 6
    assert {path.name for path in (orbits.site / "editions").iterdir()} == {*places, "index.html"}
    check = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=orbits.dist).returncode == 0
    tags = subprocess.run(
        ["git", "-C", orbits.book, "tag"], capture_output=True, text=True
    ).stdout.split()
    assert tags == [f"v{version}" for version in VERSIONS]
    assert not list(orbits.dist.glob(".*"))


def test_old_addresses_work_and_old_pages_say_so(orbits: SimpleNamespace) -> None:
    assert check_pages(orbits.site) == []
    first = facts(orbits, "1.0", "default")["id"]
    assert (
        f'href="../editions/{first}/book/early.html">read it there'
        in (orbits.site / "book/early.html").read_text()
    )
    sitemap = (orbits.site / "sitemap.xml").read_text()
    assert "moons.html" in (orbits.site / "notebooks/comets.html").read_text()
    assert "comets" not in sitemap
    for version in VERSIONS:
        for name in ("default", "inner"):
            known = facts(orbits, version, name)
            own = orbits.site / "editions" / place(orbits, version, name)
            for path in [*own.glob("*.html"), *own.glob("notebooks/*.html")]:
                page = BeautifulSoup(path.read_text(), "html5lib")
                links = {one["rel"][0]: one["href"] for one in page.select("head link[href]")}
                where = path.relative_to(orbits.site).as_posix().removesuffix("index.html")
                old = version != "3.0"
                assert bool(page.select("aside.newer-edition")) == old
                assert ("successor-version" in links) == old
                assert ("predecessor-version" in links) == (version != "1.0")
                assert links["linkset"].endswith("linkset.json")
                for rel in (
                    "latest-version",
                    "version-history",
                    "successor-version",
                    "predecessor-version",
                ):
                    assert rel not in links or (path.parent / links[rel]).resolve().is_file()
                if old:
                    assert links["canonical"] == BASE + where
                    is_listed = f"<loc>{BASE}{where}</loc>" in sitemap
                    assert is_listed != bool(page.select("meta[name=robots][content=noindex]"))
                    assert known["id"] in page.select_one("aside").text
    assert (
        "very long"
        in (
            orbits.site / "editions" / facts(orbits, "2.0", "default")["id"] / "index.html"
        ).read_text()
    )
    linkset = json.loads((orbits.site / "linkset.json").read_text())["linkset"]
    assert {f"{BASE}", f"{BASE}editions/{facts(orbits, '1.0', 'inner')['id']}/"} <= {
        one["anchor"] for one in linkset
    }


def words_of(element: Tag) -> str:
    """Return the text of an element as a browser shows it, in one line."""
    return " ".join(element.text.split())


def test_every_version_is_listed_with_what_became_of_its_results(orbits: SimpleNamespace) -> None:
    versions, fates = (
        BeautifulSoup((orbits.site / name).read_text(), "html5lib")
        for name in ("versions.html", "claims.html")
    )
    rows = [words_of(row) for row in versions.select("tbody tr")]
    assert [row[:3] for row in rows] == [version for version in VERSIONS[::-1] for _ in range(2)]
    assert "A year of Neptune, measured again." in rows[3]
    assert "Different from version 1.0: evidence." in rows[3]
    assert "Different from version 2.0: pages alone." in rows[1]
    assert all(re.search(r"[0-9a-f]{40}", row) for row in rows)
    assert [count.text for count in fates.select(".counts b")] == ["8", "2", "0"]
    revised, stand = fates.select("table")
    cells = {
        row.code.text: [cell.text for cell in row.select("td")]
        for row in revised.select("tbody tr")
    }
    assert cells["planets:neptune"] == ["1.0", "164.79", "164.9", "evidence"]
    assert ["planets:exponent", "1.0 (inner)"] in [
        [row.code.text, row.td.text] for row in stand.select("tbody tr")
    ]


def test_a_feed_says_what_was_revised(orbits: SimpleNamespace) -> None:
    atom = etree.parse(orbits.site / "changes.atom")
    names = {"a": "http://www.w3.org/2005/Atom"}
    feed = json.loads((orbits.site / "changes.json").read_text())
    titles = [entry["title"] for entry in feed["items"]]
    assert titles == [title.text for title in atom.iterfind("a:entry/a:title", names)]
    [entry] = [one for one in feed["items"] if one["title"] == "planets:neptune revised"]
    text = "was 164.79 in 1.0 (default), and is 164.9. Why: evidence."
    assert entry["content_text"].endswith(text)
    assert entry["date_published"].startswith("2022-01-01")
    ids = [one.text for one in atom.iterfind("a:entry/a:id", names)]
    assert ids == [one["id"] for one in feed["items"]]
    assert len(set(ids)) == len(ids)
    assert all(one.startswith("urn:uuid:") for one in ids)
    fates = BeautifulSoup((orbits.site / "claims.html").read_text(), "html5lib")
    for item in feed["items"]:
        assert fates.find(id=item["url"].partition("#")[2])
    assert fates.find("link", type="application/atom+xml")["href"] == "changes.atom"
    assert {path.stem for path in (orbits.site / "released").glob("*.json")} == {*VERSIONS}


def test_a_statement_that_fell_is_told() -> None:
    book = Book(title="A book", version="2.0", authors=[{"name": "A group"}])
    revised = {"of": 2, "revised": ["a:low"], "dropped": ["a:high"]}
    before = {"id": "0" * 12, "date": "2020-01-01", "statements": {"a": {"low": True}}}
    after = {
        "id": "1" * 12,
        "date": "2021-01-01",
        "statements": {"a": {"low": False}},
        "revised": {"since": "1.0", "results": {}, "statements": revised},
    }
    entries = {"1.0": {"default": before}, "2.0": {"default": after}}
    feed = json.loads(feed_files(book, [], entries, "claims.html")["changes.json"])
    texts = {entry["title"]: entry["content_text"] for entry in feed["items"]}
    assert texts == {
        "a:low fell": "In version 2.0 the statement a:low does not hold; before it held.",
        "a:high dropped": "The statement a:high of version 1.0 is not in version 2.0.",
    }
    assert list(texts) == sorted(texts)  # those of one day stand in the order of their names


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bibliography_is_watched(
    orbits: SimpleNamespace, told: Callable[..., str], tmp_path: Path, version: str
) -> None:
    state = facts(orbits, version, "default")["id"]
    text = tmp_path / "refs.bib"
    text.write_text(f"A book, edition {state}. It says planets:neptune=165 and planets:earth=3.")
    said = told("cite", "--watch", str(text), code=2)
    assert "planets:neptune stands: 165 years" in said
    assert "planets:earth is not known as 3" in said
    revised = "planets:neptune revised: it was 164.79, and is 164.9"
    assert (revised in said) == (version == "1.0")
    assert ("results stand" in said) == (version != "1.0")


def test_each_release_scores_its_statements_and_what_it_revised(orbits: SimpleNamespace) -> None:
    first, second, third = (facts(orbits, version, "default") for version in VERSIONS)
    assert set(first["statements"]["planets"].values()) == {True}
    assert set(first).isdisjoint({"survival", "revised"})
    assert second["survival"] == third["survival"]
    assert second["survival"] == {
        "along": "nearest",
        "values": [4, 6, 7, 8],
        "statements": 3,
        "held_in_all": 1,
        "false_in_none": 2,
        "turns": 2,
    }
    # 164.79 and 164.9 are both printed as 165 years
    same = {"revised": [], "dropped": []}
    since = {"results": {"of": 4, **same}, "statements": {"of": 4, **same}}
    assert second["revised"] == {"since": "1.0", **since}
    assert third["revised"] == {"since": "2.0", **since}
    assert set(facts(orbits, "3.0", "inner")).isdisjoint({"statements", "survival", "revised"})
    page = BeautifulSoup((orbits.site / "versions.html").read_text(), "html5lib")
    rows = [words_of(row) for row in page.select("tbody tr")]
    scored = [row for row in rows if "Survival" in row]
    newest, older = scored
    assert (newest[:3], older[:3]) == ("3.0", "2.0")
    assert "Since version 2.0: 0 of its 4 results revised, 0 dropped." in newest
    chapters = "in chapters with the parameter nearest"
    held = "hold at each of its 4 values, 4 to 8; 2 are never false."
    assert f"Survival: 1 of 3 statements {chapters} {held}" in newest


def test_a_setting_that_no_chapter_knows_is_refused(
    orbits: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "book"
    shutil.copytree(orbits.book, book, ignore=shutil.ignore_patterns("_build", ".git"))
    edit(book / "book/settings.yml", "survival: nearest", "survival: nearst")
    archive = read_archive(orbits.dist / facts(orbits, "3.0", "default")["archive"])
    with pytest.raises(UsageError) as caught:
        reliability(Project.at(book), archive, {})
    unknown = "no chapter has a parameter 'nearst'; did you mean nearest?"
    assert str(caught.value) == f"book/settings.yml: survival: {unknown}"
    assert capsys.readouterr().err == (
        "running chapters with every nearst, as `survival` in book/settings.yml asks\n"
    )


@pytest.mark.heavy
def test_each_archive_alone_holds_a_valid_crate_and_builds_its_edition_again(
    orbits: SimpleNamespace, tmp_path: Path, offline: None
) -> None:
    from rocrate_validator import services

    chosen = [
        (facts(orbits, version, name), name)
        for version in ("2.0", *VERSIONS[::2])
        for name in NAMES
    ]
    for known, name in chosen[: count(1, 6)]:
        with tarfile.open(orbits.dist / known["archive"]) as tar:
            tar.extractall(tmp_path, filter="data")
        top = tmp_path / known["archive"].removesuffix(".tar.gz")
        crate = services.ValidationSettings(
            rocrate_uri=str(top), cache_path=str(tmp_path / "cache"), **PROFILE
        )
        assert [issue.message for issue in services.validate(crate).get_issues()] == []
        subprocess.run(
            ["git", "init", "--quiet", str(top / "book")], check=True
        )  # it knows nothing of the files
        run(top / "book", *known["command"].split()[1:])
        again = tree(top / "book/_build/editions" / name, without=("timings.json",))
        assert again == tree(top, without=("timings.json", "book", "README.txt"))
        assert known["commit"] in run(top / "book", "cite", "-f", "bibtex").stdout
        with (top / "book/notebooks/planets.md").open("a") as file:
            file.write("More.\n")
        shutil.rmtree(top / "book/_build")
        assert "uncommitted changes after" in run(top / "book", "cite", "-f", "bibtex").stdout


@pytest.mark.heavy
def test_a_cited_state_is_verified_and_what_differs_is_named(
    orbits: SimpleNamespace, tmp_path: Path, told: Callable[..., str]
) -> None:
    first, last = (facts(orbits, version, "default") for version in ("1.0", "3.0"))
    book, cited = orbits.book, tmp_path / "cited.bib"
    said = told("verify", first["id"], code=1)
    assert (
        f"difference between version 1.0 and this checkout ({last['id']}): evidence; 2 of 4" in said
    )
    assert "2 of 4 results differ, the most planets:neptune, 0.1%" in said
    chapter = book / "notebooks/moons.md"
    text = chapter.read_text()
    chapter.write_text(text.replace("# ", "# The ", 1))
    assert (
        "difference between version 2.0 and this checkout" in run(book, "verify", last["id"]).stdout
    )
    chapter.write_text(text)
    for form in ("biblatex", "ris", "csl-json"):
        cited.write_text(told("cite", "moons", "-f", form))
        assert (
            told("verify", str(cited)) == f"edition {last['id']}: the same state; results equal\n"
        )
    assert "the results are not those cited" in told("verify", last["id"], "0" * 64, code=1)
    assert "is unknown" in told("verify", "0" * 12, code=2)
    own = book / "book/editions/own.yml"
    own.write_text("title: My own\nparameters: {planets: {group: outer}}\n")
    said = told("cite", "-f", "bibtex", "--edition", "own")
    assert "Rebuilt by: bookpress build -p planets.group=outer}" in said  # a clone has no such file
    assert "Source uncommitted changes after swh:1:rev:" in said
    own.unlink()
    cited.write_text(said)  # no edition here has these values, which the citation itself names
    state = re.search(r"edition ([0-9a-f]{12})", said)[1]
    assert f"edition {state}: the same state; its results have" in told("verify", str(cited))
    assert "what this checkout makes" in told("cite", "--watch", str(cited))
    cited.write_text(said.replace("group=outer", "group=inner"))
    assert f"edition {state} is unknown" in told("verify", str(cited), code=2)
    cited.write_text("@book{x}")
    for wrong in (["x"], [last["id"], "x"], [str(cited)]):
        assert told("verify", *wrong, code=2).startswith("error: ")
    assert "goes with nothing else" in told(
        "cite", "--check", "planets:neptune=165", "-f", "ris", code=2
    )


@pytest.mark.parametrize(
    ("reference", "code", "said"),
    [
        ("planets:neptune=164.9", 0, "planets:neptune stands: 165 years"),
        ("planets:neptune=165 years", 0, "stands"),
        (
            "planets:neptune=164.79",
            1,
            "revised: it was 164.79 in 1.0 (default), and is 164.9; why: evidence",
        ),
        (
            "planets:neptune=12",
            2,
            "is not known as 12: 1.0 (default): 165 years; 1.0 (inner): no value",
        ),
        ("planets:pluto=1", 2, "no release has such a result"),
        ("planets:nepture=1", 2, "no release has such a result; did you mean planets:neptune?"),
        ("neptune", 2, "is not CHAPTER:KEY=NUMBER"),
        ("planets:neptune=1e400", 2, "is not CHAPTER:KEY=NUMBER"),
    ],
)
def test_what_became_of_a_number_that_was_quoted(
    told: Callable[..., str], reference: str, code: int, said: str
) -> None:
    assert said in told("cite", "--check", reference, code=code)


@pytest.mark.heavy
def test_what_would_lose_something_is_refused(
    orbits: SimpleNamespace, tmp_path: Path, told: Callable[..., str]
) -> None:
    book, before = orbits.book, tree(orbits.dist)
    dist, elsewhere = ("--to", str(orbits.dist)), ("--to", str(tmp_path / "dist"))
    commit(book, "2024-01-01")  # of the ledger
    assert "was built from something other than what is committed" in told(
        "release", *elsewhere, code=1
    )
    run(book, "build", *NAMES)
    assert "is published and not at hand" in told("release", *elsewhere, code=1)
    assert "have the same version with other content" in told("release", *dist, code=1)
    assert "no built edition 'innr'; did you mean inner" in told("release", "innr", code=2)
    assert "no archive gone.tar.gz" in told("release", "--older", "gone.tar.gz", code=2)
    renamed = tmp_path / "orbits-9-0123456789ab.tar.gz"
    shutil.copy(orbits.dist / facts(orbits, "1.0", "default")["archive"], renamed)
    said = told("release", "--older", str(renamed), *elsewhere, code=1)
    name = facts(orbits, "1.0", "default")["archive"]
    assert f"its files lie in the folder {name.removesuffix('.tar.gz')}; name it {name}" in said
    record = facts(orbits, "3.0", "inner")  # another version, with all hashes right
    other = tmp_path / f"orbits-4.0-{record['id']}.tar.gz"
    files = small_files(
        orbits, record["archive"], version="4.0", results_sha256=sha256(b"{}"), results=b"{}"
    )
    other.write_bytes(
        packed({f"{other.name.removesuffix('.tar.gz')}/{name}": one for name, one in files.items()})
    )
    assert "have the same id with other results" in told(
        "release", "--older", str(other), *dist, code=1
    )
    (book / "data/planets.csv").write_text("planet\n")
    assert "changes that are not committed" in told("release", *dist, code=1)
    subprocess.run(["git", "-C", str(book), "checkout", "-q", "."], check=True)
    assert "cannot write" in told("release", "--to", str(book / "_toc.yml/dist"), code=1)
    assert tree(orbits.dist) == before
    assert list(tree(tmp_path / "dist")) == []


def altered(path: Path, how: str) -> bytes:
    """Return an archive that somebody changed, with the hashes in it made to fit where they can be."""
    top = path.name.removesuffix(".tar.gz")
    with tarfile.open(path) as tar:
        files = {one.name.removeprefix(f"{top}/"): tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]
    if how == "a result":
        results = json.loads(files["results.json"])
        results["planets"]["neptune"]["value"] = 0.99
        files["results.json"] = json.dumps(results).encode()
        record = json.loads(files["edition.json"])
        record["results_sha256"] = sha256(files["results.json"])
        files["edition.json"] = json.dumps(record).encode()
    elif how in {"a page", "a page that is not named"}:
        files["html/index.html"] += b"<p>Bought.</p>"
    elif how == "a file more":
        files["html/more.html"] = b"<p>More.</p>"
    elif how == "the source":
        files["book/index.md"] += b"More."
    crate = json.loads(files[NAME])
    if how == "a page that is not named":
        crate["@graph"] = [one for one in crate["@graph"] if one["@id"] != "html/index.html"]
    for entity in crate["@graph"]:
        if entity["@type"] == "File" and "sha256" in entity:
            entity["sha256"] = sha256(files[entity["@id"]])
    files[NAME] = json.dumps(crate).encode()
    return packed({f"{top}/{name}": content for name, content in files.items()})


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("nothing but how it is packed", "is not the archive that was released: its SHA-256 is"),
        ("a page", "is not the archive that was released: its SHA-256 is"),
        ("a result", "contains other results than those that were released"),
        ("a page that is not named", "its html/index.html is not named in its ro-crate"),
        ("a file more", "its html/more.html is not named in its ro-crate"),
        ("the source", "the source in its book/ is not that of swh:1:dir:"),
    ],
)
def test_an_archive_that_was_altered_is_not_released_again(
    orbits: SimpleNamespace, tmp_path: Path, how: str, said: str
) -> None:
    good = orbits.dist / facts(orbits, "1.0", "default")["archive"]
    project = Project.at(orbits.book)
    others = [path for path in orbits.dist.glob("*.tar.gz") if path != good]
    assert updated_ledger(project, [], list(map(read_archive, [good, *others])))
    bad = tmp_path / good.name
    bad.write_bytes(altered(good, how))
    with pytest.raises(PressError) as caught:
        updated_ledger(project, [], list(map(read_archive, [bad, *others])))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_archive_that_no_ledger_knows_is_not_released(orbits: SimpleNamespace) -> None:
    project = Project.at(orbits.book)
    archives = [read_archive(path) for path in orbits.dist.glob("*.tar.gz")]
    ledger = orbits.book / "data/released/2.0.json"
    kept = ledger.read_bytes()
    ledger.unlink()
    try:
        with pytest.raises(PressError, match=r"is not known to have been released: .*2\.0\.json"):
            updated_ledger(project, [], archives)
    finally:
        ledger.write_bytes(kept)


def test_files_and_dates_that_say_something_else_stop_a_release(
    orbits: SimpleNamespace, tmp_path: Path
) -> None:
    book = load_book(orbits.book)
    (tmp_path / "CITATION.cff").write_text("title: the author's own\n")
    check_deposit(tmp_path, book)
    settings = tmp_path / "book/publication.yml"
    settings.parent.mkdir()
    settings.write_text("version: '3.0'\n")
    (tmp_path / "CITATION.cff").write_text(deposit_files(book)["CITATION.cff"])
    check_deposit(tmp_path, book)
    newer = book.model_copy(update={"version": "9.0"})
    with pytest.raises(PressError, match=r"CITATION.cff does not say .* bookpress.cite.deposit"):
        check_deposit(tmp_path, newer)
    edition = read_archive(orbits.dist / facts(orbits, "3.0", "default")["archive"]).facts
    check_date(edition, book)
    later = edition.model_copy(update={"date": edition.date + timedelta(days=1)})
    with pytest.raises(PressError, match=r"version 3\.0 is of 2022-01-01 in `releases`, and its"):
        check_date(later, book)


def test_versions_name_archive_hash_and_source(orbits: SimpleNamespace) -> None:
    page = BeautifulSoup((orbits.site / "versions.html").read_text(), "html5lib")
    rows = [row.text for row in page.select("tbody tr")]
    sums = dict(
        line.split()[::-1] for line in (orbits.dist / "SHA256SUMS").read_text().splitlines()
    )
    for version in VERSIONS:
        for name in NAMES:
            known = facts(orbits, version, name)
            [row] = [row for row in rows if known["archive"] in row]
            assert known["archive_sha256"] == sums[known["archive"]]
            assert known["archive_sha256"] in row
            assert f"swh:1:rev:{known['commit']}" in row
            assert "swh:1:dir:" in row


def small_files(
    orbits: SimpleNamespace, archive: str, results: bytes | None = None, **changed: str
) -> dict[str, bytes]:
    """Return the least that an archive holds, with changed entries in its ``edition.json`` or other results."""
    with tarfile.open(orbits.dist / archive) as tar:
        top = archive.removesuffix(".tar.gz")
        names = ("edition.json", "results.json", "html/index.html")
        files = {name: tar.extractfile(f"{top}/{name}").read() for name in names}  # type: ignore[union-attr]
    files["edition.json"] = json.dumps({**json.loads(files["edition.json"]), **changed}).encode()
    files["results.json"] = results or files["results.json"]
    graph = [
        {"@id": name, "@type": "File", "sha256": sha256(content)} for name, content in files.items()
    ]
    return {**files, NAME: json.dumps({"@graph": graph}).encode()}


def packed(files: dict[str, Any]) -> bytes:
    made = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=made, mode="wb") as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                # a header alone, even if it promises more: `addfile` of Python 3.13 refuses that
                tar.fileobj.write(content.tobuf())
            elif content is not None:
                tar.addfile(entry("", name=name, size=len(content)), io.BytesIO(content))
    return made.getvalue()


def entry(top: str, **facts: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(f"{top}/html/new.html")
    for name, value in facts.items():
        setattr(made, name, value)
    return made


KINDS = (
    tarfile.SYMTYPE,
    tarfile.LNKTYPE,
    tarfile.FIFOTYPE,
    tarfile.CHRTYPE,
    tarfile.DIRTYPE,
    tarfile.GNUTYPE_SPARSE,
)
"""The types of entries that no archive of ours has."""
JUNK = [
    b"",
    b"{",
    b"[]",
    b"[" * 100_000,
    b"\xff\xfe",
    b"null",
    b'{"@graph": [1]}',
    b'{"@graph": {"a": []}}',
]
"""What no file of ours contains."""


def hostile(good: dict[str, bytes], top: str, rng: np.random.Generator) -> bytes:
    """Return an archive that is wrong in one way, chosen by chance."""

    def one_of(*choices: Any) -> Any:
        return choices[rng.integers(len(choices))]

    outside = ("../../x", "/etc/x", f"{top}/../x", f"{top}/html/../../x")
    record = json.loads(good["edition.json"])
    path = one_of(*outside, f"{top}//x", "x", f"{top}/a\\b", f"{top}/\n")
    target = f"{top}/{one_of('html/index.html', 'edition.json', 'results.json', NAME)}"
    wrong = {
        "id": one_of("../../../x", "/x", "", "0123456789ab", "A" * 12, "x" * 300, None, ["x"]),
        "version": one_of("../1", "", "1/2", "-1", "2.0"),
        "name": one_of("../x", "", "/", "a b"),
        "parts": one_of({}, [], None, "x", {"parameters": 1}),
        "source": one_of(None, {}, "x", {"commit": "HEAD", "tree": "x", "date": "now"}),
    }
    changed = one_of(*wrong)
    kind = one_of(*KINDS)
    files = {f"{top}/{name}": content for name, content in good.items()}
    damage = one_of(
        {path: b"x"},
        {
            "new": entry(
                top, type=kind, linkname=one_of("/etc/passwd", "../../x", f"{top}/edition.json")
            )
        },
        {"new": entry(top, size=one_of(2**31, 2**40, 2**60))},
        {f"{top}/edition.json": json.dumps({**record, changed: wrong[changed]}).encode()},
        {target: one_of(*JUNK)},
        {f"{top}/statements.json": one_of(*JUNK)},
        {target: None},
        {f"{top}/html/index.html/x": b"x"},
        {f"{one_of('other', '.', '..')}/{name}": content for name, content in good.items()},
        {
            "new": entry(
                top,
                pax_headers=one_of({"path": path}, {"comment": "x" * (1 << 20)}, {"size": "-1"}),
            )
        },
    )
    whole = packed({**files, **damage})
    return one_of(*[whole] * 6, whole[: rng.integers(len(whole) - 100)], rng.bytes(1000))


def test_hostile_archives_are_refused_in_one_line_and_write_nothing(
    orbits: SimpleNamespace, tmp_path: Path
) -> None:
    known = facts(orbits, "1.0", "inner")
    top, good = known["archive"].removesuffix(".tar.gz"), small_files(orbits, known["archive"])
    path = tmp_path / known["archive"]
    for seed in range(count(40, 200)):
        path.write_bytes(hostile(good, top, np.random.default_rng(seed)))
        with pytest.raises(PressError) as caught:
            read_archive(path)
        assert str(caught.value).startswith(
            f"{path.name} is not an archive of a released edition: "
        ), seed
        assert "\n" not in str(caught.value), seed
        assert [one.name for one in tmp_path.iterdir()] == [path.name], seed
