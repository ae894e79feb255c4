"""A book whose names are as hard as names get, in two editions, and a site built from it."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from bookpress.cite.book import Author, Book
from bookpress.cite.record import ChapterRecord, Citation, EditionRecord

BUILT = dt.date(2026, 11, 24)

AUTHORS = [
    {
        "family": "Berg",
        "particle": "van der",
        "given": "Anna Maria",
        "orcid": "0000-0002-1825-0097",
    },
    {"family": "Núñez y Álvarez", "given": "José", "affiliation": "Universität Łódź & Söhne"},
    {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
    {"name": "Barnes, Jones and Partners"},
    {"family": "Łęcki-Ørsted", "given": "Ğ. Š."},
    {"family": "李", "given": "小龙"},
]
FACTS = {
    "title": "Who {computes} & who pays",
    "subtitle": "5% of $1_000 <for> some",
    "authors": [{"name": "The Example project"}],
    "version": "0.1.0",
    "publisher": "Smith & Sons, “Press”",
    "description": "A book about R&D.",
    "keywords": ["compute", "R&D"],
    "licence": "CC-BY-4.0",
    "licence_url": "https://creativecommons.org/licenses/by/4.0/",
    "language": "en",
    "based_on": [{"title": "An older work", "url": "https://example.org/older"}],
}
PUBLIC = FACTS | {
    "base_url": "https://example.org/book/",
    "edition_url": "https://example.org/book/editions/{id}/",
    "published_editions": ["default", "paper"],
    "doi": "10.5555/book_1",
    "repository": "https://example.org/repo",
    "isbn": "978-3-16-148410-0",
}
CHAPTERS = [
    {
        "slug": "plain",
        "title": "Large-scale models",
        "abstract": "Few “train” them.",
        "keywords": ["GPU", "scale"],
    },
    {
        "slug": "hard-names",
        "title": "Models of NeurIPS: R&D in China at 5% <or> #1_x",
        "authors": AUTHORS,
        "doi": "10.5555/ch_2",
        "abstract": "Who said ‘no’ – nobody & <none>.",
        "keywords": ["R&D", "naïve façade"],
    },
    {"slug": "single", "title": "Is one author alone?", "authors": AUTHORS[:1]},
    {"slug": "group", "title": "A group alone", "authors": [{"name": "The other Example group"}]},
    {"slug": "bare", "title": "Nothing but a title"},
]
NAMES = tuple(map(Author.model_validate, AUTHORS))
DEFAULT = {
    "id": "7f3e1a2b9c0d",
    "name": "default",
    "is_default": True,
    "data_parameter": "release",
    "data_version": "2026-08",
    "command": "make it",
}
EDITIONS = {
    "default": DEFAULT,
    "paper": {
        "id": "0123456789ab",
        "name": "paper",
        "title": "The paper's vintage",
        "is_default": False,
        "differs": [
            {"chapter": "hard-names", "name": "top_k", "value": [1, 2], "default": []},
            {"chapter": "plain", "name": "vintage", "value": "2023-03", "default": "2026-08"},
            {"chapter": "bare", "name": "vintage", "value": "2023-03", "default": "2026-08"},
        ],
        "date": "2026-11-20",
        "data_parameter": "release",
        "data_version": "2023-03",
        "results_sha256": "ab" * 32,
        "chapter_results_sha256": {chapter["slug"]: "cd" * 32 for chapter in CHAPTERS},
        "source": {"commit": "ef" * 20, "tree": "01" * 20, "date": "2026-11-19T01:02:03Z"},
        "command": "orbits build paper",
    },
}


def every_citation() -> list[Citation]:
    """Every chapter and the book itself, of a local and of a published book, in both editions and in none."""
    books = [Book.model_validate(FACTS), Book.model_validate(PUBLIC)]
    editions = [EditionRecord.model_validate(edition) for edition in EDITIONS.values()]
    chapters = [
        ChapterRecord.model_validate(
            {**chapter, "page": f"notebooks/{chapter['slug']}.html", "position": place}
        )
        for place, chapter in enumerate(CHAPTERS, 1)
    ]
    return [
        Citation.of(book, chapter, edition, built=BUILT)
        for book in books
        for edition in (None, *editions)
        for chapter in (None, *chapters)
    ]


@pytest.fixture(
    params=every_citation(),
    ids=lambda one: f"{bool(one.book.base_url)}-{one.state}-{one.title}"[:60],
)
def citation(request: pytest.FixtureRequest) -> Citation:
    found: Citation = request.param
    return found


@pytest.fixture(scope="session")
def citations() -> list[Citation]:
    return every_citation()


BIBLIOGRAPHY = """
@article{doe2020,
  title={The {GPU} gap; a study}, author={Doe, Jo and van der Berg, Anna}, journal={A Journal}, year={2020},
  doi={10.5555/doe}}
