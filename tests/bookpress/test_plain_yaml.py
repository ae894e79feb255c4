"""YAML is read the same with and without libyaml: what is right, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bookpress.plain_yaml import load_plain, load_quickly

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.dates() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
WRONG = [
    "a: 1\na: 2\n",
    "a: [1, 2\nb: 3\n",
    "a: b: c\n",
    "\tkey: value\n",
    "a: *nobody\n",
    "day: 2026-13-45\n",
    "text: \x07\n",
    "value: !!python/object/apply:os.getcwd []\n",
    "a: &a [1]\nb: &b [*a, *a]\n" + "c: [" + ", ".join(["*b"] * 60_000) + "]\n",
]


def without_libyaml(monkeypatch: pytest.MonkeyPatch, load: Any, text: str) -> Any:
    with monkeypatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", False)
        return load(text)


def fault(load: Any, text: str) -> str:
    with pytest.raises((yaml.YAMLError, ValueError)) as caught:
        load(text)
    return f"{type(caught.value).__name__}: {caught.value}"


@given(value=VALUES, flow=st.sampled_from([None, True, False]))
def test_what_is_right_is_read_the_same(value: object, flow: bool | None) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    with pytest.MonkeyPatch.context() as monkeypatch:
        for load in (load_plain, load_quickly):
            assert repr(load(text)) == repr(without_libyaml(monkeypatch, load, text))


def test_merges_references_and_repeated_keys_are_read_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "base: &base {x: 1, y: [2]}\nown:\n  <<: *base\n  x: 3\n  x: 4\n"

    def load(text: str) -> tuple[Any, list[str]]:
        return load_plain(text, takes_repeated=True)

    loaded, repeated = load(text)
    assert loaded["own"] == {"x": 4, "y": [2]}
    assert len(repeated) == 1
    assert without_libyaml(monkeypatch, load, text) == (loaded, repeated)


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_said_in_the_same_words(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    said = fault(load_plain, text)
    with monkeypatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", False)
        assert fault(load_plain, text) == said
