"""The page `/agent` in mitmweb (SPEC S3.8): what the agents are doing, live, behind mitmweb's own login.

In: the board; mitmweb's application. Out: handlers on it: the page's files, a WebSocket that pushes what is new, and
mitmweb's own page with a link to this one.
A push happens at display rate and only when the page has shown the one before; reading the board and making messages
happens on a worker thread. This is the one file that touches mitmweb's internals, which have no promise of staying as
they are: whoever opens the page guards against their having changed.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, ClassVar, Final

from mitmproxy.tools.web.app import IndexHandler, RequestHandler, WebSocketEventBroadcaster
from tornado.websocket import WebSocketClosedError

from addons import faults
from addons.asking.worker import AskedWrong, ReportWorker
from addons.reports.question import QuestionError
from addons.web import page_reports
from addons.web.page_reader import PageReader
from renderers.board.board import Board
from renderers.view_options import ViewOptions

STATIC: Final = Path(__file__).parent / "web" / "static"

TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

LOOK_S: Final = 0.02
"""How often it is looked whether there is something new; the look itself is an attribute or two."""

PUSH_S: Final = 0.07
"""The least time between two pushes: some fourteen a second. With a frame of the screen on top, what is shown is less
than a tenth of a second old."""

_PIECE_BYTES: Final = 1 << 16

MOST_PAGES: Final = 20
"""The one that was opened first is closed when there are more."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {sockets}; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Stricter than mitmweb's own: nothing inline, nothing from elsewhere."""

LINK: Final = (
    b'<link rel="stylesheet" href="agent/static/link.css"><a class="mitmagent" href="agent">Agents \xe2\x86\x97</a>'
)
"""On mitmweb's own page, beside what its script makes."""

_HOST: Final = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?", re.ASCII)


class WebPage:
    """The page on one mitmweb, from `running` to `done`."""

    def __init__(self, master: Any, board: Board, options: ViewOptions, reports: ReportWorker) -> None:
        """Raises whatever mitmweb's internals raise where they are not as expected."""
        self._board = board
        self._options = options
        self.reports = reports
        self._origin = secrets.token_hex(8)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mitmagent page")
        self.pages: dict[Updates, None] = {}
        self._router = master.app.default_router
        before = list(self._router.rules)
        master.app.add_handlers(
            r".*",
            [
                (r"/", Front),
                (r"/agent", Index),
                (r"/agent/static/(?P<name>[a-z0-9_./-]+)", Static),
                (r"/agent/updates", Updates, {"page": self}),
                (r"/agent/reports(?:/(?P<mode>[\w-]+))?", Reports, {"page": self}),
            ],
        )
        self._rules = [rule for rule in self._router.rules if rule not in before]
        base, _, token = str(master.web_url).rpartition("/")
        self.url = f"{base}/agent{token}"
        """With the token, as mitmweb prints its own."""

    def reader(self) -> PageReader:
        return PageReader(self._board, self._options, self._origin)

    async def message_of(self, reader: PageReader) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._worker, reader.next_message)

    def opened(self, updates: Updates) -> None:
        self.pages[updates] = None
        if len(self.pages) > MOST_PAGES:
            next(iter(self.pages)).close(1013, "too many pages are open")

    def close(self) -> None:
        """The script is reloaded or the proxy stops; open pages will look for the next one."""
        for rule in self._rules:
            self._router.rules.remove(rule)
        for updates in list(self.pages):
            updates.close(1001)
        self._worker.shutdown(wait=False, cancel_futures=True)


class Front(IndexHandler):  # type: ignore[no-untyped-call]
    """mitmweb's own page. Where its end is not as expected, it is as it was."""

    def render(self, template_name: str, **names: Any) -> asyncio.Future[None]:
        if "index" not in template_name:
            return super().render(template_name, **names)
        page = self.render_string(template_name, **names)
        return self.finish(page.replace(b"</body>", LINK + b"</body>"))


