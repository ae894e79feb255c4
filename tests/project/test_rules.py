"""The rules of the project that a machine can check."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest
from pybtex.database import parse_file

from bookpress.book.project import Project
from bookpress.edition.fingerprint import Fingerprint

ROOT = Path(__file__).parents[2]
BINARY = {".png", ".parquet", ".gz", ".ico", ".woff2"}


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def texts():
    return {
        path: path.read_text(encoding="utf-8") for path in tracked() if path.suffix not in BINARY
    }


def test_the_layers_import_only_downwards():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


REGISTRIES = r"(?i)(?:pypi|pythonhosted|npmjs|anaconda)\.(?:org|com)"
HOMES = re.escape(str(ROOT.parent)) + r"/|(?<![\w.])/(?:root|home/\w+)/"


@pytest.mark.parametrize(
    "named", [REGISTRIES, HOMES], ids=["a package registry", "the machine it was written on"]
)
def test_no_file_names(named):
    assert [
        str(path.relative_to(ROOT)) for path, text in texts().items() if re.search(named, text)
    ] == []


def test_released_results_are_never_changed():
    def git(*words):
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    for commit in git("log", "--format=%H", "--", "data/released").split():
        for name in git("ls-tree", "--name-only", commit, "data/released/").split():
            if not name.endswith(".json"):
                continue  # the table of names follows what is written now
            before, now = (
                json.loads(git("show", f"{commit}:{name}")),
                json.loads((ROOT / name).read_text("utf-8")),
            )
            assert before.items() <= now.items(), f"{name} lost what it held at {commit}"


def test_no_import_runs_in_a_circle_not_even_within_functions():
    graph = grimp.build_graph(
        "bookpress", "compute_divide", "compute_divide_evidence", cache_dir=None
    )
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imported).prepare()  # raises CycleError with the modules of the circle


def test_editions_and_runs_depend_on_what_chapters_reach_and_not_on_what_derives_tables():
    hashed = Fingerprint.of(Project.at(ROOT)).packages
    assert {name.partition("/")[0] for name in hashed} == {
        "bookpress",
        "compute_divide",
        "holdtrue",
    }
    assert {"compute_divide/data.py", "compute_divide/sources/models/table.py"} <= {*hashed}


@pytest.mark.raw
def test_no_raw_file_is_copied_into_the_project():
    raw = os.environ.get("COMPUTE_DIVIDE_RAW")
    if not raw:
        pytest.skip("NOT TESTED: set COMPUTE_DIVIDE_RAW to the folder of the raw files")
    sources = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in Path(raw).rglob("*")
        if path.is_file()
    }
    copied = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.stat().st_size and hashlib.sha256(path.read_bytes()).hexdigest() in sources
    ]
    assert copied == []


def test_titles_of_references_keep_their_capitals():
    """A style of citation writes a title in small letters but for what stands in braces."""
    works = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    lowered = []
    for title in re.findall(r"^ +title += \{(.*)\},$", works, re.MULTILINE):
        free = title
        while free != (free := re.sub(r"\{[^{}]*\}", "", free)):
            pass
        lowered += [word for word in re.findall(r"\w+", free) if re.search("[A-Z].*[A-Z]", word)]
    assert lowered == []


def test_a_work_of_many_names_two_of_them():
    """One name "and others" would be cited in these words, and all else as "et al."."""
    works = parse_file(ROOT / "book" / "references.bib").entries
    authors = {key: list(map(str, work.persons["author"])) for key, work in works.items()}
    assert [key for key, names in authors.items() if names[1:] == ["others"]] == []


def test_no_two_works_are_cited_alike():
    """The style of citation writes families and year, and adds no letter of its own."""
    labels = []
    for entry in parse_file(ROOT / "book" / "references.bib").entries.values():
        families = [" ".join(author.last_names) for author in entry.persons["author"]]
        named = families if len(families) < 3 else [families[0], "et al."]
        labels.append((*named, entry.fields.get("year")))
    assert [label for label, times in Counter(labels).items() if times > 1] == []
