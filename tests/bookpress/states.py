"""What tests of states need: the scripts of states, and the page that a build with the same values makes."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import html

from bookpress.chapter.quotes import anchor
from bookpress.elements.base.blocks import Block, blocks_of

FREE = re.compile(
    r'\s(?:width|height)="\d+"| height=\S+|<a class="sureness[^>]*>.*?</a>|<details class="overturn">.*?</details>'
    r'| data-(?:block|hash)="[^"]*"|(?<=<a) href="(?:data:|\.\./cite/)[^"]*" download="[^"]*"',
    re.DOTALL,
)
"""Sizes of pictures, which a state has of the published ones; marks of sentences, which only published pages have;
citation files, which a state has in its addresses."""
WRITTEN = re.compile(r"\?[\w.&=%+-]+(?=[\s\"<}])")
"""The choices in the address of a state, which its build has not."""


def script(path: Path) -> Any:
    call = re.fullmatch(
        r'bookpress\.state\("([^"]+)",(.*)\);\n', path.read_text("utf-8"), re.DOTALL
    )
    assert call
    assert call[1] == path.stem
    return json.loads(call[2])


def chart(path: Path) -> Any:
    text = path.read_text("utf-8")
    return json.loads(text[text.index("(") + 1 : text.rindex(")")])


def states(editions: Path, slug: str) -> Iterator[tuple[str, Any]]:
    """Yield the states of a chapter of the published edition, with their ids."""
    for path in sorted((editions / f"default/html/states/{slug}").glob("pack-*.js")):
        pack = script(path)
        for name, state in pack["states"].items():
            yield name, unpacked(pack, state)


def unpacked(pack: Any, state: Any) -> Any:
    """Return a state of a pack with its pieces in their places, as the page's script has it."""
    blocks = {name: pack["html"][place] for name, place in state["blocks"].items()}
    figures = {}
    for name, figure in state["figures"].items():
        datasets = {key: pack["parts"][place] for key, place in figure["datasets"].items()}
        others = {
            part: pack["parts"][place] for part, place in figure.items() if part != "datasets"
        }
        figures[name] = {**others, "datasets": datasets}
    return {**state, "blocks": blocks, "figures": figures}


def misplaced_marks(page: str, slug: str, fallen: Mapping[str, Any]) -> list[str]:
    """Return the marks of a page in a state that are not those of the sentences that turn.

    A finding that cannot stand is told in numbers, and the title of a figure has a note before it.
    """
    turned = {
        anchor(f"{slug}:{key}", slug)
        for key, (holds, _, kind) in fallen.items()
        if holds is False and kind == "sentence"
    }
    found = []
    for place in html.fromstring(page).iter("span"):
        if "holds" not in place.get("class", "").split() or not place.get("id"):
            continue
        if any("standfirst" in (one.get("class") or "") for one in place.iterancestors("p")):
            continue
        is_underlined = _sentence_before(place)
        ids = [one.get("id") or "" for one in _marks_beside(place)]
        names = {*ids, *(re.sub(r"-\d+$", "", id_) for id_ in ids)}  # a second place has a number
        if is_underlined is not None and is_underlined != bool(names & turned):
            found.append(place.get("id"))
    return found


def _marks_beside(place: Any) -> Iterator[Any]:
    """Yield the marks that end the same sentence."""
    yield place
    for beside in (place.itersiblings(), place.itersiblings(preceding=True)):
        last = place
        for one in beside:
            between = last.tail if one.getprevious() is last else one.tail
            if "holds" not in (one.get("class") or "").split() or (between or "").strip():
                break
            yield one
            last = one


def _sentence_before(place: Any) -> bool | None:
    """Return whether the sentence that a mark ends is underlined; None where none stands there."""
    one = place.getprevious()
    while one is not None and not (one.tail or "").strip():
        classes = (one.get("class") or "").split()
        if "fallen-sentence" in classes:
            return True
        if not {"holds", "sureness"} & {*classes}:
            return False
        one = one.getprevious()
    has_text = one is not None or (place.getparent().text or "").strip()
    return False if has_text else None


def record(editions: Path, name: str) -> Any:
    return json.loads((editions / name / "edition.json").read_text("utf-8"))


def html_of(page: str) -> list[str]:
    """Return the HTML of the blocks of a page, each with those within it in their places."""
    found = blocks_of(page)
    return whole([(block.id, block.html) for block in found if not block.part_of], parts_of(found))


def parts_of(blocks: Sequence[Block]) -> dict[str, str]:
    return {block.id: block.html for block in blocks if block.part_of}


def applied(page: str, changed: Mapping[str, str]) -> list[str]:
    """Return the HTML of the blocks of a page in a state, as the page's script makes them."""
    found = blocks_of(page)
    outer = [(block.id, changed.get(block.id, block.html)) for block in found if not block.part_of]
    return whole(outer, {**parts_of(found), **changed})


def whole(outer: Sequence[tuple[str, str]], parts: Mapping[str, str]) -> list[str]:
    place = re.compile(r'<(\w+) data-block="([^"]*)"></\1>')
    texts = [place.sub(lambda found: parts[found[2]], html) for _, html in outer]
    joined = FREE.sub("", "\n".join(texts))
    return [line for line in WRITTEN.sub("", joined).splitlines() if line.strip()]


def expect_same(editions: Path, slug: str, name: str, state: Any) -> None:
    """Hold a state against the edition that was built with its values."""
    pages = [editions / edition / f"html/notebooks/{slug}.html" for edition in ("default", name)]
    old, new = (page.read_text("utf-8") for page in pages)
    assert applied(old, state["blocks"]) == html_of(new)
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
        if path.stem.startswith("tab-"):  # later rows of a table, which a state holds in its block
            continue
        figure = state["figures"].get(f"fig-{path.stem}", {})
        was, now = (
            chart(path),
            chart(editions / name / "html" / path.relative_to(editions / "default/html")),
        )
        for part in ("narrow", "page", "wide"):
            drawn = {**was[part], **figure.get(part, {})}
            assert {key: value for key, value in drawn.items() if value is not None} == now[part]
        assert {**was["datasets"], **figure.get("datasets", {})}.items() >= now["datasets"].items()
