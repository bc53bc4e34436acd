"""The addon that mitmproxy sees first: options, start, stop.

In: mitmproxy's life-cycle hooks. Out: a running capture thread, a terminal that can't block, the proxy on its
address, and one line that says that capture is on. `load`, `configure`, `running` and `done` are synchronous, because
a script's reload calls them so.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import time
from pathlib import Path
from typing import Any

from mitmproxy import ctx, exceptions
from mitmproxy.log import ALERT

from addons import faults, listening, printing
from addons.capture import Capture
from addons.capture_thread import CaptureThread, PipelineLike
from addons.live import Live
from addons.options import OPTIONS, PREFIX, Settings, complaint_about_unknown, parse_settings
from addons.pipeline import Pipeline
from addons.reach import Reach
from addons.sources.log_files import STDIN, obstacle, source_of
from addons.sources.pace import Pace
from addons.terminal import TerminalWriter
from addons.viewer import Viewer

_log = logging.getLogger("mitmagent")


class Agent:
    """Owns everything that lives as long as the script. mitmproxy registers what it finds in `addons` along with it."""

    name = "mitmagent"

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._complaint: str | None = None
        self._is_running = False
        self._thread = CaptureThread()
        self._terminal: TerminalWriter | None = None
        self._live: Live | None = None
        self._viewer: Viewer | None = None
        self._told: set[str] = set()
        self._capture = Capture(self._thread, self.settings)
        self.addons = [self._capture, Reach(self.settings)]

    def settings(self) -> Settings:
        """As the options stand. Known from `load` on: every other hook comes later."""
        assert self._settings is not None
        return self._settings

    # -- mitmproxy's hooks ------------------------------------------------------------------------------------------

    def load(self, loader: Any) -> None:
        for option in OPTIONS:
            # All as text: mitmproxy would take a bad integer for a reason to go on without us, silently.
            loader.add_option(option.name, str, option.default, option.help)

    def configure(self, updated: set[str]) -> None:
        if not any(name.startswith(PREFIX) for name in updated):
            return
        options: Any = ctx.options
        try:
            settings = parse_settings(lambda name: getattr(options, name) if name in options else _default(name))
            if self._is_running and settings.source != self.settings().source:
                raise ValueError("agent_source counts at the start only; start another mitmdump -n with it")
            if self._is_running and settings.log_dir != self.settings().log_dir:
                # Exchanges that are under way would be torn in two.
                raise ValueError(
                    "agent_log_dir counts at the start only; stop the proxy and start it with the new folder"
                )
            self._settings = settings
        except ValueError as wrong:
            if self._is_running:
                # mitmproxy says it and goes back to the old value.
                raise exceptions.OptionsError(str(wrong)) from None  # type: ignore[no-untyped-call]
            # At the start it would print a traceback.
            self._complaint = str(wrong)
        else:
            self._thread.call("", lambda pipeline: pipeline.configure())
            if self._live is not None:
                self._live.configure(settings.view(), shows_agents=settings.live)

    def running(self) -> None:
        options: Any = ctx.options
        complaint = self._complaint or complaint_about_unknown(options.deferred) or self._complaint_about_source()
        if complaint:
            # An error before the start is over makes mitmproxy exit, which is what a mistyped option deserves.
            _log.error("mitmagent: %s", complaint)
            return
        self._is_running = True
        settings = self.settings()
        faults.set_reporter(self._report)
        self._terminal = printing.terminal_for(ctx.master)
        self._live = live = Live(self._terminal, settings.view(), shows_agents=settings.live)
        if self._terminal is not None:
            printing.lead_through(ctx.master, live.say)
            if settings.live:
                printing.mute_shown_flows(ctx.master, options)
        if settings.source is not None:
            self._view(settings.source, settings.source_speed, live)
            return
        self._thread.start(lambda: self._make_pipeline(live))
        listening.raise_timeout(options)
        _end_properly_with_the_terminal()
        if listening.wants_default_address(options):
            try:
                listening.move_to_default_address(options)
            except OSError as taken:
                _log.error(
                    "mitmagent: %s:%d can't be used (%s). "
                    "Stop what listens there, or give another port: --listen-port 9111",
                    listening.HOST,
                    listening.PORT,
                    taken.strerror,
                )
                return
        where = f" · route an agent: {listening.route_hint(options)}" if options.server else ""
        _log.log(ALERT, "mitmagent: capture is on · log: %s%s", _short(settings.log_dir), where)

    def done(self) -> None:
        self._capture.done()
        self._thread.stop()
        if self._viewer is not None:
            self._viewer.stop()
        if self._live is not None:
            self._live.close()
        if self._terminal is not None:
            self._terminal.stop()

    # -- inside -----------------------------------------------------------------------------------------------------

    def _make_pipeline(self, live: Live) -> PipelineLike:
        return Pipeline(self.settings, live, self._tell)

    def _complaint_about_source(self) -> str | None:
        options: Any = ctx.options
        settings = self.settings()
        if settings.source is None:
            return None
        if options.server or options.rfile:
            wrong: str | None = "a log is shown in place of a capture; start mitmdump with -n, and without -r"
        else:
            wrong = obstacle(settings.source, settings.source_speed)
        return f"agent_source={options.agent_source}: {wrong}." if wrong else None

    def _view(self, path: Path, speed: float | None, live: Live) -> None:
        """Show a log. Nothing is captured, and no log folder is touched."""
        self._thread.stop()
        pace = None if speed is None else Pace(speed, time.monotonic)
        master: Any = ctx.master
        # The other tools have more to show than this.
        ends_with_it = type(master).__name__ == "DumpMaster"

        def over() -> None:
            if ends_with_it:
                faults.call_soon(master.event_loop, lambda _: master.shutdown(), None)

        how = "reading" if path == STDIN else "following" if pace is None else "replaying"
        name = "standard input" if path == STDIN else _short(path.absolute())
        self._say(f"{how} {name} · nothing is captured")
        self._viewer = Viewer(source_of(path, speed, self._say), pace, live, self._say, over)
        self._viewer.start()
        _end_properly_with_the_terminal()

    def _say(self, message: str) -> None:
        """As `_tell`, where it is no warning."""
        _log.log(ALERT, "mitmagent: %s", message)

    def _tell(self, message: str) -> None:
        """A sentence for the person at the terminal. Called from any thread."""
        _log.warning("mitmagent: %s", message)

    def _report(self, where: str, flow_id: str | None, error: str) -> None:
        """One line on the terminal per place; sse_logger.error counts them all."""
        self._thread.call("", lambda pipeline: pipeline.count_fault(where, flow_id, error))
        if where not in self._told:
            self._told.add(where)
            viewing = "the view may lack something"
            capturing = "traffic is not affected, sse_logger.error has the count"
            self._tell(f"a fault of ours in the {where} ({error}); {viewing if self._viewer else capturing}")


def _default(name: str) -> str:
    """For options that are still being declared."""
    return next(option.default for option in OPTIONS if option.name == name)


def _short(path: Path) -> str:
    with contextlib.suppress(ValueError, RuntimeError):
        return f"~/{path.relative_to(Path.home())}"
    return str(path)


def _end_properly_with_the_terminal() -> None:
    """A closed terminal kills the process without `done`; end as for a termination signal. `nohup` stays in force."""
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is not None and signal.getsignal(hang_up) == signal.SIG_DFL:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            ctx.master.event_loop.add_signal_handler(hang_up, ctx.master.shutdown)
