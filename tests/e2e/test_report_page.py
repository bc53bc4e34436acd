"""A report's page in a browser: what fits a desk and a phone."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from addons.asking.page import FILES, report_page
from tests.e2e.browser import CHROMIUM, Browser
from tests.reports.asking import ask
from tests.reports.call_logs import CallLog, call

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: apt install chromium")

LINES_OF_CELLS = """
[...document.querySelectorAll("td:not(.long)")].filter(cell => cell.textContent).map(cell => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range.getClientRects().length;
})
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = CallLog(tmp_path_factory.mktemp("log"))
    for number in range(5):
        told = {"command": "a long command " * 20}
        log.exchange({"messages": []}, call(f"toolu_01{number:020}", "mcp__browser__take_screenshot", told))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/")
            kind, text = FILES.get(name.removeprefix("-/"), ("text/html", ""))
            if not text and name != "favicon.ico":
                text = report_page(ask(log.root, name), {})
            self.send_response(200)
            self.send_header("content-type", f"{kind}; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desk", "phone"])
@pytest.mark.parametrize("mode", ["calls", "tool_calls"])
def test_words_and_times_stay_whole_and_only_the_table_scrolls(page, browser, size, mode):
    browser.size(*size, is_phone=size[0] < 600)
    browser.open(f"{page}/{mode}")
    assert set(browser.value(LINES_OF_CELLS)) == {1}
    assert browser.value("document.documentElement.scrollWidth") == size[0]


def test_what_is_long_wraps(page, browser):
    browser.size(1280, 800)
    browser.open(f"{page}/tool_calls")
    assert browser.value("document.querySelector('td.long').offsetHeight") > 40


def test_on_a_phone_the_reports_are_one_line_with_the_current_one_to_be_seen(page, browser):
    browser.size(390, 844, is_phone=True)
    browser.open(f"{page}/calls")
    assert browser.value("document.querySelector('nav').offsetHeight") < 60
    left, right = browser.value(
        "(box => [box.left, box.right])(document.querySelector('nav [aria-current]').getBoundingClientRect())"
    )
    assert 0 <= left < right <= 390
