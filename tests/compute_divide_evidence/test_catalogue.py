"""The catalogue: whatever happens to a file of the evidence is named, and nothing is left half-done."""

import hashlib
import json
import shutil
import subprocess
from fnmatch import fnmatchcase

import command_line
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookpress.files import sha256
from compute_divide.sources.catalogue import FAMILIES, tables, verify
from compute_divide.sources.models import table as models
from compute_divide.sources.models.table import load_models
from compute_divide.sources.store.files import (
    MANIFEST,
    EvidenceError,
    data_dir,
    evidence_files,
    vintages,
)
from compute_divide_evidence import catalogue
from compute_divide_evidence.models import columns
from compute_divide_evidence.store.writing import seal
from sampling import LONG, some

HEADERS = [names[0] for names in columns.HEADERS.values()]
ROW = {
    "Organization": "Org",
    "Organization categorization": "Academia",
    "Publication date": "2024-05-06",
    "Notability criteria": "Highly cited",
    "Model accessibility": "API access",
}
ROWS = [{"Model": f"A{number}", **ROW} for number in range(100)]
NEW = pd.DataFrame(ROWS, columns=HEADERS).to_csv(index=False)


def files_at_fault():
    return {problem.removeprefix("data/").split(": ")[0] for problem in verify()}


def run(*arguments):
    return command_line.run("data", *arguments)


def snapshot_of(folder):
    return {path: sha256(path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.heavy
def test_the_evidence_is_sound():
    done = run("verify")
    assert (done.exit_code, "files are sound" in done.stdout) == (0, True)


def test_the_list_of_hashes_is_what_sha256sum_reads():
    if not shutil.which("sha256sum"):
        pytest.skip("NOT TESTED: sha256sum is not installed")
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", MANIFEST], cwd=data_dir(), capture_output=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", some(evidence_files(data_dir()), 12, 3))
def test_one_flipped_bit_in_any_file_is_named_and_so_is_a_missing_one(name, data_copy):
    path = data_copy / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert files_at_fault() == {name}
    path.unlink()
    assert name in files_at_fault()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_found_by_the_sidecar_alone(place, bit, data_copy):
    path = data_copy / "models" / "2023-03.csv"
    sound = path.read_bytes()
    content = bytearray(sound)
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(EvidenceError, match=r"data/models/2023-03.csv is damaged"):
        models.load_models("2023-03")
    path.write_bytes(sound)


def test_sidecar_and_schema_are_checked_even_when_the_hashes_agree(data_copy):
    table = data_copy / "models" / "2023-03.csv"
    old = table.read_text(encoding="utf-8")
    new = old.replace(",industry-only,", ",industry,", 1)
    sidecar = table.with_name("2023-03.meta.yml")
    digest = hashlib.sha256(old.encode()).hexdigest()
    sidecar.write_text(
        sidecar.read_text().replace(digest, hashlib.sha256(new.encode()).hexdigest())
    )
    table.write_text(new, encoding="utf-8")
    (data_copy / "models" / "2022-06.csv").unlink()
    (data_copy / "models" / "2022-06.meta.yml").rename(data_copy / "models" / "2022-07.meta.yml")
    seal(data_copy)
    problems = dict(problem.removeprefix("data/").split(": ", 1) for problem in verify())
    assert set(problems) == {"models/2023-03.csv", "models/2022-07.meta.yml"}
    assert "column team_type" in problems["models/2023-03.csv"]
    assert "'industry'" in problems["models/2023-03.csv"]
    assert problems["models/2022-07.meta.yml"] == "describes a table that is not there"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("rows_in: 534", "rows_in: 535", "535 rows in, but 534 out and 0 set aside"),
        ("rows_out: 534", "rows_out: many", "does not hold what it should: rows_out: "),
        (
            "table: models/2023-03.csv",
            "table: models/2023-04.csv",
            "describes data/models/2023-04.csv",
        ),
    ],
)
def test_a_sidecar_that_does_not_add_up_is_a_problem(old, new, what, data_copy):
    sidecar = data_copy / "models" / "2023-03.meta.yml"
    sidecar.write_text(sidecar.read_text().replace(old, new))
    seal(data_copy)
    (problem,) = verify()
    assert problem.startswith("data/models/2023-03.csv: ")
    assert what in problem


def test_a_table_that_is_older_than_what_it_was_derived_from_is_noted(data_copy):
    assert "derived before" not in run("verify").stderr
    with (data_copy / "organisations.csv").open("a") as file:
        file.write("A new firm,industry,company,US,name,,\n")
    seal(data_copy)
    done = run("verify")
    told = "data/audit/institutes.csv was derived before data/organisations.csv was changed: "
    assert done.exit_code == 0
    assert f"{told}`compute-divide data derive --only audit --raw DIR`" in done.stderr


def test_verify_reports_everything_at_once(data_copy):
    (data_copy / "models" / "2020-01.csv").write_text("a\n1\n")
    (data_copy / "stray.txt").write_text("?")
    for name in ("claims.yml", "models/2023-03.csv"):
        (data_copy / name).write_bytes(b"x")
    (data_copy / "models" / "2026-08.meta.yml").unlink()
    done = run("verify")
    assert done.exit_code == 1
    for name in (
        "claims.yml",
        "models/2023-03.csv",
        "models/2026-08.meta.yml",
        "models/2020-01.csv",
        "stray.txt",
    ):
        assert f"data/{name}" in done.stdout


