"""The check of the finished pages."""

from pathlib import Path

import pytest

from bookpress.build.link_check import check_pages

WELL = """
<a href='https://example.org/'>out</a> <a href='mailto:x@example.org'>mail</a> <a href='#top'>up</a><a href='#'>here</a>
<a href='sub/'>folder</a> <a href='sub/index.html#old'>old name</a> <a href='sub/index.html#%C3%A4%20b'>quoted</a>
<img src='a.png?v=1' srcset='a.png 1x, a.png 2x'> <img src='data:image/png;base64,AA=='>
<link rel='canonical' href='https://example.org/page.html'> <a href='../../other/html/index.html'>another edition</a>
"""
ILL = {
    "<a href='no.html'>x</a>": "link to no.html: there is no such file",
    "<a href='sub/index.html#no'>x</a>": "link to sub/index.html#no: there is no such place on the page",
    "<img src='b.png'>": "link to b.png: there is no such file",
    "<script src='//example.org/x.js'></script>": "fetches //example.org/x.js from another host",
    "<img srcset='a.png 1x, https://example.org/b.png 2x'>": "fetches https://example.org/b.png from another host",
    "<link rel='preload stylesheet' href='https://a.org/x.css'>": "fetches https://a.org/x.css from another host",
    "<iframe src='https://example.org/'></iframe>": "fetches https://example.org/ from another host",
}


@pytest.mark.parametrize(("body", "problem"), [(WELL, ""), *ILL.items()])
def test_what_is_wrong_is_named_with_its_page(tmp_path: Path, body: str, problem: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/index.html").write_text("<html><body><a name='old'></a><p id='ä b'>x</p></body></html>")
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "page.html").write_text(f"<html><body id='top'>{body}</body></html>")
    assert check_pages(tmp_path) == ([f"page.html: {problem}"] if problem else [])


def test_a_stylesheet_that_fetches_and_an_empty_page_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text("p{background:url(//example.org/a.png)}")
    (tmp_path / "page.html").write_text("")
    assert check_pages(tmp_path) == ["page.html: the page is empty", "x.css: fetches from another host"]
