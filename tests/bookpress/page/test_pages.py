"""A small book, built: what stands on its pages and beside them."""

import csv
import json
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from lxml import etree
from page.conftest import (
    EDITION,
    KERNEL,
    ROOT,
    WINDOW,
    figure_cell,
    models_chapter,
    parameter,
    result_output,
)
from PIL import Image

from bookpress.chapter.parameters import check_values
from bookpress.elements.base import assets


@pytest.mark.heavy
def test_results_parameters_and_what_others_report_stand_in_the_prose(built: Any) -> None:
    text = built.text("index")
    assert (
        "Academia trained 64% of large models ( 53% to 73% ), the paper says 65% . With a window of three years."
        in text
    )
    assert "A survey says 96% (read in the survey) ;" in text
    assert "<sup>24</sup>" in str(built.page("index").article)
    value = built.page("index").find(class_="value-result")
    assert value["title"] == "academic share, 2010 to 2014: 64% (95% interval 53% to 73%; 55 of 86)"


def test_the_cover_has_findings_and_chapters(built: Any) -> None:
    cover = built.page("index")
    finding = cover.select_one(".finding")
    assert finding.select_one(".finding-value").text == "16%"
    assert "12% to 21%" in finding.select_one(".finding-interval").text
    assert finding.select_one(".finding-link a")["href"] == "notebooks/models.html"
    entry = cover.select_one(".chapter-entry")
    assert "Academic teams trained 64% of large models early on, and 16% later." in entry.text


def test_the_cover_says_how_long_reading_takes(built: Any) -> None:
    assert "This page takes 1 minute , the chapters 1 minute ." in built.text("index")


def test_a_chapter_opens_with_its_finding_and_its_choices(built: Any) -> None:
    page = built.page()
    assert page.select_one(".kicker").text == "The divide · Chapter 1"
    assert page.select_one(".standfirst").text.startswith("Academic teams trained 64%")
    facts = [" ".join(fact.text.split()) for fact in page.select(".facts li")]
    assert facts == [
        "1 min",
        "data to August 2026",
        "1 choice",
        "cite",
    ]
    box = page.select_one("#chapter_choices")
    cells = [cell.text for cell in box.select("tbody tr > *")]
    assert cells == ["window", "3", "3", "1 to 9", "width of the moving window (years)"]
    assert box.select_one("pre.command").text.strip() == "compute-divide run models"
    assert box.select_one("p a")["href"] == "../book/re-running.html"


def test_every_choice_of_the_book_is_listed_with_its_chapters(built: Any) -> None:
    rows = built.page("words").select("table.every-choice tr")
    assert [cell.text for cell in rows[0].select("th")] == [
        "Choice",
        "Meaning",
        "Published",
        "Allowed",
    ]
    cells = [" ".join(cell.text.split()) for cell in rows[1].select("td")]
    assert cells == ["window", "width of the moving window (years)", "3", "1 to 9"]
    assert built.page("words").select_one(".chapter-choices summary").text.split()[0] == "1"


def test_a_figure_has_everything(built: Any) -> None:
    figure = built.page().select_one("figure#fig-shares")
    assert figure.select_one("figcaption .caption-text").text == "Academic teams lost ground"
    assert figure.select_one(".caption-number").text.strip() == "Figure 1"
    assert "55 of 86 in the early years" in figure.select_one(".figure-caption").text
    for image in figure.select("img"):
        assert image["alt"] == "Line chart of shares by year: academia falls, industry rises."
        assert int(image["width"]) > int(image["height"]) > 100
    tools = ["Description", "Names", "Data", "Code", "Download", "Share", "Cite"]
    assert [summary.text for summary in figure.select("summary")] == tools
    assert figure.select_one(".tool-data a")["href"] == "../figures/models/shares.html#data"
    assert "cd.plot.shares(models)" in figure.select_one(".tool-code pre").text
    assert "in: The Compute Divide project" in figure.select_one(".reference").text
    assert figure.select_one(".figure-source").text.startswith("Epoch AI")


