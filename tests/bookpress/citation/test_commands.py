"""The command line: what is asked for wrongly, and how headings read. The built book tells whether it says the same."""

from collections.abc import Callable

import pytest

from bookpress.commands.cite import plain_heading


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (("frist",), "no chapter 'frist'; did you mean first?"),
        (("--edition", "othr"), "no edition 'othr'; did you mean other?"),
        (("--format", "mla"), "no format 'mla'; there are: bibtex, biblatex, ris, csl-json, apa"),
        (("first", "--format", "crossref"), "a deposit with Crossref is of the whole book: leave the chapter out"),
    ],
)
def test_a_wrong_wish_names_what_there_is(said: Callable[..., tuple[int, str, str]], asked: str, wrong: str) -> None:
    code, out, error = said("cite", *asked)
    assert (code, out, wrong in error) == (2, "", True)


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [("The paper's `claims`", "The paper’s claims"), ('"a" *b* **c**', "“a” b c"), (r"5% \<or\>", "5% <or>")],
)
def test_headings_read_as_on_the_page(markdown: str, plain: str) -> None:
    assert plain_heading(markdown) == plain
