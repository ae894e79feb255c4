"""Round trips: what we write, others' code reads back, field by field, for every chapter, edition and hard name."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import pybtex.database
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pybtex.bibtex.utils import split_name_list
from pybtex.database import Person
from pybtex.richtext import Text

from bookpress.citation.bibtex import Dialect, escape, to_bibtex
from bookpress.citation.csl import to_csl, to_csl_json
from bookpress.citation.record import Author, Citation
from bookpress.citation.ris import to_ris
from bookpress.citation.styles import STYLES, format_item, to_reference

BIBER = {"b": "http://biblatex-biber.sourceforge.net/biblatexml"}
COMMANDS = {
    r"\textbackslash{}": "\ue003",
    r"\textbraceleft{}": "\ue000",
    r"\textbraceright{}": "\ue001",
    r"\textasciitilde{}": "\ue004",
    r"\textasciicircum{}": "\ue005",
    r"\$": "\ue002",
}
SIGNS = str.maketrans({"\ue000": "{", "\ue001": "}", "\ue002": "$", "\ue003": "\\", "\ue004": "~", "\ue005": "^"})
QUOTES = {"``": "“", "''": "”", "`": "‘", "'": "’"}


def plain(latex: str) -> str:
    """Return what a LaTeX text prints, as pybtex reads it; what pybtex does not know is put in by hand."""
    for command, sign in COMMANDS.items():
        latex = latex.replace(command, sign)
    text = str(Text.from_latex(latex))
    for typed, printed in QUOTES.items():
        text = text.replace(typed, printed)
    return text.translate(SIGNS)


def bib_names(people: list[Any]) -> list[dict[str, str]]:
    """Return names as pybtex takes them apart."""
    return [
        {
            "surname": plain(" ".join(person.prelast_names + person.last_names)),
            "given": plain(" ".join(person.first_names + person.middle_names)),
            "suffix": plain(" ".join(person.lineage_names)),
        }
        for person in people
    ]


def parts(authors: tuple[Author, ...]) -> list[dict[str, str]]:
    """Return names as the record has them."""
    return [
        {"surname": author.surname, "given": author.given or "", "suffix": author.suffix or ""} for author in authors
    ]


@pytest.mark.parametrize("dialect", ["bibtex", "biblatex"])
def test_pybtex_reads_back_every_field(citation: Citation, dialect: Any) -> None:
    text = to_bibtex(citation, dialect)
    ((key, entry),) = pybtex.database.parse_string(text, "bibtex").entries.items()
    # Addresses are verbatim: LaTeX takes them as they are, so they are not unescaped.
    found = {name: value if name in {"doi", "url"} else plain(value) for name, value in entry.fields.items()}
    date = citation.date
    biblatex = dialect == "biblatex"
    dated = (
        {"date": date.isoformat()}
        if biblatex
        else {"year": str(date.year), "month": f"{date:%B}", "day": str(date.day)}
    )
    wanted = {
        "title": citation.title,
        "booktitle": citation.book.full_title if citation.chapter else None,
        "chapter": str(citation.chapter.position) if citation.chapter else None,
        "publisher": citation.book.publisher,
        **dated,
        "langid" if biblatex else "language": "english",
        "note": citation.state,
        "isbn": citation.book.isbn,
        "doi": citation.doi,
        "url": citation.url,
        "keywords": ", ".join(citation.keywords),
        "abstract": citation.abstract,
        "annotation" if biblatex else "annote": citation.note,
    }
    book_authors = [Person(one) for one in split_name_list(entry.fields.get("bookauthor", ""))]
    found.pop("bookauthor", None)
    assert key == citation.key
    assert found == {name: value for name, value in wanted.items() if value}
    assert bib_names(entry.persons["author"]) == parts(citation.authors)
    assert bib_names(book_authors) == (parts(citation.book_authors) if biblatex and citation.chapter else [])


def test_bibtex_is_ascii_where_latex_has_a_command(citation: Citation) -> None:
    assert set(re.findall(r"[^\x00-\x7f]", to_bibtex(citation))) <= set("李小龙")


def test_a_chapter_is_a_part_of_a_book_in_either_dialect(citation: Citation) -> None:
    kinds = [to_bibtex(citation, dialect).split("{")[0] for dialect in get_args(Dialect)]
    assert kinds == (["@incollection", "@inbook"] if citation.chapter else ["@book", "@book"])


def biber_names(entry: Any, kind: str) -> list[dict[str, str]]:
    """Return names as biber takes them apart."""
    found = []
    for name in entry.iterfind(f"b:names[@type='{kind}']/b:name", BIBER):
        parts_of = {part.get("type"): " ".join(part.itertext()).split() for part in name.iterfind("b:namepart", BIBER)}
        surname = [*parts_of.get("prefix", []), *parts_of["family"]]
        rest = {"given": parts_of.get("given", []), "suffix": parts_of.get("suffix", [])}
        found.append({"surname": " ".join(surname), **{key: " ".join(words) for key, words in rest.items()}})
    return found


def test_biber_has_nothing_to_say_and_reads_back_every_field(citations: list[Citation], tmp_path: Path) -> None:
    assert shutil.which("biber"), "no biber: run `make checkers`"
    written = {citation.key: citation for citation in citations}
    source, read = tmp_path / "all.bib", tmp_path / "all.bltxml"
    source.write_text("\n".join(to_bibtex(one, "biblatex") for one in written.values()), "utf-8")
    command = ["biber", "--tool", "--validate-datamodel", "--output-format=biblatexml"]
    done = subprocess.run([*command, f"--output-file={read}", str(source)], capture_output=True, text=True)
    assert [line for line in done.stdout.splitlines() if not line.startswith("INFO")] == []
    entries = {entry.get("id"): entry for entry in etree.parse(str(read)).iterfind("b:entry", BIBER)}
    assert entries.keys() == written.keys()
    for key, citation in written.items():
        assert biber_names(entries[key], "author") == parts(citation.authors)
        assert biber_names(entries[key], "bookauthor") == parts(citation.book_authors if citation.chapter else ())
        found = {one.tag.partition("}")[2]: "".join(one.itertext()).strip() for one in entries[key]}
        assert plain(found["title"]) == citation.title
        assert plain(found["publisher"]) == citation.book.publisher
        assert found["date"] == citation.date.isoformat()
        assert found.get("url") == citation.url
        assert plain(found["note"]) == citation.state
        assert plain(found.get("abstract", "")) == (citation.abstract or "")


@given(st.text("\\{}$&%#_~^ab1", min_size=1))
def test_what_latex_takes_for_commands_survives(text: str) -> None:
    assert plain(escape(text)) == text


@given(st.text(st.characters(codec="latin-1", categories=["Lu", "Ll"]), min_size=1))
def test_letters_survive_being_written_in_ascii(text: str) -> None:
    written = escape(text, ascii_only=True)
    assert written.isascii() or "þ" in text.lower() or "ª" in text or "º" in text
    assert plain(written) == text


def test_rispy_reads_back_every_field(citation: Citation) -> None:
    (found,) = rispy.loads(to_ris(citation))
    found.pop("unknown_tag", None)
    wanted = {
        "type_of_reference": "CHAP" if citation.chapter else "BOOK",
        "id": citation.key,
        "authors": [
            f"{one['surname']}," if author.name else ", ".join(part for part in one.values() if part)
            for author, one in zip(citation.authors, _ris_order(citation.authors), strict=True)
        ],
        "title": citation.title,
        "secondary_title": citation.book.full_title if citation.chapter else None,
        "publisher": citation.book.publisher,
        "year": str(citation.date.year),
        "date": f"{citation.date:%Y/%m/%d}",
        "edition": citation.state,
        "language": citation.book.language,
        "issn": citation.book.isbn,
        "doi": citation.doi,
        "urls": [citation.url] if citation.url else None,
        "keywords": list(citation.keywords),
        "abstract": citation.abstract,
        "notes": [citation.note] if citation.note else None,
    }
    assert found == {name: value for name, value in wanted.items() if value}


def _ris_order(authors: tuple[Author, ...]) -> list[dict[str, str]]:
    return [{"surname": one["surname"], "given": one["given"], "suffix": one["suffix"]} for one in parts(authors)]


def test_ris_lines_end_as_the_format_asks(citation: Citation) -> None:
    text = to_ris(citation)
    assert text.endswith("ER  - \r\n")
    assert text.count("\n") == text.count("\r\n")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in text.split("\r\n")[:-1])


def test_csl_json_holds_every_field(citation: Citation) -> None:
    (found,) = json.loads(to_csl_json(citation))
    assert found == to_csl(citation)
    names = [
        {
            "surname": name.get("literal")
            or " ".join(filter(None, [name.get("non-dropping-particle"), name["family"]])),
            "given": name.get("given", ""),
            "suffix": name.get("suffix", ""),
        }
        for name in found["author"]
    ]
    date = citation.date
    assert names == parts(citation.authors)
    assert [found["title"], found["edition"], found.get("URL"), found.get("DOI"), found.get("abstract")] == [
        citation.title, citation.state, citation.url, citation.doi, citation.abstract,
    ]  # fmt: skip
    assert found["issued"] == {"date-parts": [[date.year, date.month, date.day]]}
    assert found["type"] == ("chapter" if citation.chapter else "book")
    assert "" not in found.values()


@pytest.mark.parametrize("style", list(STYLES))
def test_citeproc_renders_the_file_as_the_box_shows_it(citation: Citation, style: str) -> None:
    (item,) = json.loads(to_csl_json(citation))
    reference = to_reference(citation, style)
    assert format_item(item, style) == reference
    text = reference.text
    assert str(citation.date.year) in text
    assert citation.state.lower() in text.lower()
    assert citation.book.title.lower() in text.lower()
    assert citation.title.lower() in text.lower()
    first = citation.authors[0]
    assert (first.family or first.surname) in text
    located = citation.doi or citation.url
    assert (located in text) if located else ("http" not in text)


@pytest.mark.parametrize("style", list(STYLES))
def test_no_reference_holds_what_a_formatter_gets_wrong(citation: Citation, style: str) -> None:
    reference = to_reference(citation, style)
    assert not re.search(r"\.,|,,|\.\.|  | [.,;]|None|\[1\]", re.sub(r"(Jr|[A-ZŠ])\.,", r"\1", reference.text))
    tags = re.sub(r"&(amp|lt|gt);", "", reference.html)
    assert re.findall(r"<[^>]+>", tags) == ["<i>", "</i>"] * tags.count("<i>")
    assert "&" not in tags


@pytest.mark.parametrize(
    ("style", "start"),
    [
        ("apa", "van der Berg, A. M., Núñez y Álvarez, J., King, M. L., Jr., Barnes, Jones and Partners, "),
        ("chicago", "Berg, Anna Maria van der, José Núñez y Álvarez, Martin Luther King Jr., Barnes, Jones and Part"),
        ("ieee", "A. M. van der Berg, J. Núñez y Álvarez, M. L. King Jr., Barnes, Jones and Partners, "),
        ("harvard", "van der Berg, A.M. et al. (2026) ‘Models of NeurIPS"),
        ("vancouver", "van der Berg AM, Núñez y Álvarez J, King ML Jr., Barnes, Jones and Partners, "),
    ],
)  # fmt: skip
def test_hard_names_in_each_style(citations: list[Citation], style: str, start: str) -> None:
    hard = next(item for item in citations if item.chapter and item.chapter.slug == "hard-names")
    text = to_reference(hard, style).text
    assert text.startswith(start)
    assert "李小龙" in text or style == "harvard"


def test_american_styles_put_punctuation_inside_quotes(citations: list[Citation]) -> None:
    chapter = next(item for item in citations if item.chapter and item.chapter.slug == "bare")
    assert "“Nothing but a Title.”" in to_reference(chapter, "chicago").text
    assert "“Nothing but a title,”" in to_reference(chapter, "ieee").text
    assert "‘Nothing but a title’," in to_reference(chapter, "harvard").text
