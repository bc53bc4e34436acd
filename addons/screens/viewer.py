"""The viewer: shows what a source tells, in place of a capture (SPEC S3.5).

In: a source's steps, on a thread of its own. Out: calls of the live view, at the pace that was asked for. Only here the
display may make its source wait: there is no traffic that it could hold up, so a slow terminal loses nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from addons import faults
from addons.screens.display import Display
from addons.sources.log_files import POLL_S, Source
from addons.sources.pace import Pace

LOOK_S = 0.25
"""How often it is looked in a pause whether somebody still watches."""

BEHIND_CHARS = 100_000
STOP_S = 2.0


class Viewer:
    """`over` is called on the thread when there is nothing more to show; not when `stop` has ended it."""

    def __init__(
        self,
        source: Source,
        pace: Pace | None,
        live: Display,
        tell: Callable[[str], None],
        over: Callable[[], None],
    ) -> None:
        """Without a `pace` everything is shown as it comes."""
        self._source = source
        self._pace = pace
        self._live = live
        self._tell = tell
        self._over = over
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mitmagent viewer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def _run(self) -> None:
        try:
            self._show_all()
        except OSError as error:
            self._tell(f"the source can't be read any more ({error.strerror}); what is shown ends here")
        except BaseException as fault:
            faults.report("source", None, fault)
        else:
            if not self._stopping.is_set():
                self._tell(f"the recording is over: {self._source.summary()}")
        self._live.close()
        if not self._stopping.is_set():
            self._drain(0)
            self._over()

    def _show_all(self) -> None:
        for step in self._source.steps():
            if step is None:
                self._wait(POLL_S)
            elif self._pace is None:
                self._wait(0.0)
            else:
                self._wait(self._pace.wait_s(step.at_ns, step.is_resting))
            self._drain(BEHIND_CHARS)
            if self._stopping.is_set() or self._live.is_gone:
                return
            if step is not None:
                for flow_id, event in step.shown:
                    self._live.show(flow_id, event, step.at_ns)

    def _wait(self, seconds: float) -> None:
        """The displays' clocks go on meanwhile."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0 and not self._live.is_gone:
            self._live.tick(time.monotonic())
            if self._stopping.wait(min(left_s, LOOK_S)):
                return

    def _drain(self, most_chars: int) -> None:
        """Wait until no more than that waits to be shown. Whoever was reading may have gone, such as `head`."""
        while self._live.waiting_chars > most_chars and not self._live.is_gone:
            if self._stopping.wait(POLL_S):
                return
