"""Each headline in the table of robustness: as many rows relabelled overturn it, one fewer do not."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd
import pytest
from notebooks.executed import execute

import compute_divide as cd
from compute_divide.estimates.models.fragility import MOST_NAMED
from holdtrue.comparisons import COMPARISONS
from holdtrue.estimates import Estimate
from sampling import count

HEADLINES = (
    "Universities' share of the largest runs fell, to the paper's years",
    "Universities' share of the largest runs fell, to the newest years",
    "Universities alone were a majority early",
    "Companies alone make most of the largest runs",
    "Universities' share of notable models fell",
    "Companies alone make most notable models of the newest year",
)


class Asked(NamedTuple):
    """A headline as the chapter puts it to `cd.fragility`, and the answer."""

    rows: pd.DataFrame
    comparison: str
    questions: tuple[cd.Question, ...]
    answer: Estimate

    def holds(self, rows: pd.DataFrame) -> bool | None:
        """Return whether the headline holds of some rows."""
        shares = [question.answer(rows) for question in self.questions]
        return COMPARISONS[self.comparison](*shares).holds

    def relabelled(self, places: list[int]) -> pd.DataFrame:
        """Return the rows with those at some places of the other team of the question."""
        rows = self.rows.copy()
        team = self.questions[0].team_type
        of_team = rows["team_type"].iloc[places] == team
        other = next(one for one in ("academia-only", "industry-only") if one != team)
        column = rows.columns.get_loc("team_type")
        rows.iloc[places, column] = [other if is_team else team for is_team in of_team]
        return rows

    def places(self, question: cd.Question, by: int) -> list[int]:
        """Return places of rows whose other label moves a question's count by so many."""
        is_known = self.rows["team_type"].ne("unknown").to_numpy()
        counted = self.rows.index.isin(cd.in_years(self.rows, question.period).index) & is_known
        of_team = self.rows["team_type"].eq(question.team_type).to_numpy()
        possible = counted & (of_team if by < 0 else ~of_team)
        return possible.nonzero()[0][: abs(by)].tolist()

    def worlds(self, number: int) -> Iterator[pd.DataFrame]:
        """Yield the rows with so many relabelled, in each way that shares can tell apart."""
        has_two = len(self.questions) == 2
        for of_first in range(-number, number + 1):
            left = number - abs(of_first)
            for of_other in {-left, left} if has_two else {0}:
                moves = zip(self.questions, (of_first, of_other), strict=False)
                places = [place for one, by in moves for place in self.places(one, by)]
                if len(places) == number:
                    yield self.relabelled(places)


@pytest.fixture(scope="module")
def carried() -> dict[str, Asked]:
    asked: list[Asked] = []
    real = cd.fragility

    def watched(rows, comparison, *questions):
        answer = real(rows, comparison, *questions)
        asked.append(Asked(rows.reset_index(drop=True), comparison, questions, answer))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cd, "fragility", watched)
        headlines = execute("robustness")["carried"]
    return dict(zip(headlines, asked, strict=True))


def test_the_table_holds_these_headlines(carried):
    assert tuple(carried) == HEADLINES


@pytest.mark.parametrize("headline", HEADLINES)
def test_as_many_rows_overturn_a_headline_and_no_fewer_do(carried, headline):
    asked = carried[headline]
    fewest = int(asked.answer.value)
    assert asked.holds(asked.rows)
    assert any(asked.holds(rows) is False for rows in asked.worlds(fewest))
    for fewer in range(count(fewest - 1, 1), fewest):
        assert all(asked.holds(rows) for rows in asked.worlds(fewer))


def test_the_rows_that_are_named_overturn_it_and_all_but_one_of_them_do_not(carried):
    few = [asked for asked in carried.values() if asked.answer.value <= MOST_NAMED]
    assert few
    for asked in few:
        names = asked.answer.label.partition("): ")[2].split(", ")
        places = [asked.rows["model"].tolist().index(name) for name in names]
        assert len(places) == asked.answer.value
        assert asked.holds(asked.relabelled(places)) is False
        assert all(asked.holds(asked.relabelled([*{*places} - {one}])) for one in places)
