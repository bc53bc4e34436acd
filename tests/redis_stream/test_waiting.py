"""addons/redis_stream/waiting.py: what is on its way to the stream, within its bound."""

from __future__ import annotations

from addons.redis_stream.entry import entry_of_record
from addons.redis_stream.ledger import BATCH_RECORDS
from addons.redis_stream.waiting import Waiting
from addons.sinks.records import Record
from tests.redis_stream import records

LIMIT = 1 << 20
NOW = 1000


def taken(waiting: Waiting, server_ms: int = NOW, first_ms: int = 0) -> list[bytes]:
    """The lines of the next batch, which is then sent."""
    batch = waiting.batch()
    waiting.done(batch, server_ms, first_ms)
    return [item.entry.line for item in batch]


def lines(*of: Record) -> list[bytes]:
    return [record.line[:-1] for record in of]


def test_all_come_out_in_order_and_in_batches() -> None:
    waiting = Waiting(LIMIT, "ana")
    frames = [records.line("f", seq) for seq in range(BATCH_RECORDS + 3)]
    assert waiting.add(frames, NOW) == 0
    assert [taken(waiting), taken(waiting), taken(waiting)] == [lines(*frames[:-3]), lines(*frames[-3:]), []]


def test_a_batch_stays_until_it_has_been_sent() -> None:
    waiting = Waiting(LIMIT, "ana")
    waiting.add([records.line("f", 0)], NOW)
    assert waiting.batch() == waiting.batch()
    assert waiting.count == 1


def test_what_does_not_fit_is_refused_and_counted_and_what_it_has_stays() -> None:
    frames = [records.line("f", seq) for seq in range(10)]
    waiting = Waiting(3 * (len(frames[0].line) + 500), "ana")
    refused = waiting.add(frames, NOW)
    assert 0 < refused < 10
    assert taken(waiting) == lines(*frames[: 10 - refused])
    assert waiting.size_bytes == 0
    assert waiting.add(frames[:1], NOW) == 0


def test_what_is_not_published_takes_no_room() -> None:
    waiting = Waiting(LIMIT, "ana")
    record = records.flow("f")
    assert entry_of_record(record, "ana") is not None
    waiting.add([Record(kind, b"x", record.context) for kind in type(record.kind) if kind.value in ("responses",)], NOW)
    assert waiting.count == 0


def test_a_content_is_sent_once() -> None:
    """Each request brings all that were in the request before."""
    waiting = Waiting(LIMIT, "ana")
    content = records.blob("f", "words")
    waiting.add([content, content], NOW)
    assert taken(waiting) == lines(content)
    waiting.add([content], NOW)
    assert taken(waiting) == []


def test_a_content_that_may_have_been_trimmed_is_sent_again() -> None:
    waiting = Waiting(LIMIT, "ana")
    content = records.blob("f", "words")
    waiting.add([content], NOW)
    taken(waiting, server_ms=5000, first_ms=4000)
    waiting.add([records.line("f", 0)], NOW)
    taken(waiting, server_ms=9000, first_ms=5000)
    waiting.add([content], NOW)
    assert taken(waiting) == lines(content)


def test_a_content_that_was_refused_is_taken_the_next_time() -> None:
    content = records.blob("f", "words")
    waiting = Waiting(len(content.line) + 500, "ana")
    waiting.add([records.line("f", 0)], NOW)
    assert waiting.add([content], NOW) == 1
    taken(waiting)
    assert waiting.add([content], NOW) == 0


def test_when_the_server_has_lost_something_contents_are_sent_again_but_not_those_that_wait() -> None:
    waiting = Waiting(LIMIT, "ana")
    sent, waits = records.blob("f", "sent"), records.blob("f", "waits")
    waiting.add([sent], NOW)
    taken(waiting)
    waiting.add([waits], NOW)
    waiting.forget_blobs()
    waiting.add([sent, waits], NOW)
    assert taken(waiting) == lines(waits, sent)