def test_the_files_of_a_figure_and_its_own_page(built: Any) -> None:
    folder = built.html / "figures" / "models"
    rows = list(csv.reader((folder / "shares.csv").read_text("utf-8").splitlines()))
    assert rows[0] == ["year", "team_type", "share"]
    assert len(rows) == 25
    light, dark = ((folder / f"shares{tail}.svg").read_text("utf-8") for tail in ("", "-dark"))
    assert "currentColor" not in light + dark
    assert light != dark
    assert (folder / "shares-narrow.svg").exists()
    assert (
        json.loads((folder / "shares.vl.json").read_text("utf-8"))["title"]
        == "Academic teams lost ground"
    )
    page = built.page("figures/models/shares")
    assert page.h1.text == "Figure 1: Academic teams lost ground"
    assert "55 of 86 in the early years" in page.select_one(".figure-caption").text
    assert len(page.select("#data tbody tr")) == 24
    assert page.select_one("#data tbody td[data-key]")["data-key"] == "0.7"
    assert page.select_one(".alone-from a")["href"] == "../../notebooks/models.html#fig-shares"
    frame = built.page().select_one(".tool-share code").text
    assert frame.startswith(
        '<iframe src="../figures/models/shares.html" title="Academic teams lost ground"'
    )


def test_the_page_of_a_figure_leads_back_to_its_place_before_anything_else(built: Any) -> None:
    page = built.page("figures/models/shares")
    first = page.article.find("a")
    assert first.get_text() == "read it in its place"
    assert first["href"] == "../../notebooks/models.html#fig-shares"
    assert built.page("notebooks/models").select("#fig-shares")


def test_the_files_of_a_figure_say_where_it_comes_from(built: Any) -> None:
    folder = built.html / "figures" / "models"
    picture = etree.parse(folder / "shares.svg")
    said = {
        element.tag.rpartition("}")[2]: element.text
        for element in picture.iter("{http://purl.org/dc/elements/1.1/}*")
    }
    assert (said["title"], said["rights"]) == ("Academic teams lost ground", "CC BY 4.0")
    assert said["source"].startswith("Epoch AI")
    assert said["isPartOf"].startswith("Figure 1 in: The Compute Divide project")
    with Image.open(folder / "shares.png") as drawn:
        drawn.load()
        assert {key.lower(): text for key, text in drawn.text.items()} == {
            key.lower(): text for key, text in said.items()
        }
    beside = json.loads((folder / "shares.csv-metadata.json").read_text("utf-8"))
    assert (beside["url"], beside["dc:source"]) == ("shares.csv", said["source"])
    units = {one["name"]: one.get("schema:unitText") for one in beside["tableSchema"]["columns"]}
    assert units == {"year": "year", "team_type": None, "share": "share, 0 to 1"}


def test_downloads_of_a_chapter(built: Any) -> None:
    folder = built.html / "downloads"
    notebook = json.loads((folder / "models.ipynb").read_text("utf-8"))
    assert any(cell.get("outputs") for cell in notebook["cells"])
    assert json.loads((folder / "models-results.json").read_text("utf-8"))["early"]["k"] == 55
    with zipfile.ZipFile(folder / "models-figures.zip") as archive:
        tables = ("shares.csv", "shares.csv-metadata.json")
        names = ("README.txt", "datapackage.json", *tables, "shares.vl.json", "shares-titled.svg")
        assert archive.namelist() == [f"models/{name}" for name in names]
        readme = archive.read("models/README.txt").decode()
        assert readme.startswith("Cite as: ")
        assert "Source: Epoch AI" in readme
        assert "share, 0 to 1" in readme
    links = [link["href"] for link in built.page().select("#this-chapter a")]
    notebook, results, figures = (
        f"../downloads/models{ending}" for ending in (".ipynb", "-results.json", "-figures.zip")
    )
    assert links == [notebook, "models.md", results, figures]


def test_the_data_are_described_where_they_lie(built: Any) -> None:
    import frictionless
    import mlcroissant

    folder = built.html / "figures" / "models"
    for package in (folder / "datapackage.json", built.html / "datapackage.json"):
        report = frictionless.validate(str(package))
        assert report.flatten(["message"]) == []
        assert report.stats["tasks"] >= 1
    dataset = mlcroissant.Dataset(jsonld=str(built.html / "croissant.json"))
    assert dataset.metadata.issues.errors == set()
    records = list(dataset.records("models-shares"))
    assert len(records) == 24
    assert records[0]["models-shares/share"] == pytest.approx(0.7)


