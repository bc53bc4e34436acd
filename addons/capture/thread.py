"""The capture thread: everything after the queue happens here.

In: `observed` items from the event loop, and calls that need the pipeline. Out: calls of the pipeline, in the order of
arrival, and one flush per batch. A batch is what has queued up while the last one was written, so a quiet proxy
writes at once and a busy one in bulk. The queue has no bound: the log is never lossy, only the display is.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Protocol

from addons import faults
from addons.capture.observed import FlowRedaction, Seen

GATHER_S = 0.003
"""What this thread waits after something has come: the event loop first gets the chunk, and those of other streams,
onto the wire, instead of taking turns with us for the interpreter; and one write takes what has come of several."""

TICK_S = 0.05
"""How often time-outs are looked at while an exchange is open: a frame whose end might have become a secret is held for
0.08 s or a second, and is to be in the file within 0.1 s after that was decided."""

IDLE_TICK_S = 0.5
"""The same while nothing happens: rotation, retries after a full disk."""

BATCH_S = 0.05
"""A batch is written at the latest after this, so that what went to the client is in the file within 100 ms."""

SWITCH_INTERVAL_S = 0.0005
"""Python's default lets this thread keep the interpreter for 5 ms while the event loop waits for it, at each system
call."""

STOP_S = 60.0
"""How long the end of the proxy waits at most for what is not in the log yet. Only a proxy that was far busier than
agents make it has more than a second of work left."""

STOP_SAID_S = 1.0
"""After this, the user is told what is being waited for."""


class PipelineLike(Protocol):
    """What the thread drives."""

    def handle(self, flow_id: str, item: Seen | Call) -> None:
        """A call is made as soon as all that came before of the same flow has been dealt with."""
        ...

    def redaction_of(self, flow_id: str, messages: list[tuple[bool, str]]) -> FlowRedaction | None: ...

    def configure(self) -> None: ...

    def count_fault(self, where: str, flow_id: str | None, error: str) -> None: ...

    def flush(self) -> None: ...

    def tick(self, now_s: float) -> bool:
        """False when no exchange is open."""
        ...

    def close(self) -> None: ...


type Call = Callable[[PipelineLike], None]


class CaptureThread:
    """Owns the queue from the start; the pipeline is made on the thread and touched by no other."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[str, Seen | Call] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._switch_interval_s = sys.getswitchinterval()

    def start(self, make_pipeline: Callable[[], PipelineLike]) -> None:
        """What was queued before waits until the pipeline is ready (repair and indexes may take a moment)."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._thread = threading.Thread(target=self._run, args=(make_pipeline,), name="mitmagent capture", daemon=True)
        self._thread.start()

    def put(self, flow_id: str, item: Seen) -> None:
        if not self._closed:
            self._queue.put((flow_id, item))

    def call(self, flow_id: str, call: Call) -> None:
        """Run `call` on the thread, after all that has been put before for the same flow."""
        if not self._closed:
            self._queue.put((flow_id, call))

    def stop(self, tell: Callable[[str], None] = lambda _: None) -> None:
        """Work off what is queued, close the log, and wait for it, but not for ever."""
        self._closed = True
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(STOP_SAID_S)
            if self._thread.is_alive():
                waiting = max(0, self._queue.qsize() - 1)
                tell(f"what came last is being written to the log ({waiting:,} pieces wait)")
                self._thread.join(STOP_S)
            if self._thread.is_alive():
                tell(f"after {STOP_S:.0f} s not all that came is in the log; what is not is given up")
        sys.setswitchinterval(self._switch_interval_s)

    def _run(self, make_pipeline: Callable[[], PipelineLike]) -> None:
        try:
            pipeline = make_pipeline()
        except BaseException as fault:
            # Without a pipeline nobody would ever empty the queue.
            self._closed = True
            faults.report("start of the capture thread", None, fault)
            return
        next_tick_s = time.monotonic()
        running = True
        while running:
            running = self._work_off(pipeline, next_tick_s)
            with faults.guard("flush"):
                pipeline.flush()
            # Whatever woke us may have opened an exchange.
            next_tick_s = min(next_tick_s, time.monotonic() + TICK_S)
            if time.monotonic() >= next_tick_s:
                next_tick_s = time.monotonic() + TICK_S
                with faults.guard("tick"):
                    if not pipeline.tick(time.monotonic()):
                        next_tick_s = time.monotonic() + IDLE_TICK_S
                    pipeline.flush()
        with faults.guard("close"):
            pipeline.close()

    def _work_off(self, pipeline: PipelineLike, next_tick_s: float) -> bool:
        """One batch. False when the queue has been closed."""
        try:
            item = self._queue.get(timeout=max(0.0, next_tick_s - time.monotonic()))
            time.sleep(GATHER_S)
            deadline_s = time.monotonic() + BATCH_S
            while item is not None:
                self._handle(pipeline, *item)
                if time.monotonic() > deadline_s:
                    return True
                item = self._queue.get_nowait()
        except queue.Empty:
            return True
        return False

    def _handle(self, pipeline: PipelineLike, flow_id: str, item: Seen | Call) -> None:
        with faults.guard("capture", flow_id):
            pipeline.handle(flow_id, item)
