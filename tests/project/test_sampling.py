"""Which heavy tests `make test` runs: a quarter, by the commit, and in the long run of commits all."""

from hypothesis import given
from hypothesis import strategies as st

from sampling import SHARE, drawn

NAMES = st.lists(st.text(), unique=True, max_size=40)


@given(names=NAMES, seed=st.text())
def test_a_quarter_is_drawn_whatever_the_order(names: list[str], seed: str) -> None:
    some = drawn(names, seed)
    assert some <= set(names)
    assert SHARE * len(some) - len(names) in range(SHARE)
    assert drawn(names[::-1], seed) == some


@given(names=NAMES)
def test_none_is_left_out_for_long(names: list[str]) -> None:
    assert set().union(*(drawn(names, str(commit)) for commit in range(200))) == set(names)
