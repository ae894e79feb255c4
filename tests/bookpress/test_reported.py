"""What others report: a book names the roles that quote it, and the files of the values."""

import json
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from processes import new_home, press

pytestmark = pytest.mark.heavy

Say = Callable[..., str]
SETTING = """
reported:
  measured: {file: measured.yml, provenance: {seen: seen by ourselves}}
"""
MEASURED = """
halley: {statement: a comet comes back every 76 years, value: 76, unit: years, provenance: seen}
kepler: {statement: far planets are slow, value: null}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book whose chapter, finding and figure quote what others measured, built."""
    made = new_home(tmp_path_factory.mktemp("reported") / "book")
    (made / "data/measured.yml").write_text(MEASURED)
    settings = made / "book/settings.yml"
    settings.write_text(settings.read_text() + SETTING)
    chapter = made / "notebooks/planets.md"
    text = chapter.read_text()
    for old, new in (
        ("The length of a year grows", "After {measured}`halley`, a year grows"),
        ("Years grow as", "Unlike {measured}`halley`, years grow as"),
        ("Points on a straight line:", "Points beside {measured}`halley`:"),
        ("- It takes", "- Of {measured}`halley:full`: {measured}`kepler`, it takes"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    chapter.write_text(text)
    press(made, "build", "--format", "html,epub")
    return made


@pytest.fixture(scope="module", name="say")
def say_of(home: Path) -> Say:
    return partial(press, home)


def test_pages_findings_and_figures_quote_it(home: Path) -> None:
    html = home / "_build/editions/default/html"
    page = (html / "notebooks/planets.html").read_text()
    value = 'title="a comet comes back every 76 years (seen by ourselves)">76 years</span>'
    assert f'After <span class="value value-reported" {value}, a year grows' in page
    assert "Unlike 76 years, years grow as the distance" in page
    assert "76 years (seen by ourselves)</span>" in page
    assert "far planets are slow</span>, it takes" in page
    assert "Points beside 76 years:" in page
    assert "{measured}" not in page
    assert value in (html / "index.html").read_text()


def test_other_formats_have_it_in_words(home: Path) -> None:
    html = home / "_build/editions/default/html"
    notebook = json.loads((html / "downloads/planets.ipynb").read_text())
    texts = [
        (html / "notebooks/planets.md").read_text(),
        "".join("".join(cell["source"]) for cell in notebook["cells"]),
    ]
    with zipfile.ZipFile(next(html.glob("epub/*.epub"))) as book:
        texts.append("".join(book.read(name).decode() for name in book.namelist() if "htm" in name))
    for text in texts:
        assert "76 years (seen by ourselves)" in text
        assert "{measured}" not in text


def test_a_value_that_changes_is_written_again(say: Say, home: Path) -> None:
    path = home / "data/measured.yml"
    path.write_text(MEASURED.replace("value: 76", "value: 75.3"))
    say("build", "--force")
    index = (home / "_build/editions/default/html/index.html").read_text()
    assert "75.3 years" in index
    assert "76 years</span>" not in index


ALLOWED = "allowed: small letters, digits and hyphens, with a letter first"
WHERE = "data/measured.yml"
FAULTS = {
    "file": ("{measured: {}}", "", "reported.measured.file' is missing"),
    "name": ("{Measured: {file: measured.yml}}", "", f"'Measured' is no name of a role; {ALLOWED}"),
    "own role": (
        "{result: {file: measured.yml}}",
        "",
        "book/settings.yml: reported.result: {result} is a role already; choose another name",
    ),
    "role of Sphinx": ("{ref: {file: measured.yml}}", "", "{ref} is a role already"),
    "short role": ("{sub: {file: measured.yml}}", "", "{sub} is a role already"),
    "gone": (
        "{measured: {file: gone.yml}}",
        "",
        "reported.measured.file: no file 'gone.yml'; allowed: a YAML file in data",
    ),
    "outside": (
        "{measured: {file: ../index.md}}",
        "",
        "reported.measured.file: no file '../index.md'; allowed: a YAML file in data",
    ),
    "list": (
        "{measured: {file: measured.yml}}",
        "- a",
        f"{WHERE} is a list: it contains named entries: statement, value, unit, provenance",
    ),
    "text": ("{measured: {file: measured.yml}}", "a: 5", f"{WHERE}: a: 5 holds no named entries"),
    "no value": (
        "{measured: {file: measured.yml}}",
        "a: {statement: b}",
        f"{WHERE}: a: the entry 'value' is missing",
    ),
    "value": (
        "{measured: {file: measured.yml}}",
        "a: {statement: b, value: many}",
        f"{WHERE}: a: value: 'many' is no number",
    ),
    "provenance": (
        "{measured: {file: measured.yml, provenance: {seen: seen by us}}}",
        "a: {statement: b, value: 1, provenance: sene}",
        f"{WHERE}: a: provenance: 'sene' has no meaning; "
        "allowed, as reported.measured.provenance of book/settings.yml lists them: seen",
    ),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_of_a_setting_or_of_its_file_is_named_before_anything_runs(
    kind: str, tmp_path: Path
) -> None:
    setting, content, said = FAULTS[kind]
    book = new_home(tmp_path / "book")
    path = book / "book/settings.yml"
    path.write_text(f"{path.read_text()}reported: {setting}\n")
    (book / "data/measured.yml").write_text(content + "\n")
    assert said in press(book, "build", code=2, whole=True)
    is_read = kind not in {"file", "name"}
    assert said in press(book, "check", code=1 if is_read else 2, whole=True)
    assert not list((book / "_build/cache").glob("*.json"))


def test_without_the_setting_no_role_quotes_others(tmp_path: Path) -> None:
    book = new_home(tmp_path / "book")
    page = book / "index.md"
    page.write_text(page.read_text() + "\nIt is {measured}`halley`.\n")
    said = press(book, "check", code=1, whole=True)
    assert 'Unknown interpreted text role "measured"' in said
