"""What CONTRIBUTING.md tells contributors is true."""

import re
from pathlib import Path

import pandas as pd
import yaml

import compute_divide as cd
from bookpress.chapter.bindings import quote_problems
from bookpress.chapter.expressions import COMPARISONS
from bookpress.chapter.quotes import quotes_of
from bookpress.elements.figure.show import Figure

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def test_every_comparison_is_told() -> None:
    own = [
        name
        for module, names in cd.VOCABULARY.items()
        if module.startswith("compute_divide.estimates.comparisons.")
        for name in names
    ]
    names = [*COMPARISONS, *(f"cd.{name}" for name in own)]
    assert [name for name in names if not re.search(rf"`{re.escape(name)}\b", TEXT)] == []


def test_the_figure_that_is_shown_can_be_written() -> None:
    [module] = [block for block in blocks("python") if "def share_dots" in block]
    scope: dict[str, object] = {}
    exec(module, scope)  # noqa: S102 - it stands in this project
    shares = pd.DataFrame({"year": [2010, 2011], "share": [0.5, 0.4]})
    found = scope["share_dots"](shares, "2026-08")  # type: ignore[operator]
    assert isinstance(found, Figure)
    assert found.description.startswith("From 50% in 2010 to 40% in 2011")
    assert "Epoch AI" in found.source


def test_the_call_that_is_shown_is_that_of_new_chapters() -> None:
    [call] = re.findall(r"^cd\.plot\..*$", TEXT, re.MULTILINE)
    assert call in (Path(__file__).parents[2] / "book/new-chapter.md").read_text("utf-8")


def test_what_other_pages_quote_is_written_as_it_is_read() -> None:
    [entries] = re.findall(r"`(also: .*?\])`", TEXT)
    also = yaml.safe_load(entries)["also"]
    code = "```{code-cell}\nshare_late = 1\nshare_early = 2\n```\n"
    found = quotes_of("models", code, also)
    assert [quote.key for quote in found] == ["share_late", "fall"]
    assert list(quote_problems(found, code, "models.md")) == []


def test_renamed_names_are_written_as_they_are_read() -> None:
    from bookpress.book.renamed import Names, Renamed

    tables = [yaml.safe_load(block) for block in blocks("yaml")]
    for table in tables:
        assert Renamed.model_validate(table).root
    shown = [entry for table in tables for entry in table["my-question"]]
    assert set(shown) == set(Names.model_fields)