def test_terms_explain_themselves_and_formulas_are_mathml(built: Any) -> None:
    page = built.page("words")
    terms = {link.text: link["title"] for link in page.select("a.term")}
    assert terms == {
        "evidence": "The tables that chapters read.",
        "vintage": "A dated snapshot of the evidence.",
    }
    assert page.select_one("p math msup")
    assert page.select_one(".math-block math mfrac")


def test_no_line_ends_after_a_short_hyphen_and_addresses_name_their_host(built: Any) -> None:
    page = built.page("words")
    assert [word.text for word in page.select(".joined")] == ["GPT-4", "re-run"]
    assert page.select_one("a.github").text == "github.com/someone/something"


def test_search_finds_sections_and_terms(built: Any) -> None:
    script = (built.html / "_static" / "search-text.js").read_text("utf-8")
    pages = json.loads(script.removeprefix("bookpress.searchable(").removesuffix(");\n"))
    assert [page["title"] for page in pages[:3]] == [
        "A small book",
        "Who trains large models",
        "Words",
    ]
    before = {"title": "Words", "address": "words.html", "kind": ""}
    assert {**before, "text": "Before any heading."} in pages[2]["pieces"]
    pieces = {piece["address"]: piece["text"] for page in pages for piece in page["pieces"]}
    assert "In the early years 64% " in pieces["notebooks/models.html"]
    assert (
        "Academic teams lost ground. Share of models"
        in pieces["notebooks/models.html#shares-by-year"]
    )
    assert pieces["notebooks/models.html#what-it-means"] == "The window was 3."
    assert pieces["words.html#term-vintage"] == "A dated snapshot of the evidence."
    assert "shares_of(" not in script


def test_pages_load_what_is_there_and_nothing_from_elsewhere(built: Any) -> None:
    names = {path.name for path in (built.html / "_static").rglob("*") if path.is_file()}
    ours = {*assets.served(), *(path.name for path in assets.FONTS.iterdir())}
    assert names == ours | {"pygments.css", "search-text.js", "vega.js"}
    for name in ("index", "words", "notebooks/models", "search"):
        page = built.page(name)
        for script in page.select("script"):
            assert script.get("src") or script.get("type") == "application/ld+json", name
        for part in page.select("[src], link[rel=stylesheet]"):
            assert not (part.get("src") or part["href"]).startswith(("http", "//")), name


@pytest.mark.heavy
def test_the_same_sources_give_the_same_bytes_and_what_changes_is_written_again(
    book: Any, built: Any
) -> None:
    shutil.rmtree(book.root / "_build")  # with the picture
    book.build()
    mine, others = (
        {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and path.name != ".buildinfo"
        }
        for root in (book.html, built.html)
    )
    assert mine.keys() == others.keys()
    assert [name for name in mine if mine[name] != others[name]] == []
    changed = models_chapter(early=0.71)
    changed.cells[0]["source"] = changed.cells[0]["source"].replace("Who trains", "Whose are")
    book.write_chapter("models", changed)
    measured = (book.root / "data/measured.yml").read_text("utf-8")
    book.write("data/measured.yml", measured.replace("value: 0.65", "value: 0.66"))
    assert book.build().said == ""
    assert "Academia trained 71% of large models" in book.text("index")
    assert "the paper says 66%" in book.text("index")
    assert "Academic teams trained 71% of large models early on" in book.text("index")
    assert (
        "Whose are large models" in book.page("book/re-running").select_one("#book_contents").text
    )


