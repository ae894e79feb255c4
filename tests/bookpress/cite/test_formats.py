"""Round trips: what we write, others' code reads back, field by field, for every chapter, edition and hard name."""

import datetime as dt
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pybtex.database
import pytest
import rispy
from cite.conftest import FACTS
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from markdown_it import MarkdownIt
from pybtex.richtext import Text

from bookpress.cite.book import SETTINGS, Author, Book
from bookpress.cite.cited_edition import DATACITE
from bookpress.cite.files import FORMS, write
from bookpress.cite.formats import escape, to_bibtex
from bookpress.cite.record import ChapterRecord, Citation
from bookpress.cite.styles import STYLES, to_reference
from bookpress.files import checked
from bookpress.myst import plain_line

BIBER = {"b": "http://biblatex-biber.sourceforge.net/biblatexml"}
COMMANDS = {
    r"\textbackslash{}": "\ue003",
    r"\textbraceleft{}": "\ue000",
    r"\textbraceright{}": "\ue001",
    r"\textasciitilde{}": "\ue004",
    r"\textasciicircum{}": "\ue005",
    r"\$": "\ue002",
}
SIGNS = str.maketrans(
    {"\ue000": "{", "\ue001": "}", "\ue002": "$", "\ue003": "\\", "\ue004": "~", "\ue005": "^"}
)
QUOTES = {"``": "“", "''": "”", "`": "‘", "'": "’"}


def plain(latex: str) -> str:
    """Return what a LaTeX text prints, as pybtex reads it; what pybtex does not know is put in by hand."""
    for command, sign in COMMANDS.items():
        latex = latex.replace(command, sign)
    text = str(Text.from_latex(latex))
    for typed, printed in QUOTES.items():
        text = text.replace(typed, printed)
    return text.translate(SIGNS)


def names(authors: tuple[Author, ...]) -> list[tuple[str, str, str]]:
    """Return names as the record has them: surname, given, suffix."""
    return [(author.surname, author.given or "", author.suffix or "") for author in authors]


def test_pybtex_reads_back_every_field(citation: Citation) -> None:
    text = to_bibtex(citation)
    ((key, entry),) = pybtex.database.parse_string(text, "bibtex").entries.items()
    # Addresses are verbatim: LaTeX takes them as they are, so they are not unescaped.
    found = {
        name: value if name in {"doi", "url"} else plain(value)
        for name, value in entry.fields.items()
    }
    date, chapter = citation.date, citation.chapter
    wanted = {
        "title": citation.title,
        "booktitle": citation.book.full_title if chapter else None,
        "chapter": str(chapter.position) if chapter else None,
        "publisher": citation.book.publisher,
        "year": str(date.year),
        "month": f"{date:%B}",
        "day": str(date.day),
        "language": "english",
        "note": citation.state,
        "isbn": citation.book.isbn,
        "doi": citation.doi,
        "url": citation.url,
        "keywords": ", ".join(citation.keywords),
        "abstract": citation.abstract,
        "annote": citation.note,
    }
    people = [
        (one.prelast_names + one.last_names, one.first_names + one.middle_names, one.lineage_names)
        for one in entry.persons["author"]
    ]
    assert (key, entry.type) == (citation.key, "incollection" if chapter else "book")
    assert found == {name: value for name, value in wanted.items() if value}
    assert [tuple(plain(" ".join(part)) for part in one) for one in people] == names(
        citation.authors
    )
    assert set(re.findall(r"[^\x00-\x7f]", text)) <= set("李小龙")  # LaTeX has no command for these
    groups = [author.name for author in citation.authors if author.name]
    assert all(f"{{{name}}}" in text for name in groups)  # one literal name


def biber_names(entry: Any, kind: str) -> list[tuple[str, str, str]]:
    found = []
    for name in entry.iterfind(f"b:names[@type='{kind}']/b:name", BIBER):
        parts = {
            part.get("type"): " ".join(part.itertext()).split()
            for part in name.iterfind("b:namepart", BIBER)
        }
        words = (
            parts.get("prefix", []) + parts["family"],
            parts.get("given", []),
            parts.get("suffix", []),
        )
        found.append(tuple(" ".join(one) for one in words))
    return found  # type: ignore[return-value]


