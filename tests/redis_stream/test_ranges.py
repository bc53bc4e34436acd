"""addons/redis_stream/ranges.py: which records of an exchange there are, in any order of their coming."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from addons.redis_stream.entry import Entry
from addons.redis_stream.ranges import Had
from addons.sinks.records import Kind


def frame(seq: int) -> Entry:
    return Entry(Kind.LINES, b"f", seq, b"")


FLOW = Entry(Kind.FLOWS, b"f", None, b"")
END = Entry(Kind.ENDS, b"f", None, b"")


@given(st.lists(st.integers(0, 30)))
def test_each_is_new_once_in_any_order(seqs: list[int]) -> None:
    had = Had()
    assert [had.take(frame(seq)) for seq in seqs] == [seq not in seqs[:place] for place, seq in enumerate(seqs)]
    assert [frame(seq) in had for seq in range(31)] == [seq in seqs for seq in range(31)]


def test_records_without_a_seq_are_told_by_their_kind() -> None:
    had = Had()
    assert (had.take(FLOW), had.take(FLOW), END in had, had.take(END)) == (True, False, False, True)


def test_the_servers_text_says_the_same() -> None:
    had = Had(b"fe0-4,7-7,9-10")
    assert [seq for seq in range(13) if frame(seq) in had] == [0, 1, 2, 3, 4, 7, 9, 10]
    assert (FLOW in had, END in had) == (True, True)


def test_what_it_does_not_understand_is_nothing() -> None:
    assert frame(0) not in Had(b"?!")
    assert frame(0) not in Had(None)


def test_the_next_frame_follows_those_without_a_gap() -> None:
    assert [Had(state).next for state in (b"", b"0-4", b"f", b"f0-4,7-7", b"f3-4")] == [None, None, 0, 5, 0]
