"""What tests of states need: the scripts of states, and the page that a build with the same values makes."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bookpress.explore.edits import CODE, EDITION, Block, Edit, blocks_of

KEPT = re.compile(r'<details class="tool tool-code" data-kept="(\d+)"></details>')
FREE = re.compile(r' (?:width|height)="\d+"| height=\S+|<a class="sureness[^>]*>[^<]*</a>')
"""Sizes of pictures, which a state has of the published ones; marks of sentences, which only published pages have."""


def script(path: Path) -> Any:
    call = re.fullmatch(
        r'bookpress\.state\("([^"]+)",(.*)\);\n', path.read_text("utf-8"), re.DOTALL
    )
    assert call
    assert call[1] == path.stem
    return json.loads(call[2])


def chart(path: Path) -> Any:
    text = path.read_text("utf-8")
    return json.loads(text[text.index(",") + 1 : text.rindex(")")])


def states(editions: Path, slug: str) -> Iterator[tuple[str, Any]]:
    """Yield the states of a chapter of the published edition, with their ids."""
    for path in sorted((editions / f"default/html/states/{slug}").glob("*.js")):
        if re.fullmatch(r"[0-9a-f]{12}", path.stem):
            yield path.stem, script(path)


def record(editions: Path, name: str) -> Any:
    return json.loads((editions / name / "edition.json").read_text("utf-8"))


def applied(old: Sequence[Block], edits: Sequence[Edit], edition: str) -> list[str]:
    """Return the HTML of the blocks of a page after edits, as the page's script makes them."""
    codes = [code for block in old for code in CODE.findall(block.html)]
    found = [one.html for one in old]
    for first, count, coming in reversed(edits):
        found[first : first + count] = [
            KEPT.sub(lambda mark: codes[int(mark[1])], text) for text in coming
        ]
    return [FREE.sub("", text.replace(EDITION, edition)) for text in found]


def expect_same(editions: Path, slug: str, name: str, state: Any) -> None:
    """Hold a state against the edition that was built with its values."""
    published = record(editions, "default")["id"]
    pages = [editions / edition / f"html/notebooks/{slug}.html" for edition in ("default", name)]
    labels = [f"default edition {published}", f"edition {name}"]
    old, new = (
        blocks_of(page.read_text("utf-8"), label) for page, label in zip(pages, labels, strict=True)
    )
    assert applied(old, state["edits"], labels[1]) == applied(new, [], labels[1])
    built = record(editions, name)
    assert [built[field] for field in ("title", "results_sha256")] == [
        state["title"],
        state["results_sha256"],
    ]
    found = json.loads((editions / name / "statements.json").read_text("utf-8"))[slug]
    assert state["fallen"] == {
        key: [one["holds"], one["because"], one["kind"]]
        for key, one in found.items()
        if one["holds"] is not True
    }
    for path in (editions / f"default/html/figures/{slug}").glob("*.js"):
        figure = state["figures"].get(f"fig-{path.stem}", {})
        was, now = (
            chart(path),
            chart(editions / name / "html" / path.relative_to(editions / "default/html")),
        )
        shared = {
            one: script(editions / f"default/html/states/{slug}/{one}.js")
            for one in figure.get("shared", ())
        }
        for part in ("narrow", "page", "wide"):
            drawn = {**was[part], **figure.get(part, {})}
            assert {key: value for key, value in drawn.items() if value is not None} == now[part]
        assert {**was["datasets"], **figure.get("datasets", {}), **shared}.items() >= now[
            "datasets"
        ].items()
