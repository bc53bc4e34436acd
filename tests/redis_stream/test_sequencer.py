"""addons/redis_stream/sequencer.py: each exchange in its order, whatever the stream's is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from addons.redis_stream.entry import Received, entry_of_record
from addons.redis_stream.sequencer import Sequencer
from addons.sinks.records import Record
from tests.redis_stream import records

PATIENCE_S = 3.0


def came(record: Record) -> Received:
    entry = entry_of_record(record, "ana")
    assert entry is not None
    return Received(b"1-0", "ana", entry)


def words(received: list[Received]) -> list[object]:
    """A frame's seq; of the others the kind."""
    return [each.entry.kind.value if each.entry.seq is None else each.entry.seq for each in received]


def flow() -> Received:
    return came(records.flow("f"))


def line(seq: int) -> Received:
    return came(records.line("f", seq))


def end(frames: int = 0) -> Received:
    return came(records.end("f", frames=frames))


def fed(sequencer: Sequencer, *received: Received, now_s: float = 0.0) -> list[object]:
    return words([ready for each in received for ready in sequencer.feed(each, now_s)])


@given(st.permutations(range(6)))
def test_frames_in_any_order_come_out_in_theirs(order: list[int]) -> None:
    frames = [line(seq) for seq in order]
    for place in range(7):
        sequencer = Sequencer(PATIENCE_S, keeps_late=False)
        came = [flow(), *frames[:place], end(frames=6), *frames[place:]]
        assert fed(sequencer, *came) == ["flows", *range(6), "ends"]


@given(st.permutations([flow(), line(0), line(1), line(2)]))
def test_nothing_comes_before_the_flow_record_and_the_end_waits_for_what_is_known_to_come(
    order: list[Received],
) -> None:
    assert fed(Sequencer(PATIENCE_S, keeps_late=False), line(3), *order, end()) == ["flows", 0, 1, 2, 3, "ends"]


def test_exchanges_do_not_wait_for_each_other() -> None:
    sequencer = Sequencer(PATIENCE_S, keeps_late=False)
    fed(sequencer, flow(), line(1))
    assert fed(sequencer, came(records.flow("g")), came(records.line("g", 0))) == ["flows", 0]


def test_contents_and_errors_pass() -> None:
    sequencer = Sequencer(PATIENCE_S, keeps_late=False)
    assert fed(sequencer, came(records.blob("f", "x")), came(records.error("full"))) == ["blobs", "errors"]


def test_what_is_missing_is_waited_for_and_then_counted() -> None:
    sequencer = Sequencer(PATIENCE_S, keeps_late=False)
    assert fed(sequencer, flow(), line(0), line(3), line(6), end()) == ["flows", 0]
    assert words(sequencer.tick(PATIENCE_S)) == []
    assert words(sequencer.tick(PATIENCE_S + 0.1)) == [3, 6, "ends"]
    assert sequencer.missing == 4


def test_the_last_frames_are_missing_when_the_end_tells_of_more() -> None:
    sequencer = Sequencer(PATIENCE_S, keeps_late=False)
    assert fed(sequencer, flow(), line(0), end(frames=4)) == ["flows", 0]
    assert words(sequencer.tick(PATIENCE_S + 0.1)) == ["ends"]
    assert sequencer.missing == 3


def test_whoever_makes_progress_is_waited_for_longer() -> None:
    sequencer = Sequencer(PATIENCE_S, keeps_late=False)
    fed(sequencer, flow(), line(4))
    fed(sequencer, line(0), now_s=2.0)
    assert words(sequencer.tick(PATIENCE_S + 0.1)) == []
    assert words(sequencer.tick(2.0 + PATIENCE_S + 0.1)) == [4]


def test_of_an_exchange_that_began_before_nothing_is_missing() -> None:
    sequencer = Sequencer(PATIENCE_S, keeps_late=False)
    assert fed(sequencer, line(70), line(71)) == []
    assert words(sequencer.tick(PATIENCE_S + 0.1)) == [70, 71]
    assert fed(sequencer, line(72)) == [72]
    assert sequencer.missing == 0


def test_a_frame_that_comes_too_late_is_left_out_or_kept() -> None:
    assert fed(Sequencer(PATIENCE_S, keeps_late=False), flow(), line(0), line(1), line(0)) == ["flows", 0, 1]
    assert fed(Sequencer(PATIENCE_S, keeps_late=True), flow(), line(0), line(1), line(0)) == ["flows", 0, 1, 0]


def test_an_exchange_is_gone_on_with_where_it_was_left() -> None:
    sequencer = Sequencer(PATIENCE_S, keeps_late=True, resume=lambda owner: 7 if owner == b"f" else None)
    assert fed(sequencer, line(8), line(7)) == [7, 8]


def test_not_more_than_so_much_is_held() -> None:
    size = len(line(1).entry.line)
    sequencer = Sequencer(PATIENCE_S, keeps_late=False, most_bytes=3 * size)
    assert fed(sequencer, flow(), *(line(seq) for seq in range(1, 6))) == ["flows", 1, 2, 3, 4, 5]


def test_at_the_end_everything_comes_out() -> None:
    sequencer = Sequencer(PATIENCE_S, keeps_late=False)
    fed(sequencer, line(2), end())
    assert words(sequencer.close()) == [2, "ends"]
    assert words(sequencer.close()) == []
