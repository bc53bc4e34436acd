"""addons/capture/thread.py: order, batches, faults, the end."""

from __future__ import annotations

import threading

from addons.capture import thread as capture_thread
from addons.capture.observed import ChunkSeen, FlowRedaction, now
from addons.capture.thread import CaptureThread


class Recorder:
    """A pipeline that notes what it is asked."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.flushed = 0
        self.closed = False
        self.threads: set[str] = set()

    def handle(self, flow_id, item):
        if callable(item):
            item(self)
            return
        self.threads.add(threading.current_thread().name)
        if item.data == b"boom":
            raise RuntimeError("secret payload")
        self.seen.append((flow_id, item.data))

    def redaction_of(self, flow_id, messages):  # noqa: ARG002  (a pipeline's signature)
        return FlowRedaction((), flow_id, None, (), None)

    def configure(self):
        self.seen.append("configure")

    def count_fault(self, where, flow_id, error):
        self.seen.append((where, flow_id, error))

    def flush(self):
        self.flushed += 1

    def tick(self, now_s):  # noqa: ARG002
        return False

    def close(self):
        self.closed = True


def chunk(data: bytes) -> ChunkSeen:
    return ChunkSeen(now(), data)


def test_items_come_in_order_also_those_put_before_the_start():
    thread, pipeline = CaptureThread(), Recorder()
    thread.put("a", chunk(b"0"))
    thread.start(lambda: pipeline)
    for number in range(1, 100):
        thread.put("a", chunk(b"%d" % number))
    thread.stop()
    assert pipeline.seen == [("a", b"%d" % number) for number in range(100)]
    assert pipeline.threads == {"mitmagent capture"}
    assert pipeline.flushed >= 1
    assert pipeline.closed


def test_a_fault_costs_one_item_and_is_told_without_its_message(told):
    thread, pipeline = CaptureThread(), Recorder()
    thread.start(lambda: pipeline)
    for data in (b"1", b"boom", b"2"):
        thread.put("a", chunk(data))
    thread.stop()
    assert [data for _, data in pipeline.seen] == [b"1", b"2"]
    [(where, flow_id, error)] = told
    assert where.startswith("capture at test_thread.py:")
    assert (flow_id, error) == ("a", "RuntimeError")


def test_calls_run_after_what_was_put_before():
    thread, pipeline = CaptureThread(), Recorder()
    thread.put("a", chunk(b"1"))
    thread.call("a", lambda pipeline: pipeline.configure())
    thread.put("a", chunk(b"2"))
    thread.start(lambda: pipeline)
    thread.stop()
    assert pipeline.seen == [("a", b"1"), "configure", ("a", b"2")]


def test_a_pipeline_that_cannot_be_made_is_told_and_nothing_piles_up(told):
    def fail():
        raise PermissionError

    thread = CaptureThread()
    thread.start(fail)
    thread._thread.join(5)
    for _ in range(10):
        thread.put("a", chunk(b"1"))
    assert thread._queue.qsize() == 0
    assert [error for _, _, error in told] == ["PermissionError"]


def test_the_end_waits_for_what_is_not_written_yet_and_says_so(monkeypatch):
    monkeypatch.setattr(capture_thread, "STOP_SAID_S", 0.01)
    thread, pipeline, may_go_on = CaptureThread(), Recorder(), threading.Event()
    told: list[str] = []
    thread.start(lambda: pipeline)
    waits = threading.Event()
    thread.call("a", lambda _: waits.set() or may_go_on.wait(10))
    waits.wait(10)
    for _ in range(3):
        thread.put("a", chunk(b"1"))

    def tell(sentence: str) -> None:
        told.append(sentence)
        may_go_on.set()

    thread.stop(tell)
    assert len(pipeline.seen) == 3
    assert told == ["what came last is being written to the log (3 pieces wait)"]


def test_the_end_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(capture_thread, "STOP_SAID_S", 0.01)
    monkeypatch.setattr(capture_thread, "STOP_S", 0.01)
    thread, pipeline, may_go_on = CaptureThread(), Recorder(), threading.Event()
    told: list[str] = []
    thread.start(lambda: pipeline)
    thread.call("a", lambda _: may_go_on.wait(10))
    thread.stop(told.append)
    may_go_on.set()
    assert "given up" in told[-1]


def test_after_the_stop_late_taps_are_ignored():
    thread, pipeline = CaptureThread(), Recorder()
    thread.start(lambda: pipeline)
    thread.stop()
    thread.put("a", chunk(b"late"))
    assert thread._queue.qsize() == 0
