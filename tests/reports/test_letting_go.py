"""addons/reports/letting_go.py: what it gives, and that it keeps nothing."""

from __future__ import annotations

import weakref

from hypothesis import given
from hypothesis import strategies as st

from addons.reports.letting_go import drain, handed_out, joined, latest


class Held:
    """Something that can be asked whether it is still there."""


def test_elements_come_in_their_order_and_the_list_is_empty_afterwards():
    held = [1, 2, 3]
    assert (list(handed_out(held)), held) == ([1, 2, 3], [])


def test_each_element_is_gone_when_the_next_one_comes():
    held = [Held(), Held(), Held()]
    known = [weakref.ref(each) for each in held]
    there = []
    for each in handed_out(held):
        del each
        there.append(sum(ref() is not None for ref in known))
    assert there == [2, 1, 0]


def test_lists_and_mappings_are_drained():
    some, named = [1, 2], {"a": 1, "b": 2}
    drain(some)
    drain(named)
    assert (some, named) == ([], {})


@given(st.lists(st.text()))
def test_pieces_are_joined_as_they_are(pieces):
    assert joined(iter(pieces)) == "".join(pieces)


@given(st.lists(st.integers()), st.integers(1, 5))
def test_the_latest_and_how_many_there_were(rows, most):
    assert latest(iter(rows), most) == (rows[-most:], len(rows))
