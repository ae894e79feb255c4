"""A sentence is quoted with its interval, its picture, its citation and its address; a state cites itself."""

import json
import struct
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pybtex.database
import pytest
import rispy
from lxml import etree
from playwright.sync_api import Browser, Locator, Page, expect

from book.browsing import Heard, barriers
from book.showing import chapter

CATCH = "void (navigator.clipboard.writeText = async (text) => { window.copied = text; })"
REFUSE = "void (navigator.clipboard.writeText = async () => { throw new Error('refused'); })"
SELECT = """(words) => {
  const sentence = [...document.querySelectorAll(".quotable")].find((one) => one.textContent.includes(words));
  getSelection().selectAllChildren(sentence);
}"""


def quotable(page: Page, words: str) -> Locator:
    return page.locator(".quotable", has_text=words)


def copied(page: Page, form: str) -> str:
    page.locator("dialog").get_by_role("button", name=form).click()
    expect(page.locator("dialog [role=status]")).to_have_text(f"{form}: copied.")
    text: str = page.evaluate("window.copied")
    return text


def citation_files(page: Page) -> dict[str, str]:
    """Return what the links below the citation of a state give, by the ending of the file."""
    files = {}
    for link in page.locator(".cite-downloads a").all():
        head, _, content = (link.get_attribute("href") or "").partition(",")
        assert head.startswith("data:")
        name = link.get_attribute("download") or ""
        files[name.partition(".")[2]] = unquote(content)
    return files


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_a_mark_opens_the_sentence_with_all_that_a_quote_needs(
    explored: Path, browser: Browser, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 850}
    page = browser.new_page(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    heard = Heard("file:")
    heard.listen(page)
    page.goto(chapter(explored, "default", "planets"))
    page.evaluate(CATCH)
    expect(page.locator("dialog")).to_have_count(0)  # the panel comes when it is asked for
    quotable(page, "Kepler").get_by_role("button", name="Quote this sentence").click()
    panel = page.get_by_role("dialog", name="Quote this sentence")
    sentence = "That is Kepler\u2019s, as near as these planets can tell."
    expect(panel.locator("blockquote")).to_have_text(sentence)
    expect(panel).to_contain_text("It rests on Figure 1: Years grow")
    expect(panel.locator(".quote-warning, .quote-state")).to_have_count(0)
    assert barriers(page) == []
    anchor = "#holds-"
    assert anchor in copied(page, "Address")
    text = copied(page, "Text")
    assert text.startswith(f"\u201c{sentence}\u201d\nThe Orbits authors")
    assert copied(page, "Markdown").startswith(f"> {sentence}\n>\n> The Orbits authors")
    entries = pybtex.database.parse_string(copied(page, "BibTeX"), "bibtex").entries
    assert [entry.fields["title"] for entry in entries.values()] == ["Planets"]
    box = panel.bounding_box()
    assert box
    page.mouse.click(box["x"] + 4, box["y"] + box["height"] / 2)  # beside its words
    expect(panel).to_be_visible()
    page.mouse.click(box["x"] + 4, box["y"] - 4)
    expect(panel).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "quote-button"
    assert heard.take("planets") == []
    page.close()


def test_numbers_and_marks_of_a_paragraph_are_one_stop_for_keys(explored: Path, page: Page) -> None:
    page.goto(chapter(explored, "default", "planets"))
    stops = page.locator("p:has(.quotable:has-text('Kepler')) [tabindex='0']")
    expect(stops).to_have_count(1)
    stops.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.className") == "quote-button"
    page.keyboard.press("Enter")
    expect(page.locator("dialog blockquote")).to_have_count(1)
    assert page.evaluate("document.activeElement.textContent") == "Text"


def test_a_picture_without_number_and_title_is_shown_too(explored: Path, page: Page) -> None:
    page.goto(chapter(explored, "default", "planets"))
    page.evaluate("document.querySelector('#fig-law figcaption').replaceChildren()")
    quotable(page, "Kepler").get_by_role("button", name="Quote this sentence").click()
    expect(page.get_by_role("dialog")).to_contain_text("It rests on a picture.")


def test_a_selection_offers_its_sentence(explored: Path, page: Page) -> None:
    page.goto(chapter(explored, "default", "planets"))
    page.evaluate(SELECT, "antiquity")
    page.get_by_role("button", name="Quote", exact=True).click()
    expect(page.locator("dialog blockquote")).to_have_text(
        "They are more than the five of antiquity."
    )


def test_a_sentence_that_a_state_overturns_says_so(explored: Path, page: Page) -> None:
    page.goto(chapter(explored, "default", "planets") + "?group=inner")
    page.evaluate(REFUSE)
    quotable(page, "antiquity").get_by_role("button").click()
    panel = page.locator("dialog")
    warning = "This sentence does not hold under Group: inner: 4 is not above 5."
    expect(panel.locator(".quote-warning")).to_have_text(warning)
    expect(panel.locator(".quote-state")).to_have_text("Not the published edition. Group: inner.")
    expect(panel.locator(".quote-address")).to_contain_text("?group=inner#holds-many")
    panel.get_by_role("button", name="Text").click()
    expect(panel.locator("[role=status]")).to_contain_text("Text:")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Back to the published edition").click()
    quotable(page, "antiquity").get_by_role("button").click()
    expect(page.locator("dialog .quote-warning")).to_have_count(0)


def test_each_state_has_files_and_a_key_of_its_own(explored: Path, page: Page) -> None:
    keys = set()
    for group in ("inner", "outer"):
        page.goto(chapter(explored, "default", "planets") + f"?group={group}")
        expect(page.locator(".state-strip")).to_contain_text(f"Group: {group}")
        files = citation_files(page)
        (item,) = json.loads(files["csl.json"])
        (ris,) = rispy.loads(files["ris"])
        (key,) = pybtex.database.parse_string(files["bib"], "bibtex").entries
        assert item["id"] == ris["id"] == key
        assert f"-p planets.group={group}" in item["note"]
        assert f"-p planets.group={group}" in ris["notes"][0]
        assert item["edition"] == ris["edition"]
        assert item["edition"].split()[-1] in files["md"]
        assert files["bib"] == page.locator(".cite-box pre").first.text_content()
        with page.expect_download() as got:
            page.locator(".cite-downloads a", has_text="RIS").click()
        assert got.value.path().read_bytes().decode() == files["ris"]
        keys.add(key)
    assert len(keys) == 2


def test_without_scripts_quotable_sentences_are_plain_text(
    explored: Path, browser: Browser
) -> None:
    plain = browser.new_page(java_script_enabled=False)
    plain.goto(chapter(explored, "default", "planets"))
    expect(quotable(plain, "Kepler")).to_be_visible()
    expect(plain.locator(".quote-button, .quote-offer")).to_have_count(0)
    plain.close()


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_the_picture_of_a_state_is_drawn_with_its_title_when_it_is_asked_for(
    explored: Path, page: Page, kind: str
) -> None:
    heard = Heard("file:")
    heard.listen(page)
    page.goto(chapter(explored, "default", "planets") + "?group=inner")
    expect(page.locator(".state-strip")).to_contain_text("Group: inner")
    figure = page.locator("#fig-law")
    figure.get_by_text("Download", exact=True).click()
    with page.expect_download() as got:
        figure.get_by_role("link", name=kind).click()
    assert got.value.suggested_filename.startswith("law-")
    content = got.value.path().read_bytes()
    if kind == "PNG":
        assert content.startswith(b"\x89PNG")
        wide, high = struct.unpack(">II", content[16:24])
        assert wide > 1000
        assert high > 600
    else:
        texts = " ".join(text.text for text in etree.fromstring(content).findall("{*}text"))
        title = " ".join((figure.locator(".caption-text").text_content() or "").split())
        assert title in texts
        assert "Not the published edition: Group: inner." in texts
        assert "Licence: CC BY 4.0" in texts
        assert b"currentColor" not in content
    assert heard.take("planets") == []


def test_a_published_picture_is_a_file_with_its_title(explored: Path, page: Page) -> None:
    page.goto(chapter(explored, "default", "planets"))
    link = page.locator("#fig-law").locator(".downloads a", has_text="SVG")
    assert link.get_attribute("download") == "law.svg"
    address = urlsplit(link.evaluate("link => link.href"))
    text = Path(unquote(address.path)).read_text("utf-8")
    assert "default edition" in text
    assert "Licence: CC BY 4.0" in text


STRAYS = """() => {
  const strays = [];
  for (const mark of document.querySelectorAll("p .quote-button")) {
    const paragraph = mark.closest("p"), range = document.createRange();
    const words = document.createTreeWalker(mark.closest(".quotable"), NodeFilter.SHOW_TEXT);
    let last = null;
    while (words.nextNode() && mark.compareDocumentPosition(words.currentNode) & 2)
      if (words.currentNode.data.trim()) last = words.currentNode;
    const end = last.data.trimEnd().length;
    range.setStart(last, end - 1);
    range.setEnd(last, end);
    for (let width = 160; width < 420; width += 1) {
      paragraph.style.width = `${width}px`;
      const letter = [...range.getClientRects()].at(-1), place = mark.getBoundingClientRect();
      if (place.top > letter.bottom) strays.push([width, last.data]);
    }
    paragraph.style.width = "";
  }
  return strays;
}"""


def test_a_mark_stays_with_the_last_word_of_its_sentence(explored: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 900, "height": 850}, has_touch=True)
    page.goto(chapter(explored, "default", "planets"))
    expect(page.locator("p .quote-button").first).to_be_attached()
    assert page.evaluate(STRAYS) == []
