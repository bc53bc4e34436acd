"""The addon that mitmproxy sees first: options, start, stop.

In: mitmproxy's life-cycle hooks. Out: a running capture thread, a terminal that can't block, the proxy on its
address, and one line that says that capture is on. `load`, `configure`, `running` and `done` are synchronous, because
a script's reload calls them so.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import time
from pathlib import Path
from typing import Any

from mitmproxy import contentviews, ctx, exceptions
from mitmproxy.log import ALERT

from addons import faults, listening
from addons.asking.printed import print_report
from addons.asking.worker import ReportWorker
from addons.bodies.changes import RequestHistory
from addons.capture.pipeline import Pipeline
from addons.capture.tap import Capture
from addons.capture.thread import CaptureThread, PipelineLike
from addons.commands.redis_commands import RedisCommands
from addons.commands.report_commands import ReportCommands
from addons.console_view import ConsoleView
from addons.flows.content_view import AgentContentview
from addons.flows.notes import FlowNotes
from addons.flows.retention import FlowRetention
from addons.hang_up import end_properly_with_the_terminal
from addons.options import OPTIONS, PREFIX, Settings, complaint_about_unknown, parse_settings
from addons.pricing.book import PriceBook
from addons.reach import Reach
from addons.redis_stream.address import NO_PACKAGE, RedisAddress, has_password, is_installed, without_secrets
from addons.redis_stream.sink import StreamSink
from addons.redis_stream.source import RedisSource
from addons.report_address import ReportAddress
from addons.screens import printing
from addons.screens.display import BoardDisplay, Display, Displays
from addons.screens.live import Live
from addons.screens.terminal import TerminalWriter
from addons.screens.viewer import Viewer
from addons.sinks import layout
from addons.sinks.outage import why_unwritable
from addons.sources.log_files import STDIN, Source, obstacle, source_of
from addons.sources.pace import Pace
from addons.sources.places import folder_of, has
from renderers.board.board import Board

_log = logging.getLogger("mitmagent")

_HAVE_SCREENS = ("WebMaster", "ConsoleMaster")
"""The tools in which the agents have a screen beside the text on the terminal."""


class Agent:
    """Owns everything that lives as long as the script. mitmproxy registers what it finds in `addons` along with it."""

    name = "mitmagent"

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._complaint: str | None = None
        self._is_running = False
        self._thread = CaptureThread()
        self._terminal: TerminalWriter | None = None
        self._displays: Display | None = None
        self._live: Live | None = None
        self._viewer: Viewer | None = None
        self._console: ConsoleView | None = None
        self.board: Board | None = None
        """What the agents are doing, where a screen of mitmproxy's own shows it; mitmdump has none."""
        self._web_page: Any = None
        self._stream: StreamSink | None = None
        self._told: set[str] = set()
        self._history = RequestHistory()
        self._capture = Capture(self._thread, self.settings)
        self._reports = ReportWorker(self._log_to_ask, lambda: self.settings().prices)
        notes = FlowNotes(lambda: self.board)
        self.addons = [
            ReportAddress(self._reports),
            self._capture,
            Reach(self.settings),
            notes,
            FlowRetention(lambda: self.settings().keep_flows, notes),
            ReportCommands(self._reports),
            RedisCommands(self.settings, lambda: self._stream),
        ]

    def settings(self) -> Settings:
        """As the options stand. Known from `load` on: every other hook comes later."""
        assert self._settings is not None
        return self._settings

    # -- mitmproxy's hooks ------------------------------------------------------------------------------------------

    def load(self, loader: Any) -> None:
        for option in OPTIONS:
            # All as text: mitmproxy would take a bad integer for a reason to go on without us, silently.
            loader.add_option(option.name, str, option.default, option.help)
        contentviews.add(AgentContentview(self._history))

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
            if self._is_running and settings.sink() != self.settings().sink():
                raise ValueError("what concerns agent_redis_url counts at the start only; start the proxy anew with it")
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
        if settings.report and settings.source is None and not options.server and not options.rfile:
            # Nothing will ever be captured: the report is all that is wanted.
            self._thread.stop()
            ctx.master.should_exit.set()
            return
        faults.set_reporter(self._report)
        self._terminal = printing.terminal_for(ctx.master)
        live = self._displays = self._open_displays(settings)
        self._open_web_page(settings)
        if self.board is not None and printing.is_console(ctx.master):
            self._console = ConsoleView(ctx.master, self.board, settings.view())
            self._console.install()
        if settings.source is not None:
            self._view(settings.source, settings, live)
            return
        sink = settings.sink()
        if sink is not None and not is_installed():
            self._tell(f"agent_redis_url={sink.address.shown}: {NO_PACKAGE}. Traffic and log go on without it")
        elif sink is not None:
            self._stream = StreamSink(sink, self._tell)
            self._stream.start()
            if has_password(options.agent_redis_url):
                self._tell(
                    "agent_redis_url holds a password, and mitmproxy's pages show options; "
                    "better export AGENT_REDIS_URL, or use agent_redis_url=env:NAME"
                )
        # What is loaded by now stays: a collection that looks through it all takes a tenth of a second, in which no
        # chunk is passed on.
        gc.freeze()
        fault = why_unwritable(settings.log_dir)
        self._thread.start(lambda: self._make_pipeline(live))
        listening.raise_timeout(options)
        end_properly_with_the_terminal(ctx.master)
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
        shown = f" · {sink.address.shown}" if sink is not None else ""
        page = self._watch_hint()
        where = f" · route an agent: {listening.route_hint(options)}" if options.server else ""
        log = _short(settings.log_dir)
        log = f"nothing is written to {log} ({fault})" if fault else f"log: {log}"
        _log.log(ALERT, "mitmagent: capture is on · %s%s%s%s", log, shown, page, where)

    def done(self) -> None:
        self._capture.done()
        if self._web_page is not None:
            self._web_page.close()
        self._thread.stop(self._tell)
        if self._console is not None:
            self._console.stop()
        if self._viewer is not None:
            self._viewer.stop()
        if self._displays is not None:
            self._displays.close()
        if self._terminal is not None:
            self._terminal.stop()
        self._reports.stop()
        gc.unfreeze()
        if self._is_running and self.settings().report and ctx.master.should_exit.is_set():
            print_report(self.settings().report, self.settings().log_dir)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _open_displays(self, settings: Settings) -> Display:
        self._live = live = Live(self._terminal, settings.view(), shows_agents=settings.live)
        if self._terminal is not None:
            printing.lead_through(ctx.master, live.say)
            if settings.live:
                printing.mute_shown_flows(ctx.master, ctx.options)
        if type(ctx.master).__name__ not in _HAVE_SCREENS:
            return live
        self.board = Board(settings.dead_after_s)
        return Displays(live, BoardDisplay(self.board))

    def _open_web_page(self, settings: Settings) -> None:
        if type(ctx.master).__name__ != "WebMaster" or self.board is None:
            return
        try:
            # Only here: the other tools do without mitmweb's modules.
            from addons.web_page import WebPage

            self._web_page = WebPage(ctx.master, self.board, settings.view(), self._reports)
        except Exception as changed:
            self._tell(
                "there is no page /agent: mitmweb's own classes are not as in mitmproxy 12.2 "
                f"({type(changed).__name__} at {faults.where(changed)}); capture and all else work"
            )

    def _watch_hint(self) -> str:
        return f" · watch: {self._web_page.url}" if self._web_page else ""

    def _make_pipeline(self, live: Display) -> PipelineLike:
        return Pipeline(self.settings, live, self._tell, self._stream, self._history, self._wake)

    def _wake(self, flow_id: str) -> None:
        self._thread.call(flow_id, lambda _: None)

    def _complaint_about_source(self) -> str | None:
        options: Any = ctx.options
        settings = self.settings()
        if settings.source is None:
            return None
        wrong: str | None = None
        if isinstance(settings.source, RedisAddress) and not is_installed():
            wrong = NO_PACKAGE
        elif options.server or options.rfile:
            wrong = "a log is shown in place of a capture; start mitmdump with -n, and without -r"
        elif isinstance(settings.source, Path):
            wrong = obstacle(settings.source, settings.source_speed)
        return f"agent_source={without_secrets(options.agent_source)}: {wrong}." if wrong else None

    def _view(self, wanted: Path | RedisAddress, settings: Settings, live: Display) -> None:
        """Show a log, or a stream. Nothing is captured, and no log folder is touched."""
        self._thread.stop()
        speed = settings.source_speed
        pace = None if speed is None else Pace(speed, time.monotonic)
        master: Any = ctx.master
        # The other tools have more to show than this.
        ends_with_it = type(master).__name__ == "DumpMaster"

        def over() -> None:
            if ends_with_it:
                faults.call_soon(master.event_loop, lambda _: master.shutdown(), None)

        how = "reading" if wanted == STDIN else "following" if pace is None else "replaying"
        prices = PriceBook(settings.prices)
        if isinstance(wanted, RedisAddress):
            name = f"{settings.redis_stream} at {wanted.shown}"
            source: Source = RedisSource(
                wanted, settings.redis_stream, settings.source_from, pace is None, self._say, prices
            )
        else:
            name = "standard input" if wanted == STDIN else _short(wanted.absolute())
            if wanted != STDIN and not has(wanted.parent, wanted.name):
                name += ", which does not exist yet"
            source = source_of(wanted, speed, self._say, prices)
        self._say(f"{how} {name} · nothing is captured{self._watch_hint()}")
        self._viewer = Viewer(source, pace, live, self._say, over)
        self._viewer.start()
        end_properly_with_the_terminal(ctx.master)

    def _log_to_ask(self) -> Path:
        """Where reports look: in a viewer, the log that it shows."""
        settings = self.settings()
        shown = settings.source
        folder = folder_of(shown) if isinstance(shown, Path) and shown != STDIN else None
        return folder.parent if folder is not None and folder.name == layout.MAIN else settings.log_dir

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