@misc{group2021,
  title={A report}, author={{The Report group}}, year={2021}, eprint={2101.00001}, archiveprefix={arXiv}}
"""
CONF = """
extensions = ["myst_parser", "sphinxcontrib.bibtex", "bookpress.elements.citation.extension"]
bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"
bibtex_default_style = "authors_first"
html_theme = "sphinx_book_theme"
exclude_patterns = ["out", "trees"]

from bookpress.cite.landing_page import Dataset, Picture, SiteFile

def parts_of(app, docname, parts):
    if docname == "notebooks/plain":
        file = SiteFile.of("figures/a.csv", "text/csv", b"year,share\\n2020,0.5\\n")
        parts.datasets.append(Dataset(anchor="fig-a", title="Shares </script>", description="By year.",
                                      licence="CC BY 4.0", source="Epoch AI", files=(file,)))
        parts.picture = Picture(path="figures/a.png", alt="A line & a dot", width=1400, height=800)

def setup(app):
    app.connect("landing-page", parts_of)
"""
SITES: dict[str, tuple[str | None, dict[str, object]]] = {
    "default": ("default", PUBLIC),
    "paper": ("paper", PUBLIC),
    "local": ("default", FACTS),
    "plain": (None, {**FACTS, "chapter_tags": False}),
}
BUILD = """
import sys
from sphinx.cmd.build import build_main
sys.exit(max(build_main(["-q", "-W", "-d", f"{root}/trees", root, f"{root}/out/html"]) for root in sys.argv[1:]))
"""


@pytest.fixture(scope="session")
def sites(made_once: Callable[..., Path]) -> dict[str, Path]:
    def make(folder: Path) -> None:
        for name, of in SITES.items():
            write_book(folder / name, *of)
        environ = {**os.environ, "SOURCE_DATE_EPOCH": "1795478400"}  # 2026-11-24
        build = [sys.executable, "-c", BUILD, *(folder / name for name in SITES)]
        done = subprocess.run(build, capture_output=True, text=True, env=environ)
        assert done.returncode == 0, done.stderr

    made = made_once("cited", make)
    return {name: made / name / "out" / "html" for name in SITES}


def write_book(root: Path, edition: str | None, facts: dict[str, object]) -> None:
    listed = "\n".join(f"notebooks/{chapter['slug']}" for chapter in CHAPTERS)
    files = {
        "conf.py": CONF,
        "references.bib": BIBLIOGRAPHY,
        "book/publication.yml": yaml.safe_dump(facts, allow_unicode=True),
        "book/settings.yml": "front_matter: orbits\nlayout: press\n",
        "book/citing.md": "# How to cite\n\n```{how-to-cite}\n```\n",
        "index.md": f"# A book\n\n```{{toctree}}\n{listed}\nbook/citing\n```\n",
        **({"edition.json": json.dumps(EDITIONS[edition])} if edition else {}),
    }
    for chapter in CHAPTERS:
        title = str(chapter["title"]).replace("<", "\\<")
        front = {key: value for key, value in chapter.items() if key not in {"slug", "title"}}
        front["chapter"] = chapter["slug"]
        head = yaml.safe_dump({"orbits": front}, allow_unicode=True)
        cites = (
            "As {cite:p}`doe2020` and {cite:t}`group2021` say."
            if chapter["slug"] != "bare"
            else "No more."
        )
        files[f"notebooks/{chapter['slug']}.md"] = (
            f"---\n{head}---\n\n# {title}\n\n{cites}\n\n## Part\n\nText.\n"
        )
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
