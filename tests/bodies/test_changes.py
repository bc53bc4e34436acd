"""addons/bodies/changes.py: what a request changed."""

from __future__ import annotations

import pytest

from addons.bodies import changes
from addons.bodies.changes import KindChanges, RequestHistory, compare
from addons.protocols.events import RequestPart

SECOND_NS = 1_000_000_000


def parts(**digests: str):
    return tuple(
        RequestPart(kind, digest, len(digest), False) for kind, those in digests.items() for digest in those.split()
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("a b", "a b", KindChanges(2, 2), id="the same"),
        pytest.param("a b", "a b c d", KindChanges(2, 4, (), (3, 4)), id="what has been added"),
        pytest.param("a b c", "a x c", KindChanges(3, 3, (2,)), id="one is another"),
        pytest.param("a b c", "a c", KindChanges(3, 2), id="one is gone"),
        pytest.param("a b", "x a b", KindChanges(2, 3, (), (1,)), id="one before all others"),
        pytest.param("a b c", "x", KindChanges(3, 1, (1,)), id="the conversation has been summed up"),
        pytest.param("", "a", KindChanges(0, 1, (), (1,)), id="the first"),
    ],
)
def test_compare(old, new, expected):
    assert compare(parts(message=old), parts(message=new))["message"] == expected


@pytest.mark.parametrize(("old", "new", "gone"), [("a b c", "a c", 1), ("a b", "a b c", 0), ("a b c", "x", 2)])
def test_how_many_are_gone(old, new, gone):
    assert compare(parts(tool=old), parts(tool=new))["tool"].gone == gone


def test_the_first_request_has_changed_nothing():
    history = RequestHistory()
    history.note("f-1", ("s",), parts(message="a"), 0)
    assert history.changes_of("f-1") is None


def test_a_request_is_compared_with_the_one_before_it_in_its_conversation():
    history = RequestHistory()
    history.note("f-1", ("s", "main"), parts(message="a"), 0)
    history.note("f-2", ("s", "agent"), parts(message="x"), SECOND_NS)
    history.note("f-3", ("s", "main"), parts(message="a b"), 3 * SECOND_NS)
    found = history.changes_of("f-3")
    assert found is not None
    assert (found.seconds, found.kinds["message"]) == (3.0, KindChanges(1, 2, (), (2,)))


def test_a_request_that_does_not_show_what_it_continues_is_left_out():
    history = RequestHistory()
    history.note("f-1", ("s",), parts(message="a"), 0)
    history.note("f-2", ("s",), (), 0)
    history.note("f-3", ("s",), parts(message="a b"), 0)
    assert history.changes_of("f-2") is None
    assert history.changes_of("f-3") is not None


@pytest.mark.parametrize(("from_end", "new"), [(1, (3,)), (2, (2,))])
def test_a_socket_s_requests_are_counted_from_its_end(from_end, new):
    """The first messages of a socket may have been dropped."""
    history = RequestHistory()
    for number, digests in enumerate(("a", "a b", "a b c")):
        history.note(f"f:{number}", ("s",), parts(message=digests), 0)
    found = history.changes_on_socket("f", from_end)
    assert found is not None
    assert found.kinds["message"].new == new


def test_its_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(changes, "REMEMBERED_REQUESTS", 2)
    monkeypatch.setattr(changes, "REMEMBERED_CONVERSATIONS", 2)
    history = RequestHistory()
    for number in range(5):
        history.note(f"f-{number}", ("s",), parts(message="a"), 0)
    assert [history.changes_of(f"f-{number}") is None for number in range(5)] == [True, True, True, False, False]
    for number in range(3):
        history.note(f"g-{number}", (f"t-{number}",), parts(message="a"), 0)
    history.note("f-9", ("s",), parts(message="a"), 0)
    assert history.changes_of("f-9") is None
