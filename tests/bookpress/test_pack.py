"""How states are stored: blocks by hashes, packs of neighbours, each piece once."""

from typing import Any

from states import unpacked

from bookpress.elements.base.blocks import blocks_of, with_ids
from bookpress.states.changes import changed_blocks
from bookpress.states.pack import PACKED, pack, scripts

PAGE = '<section id="a"><p>One.</p><p>Two.</p><figure class="chart-figure" id="fig-x"></figure></section>'


def changed(page: str, *figures: str) -> dict[str, str]:
    return changed_blocks(blocks_of(with_ids(PAGE)), blocks_of(with_ids(page)), figures)


def test_a_state_has_the_blocks_whose_hash_differs() -> None:
    assert changed(PAGE) == {}
    assert changed(PAGE.replace("Two", "2")) == {"a-2": "<p>2.</p>"}
    published = with_ids(PAGE)
    hashes = {block.id: block.hash for block in blocks_of(published)}
    assert all(f'data-hash="{found}"' in published for found in hashes.values())


def test_a_note_belongs_to_the_block_that_it_stands_before() -> None:
    note = '<p class="fallen-note">Not so.</p>'
    assert changed(PAGE.replace("<p>Two", f"{note}<p>Two")) == {"a-2": f"{note}\n<p>Two.</p>"}


def test_a_figure_that_is_drawn_anew_comes_with_its_block() -> None:
    assert [*changed(PAGE, "fig-x")] == ["a-3"]


def test_what_comes_stands_with_the_block_before_it_and_what_goes_is_empty() -> None:
    more = changed(PAGE.replace("</section>", "<p>Four.</p></section>"))
    assert list(more) == ["a-3"]
    assert more["a-3"].endswith("<p>Four.</p>")
    assert changed(PAGE.replace("<p>Two.</p>", ""))["a-3"] == ""


def state(number: int) -> dict[str, Any]:
    """Return the content of a state that shares most with others."""
    return {
        "choice": {"n": number},
        "blocks": {"a-1": "<p>The same.</p>", "a-2": f"<p>{number}</p>"},
        "figures": {"fig-x": {"wide": {"mark": "bar"}, "datasets": {"d": [number % 2]}}},
    }


def test_a_pack_has_each_piece_once_and_gives_back_its_states() -> None:
    states = {f"s{number}": state(number) for number in range(4)}
    packed = pack(states)
    assert packed["html"].count("<p>The same.</p>") == 1
    assert len(packed["parts"]) == 3
    found = {name: unpacked(packed, one) for name, one in packed["states"].items()}
    assert found == states


def test_the_index_says_in_which_pack_a_state_is() -> None:
    contents = {f"s{number}": state(number) for number in range(PACKED + 1)}
    rows = [{"id": "published", "value": 0}, *({"id": name, "value": 1} for name in contents)]
    index = {"choices": {"n": rows}, "pairs": [{"id": "s0", "choice": {}}]}
    written = dict(scripts(index, contents))
    assert [*written] == ["index", "pack-0", "pack-1"]
    assert '"id":"s8","value":1,"pack":1' in written["index"]
    assert '{"id":"published","value":0}' in written["index"]


def test_tags_in_comments_and_scripts_are_no_blocks() -> None:
    inner = '<!-- <p> --><script>"<p>"</script><p class="a>b">One<br>two.<p>Open.</div>'
    page = with_ids(f'<section id="a"><div>{inner}</section>')
    assert [block.html for block in blocks_of(page)] == [f"<div>{inner}"]