# --- list ---


def test_the_list_names_every_file_with_rows_and_licence():
    done = run("list", "--json")
    assert done.exit_code == 0
    entries = {entry["file"]: entry for entry in json.loads(done.stdout)}
    assert entries["models/2026-08.csv"]["rows"] == 1050
    assert entries["models/2026-08.csv"]["licence"] == "CC BY 4.0"
    assert entries["models/2026-08.csv"]["family"] == "models"
    assert entries["claims.yml"]["rows"] is None
    assert run("list").exit_code == 0


@pytest.mark.parametrize("width", ["30", "80", "200"])
def test_the_list_shows_rows_in_any_width_and_in_pipes(width, monkeypatch):
    monkeypatch.setenv("COLUMNS", width)
    assert {"1,050", "98,538"} <= set(run("list").stdout.split())


@pytest.mark.heavy
def test_every_loader_is_listed_and_the_page_is_what_the_command_prints():
    listed = {loader["name"]: loader for loader in json.loads(run("loaders", "--json").stdout)}
    assert list(load_models("2026-08").columns) == listed["models"]["columns"]
    for loader in listed.values():
        exec(loader["example"], {})  # noqa: S102 - what our own command says can be called
    assert run("loaders").exit_code == 0
    page = (data_dir().parent / "book" / "loaders.md").read_text(encoding="utf-8")
    assert run("loaders", "--page").stdout == page, (
        "compute-divide data loaders --page > book/loaders.md"
    )


# --- add ---


def test_a_vintage_that_was_added_is_sound_and_allowed_everywhere(tmp_path, data_copy):
    (tmp_path / "new.csv").write_text(NEW)
    done = run("add", "models", str(tmp_path / "new.csv"), "--vintage", "2024-07")
    assert (done.exit_code, done.stdout) == (
        0,
        "models/2024-07.csv  100 rows in, 100 out, 0 set aside\n",
    )
    assert "2024-07" in vintages()
    assert verify() == []


def test_a_vintage_is_not_replaced_unasked(tmp_path, data_copy):
    file = tmp_path / "new.csv"
    file.write_text(NEW)
    before = snapshot_of(data_copy)
    done = run("add", "models", str(file), "--vintage", "2026-08")
    assert done.exit_code == 1
    assert "the vintage 2026-08 is there already" in done.stderr
    assert snapshot_of(data_copy) == before
    assert run("add", "models", str(file), "--vintage", "2026-08", "--replace").exit_code == 0
    assert len(models.load_models("2026-08")) == 100


def test_what_is_refused_leaves_the_evidence_as_it_was(tmp_path, data_copy):
    (tmp_path / "bad.csv").write_text(NEW.replace("Academia", "Military"))
    before = snapshot_of(data_copy)
    done = run("add", "models", str(tmp_path / "bad.csv"), "--vintage", "2024-07")
    assert done.exit_code == 1
    assert "bad.csv, row 2 (A0): 'Military' is not a known team label" in done.stderr
    assert done.stdout == ""
    assert run("add", "models", str(tmp_path / "bad.csv"), "--vintage", "July").exit_code == 2
    assert run("add", "models", str(tmp_path / "no.csv"), "--vintage", "2024-07").exit_code == 2
    assert snapshot_of(data_copy) == before


def test_a_failure_half_way_leaves_the_evidence_as_it_was(data_copy, tmp_path):
    def half(_raw, folder):
        (folder / "models").mkdir()
        (folder / "models" / "2026-08.csv").write_text("half")
        raise OSError("no space left")

    before = snapshot_of(data_copy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "DERIVATIONS", {"broken": (half, ())})
        with pytest.raises(OSError, match="no space left"):
            catalogue.derive(tmp_path)
    assert snapshot_of(data_copy) == before


# --- derive ---


def test_every_family_of_tables_is_derived():
    assert catalogue.DERIVATIONS.keys() == FAMILIES.keys()


@pytest.mark.heavy
@pytest.mark.raw
def test_deriving_again_changes_no_byte(raw_dir, data_copy):
    quick = {"models", "other", "compute"}
    families = [
        family
        for family, (_, folders) in catalogue.DERIVATIONS.items()
        if LONG or quick.issuperset(folders)
    ]
    before = snapshot_of(data_copy)
    for table in tables():
        if any(fnmatchcase(table, each.name) for family in families for each in FAMILIES[family]):
            (data_copy / table).unlink()
    done = run(
        "derive",
        "--raw",
        str(raw_dir),
        *(word for family in families for word in ("--only", family)),
    )
    assert done.exit_code == 0, done.stderr
    assert snapshot_of(data_copy) == before


def test_wrong_use_of_derive_is_refused(tmp_path, data_copy):
    assert run("derive", "--raw", str(tmp_path / "none")).exit_code == 2
    wrong = run("derive", "--raw", str(tmp_path), "--only", "modles")
    assert wrong.exit_code == 2
    assert "'modles' is not a family of tables" in wrong.stderr
    empty = run("derive", "--raw", str(tmp_path), "--only", "models")
    assert empty.exit_code == 1
    assert "is not a folder: models is derived from the raw files in it" in empty.stderr
