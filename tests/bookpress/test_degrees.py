"""Words that say how much: a sentence is held to their thresholds by the comparison beside it."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bookpress.book.discovery import discover
from bookpress.book.project import Project, Settings, load_settings
from bookpress.chapter.words import WORDS, words_of
from bookpress.check.check import check
from bookpress.check.degrees import Degree, degrees
from bookpress.check.pages import pages_of
from bookpress.check.sentences import sentences_of
from bookpress.check.untested import untested

CASES = {
    "nearly all": (
        "Nearly all of it is large.",
        ["majority(number)", "above(number, 0.89)", "counts(number, 8, of=9)"],
        ["above(number, 0.9)", "about(number, 0.95, by=0.05)", "counts(number, 19, of=20)"],
    ),
    "most": (
        "Most models did, and most of them twice.",
        ["above(number, 0.4)", "counts(number, 5, of=10)", "rose(number, 2, 2020, 2010)"],
        ["majority_value(number)", "counts(number, 6, of=10)", "below(number, 1 / 3)"],
    ),
    "majority": ("That is a majority.", ["apart(number, 0.5)"], ["majority(number)"]),
    "several times": (
        "It is several times as large.",
        ["above(number, 1.5)", "below(number, 2 * number)", "above(number, number)"],
        ["times_as_large(number, 3, at_least=2)", "above(number, 2 * number)"],
    ),
    "doubled": (
        "The number doubled.",
        ["above_value(number, 1.9)", "times_as_large_value(number, 3, 1.5)"],
        ["above_value(number, 2)", "below(number / 2, number / 2), below(2 * number, 9)"],
    ),
    "twice": ("It is twice as fast.", ["above(number, 1)"], ["about_value(number, 2, by=0.1)"]),
    "hardly": (
        "They hardly differ.",
        ["undecided(number, 1)", "majority(number)"],
        ["indistinguishable(number, 1, within=1.2)", "about(number, 0.5, by=0.05)"],
    ),
    "every year": (
        "It fell in every year.",
        ["below(number, 2)"],
        ["counts(number, 9, of=9)", "table.each_below(number, 2)"],
    ),
    "chance": (
        "The fall is no matter of chance.",
        ["below_throughout(number, 2)", "below_value(number, 2)"],
        ["below(number, 2)", "differ(number, 2)"],
    ),
    "none": ("None was found.", ["counts(number, 1)", "below(number, 2)"], ["counts(number, 0)"]),
}


def with_sentence(book: Project, text: str) -> Project:
    """Put a paragraph at the end of a chapter of the book, in the place of the last."""
    load_settings.cache_clear()
    path = book.root / "notebooks/first.md"
    source = path.read_text().partition("\n<!-- added -->\n")[0]
    path.write_text(f"{source}\n<!-- added -->\n\n{text}\n")
    return book


def of_book(book: Project) -> list[Degree]:
    """Return the words of degree of a book."""
    chapters = discover(book)
    return list(degrees(pages_of(book, chapters), chapters, book.settings))


def weak_in(book: Project, text: str) -> list[str]:
    """Return what is said of the words of a sentence whose comparisons are weaker."""
    found = of_book(with_sentence(book, text))
    return [one.what for one in found if one.comparisons and not one.is_strong]


def bare_in(book: Project, text: str) -> list[str]:
    """Return what is said of the words of a sentence without comparisons."""
    found = of_book(with_sentence(book, text))
    return [one.what for one in found if not one.comparisons]


def test_each_word_of_the_table_is_tried() -> None:
    assert set(CASES) == set(WORDS)


@pytest.mark.parametrize("word", CASES)
def test_a_weaker_comparison_is_reported_with_word_and_threshold(book: Project, word: str) -> None:
    sentence, weak, strong = CASES[word]
    settings = book.root / "book/settings.yml"
    settings.write_text(
        settings.read_text() + "\ncomparisons: {table.each_below: [below, every]}\n"
    )
    for code in weak:
        [said] = weak_in(book, f"{sentence} {{holds}}`{code}`")[:1]
        assert f"({WORDS[word].meaning}) and rests on {code}, which is weaker: {sentence}" in said
    for code in strong:
        assert weak_in(book, f"{sentence} {{holds}}`{code}`") == [], code
    bare = bare_in(book, f"{sentence} It is small. {{holds}}`below(number, 2)`")
    if word == "chance":  # a sentence without a comparison may explain what chance is
        assert bare == []
    else:
        assert bare[0].endswith(f"rests on no comparison: {sentence}")


@pytest.mark.heavy
def test_check_fails_for_a_weaker_comparison_and_lists_a_sentence_without(book: Project) -> None:
    path = book.root / "notebooks/first.md"
    with_sentence(book, "Most models did.\n\nNearly all did. {holds}`above(number, 0.5)`")
    lines = path.read_text().splitlines()
    [problem] = check(book)[0]
    assert str(problem) == (
        f"notebooks/first.md:{len(lines)}: says 'Nearly all' (more than 0.9) and rests on "
        "above(number, 0.5), which is weaker: Nearly all did."
    )
    [listed] = [one for one in untested(book) if "comparison" in one.what]
    assert (listed.line, listed.what) == (
        len(lines) - 2,
        "says 'Most' (more than 0.5) and rests on no comparison: Most models did.",
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "It is the most cited of the most recent models, at most a month old.",
        "Most of the time they waited, for most of all they like it.",
        "Compute doubled every {result}`number`, as if it were doubled.",
        "It came twice a year.",
        "Nearly a third of all was lost.",
    ],
)
def test_what_only_looks_like_a_word_of_degree_is_left_alone(book: Project, sentence: str) -> None:
    assert bare_in(book, sentence) == []


def test_what_others_say_is_theirs(book: Project) -> None:
    sentence = "Most of them agreed with {measured}`length`. {result}`number`"
    assert len(bare_in(book, sentence)) == 1
    settings = book.root / "book/settings.yml"
    settings.write_text(settings.read_text() + "reported: {measured: {file: measured.yml}}\n")
    assert bare_in(book, sentence) == []
    assert bare_in(book, "Most of them agreed. {result}`number`")


def test_a_statement_of_another_page_is_read_where_it_is_made(book: Project) -> None:
    page = book.root / "book/words.md"
    page.write_text(page.read_text() + "\nMost models are. {holds}`first:large`\n")
    [said] = weak_in(book, "It is large. {holds}`large = above(number, 0.4)`")
    assert "rests on above(number, 0.4), which is weaker" in said
    assert weak_in(book, "It is large. {holds}`large = above(number, 0.5)`") == []


def test_words_in_captions_count(book: Project) -> None:
    caption = (
        "```{code-cell} ipython3\n---\nmystnb:\n  figure:\n    name: fig-x\n    caption: |\n"
        "      Most models did {holds}`above(number, 0.1)`\n---\nnumber\n```\n"
    )
    [said] = weak_in(book, caption)
    assert said.startswith("says 'Most' (more than 0.5)")


def test_a_book_switches_words_off_and_adds_its_own(book: Project) -> None:
    settings = book.root / "book/settings.yml"
    before = settings.read_text()
    own = "words:\n  most: null\n  third: {pattern: a third, kind: share, threshold: 0.3}\n"
    settings.write_text(before + own)
    assert weak_in(book, "Most models did. {holds}`above(number, 0.1)`") == []
    assert weak_in(book, "It is a third. {holds}`above(number, 0.1)`")
    settings.write_text(before + "words: false\n")
    assert weak_in(book, "Nearly all did. {holds}`above(number, 0.1)`") == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"words": {"x": {"pattern": "x", "kind": "much"}}}, "kind"),
        ({"words": {"x": {"pattern": "(", "kind": "none"}}}, "'\\(' is not a regular expression"),
        ({"comparisons": {"cd.each": ["abov"]}}, "'above'"),
    ],
)
def test_settings_that_are_none_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings.model_validate(settings)


def test_a_book_without_settings_has_the_words_of_the_press() -> None:
    assert words_of({}) == WORDS


def test_sentences_keep_their_marks_and_lines() -> None:
    page = (
        "---\na:\n  finding: One fell. {holds}`a`\n---\n# Title\n\n"
        "One. Two {holds}`b` goes on\nand ends. {holds}`c`\n{holds}`d` Three.\n\n"
        "| Four. | Five {holds}`e` |\n\n```{note}\nSix. {holds}`f`\n```\n\n```text\nSeven.\n```\n"
    )
    found = [(one.line, one.words, one.marks) for one in sentences_of(page)]
    assert found == [
        (1, "One fell.", ("a",)),
        (5, "Title", ()),
        (7, "One.", ()),
        (7, "Two goes on and ends.", ("b", "c", "d")),
        (9, "Three.", ()),
        (11, "Four.", ()),
        (11, "Five", ("e",)),
        (14, "Six.", ("f",)),
    ]


def test_this_book_says_no_more_than_it_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its chapters have sentences of every word, and its own comparisons are read."""
    root = Path(__file__).parents[2]
    project = Project.at(root)
    monkeypatch.setenv(project.settings.data_variable, str(project.data))
    text = "\n".join(path.read_text("utf-8") for path in (root / "notebooks").glob("*.md"))
    for word in words_of(project.settings.words).values():
        assert re.search(word.pattern, text, re.IGNORECASE), word
    vocabulary = {name.removeprefix("cd.") for name in project.settings.comparisons}
    import compute_divide as cd

    assert all(callable(getattr(cd, name)) for name in vocabulary)


def test_names_of_places_are_not_read_as_words() -> None:
    page = (
        "# Title\n\nSee {ref}`fig-none` and {ref}`all of it <tab-most>`, {numref}`tab-most`.\n\n"
        "(fig-none)=\n```{figure} x.png\n:name: fig-most\nSome.\n```\n\n"
        "```{code-cell}\n---\nmystnb:\n  figure:\n    name: fig-none\n    caption: Few.\n---\nx\n```\n"
        "Write `{holds}` as {holds}`a`.\n"
    )
    found = {one.words: one.marks for one in sentences_of(page)}
    assert found["See … and all of it, …."] == ()
    assert found["Write {holds} as ."] == ("a",)
    assert not [words for words in found if "none" in words or "most" in words]
    assert {"Some.", "Few."} <= {*found}
