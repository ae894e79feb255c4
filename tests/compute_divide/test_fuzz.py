"""Two thousand inputs that are damaged, foreign or hostile: one clear message each, no traceback, nothing half-written.

Each is made from a sound one by a seeded chain of damages; which seed failed is told, so that it can be made again.
"""

import csv
import gzip
import io
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookpress.book.chapters import named_chapters
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.edition.assignments import with_file
from bookpress.edition.editions import load_edition
from bookpress.errors import PressError
from bookpress.files import tree
from compute_divide_evidence import catalogue
from compute_divide_evidence.models.columns import HEADERS
from compute_divide_evidence.models.own import add_own
from sampling import LONG

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
KINDS = ("edition", "values", "front matter", "papers", "models", "row")
COUNT = (2000 if LONG else 84) // len(KINDS) + 1

SOUND_ROW = {
    "Model": "A",
    "Organization": "Org One,Org Two",
    "Organization categorization": "Industry,Academia",
    "Publication date": "2024-05-06",
    "Notability criteria": "Highly cited",
    "Model accessibility": "API access",
}
OTHERS = [names[0] for names in HEADERS.values() if names[0] not in SOUND_ROW]
HEADER, ROW = [*SOUND_ROW, *OTHERS], [*SOUND_ROW.values(), *[""] * len(OTHERS)]
PAPER = {
    "title": "A title of words",
    "status": "Poster",
    "aff": "MIT; Google",
    "aff_domain": "mit.edu;google.com",
}
HOSTILE = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\r", b'"', b"'", b"{", b"[" * 20_000, b"*a", b"&a [*a]",
    b"!!python/none x", b"---\n", b"\n", b"\t", b":", b"|", b",", b"1e999", b"NaN", b"-1", b"9" * 400, b"../../x",
    b"=cmd()", b"<script>", b"\xed\xa0\x80", "\u202e\u0000é".encode(), b"%", b"${x}",
    b"mystnb: {execution_mode: force}\n",
)  # fmt: skip


def pick(rng: np.random.Generator, among: Sequence[Any]) -> Any:
    return among[int(rng.integers(len(among)))]


def models(rng: np.random.Generator) -> bytes:
    columns = rng.permutation(len(HEADER)).tolist()
    out = io.StringIO()
    rows = [[f"A{place}", *ROW[1:]] for place in range(rng.integers(95, 120))]
    for row in rows[:6]:
        row[rng.integers(len(row))] = pick(
            rng, ["", "?", "Military", "19-09-2024", "x" * 300, "Weights available (depr.)"]
        )
    csv.writer(out, lineterminator=pick(rng, ["\n", "\r\n"])).writerows(
        [line[n] for n in columns] for line in [HEADER, *rows]
    )
    return out.getvalue().encode(pick(rng, ["utf-8", "utf-8-sig", "utf-16", "latin-1"]))


def papers(rng: np.random.Generator) -> bytes:
    records = [dict(PAPER) for _ in range(rng.integers(0, 5))]
    for record in records:
        record[pick(rng, [*PAPER])] = pick(rng, [None, 3, [], {}, "", "Reject", "x;y"])
    return gzip.compress(json.dumps(records).encode(), mtime=0)


SOUND: dict[str, Callable[[np.random.Generator], bytes]] = {
    "edition": lambda _: (ROOT / "book/editions/paper.yml").read_bytes(),
    "values": lambda _: b'vintage: "2025-02"\ntop_k: 5\n',
    "front matter": lambda _: (ROOT / "notebooks/causes.md").read_bytes()[:3000],
    "papers": papers,
    "models": models,
    "row": lambda _: (
        b'model: Mine\npublished: "2025-06-01"\norganisations: Nowhere\nsectors: academia\n'
    ),
}


def damaged(kind: str, seed: int) -> bytes:
    """Return an input of a kind after up to four damages."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    content = bytearray(SOUND[kind](rng))
    for _ in range(rng.integers(0, 5)):
        place = int(rng.integers(len(content) + 1))
        end = min(len(content), place + int(rng.integers(41)))
        match int(rng.integers(5)):
            case 0:
                content[place:place] = pick(rng, HOSTILE)
            case 1:
                del content[place:end]
            case 2:
                del content[place:]  # truncated
            case 3:
                content[place:place] = content[place:end] * int(rng.integers(1, 4))
            case _:
                content = bytearray(
                    content.decode("utf-8", "replace").encode(
                        pick(rng, ["utf-16", "cp1252", "utf-8"]), "replace"
                    )
                )
    return bytes(content)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small book around the real evidence, all of it a copy."""
    folder = tmp_path_factory.mktemp("fuzz")
    for name in ("data", "book", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("_toc.yml", "_config.yml", "index.md", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def take(kind: str, content: bytes, book: Project, folder: Path) -> None:
    """Do with an input what the command for it does."""
    places = {
        "edition": book.root / "book/editions/fuzz.yml",
        "front matter": book.root / "notebooks/causes.md",
    }
    name = {"papers": "fuzz.json.gz", "models": "fuzz.csv"}.get(kind, "fuzz.yml")
    places.get(kind, folder / name).write_bytes(content)
    match kind:
        case "edition":
            load_edition(book, "fuzz")
        case "front matter":
            [chapter] = named_chapters(discover(book), ["causes"])
            _ = chapter.title, chapter.front_matter, chapter.parameters
        case "values":
            load_edition(book, "default", with_file(folder / name, []))
        case "papers":
            catalogue.add_papers(folder / name, "fuzz", 2039)
        case "models":
            catalogue.add_models(folder / name, "2024-07")
        case "row":
            add_own("models", folder / name)


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_input_is_one_message_and_changes_nothing(
    kind: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPUTE_DIVIDE_DATA", str(home / "data"))
    book = replace(Project.at(home), data=home / "data")
    before, kept = tree(home / "data"), (home / "notebooks/causes.md").read_bytes()
    spare = tmp_path / "spare"
    shutil.copytree(home / "data", spare)
    named = {"fuzz", "causes", "parameter", "row", "has no"}  # the thing that is wrong
    named |= {parameter.name for chapter in discover(book) for parameter in chapter.parameters}
    refused = 0
    for seed in range(COUNT):
        try:
            take(kind, damaged(kind, seed), book, tmp_path)
        except PressError as error:
            refused += 1
            told = str(error)
            assert told.strip(), (kind, seed)
            assert any(word in told for word in named), (kind, seed, told)
            assert len(told) < 6000, (kind, seed, told[:300])
            assert tree(home / "data") == before, (kind, seed)
        except Exception as error:
            raise AssertionError(f"{kind}, seed {seed}: {type(error).__name__}: {error}") from error
        else:
            if tree(home / "data") != before:  # it was sound: the next begins from the start
                shutil.rmtree(home / "data")
                shutil.copytree(spare, home / "data")
    (home / "notebooks/causes.md").write_bytes(kept)
    (home / "book/editions/fuzz.yml").unlink(missing_ok=True)
    assert refused > COUNT // 4, "hardly any input was refused: the fuzz tries nothing"
