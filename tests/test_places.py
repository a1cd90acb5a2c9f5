"""The order that is sure is the longest there is, and a unit belongs between what stands around it."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prediff.matchers.places import OUT_OF_PLACE, SAME_NEIGHBOURS, SAME_PLACE, Places, rising


@given(st.permutations(range(7)), st.integers(0, 7))
def test_no_more_pairs_rise(rights, count):
    pairs = dict(enumerate(rights[:count]))
    found = rising(pairs)
    assert all(pairs[i] == j for i, j in found)
    assert _rise(found)
    longer = combinations(sorted(pairs.items()), len(found) + 1)
    assert not any(_rise(some) for some in longer)


def _rise(pairs):
    return all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


def test_a_unit_belongs_between_the_counterparts_of_what_is_around_it():
    # 0 1 2 3 4 5 on the left; two new units stand before what was 3.
    places = Places.of({0: 0, 3: 5, 4: 6}, (6, 8))
    assert places.agree({}, 1, 1) == SAME_PLACE
    assert places.agree({}, 2, 4) == SAME_PLACE  # as near to what comes after as it was
    assert 0 < places.agree({}, 2, 3) < SAME_PLACE
    assert places.agree({}, 1, 7) == -OUT_OF_PLACE
    assert places.agree({}, 5, 1) == -OUT_OF_PLACE


def test_what_is_sure_has_its_own_place():
    places = Places.of({0: 0, 1: 1, 2: 2}, (3, 3))
    assert places.agree({}, 1, 1) == SAME_PLACE
    assert places.agree({}, 1, 2) == -OUT_OF_PLACE


def test_what_moved_is_not_in_the_order():
    places = Places.of({0: 3, 1: 0, 2: 1, 3: 2}, (4, 4))
    assert places.lefts == (-1, 1, 2, 3, 4)
    assert places.rights == (-1, 0, 1, 2, 4)


def test_neighbours_that_are_a_pair_agree_and_so_do_both_ends():
    places = Places.of({}, (3, 3))
    assert places.agree({0: 0, 2: 2}, 1, 1) == pytest.approx(SAME_PLACE + SAME_NEIGHBOURS)
    assert places.agree({0: 0, 2: 0}, 1, 1) == pytest.approx(SAME_PLACE + SAME_NEIGHBOURS / 2)
    assert places.agree({}, 0, 0) == pytest.approx(SAME_PLACE + SAME_NEIGHBOURS / 2)