MISTAKES = {
    "{result}`models:erly`": "ERROR: the chapter 'models' publishes no result 'erly'; did you mean early?",
    "{result}`model:early`": "no chapter 'model'; did you mean models?",
    "{result}`models:early:procent`": "no format 'procent'",
    "{measured}`share-erly`": "no measured 'share-erly'; did you mean share-early?",
    "{measured}`share-early:procent`": "no format 'procent'; there are value, statement, ",
    "{param}`models:windw`": "no parameter 'windw'; did you mean window?",
    "{holds}`models:fel`": "publishes no statement 'fel'",
    "{minutes}`notebooks/model`": "no page 'notebooks/model'; did you mean notebooks/models?",
    "{minutes}`words..notebooks/x`": "no page in the contents 'notebooks/x'",
    "{minutes}`words..notebooks/models`": "'words..notebooks/models' leads back; allowed: from a page",
    "```{otherwise} x:y\nText.\n```": "no chapter 'x'",
    "## It rose {holds}`models:rose`": "a heading cannot contain {holds}",
    "## On {result}`models:early`": "a heading cannot contain {result}",
    "```{finding} models:erly\nText.\n```": "publishes no result 'erly'",
    "````{otherwise} models:fell\n```{figure} x.png\n```\n````": "a figure cannot depend on a statement",
    "$\\nosuchcommand$": "contains what has no MathML",
    "$\\begin{tabular}{l} 1 & 2 \\end{tabular}$": "contains what has no MathML",
}


def test_mistakes_are_named_with_their_place(book: Any) -> None:
    lines = ["# Title", ""]
    expected = []
    for text, error in MISTAKES.items():
        expected.append((len(lines) + 1, error))
        lines += [*text.split("\n"), ""]
    book.write("index.md", "\n".join(lines))
    chapter = models_chapter()
    chapter.cells[4] = figure_cell(alt="")
    book.write_chapter("models", chapter)
    book.build()
    for line, error in expected:
        said = [message for message in book.said.splitlines() if f"index.md:{line}:" in message]
        assert any(error in message for message in said), (line, error, book.said)
    assert "the figure fig-shares has no alternative text: " in book.said


@pytest.mark.heavy
def test_the_banner_tells_a_chapter_its_own_choices_and_other_pages_whose_they_are(
    book: Any,
) -> None:
    known = {
        "models": [WINDOW, parameter("since", 2012)],
        "more": [parameter("since", 2015)],
        "same": [],
    }
    for slug, parameters in known.items():
        other = models_chapter()
        other["metadata"]["compute_divide"].update(chapter=slug, parameters=parameters)
        if slug != "models":
            other["metadata"]["compute_divide"]["finding"] = "Nothing."
            other.cells = [nbformat.v4.new_markdown_cell(f"# {slug.capitalize()}")]
        book.write_chapter(slug, other)
    entries = "".join(f"      - file: notebooks/{slug}\n" for slug in known)
    book.write(
        "_toc.yml",
        (book.root / "_toc.yml").read_text().replace("      - file: notebooks/models\n", entries),
    )
    differs = [
        {"chapter": "models", "name": "window", "value": 3, "default": 5},
        {"chapter": "more", "name": "since", "value": 2015, "default": 2010},
        {"chapter": "models", "name": "since", "value": 2012, "default": 2010},
    ]
    book.write("edition.json", json.dumps({**EDITION, "differs": differs}))
    book.build()
    pages = ("notebooks/more", "notebooks/same", "index")
    more, same, index = (
        " ".join(book.page(name).select_one(".banner").text.split()) for name in pages
    )
    assert (
        "This chapter differs from the published one in since 2015 instead of 2010. Other" in more
    )
    assert "window" not in more
    assert "This chapter was run with the published choices; other chapters were not." in same
    assert "window 3 instead of 5, since 2015 instead of 2010 (in “More”), since 2012" in index