@pytest.mark.heavy
def test_biber_has_nothing_to_say_and_reads_back_names_and_texts(
    citations: list[Citation], tmp_path: Path
) -> None:
    assert shutil.which("biber"), "no biber: run `make checkers`"
    written = {citation.key: citation for citation in citations}
    source, read = tmp_path / "all.bib", tmp_path / "all.bltxml"
    source.write_text(
        "\n".join(to_bibtex(one, is_biblatex=True) for one in written.values()), "utf-8"
    )
    command = ["biber", "--tool", "--validate-datamodel", "--output-format=biblatexml"]
    done = subprocess.run(
        [*command, f"--output-file={read}", str(source)], capture_output=True, text=True
    )
    assert [line for line in done.stdout.splitlines() if not line.startswith("INFO")] == []
    entries = {
        entry.get("id"): entry for entry in etree.parse(str(read)).iterfind("b:entry", BIBER)
    }
    assert entries.keys() == written.keys()
    for key, one in written.items():
        entry = entries[key]
        assert biber_names(entry, "author") == names(one.authors)
        assert biber_names(entry, "bookauthor") == names(one.book_authors if one.chapter else ())
        texts = {
            "title": one.title,
            "edition": one.state,
            "annotation": one.note,
            "abstract": one.abstract,
        }
        assert {
            name: plain(entry.findtext(f"b:{name}", "", BIBER).strip()) or None for name in texts
        } == texts


@given(st.text("\\{}$&%#_~^ab1", min_size=1))
def test_what_latex_takes_for_commands_survives(text: str) -> None:
    assert plain(escape(text)) == text


@given(st.text(st.characters(codec="latin-1", categories=["Lu", "Ll"]), min_size=1))
def test_letters_survive_being_written_in_ascii(text: str) -> None:
    written = escape(text, ascii_only=True)
    assert written.isascii() or set("þªº") & set(text.lower())
    assert plain(written) == text


