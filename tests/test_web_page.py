"""addons/web_page.py: the page on a real mitmweb's application, asked over HTTP and a WebSocket."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import options
from mitmproxy.tools.web.master import WebMaster
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.websocket import WebSocketClientConnection, websocket_connect

from addons import web_page
from addons.asking import worker
from addons.asking.worker import ReportWorker
from addons.protocols.events import TextDelta
from addons.web.page_reader import PageReader
from addons.web_page import STATIC, WebPage
from renderers.board.board import Board
from renderers.view_options import ViewOptions
from tests.renderers.board.exchanges_shown import at_once, play
from tests.renderers.live_screen import ended, started

PASSWORD = "open-sesame"
BEARER = {"Authorization": f"Bearer {PASSWORD}"}
SOURCES = sorted(path for path in STATIC.rglob("*") if path.is_file())


class Web:
    """A mitmweb with the page, and somebody who asks it."""

    def __init__(self, master: WebMaster, folder: Path, port: int) -> None:
        self.master = master
        self.board = Board()
        self.port = port
        self.reports = ReportWorker(lambda: folder)
        self.page = WebPage(master, self.board, ViewOptions(), self.reports)

    async def get(self, path: str, headers: dict[str, str] = BEARER, **more: Any) -> HTTPResponse:
        request = HTTPRequest(f"http://127.0.0.1:{self.port}{path}", headers=headers, follow_redirects=False, **more)
        try:
            return await AsyncHTTPClient().fetch(request)
        except HTTPClientError as refused:
            if refused.response is None:
                raise
            return refused.response

    async def connect(self, headers: dict[str, str] = BEARER) -> WebSocketClientConnection:
        return await websocket_connect(HTTPRequest(f"ws://127.0.0.1:{self.port}/agent/updates", headers=headers))


@asynccontextmanager
async def web(folder: Path) -> AsyncIterator[Web]:
    master = WebMaster(options.Options(), with_termlog=False)
    master.options.update(web_password=PASSWORD, web_open_browser=False)
    server = HTTPServer(master.app)
    (socket,) = bind_sockets(0, "127.0.0.1")
    server.add_sockets([socket])
    found = Web(master, folder, socket.getsockname()[1])
    try:
        yield found
    finally:
        found.page.close()
        found.reports.stop()
        server.stop()
        await server.close_all_connections()


@pytest.fixture
def ask(tmp_path: Path) -> Callable[[Callable[[Web], Awaitable[Any]]], Any]:
    def run(steps: Callable[[Web], Awaitable[Any]]) -> Any:
        async def inside() -> Any:
            async with web(tmp_path) as found:
                return await asyncio.wait_for(steps(found), 20)

        return asyncio.run(inside())

    return run


type Ask = Callable[[Callable[[Web], Awaitable[Any]]], Any]


async def message(socket: WebSocketClientConnection) -> dict[str, Any]:
    """The next one, which is then said to have been shown."""
    text = await socket.read_message()
    assert text is not None, f"closed: {socket.close_code} {socket.close_reason}"
    await socket.write_message('{"shown": true}')
    found: dict[str, Any] = json.loads(text)
    return found


# -- login -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/agent", id="the page"),
        pytest.param("/agent/static/main.js", id="its script"),
        pytest.param("/agent/reports", id="the reports"),
        pytest.param("/agent/reports/tokens?format=csv", id="a report's file"),
        pytest.param("/agent/updates", id="the updates"),
    ],
)
def test_nothing_is_told_without_a_login(ask: Ask, path: str) -> None:
    refused = ask(lambda found: found.get(path, headers={}))
    assert refused.code == 403


def test_the_page_offers_mitmwebs_login(ask: Ask) -> None:
    refused = ask(lambda found: found.get("/agent", headers={}))
    assert b'type="password"' in refused.body


def test_mitmwebs_own_page_links_to_it(ask: Ask) -> None:
    front = ask(lambda found: found.get("/"))
    assert (front.code, front.body.count(b'href="agent"')) == (200, 1)
    assert b'id="mitmproxy"' in front.body


def test_mitmwebs_own_page_still_wants_a_login(ask: Ask) -> None:
    refused = ask(lambda found: found.get("/", headers={}))
    assert (refused.code, b'type="password"' in refused.body, b'href="agent"' in refused.body) == (403, True, False)


def test_the_token_lets_in_and_a_cookie_from_then_on(ask: Ask) -> None:
    async def steps(found: Web) -> tuple[int, int]:
        first = await found.get(f"/agent?token={PASSWORD}", headers={})
        cookie = first.headers["Set-Cookie"].partition(";")[0]
        return first.code, (await found.get("/agent", headers={"Cookie": cookie})).code

    assert ask(steps) == (200, 200)


def test_a_wrong_token_does_not(ask: Ask) -> None:
    assert ask(lambda found: found.get("/agent?token=x", headers={})).code == 403


def test_the_updates_need_a_login(ask: Ask) -> None:
    async def steps(found: Web) -> int:
        with pytest.raises(HTTPClientError) as refused:
            await found.connect(headers={})
        return refused.value.code

    assert ask(steps) == 403


def test_the_updates_are_not_for_other_sites(ask: Ask) -> None:
    """A cookie goes along wherever a page comes from, its address tells."""

    async def steps(found: Web) -> int:
        with pytest.raises(HTTPClientError) as refused:
            await found.connect(headers={**BEARER, "Origin": "http://evil.example"})
        return refused.value.code

    assert ask(steps) == 403


def test_the_updates_are_for_the_page_itself(ask: Ask) -> None:
    async def steps(found: Web) -> dict[str, Any]:
        return await message(await found.connect({**BEARER, "Origin": f"http://127.0.0.1:{found.port}"}))

    assert ask(steps)["whole"] is True


@pytest.mark.parametrize("headers", [pytest.param({}, id="no token"), pytest.param({"X-XSRFToken": "2|x"}, id="wrong")])
def test_a_form_of_another_site_is_refused(ask: Ask, headers: dict[str, str]) -> None:
    refused = ask(lambda found: found.get("/agent", headers={**BEARER, **headers}, method="POST", body=""))
    assert refused.code == 403


def test_the_address_has_the_token_as_mitmweb_prints_it(tmp_path: Path) -> None:
    async def inside() -> tuple[str, str]:
        async with web(tmp_path) as found:
            found.master.options.update(web_password="")
            found.page.close()
            found.page = WebPage(found.master, found.board, ViewOptions(), found.reports)
            return found.page.url, found.master.web_url

    page, mitmweb = asyncio.run(inside())
    assert page == mitmweb.replace("/?token=", "/agent?token=")
    assert "token=" in page


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(STATIC)))
def test_every_file_of_the_page_is_served(ask: Ask, path: Path) -> None:
    found = ask(lambda page: page.get(f"/agent/static/{path.relative_to(STATIC)}"))
    assert (found.code, found.body) == (200, path.read_bytes())
    assert found.headers["Content-Type"] == web_page.TYPES[path.suffix]
    assert found.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "../web_page.py",
        "..%2fweb_page.py",
        "%2e%2e/page_reader.py",
        "/etc/passwd",
        "none.js",
        "charts",
        "../messages.py",
    ],
)
def test_no_other_file_is(ask: Ask, name: str) -> None:
    assert ask(lambda found: found.get(f"/agent/static/{name}")).code == 404


def test_nothing_inline_and_nothing_from_elsewhere_may_run(ask: Ask) -> None:
    async def steps(found: Web) -> str:
        policy = (await found.get("/agent")).headers["Content-Security-Policy"]
        return policy.replace(str(found.port), "PORT")

    assert ask(steps) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self' ws://127.0.0.1:PORT wss://127.0.0.1:PORT; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def test_a_host_that_is_none_gets_into_no_policy(ask: Ask) -> None:
    answer = ask(lambda found: found.get("/agent", headers={**BEARER, "Host": "x; script-src *"}))
    assert "script-src *" not in answer.headers.get("Content-Security-Policy", "")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(STATIC)))
def test_the_page_makes_no_markup_of_text_and_names_no_other_place(path: Path) -> None:
    text = path.read_text()
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser"
    assert not re.findall(markup, text)
    places = {found for found in re.findall(r"https?://[^\s\"'`)]+", text) if "www.w3.org" not in found}
    assert places == set()
    assert not re.search(r"<script(?! type=\"module\" src=)|<style|\son\w+=|\sstyle=", text)


def test_every_module_is_asked_for_at_once() -> None:
    page = (STATIC / "page.html").read_text()
    named = set(re.findall(r'"agent/static/([\w/]+\.js)"', page))
    assert named == {str(path.relative_to(STATIC)) for path in SOURCES if path.suffix == ".js"}


# -- updates ---------------------------------------------------------------------------------------------------------


def test_what_happens_is_pushed(ask: Ask) -> None:
    async def steps(found: Web) -> list[dict[str, Any]]:
        socket = await found.connect()
        await message(socket)
        play(found.board, at_once("a", started("a", prompt="go")))
        return (await message(socket))["exchanges"]

    assert [exchange["flow"] for exchange in ask(steps)] == ["a"]


def test_a_watched_conversation_streams(ask: Ask) -> None:
    async def steps(found: Web) -> str:
        play(found.board, at_once("a", started("a"), TextDelta("0", "Hel")))
        socket = await found.connect()
        await message(socket)
        await socket.write_message('{"watch": "session-1"}')
        said = "".join(block["text"] for block in (await message(socket))["blocks"])
        play(found.board, at_once("a", TextDelta("0", "lo")))
        return said + "".join(block["text"] for block in (await message(socket))["blocks"])

    assert ask(steps) == "Hello"


def test_a_page_that_has_not_shown_the_last_message_gets_no_other(ask: Ask) -> None:
    async def steps(found: Web) -> tuple[bool, int]:
        socket = await found.connect()
        await socket.read_message()
        made: list[PageReader] = []
        real = found.page.message_of

        async def message_of(reader: PageReader) -> bytes:
            made.append(reader)
            return await real(reader)

        found.page.message_of = message_of  # type: ignore[method-assign]
        waiting = asyncio.ensure_future(socket.read_message())  # type: ignore[arg-type]
        for number in range(50):
            play(found.board, at_once(f"f{number}", started(f"f{number}"), ended(f"f{number}")))
            await asyncio.sleep(0.01)
        was_quiet = not waiting.done() and not made
        await socket.write_message('{"shown": true}')
        told = json.loads(await waiting or "")
        return was_quiet, len(told["exchanges"])

    assert ask(steps) == (True, 50)


@pytest.mark.parametrize("text", [pytest.param("no JSON", id="no JSON"), pytest.param("[1]", id="a list")])
def test_a_page_that_talks_nonsense_is_closed(ask: Ask, text: str) -> None:
    async def steps(found: Web) -> int | None:
        socket = await found.connect()
        await socket.read_message()
        await socket.write_message(text)
        assert await socket.read_message() is None
        return socket.close_code

    assert ask(steps) == 1003


def test_the_page_that_was_opened_first_is_closed_when_there_are_too_many(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_page, "MOST_PAGES", 2)

    async def steps(found: Web) -> int | None:
        first, *_ = [await found.connect() for _ in range(3)]
        while await first.read_message() is not None:
            pass
        return first.close_code

    assert ask(steps) == 1013


def test_a_page_that_goes_leaves_nothing_behind(ask: Ask) -> None:
    async def steps(found: Web) -> None:
        socket = await found.connect()
        await message(socket)
        assert pushing()
        socket.close()
        while found.page.pages or pushing():
            await asyncio.sleep(0.01)

    ask(steps)


def pushing() -> bool:
    return any("_push" in repr(task) for task in asyncio.all_tasks())


def test_a_fault_of_ours_closes_the_page_and_is_reported(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, told: list[tuple[str, str | None, str]]
) -> None:
    def fail(_: PageReader) -> bytes:
        raise ZeroDivisionError("with a payload")

    monkeypatch.setattr(PageReader, "next_message", fail)

    async def steps(found: Web) -> int | None:
        socket = await found.connect()
        assert await socket.read_message() is None
        return socket.close_code

    assert ask(steps) == 1011
    assert [(where.split(" at ")[0], error) for where, _, error in told] == [("page", "ZeroDivisionError")]


def test_when_the_script_is_reloaded_pages_are_closed_and_the_next_one_serves(ask: Ask) -> None:
    async def steps(found: Web) -> tuple[int | None, int, int]:
        socket = await found.connect()
        await message(socket)
        found.page.close()
        while await socket.read_message() is not None:
            pass
        between = (await found.get("/agent")).code
        found.page = WebPage(found.master, found.board, ViewOptions(), found.reports)
        return socket.close_code, between, (await found.get("/agent")).code

    assert ask(steps) == (1001, 404, 200)


# -- reports ---------------------------------------------------------------------------------------------------------


def test_reports_say_what_can_be_asked(ask: Ask) -> None:
    catalogue = json.loads(ask(lambda found: found.get("/agent/reports")).body)
    assert "tokens" in [report["name"] for report in catalogue["reports"]]


def test_a_report_is_a_table(ask: Ask) -> None:
    found = ask(lambda page: page.get("/agent/reports/tokens"))
    assert (found.code, json.loads(found.body)["rows"]) == (200, [])


def test_a_wrong_question_is_answered_with_what_is_wrong(ask: Ask) -> None:
    refused = ask(lambda found: found.get("/agent/reports/tokens?since=soon"))
    assert refused.code == 400
    assert "--since soon" in json.loads(refused.body)["error"]


def test_a_log_that_can_not_be_read(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/secret/place")

    monkeypatch.setattr(worker, "answer", fail)
    refused = ask(lambda found: found.get("/agent/reports/tokens"))
    assert (refused.code, json.loads(refused.body)) == (400, {"error": "the log can't be read: Permission denied"})


def test_a_report_that_nobody_will_answer_any_more_is_no_fault(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = threading.Event()
    monkeypatch.setattr(worker, "answer", lambda *_, **__: waits.wait(10))

    async def steps(found: Web) -> int:
        asked = [asyncio.create_task(found.get("/agent/reports/tokens")) for _ in range(2)]
        await asyncio.sleep(0.2)
        found.reports.stop()
        waits.set()
        return (await asked[1]).code

    assert ask(steps) == 503


def test_a_report_as_a_file(ask: Ask) -> None:
    found = ask(lambda page: page.get("/agent/reports/tokens?format=csv"))
    assert found.headers["Content-Disposition"] == 'attachment; filename="tokens.csv"'
    assert found.headers["Content-Type"] == "text/csv; charset=utf-8"
