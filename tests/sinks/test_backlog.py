"""The backlog: in order, bounded, and never forgetful."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from addons.sinks.backlog import Backlog
from addons.sinks.records import Kind, Record, RecordContext, blob_record

A, B = Path("a"), Path("b")


def test_records_wait_in_order_per_file(make_line: Callable[..., Record]) -> None:
    one, two, three = (make_line(seq) for seq in range(3))
    backlog = Backlog(10**6)
    for path, record in ((A, one), (B, two), (A, three)):
        assert backlog.add(path, record)
    assert (list(backlog.waiting(A)), list(backlog.waiting(B)), len(backlog)) == ([one, three], [two], 3)
    backlog.done(A, 1)
    assert list(backlog.waiting(A)) == [three]
    backlog.done(A, 1)
    backlog.done(B, 1)
    assert not backlog


def test_a_full_backlog_refuses_and_makes_room_again(make_line: Callable[..., Record]) -> None:
    backlog = Backlog(5000)
    assert [backlog.add(A, make_line(seq, size=1000)) for seq in range(5)] == [True, True, True, False, False]
    backlog.done(A, 2)
    assert backlog.add(A, make_line(9, size=1000))


def test_flows_and_ends_have_some_room_more(make_line: Callable[..., Record], context: RecordContext) -> None:
    backlog = Backlog(4000)
    while backlog.add(A, make_line(0, size=100)):
        pass
    assert backlog.add(B, Record(Kind.ENDS, bytes(300), context))
    assert not backlog.add(B, Record(Kind.ENDS, bytes(3000), context))


def test_a_single_huge_record_is_taken(make_line: Callable[..., Record]) -> None:
    assert Backlog(100).add(A, make_line(0, size=10_000))


def test_a_waiting_blob_is_not_taken_twice(context: RecordContext) -> None:
    """In an outage every turn of a conversation brings all of it again."""
    backlog = Backlog(10**6)
    blob = blob_record(context, "", "message", b"1")
    assert [backlog.add(A, blob), backlog.add(A, blob), len(backlog)] == [True, True, 1]
    backlog.done(A, 1)
    backlog.add(A, blob)
    assert len(backlog) == 1