@pytest.mark.heavy
def test_what_people_write_is_text_and_never_markup(book: Any) -> None:
    evil = """A <b>bold</b> & "x" '<script>alert(1)</script><img src=x onerror=alert(1)>"""
    differs = [{"chapter": "models", "name": "window", "value": evil, "default": evil}]
    edition = {
        **EDITION,
        "title": evil,
        "name": evil,
        "differs": differs,
        "data_version": evil,
        "command": evil,
    }
    book.write("edition.json", json.dumps(edition))
    settings = yaml.safe_load((book.root / "book/publication.yml").read_text())
    facts = dict.fromkeys(("title", "subtitle", "description", "publisher", "licence"), evil)
    settings |= {**facts, "authors": [{"name": evil}], "title_in_sentence": ""}
    book.write("book/publication.yml", yaml.safe_dump(settings))
    chapter = models_chapter()
    chapter["metadata"]["compute_divide"]["abstract"] = evil
    chapter["metadata"]["compute_divide"]["parameters"][0] |= dict.fromkeys(
        ("value", "default", "help"), evil
    )
    texts = ("title", "alt", "description", "source")
    chapter.cells[4] = figure_cell(**{what: f"{evil} {what}" for what in texts})
    [drawn] = chapter.cells[4]["outputs"]
    drawn["metadata"]["application/vnd.vegalite.v6+json"]["data"]["rows"][0][1] = evil
    chapter.cells[2]["outputs"].append(result_output("evil", value=1.0, label=evil))
    chapter.cells[5]["source"] += " {result}`evil` {result}`evil:label`"
    book.write_chapter("models", chapter)
    book.write(
        "words.md",
        "# Words `<b>bold</b>` and `<script>alert(1)</script>`\n\n## Also `<b>bold</b>`\n\nText.\n",
    )
    book.write("index.md", f"{(book.root / 'index.md').read_text()}\n```{{edition-line}}\n```\n")
    book.build()
    for path in sorted(book.html.rglob("*.html")):
        page = BeautifulSoup(path.read_text("utf-8"), "html5lib")
        assert [tag for tag in page.select("b") if tag.text == "bold"] == [], path
        assert [
            script for script in page.select("script") if script.text.startswith("alert")
        ] == [], path
        assert page.select("img[src=x]") == [], path
    page = book.page()
    assert page.select_one(".banner").text.count(evil) == 3
    assert page.select_one('meta[name="description"]')["content"] == evil


@pytest.mark.heavy
def test_machines_are_told_of_picture_and_pdf(book: Any) -> None:
    settings = yaml.safe_load((book.root / "book/publication.yml").read_text("utf-8"))
    book.write(
        "book/publication.yml", yaml.safe_dump({**settings, "base_url": "https://book.example/"})
    )
    book.write(
        "edition.json",
        json.dumps({**EDITION, "is_default": True, "differs": [], "formats": ["html", "pdf"]}),
    )
    page = book.build().page()
    (script,) = page.select('script[type="application/ld+json"]')
    assert (book.html / urlsplit(json.loads(script.string)["image"]).path[1:]).is_file()
    assert (
        page.select_one("meta[name=citation_pdf_url]")["content"]
        == "https://book.example/notebooks/models.pdf"
    )


CELL = """
import os
from pathlib import Path
from holdtrue.estimates import Estimate
number = float(Path(os.environ["COMPUTE_DIVIDE_DATA"], "total.txt").read_text())
total = Estimate(number, label="total")
"""


@pytest.mark.heavy
def test_plain_builds_see_that_the_evidence_has_changed(
    book: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    project["execute"] = yaml.safe_load(Path(ROOT, "_config.yml").read_text(encoding="utf-8"))[
        "execute"
    ]
    book.write("_config.yml", yaml.safe_dump(project))
    monkeypatch.setenv("COMPUTE_DIVIDE_DATA", str(book.root / "data"))
    cells = [
        nbformat.v4.new_markdown_cell("# Total\n\nIt is {result}`total`."),
        nbformat.v4.new_code_cell(CELL),
    ]
    book.write_chapter("models", nbformat.v4.new_notebook(cells=cells, metadata=KERNEL))
    book.write("index.md", "# A book\n\nThe total is {result}`models:total`.")
    for total in ("17", "23"):
        book.write("data/total.txt", total)
        assert f"The total is {total}" in book.build().text()
    assert "It is 23" in book.text("notebooks/models")


def test_a_notebook_that_is_taken_away_refuses_other_names_and_says_what_it_needs(
    built: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = json.loads((built.html / "downloads/models.ipynb").read_text("utf-8"))
    code = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
    scope: dict[str, Any] = {"__annotations__": {"window": "int"}, "window": 3}
    exec(code["needs"], {})  # noqa: S102 - what a reader runs
    check_values(scope, ["window"])
    with pytest.raises(ValueError, match="no parameter 'windwo'; did you mean window"):
        check_values({**scope, "windwo": 5}, ["window"])
    assert "check_values(globals(), ['pi', 'window'])" in code["checked"]
    monkeypatch.setitem(sys.modules, "bookpress", None)
    with pytest.raises(SystemExit, match="needs bookpress and what its book imports") as ended:
        exec(code["needs"], {})  # noqa: S102
    assert "\n" not in str(ended.value)