def test_rispy_reads_back_every_field(citation: Citation) -> None:
    text = write(citation, "ris")
    (found,) = rispy.loads(text)
    found.pop("unknown_tag", None)
    wanted = {
        "type_of_reference": "CHAP" if citation.chapter else "BOOK",
        "id": citation.key,
        "authors": [
            ", ".join(filter(None, (last.replace(",", "‚"), *more)))
            for last, *more in names(citation.authors)
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
    found["authors"] = [name.removesuffix(",") for name in found["authors"]]
    assert found == {name: value for name, value in wanted.items() if value}
    assert text.count("\n") == text.count("\r\n")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in text.split("\r\n")[:-1])


@pytest.mark.parametrize("style", list(STYLES))
def test_a_reference_names_what_is_cited_without_what_a_formatter_gets_wrong(
    citation: Citation, style: str
) -> None:
    reference = to_reference(citation, style)
    text, author = reference.text, citation.authors[0]
    said = [
        str(citation.date.year),
        citation.state,
        citation.book.title,
        citation.title,
        author.family or author.surname,
    ]
    assert [part for part in said if part.lower() not in text.lower()] == []
    located = citation.doi or citation.url
    assert (located in text) if located else ("http" not in text)
    assert not re.search(
        r"\.,|,,|\.\.|  | [.,;]|[?!]”?\.|None|\[1\]", re.sub(r"(Jr|[A-ZŠ])\.,", r"\1", text)
    )
    tags = re.sub(r"&(amp|lt|gt);", "", reference.html)
    assert re.findall(r"<[^>]+>", tags) == ["<i>", "</i>"] * tags.count("<i>")
    assert "&" not in tags


def test_markdown_reads_as_the_reference(citation: Citation) -> None:
    reference = to_reference(citation, "apa")
    rendered = MarkdownIt().render(write(citation, "markdown"))
    assert " ".join(html.fromstring(rendered).text_content().split()) == reference.text
    assert rendered.count("<em>") == reference.html.count("<i>")
    address = f"https://doi.org/{citation.doi}" if citation.doi else citation.url
    assert f'href="{address}"' in rendered or not address


def test_the_help_of_the_command_names_every_format(said: Any) -> None:
    words = re.findall(r"[a-z-]+", said("cite", "--help")[1])
    assert {*FORMS, DATACITE} <= {*words}


def test_styles_follow_their_manuals() -> None:
    facts = {
        **FACTS,
        "title": "The Divide",
        "subtitle": "Who has it",
        "title_in_sentence": "The divide",
    }
    facts |= {"publisher": "The Example project", "base_url": "https://example.org/"}
    chapter = ChapterRecord(slug="plain", title="Large-scale models", page="plain.html", position=1)
    cited = Citation.of(checked(Book, facts, SETTINGS), chapter, None, built=dt.date(2026, 11, 24))
    wanted = {
        "apa": "The Example project. (2026). Large-scale models. In The divide: Who has it (Version 0.1.0, Chapter 1).",
        "chicago": "“Large-Scale Models.” Chap. 1 in The Divide: Who Has It, Version 0.1.0. The Example project.",
        "ieee": "“Large-scale models,” in The Divide: Who Has It, Version 0.1.0, The Example project, 2026, ch. 1.",
        "harvard": "‘Large-scale models’, in The Example project, The divide: Who has it. Version 0.1.0.",
        "vancouver": "Chapter 1, Large-scale models. In: The divide: Who has it [Internet]. Version 0.1.0.",
    }
    for style, part in wanted.items():
        assert part in to_reference(cited, style).text
    # The day on which a page was read is known to its reader alone.
    assert to_reference(cited, "harvard").text.endswith("plain.html (Accessed: day month year).")
    assert (
        "2026 [cited year month day]. Available from: http" in to_reference(cited, "vancouver").text
    )
    assert [
        form for form in FORMS if re.search("(?i)accessed|urldate|\nY2", write(cited, form))
    ] == ["harvard"]


def test_files_keep_the_whole_name_and_the_accent_alone(citations: list[Citation]) -> None:
    hard = next(one for one in citations if one.chapter and one.chapter.slug == "hard-names")
    (found,) = json.loads(write(hard, "csl-json"))
    assert found["author"][0] == {"family": "van der Berg", "given": "Anna Maria"}
    assert found["author"][2] == {"family": "King", "given": "Martin Luther, Jr."}
    assert found["author"][3] == {"literal": "Barnes, Jones and Partners"}
    assert escape("naíve ï ı", ascii_only=True) == r"na{\'i}ve {\"i} {\i}"


@pytest.mark.parametrize(
    ("style", "start", "title"),
    [
        (
            "apa",
            "van der Berg, A. M., Núñez y Álvarez, J., King, M. L., Jr., Barnes, Jones and Partners, ",
            "",
        ),
        (
            "chicago",
            "Berg, Anna Maria van der, José Núñez y Álvarez, Martin Luther King Jr., ",
            "“Nothing but a Title.”",
        ),
        (
            "ieee",
            "A. M. van der Berg, J. Núñez y Álvarez, M. L. King Jr., Barnes, Jones",
            "“Nothing but a title,”",
        ),
        (
            "harvard",
            "van der Berg, A.M. et al. (2026) ‘Models of NeurIPS",
            "‘Nothing but a title’,",
        ),
        (
            "vancouver",
            "van der Berg AM, Núñez y Álvarez J, King ML Jr, Barnes, Jones and Partners, ",
            "",
        ),
    ],
)
def test_hard_names_and_titles_in_each_style(
    citations: list[Citation], style: str, start: str, title: str
) -> None:
    chapters = {item.chapter.slug: item for item in citations if item.chapter}
    text = to_reference(chapters["hard-names"], style).text
    assert text.startswith(start)
    assert "李小龙" in text or style == "harvard"
    assert style != "chicago" or ", by The Example project. Smith & Sons" in text
    assert title in to_reference(chapters["bare"], style).text


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("The paper's `claims`", "The paper’s claims"),
        ('"a" *b* **c**', "“a” b c"),
        (r"5% \<or\>", "5% <or>"),
    ],
)
def test_headings_read_as_on_the_page(markdown: str, plain: str) -> None:
    assert plain_line(markdown) == plain