class Index(RequestHandler):  # type: ignore[no-untyped-call]
    """The page, or mitmweb's login form."""

    def auth_fail(self, invalid_password: bool) -> None:
        self.render("login.html", invalid_password=invalid_password)

    def get(self) -> None:
        _send_file(self, STATIC / "page.html")

    post = get


class Static(RequestHandler):  # type: ignore[no-untyped-call]
    """The page's own files."""

    def get(self, name: str) -> None:
        path = (STATIC / name).resolve()
        if path.is_relative_to(STATIC.resolve()) and path.suffix in TYPES and path.is_file():
            _send_file(self, path)
        else:
            self.set_status(404)


def _send_file(handler: RequestHandler, path: Path) -> None:
    handler.set_header("Content-Type", TYPES[path.suffix])
    # Not every browser takes the page's own WebSocket for `self`.
    host = handler.request.host if _HOST.fullmatch(handler.request.host) else ""
    handler.set_header("Content-Security-Policy", POLICY.format(sockets=f"ws://{host} wss://{host}" if host else ""))
    handler.set_header("Referrer-Policy", "no-referrer")
    handler.set_header("Cache-Control", "no-cache")
    handler.write(path.read_bytes())


class Reports(RequestHandler):  # type: ignore[no-untyped-call]
    """The catalogue; a report as JSON for the page's table; or, with `format`, as a file."""

    def initialize(self, page: WebPage) -> None:
        self._page = page

    async def get(self, mode: str | None = None) -> None:
        self.set_header("Cache-Control", "no-store")
        asked = {name: self.get_query_argument(name) for name in self.request.query_arguments if name != "token"}
        kind = asked.pop("format", "")
        ask = self._page.reports.ask
        try:
            if mode is None:
                self.write(page_reports.catalogue())
            elif kind in page_reports.FILES:
                question = page_reports.question(mode, asked, kind)
                file = await asyncio.wrap_future(ask(question, page_reports.file))
                await self._send(file, f"{mode}.{kind}", page_reports.FILES[kind])
            else:
                question = page_reports.question(mode, asked)
                answer = await asyncio.wrap_future(ask(question, page_reports.table))
                self.set_header("Content-Type", "application/json; charset=utf-8")
                self.write(answer)
        except (QuestionError, AskedWrong) as wrong:
            self.set_status(400)
            self.write({"error": str(wrong)})
        except asyncio.CancelledError:
            # The proxy ends, and its worker with it.
            self.set_status(503)

    async def _send(self, file: IO[bytes], name: str, kind: str) -> None:
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        with file:
            while piece := file.read(_PIECE_BYTES):
                self.write(piece)
                await self.flush()


class Updates(WebSocketEventBroadcaster):  # type: ignore[no-untyped-call]
    """One open page."""

    connections: ClassVar[set[WebSocketEventBroadcaster]] = set()

    def initialize(self, page: WebPage) -> None:
        self._page = page
        self._reader = page.reader()
        self._shown = asyncio.Event()
        self._pushing: asyncio.Task[None] | None = None

    def open(self, *_args: str, **_kwargs: str) -> None:
        self._page.opened(self)
        self._pushing = asyncio.get_running_loop().create_task(self._push())

    def on_message(self, message: str | bytes) -> None:
        try:
            told = json.loads(message)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            self.close(1003, "not a JSON object")
        elif "shown" in told:
            self._shown.set()
        else:
            self._reader.ask(told)

    def on_close(self) -> None:
        self._page.pages.pop(self, None)
        if self._pushing is not None:
            self._pushing.cancel()

    async def _push(self) -> None:
        try:
            while True:
                while not self._reader.has_news:
                    await asyncio.sleep(LOOK_S)
                begun_s = time.monotonic()
                message = await self._page.message_of(self._reader)
                self._shown.clear()
                await self.write_message(message)
                await self._shown.wait()
                if not self._reader.has_more:
                    await asyncio.sleep(max(0.0, PUSH_S - (time.monotonic() - begun_s)))
        except (WebSocketClosedError, asyncio.CancelledError):
            pass
        except Exception as fault:
            faults.report("page", None, fault)
            self.close(1011, "a fault of ours")
