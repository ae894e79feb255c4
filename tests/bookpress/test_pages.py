"""The check of the finished pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookpress.build.link_check import check_pages

HERE = "<html><body id='top'>{}</body></html>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "html/sub").mkdir(parents=True)
    (tmp_path / "html/sub/index.html").write_text(HERE.format("<a name='old'></a><p id='ä b'>x</p>"))
    (tmp_path / "html/a.png").write_bytes(b"")
    return tmp_path / "html"


@pytest.mark.parametrize(
    "body",
    [
        "<a href='https://example.org/'>out</a>",
        "<a href='mailto:x@example.org'>mail</a>",
        "<a href='#top'>up</a><a href='#'>here</a>",
        "<a href='sub/'>folder</a><a href='sub/index.html#old'>old name</a>",
        "<a href='sub/index.html#%C3%A4%20b'>quoted</a>",
        "<img src='a.png?v=1' srcset='a.png 1x, a.png 2x'>",
        "<img src='data:image/png;base64,AA=='>",
        "<link rel='canonical' href='https://example.org/page.html'>",
        "<a href='../../other/html/index.html'>another edition</a>",
    ],
)
def test_what_is_well(site: Path, body: str) -> None:
    (site / "page.html").write_text(HERE.format(body))
    assert check_pages(site) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<a href='no.html'>x</a>", "link to no.html: there is no such file"),
        ("<a href='sub/index.html#no'>x</a>", "link to sub/index.html#no: there is no such place on the page"),
        ("<img src='b.png'>", "link to b.png: there is no such file"),
        ("<script src='//example.org/x.js'></script>", "fetches //example.org/x.js from another host"),
        (
            "<img srcset='a.png 1x, https://example.org/b.png 2x'>",
            "fetches https://example.org/b.png from another host",
        ),
        ("<link rel='preload stylesheet' href='https://example.org/x.css'>", "fetches https://example.org/x.css from"),
        ("<iframe src='https://example.org/'></iframe>", "fetches https://example.org/ from another host"),
    ],
)
def test_what_is_wrong_is_named_with_its_page(site: Path, body: str, problem: str) -> None:
    (site / "page.html").write_text(HERE.format(body))
    [found] = check_pages(site)
    assert found.startswith(f"page.html: {problem}")


@pytest.mark.parametrize("rule", ["@import 'https://example.org/x.css';", "p{background:url(//example.org/a.png)}"])
def test_a_stylesheet_that_fetches_is_named(site: Path, rule: str) -> None:
    (site / "x.css").write_text(rule)
    assert check_pages(site) == ["x.css: fetches from another host"]


def test_an_empty_page_is_named(site: Path) -> None:
    (site / "page.html").write_text("")
    assert check_pages(site) == ["page.html: the page is empty"]
