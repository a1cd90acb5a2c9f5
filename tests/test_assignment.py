"""The assignment is one of greatest weight: against all that there are, and where it takes long chains."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prediff.matchers.assignment import assign, assign_in_order

WEIGHTS = st.one_of(st.integers(-1, 4), st.floats(0, 1, allow_nan=False))


def greatest(rows: list[dict[int, float]], taken: frozenset[int] = frozenset()) -> float:
    """The greatest sum that any assignment has, by trying all."""
    if not rows:
        return 0.0
    first, *rest = rows
    sums = [w + greatest(rest, taken | {j}) for j, w in first.items() if j not in taken and w > 0]
    return max([greatest(rest, taken), *sums])


@given(st.lists(st.dictionaries(st.integers(0, 5), WEIGHTS), max_size=6))
def test_no_assignment_weighs_more(rows):
    found = assign(rows)
    columns = [j for j in found if j is not None]
    assert len(columns) == len(set(columns))
    assert all(rows[i][j] > 0 for i, j in enumerate(found) if j is not None)
    total = sum(rows[i][j] for i, j in enumerate(found) if j is not None)
    assert abs(total - greatest(rows)) < 1e-9


def test_a_later_row_moves_all_others_on():
    rows = [{i: 1.0, i + 1: 0.999} for i in range(50)]
    assert assign([*rows, {0: 1.0}]) == [*range(1, 51), 0]


def test_a_row_is_left_alone_where_that_weighs_more():
    assert assign([{0: 0.3}, {0: 1.0, 1: 0.8}]) == [0, 1]
    assert assign([{0: 0.1}, {0: 1.0, 1: 0.8}]) == [None, 0]
    assert assign([{0: 0.0}, {}]) == [None, None]
    assert assign([]) == []


@given(st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.2]), min_size=3, max_size=3), max_size=4))
def test_in_order_no_choice_weighs_more(weights):
    pairs = assign_in_order(weights)
    assert pairs == sorted(pairs)
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)
    assert all(weights[a][b] for a, b in pairs)

    def best(row: int, column: int) -> float:
        if row == len(weights) or column == 3:
            return 0.0
        here = weights[row][column] + best(row + 1, column + 1)
        return max(here, best(row + 1, column), best(row, column + 1))

    assert sum(weights[a][b] for a, b in pairs) == pytest.approx(best(0, 0))
