"""Reports where people ask for them: an address of the real proxy, mitmweb's API, mitmdump's option, the console."""

from __future__ import annotations

import contextlib
import csv
import http.client
import io
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from addons.sinks.reader import iter_records
from addons.sinks.records import Kind
from tests.e2e.authority import Authority
from tests.e2e.harness import ADDONS, MITMDUMP, MITMWEB, ROOT, Proxy, free_port, wait_until
from tests.sources.captured import Capture

PASSWORD = "seen-by-nobody-else"
MITMPROXY = Path(sys.executable).with_name("mitmproxy")


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the recorded agents of the demo leave, and a few others."""
    folder = tmp_path_factory.mktemp("asked")
    capture = Capture(folder)
    while capture.go_on():
        pass
    return folder


@pytest.fixture(scope="module")
def input_tokens(log_dir: Path) -> int:
    return sum(end["usage"]["input_tokens"] or 0 for end in iter_records(log_dir, Kind.ENDS))


@pytest.fixture(scope="module")
def proxy(tmp_path_factory, authority: Authority, confdir: Path, log_dir: Path) -> Iterator[Proxy]:
    options = {"agent_log_dir": str(log_dir)}
    folder = tmp_path_factory.mktemp("proxy")
    with Proxy(folder, "regular", authority, options=options, confdir=confdir) as started:
        yield started


def get(proxy: Proxy, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
    """Status, content type, text."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=30)
    with contextlib.closing(connection):
        connection.request(method, f"http://agent.report{path}", headers=headers)
        response = connection.getresponse()
        return response.status, response.headers["content-type"], response.read().decode()


# -- the address -------------------------------------------------------------------------------------------------------


def test_curl_gets_a_table_with_totals(proxy, input_tokens):
    status, content_type, text = get(proxy, "/tokens", accept="*/*")
    assert (status, content_type) == (200, "text/plain; charset=utf-8")
    (total,) = [line for line in text.splitlines() if line.startswith("total")]
    assert f"{input_tokens:,}" in total.split()


@pytest.mark.parametrize(
    ("path", "read"),
    [
        pytest.param("/tokens?format=jsonl", lambda text: map(json.loads, text.splitlines()), id="jsonl"),
        pytest.param("/tokens?format=csv", lambda text: csv.DictReader(io.StringIO(text)), id="csv"),
        pytest.param("/tokens?format=json", json.loads, id="json"),
    ],
)
def test_programs_get_rows(proxy, input_tokens, path, read):
    status, _, text = get(proxy, path)
    assert status == 200
    assert sum(int(row["input_tokens"] or 0) for row in read(text)) == input_tokens


@pytest.mark.parametrize("name", ["group-by", "group_by"])
def test_a_filters_name_is_as_good_with_an_underscore(proxy, name):
    rows = json.loads(get(proxy, f"/tokens?{name}=client&format=json")[2])
    assert {"client", "model"} & set(rows[0]) == {"client"}


def test_what_does_not_exist_is_said_with_the_nearest(proxy):
    assert "There is no client like nobody; the log has" in get(proxy, "/tokens?client=nobody", accept="*/*")[2]


def test_what_accepts_json_gets_json(proxy):
    _, content_type, text = get(proxy, "/call_index?last=2", accept="application/json")
    assert content_type == "application/json"
    assert len(json.loads(text)) == 2


def test_a_browser_gets_a_page_that_fetches_from_nowhere_else(proxy):
    status, content_type, page = get(proxy, "/tokens", accept="text/html,application/xhtml+xml")
    assert (status, content_type) == (200, "text/html; charset=utf-8")
    assert "<table>" in page
    assert "://" not in page
    for name in ("report.css", "report.js"):
        assert f"/-/{name}" in page
        assert get(proxy, f"/-/{name}")[0] == 200


def test_the_first_page_leads_to_every_report_that_needs_no_argument(proxy):
    _, _, page = get(proxy, "/", accept="text/html")
    assert 'href="/tokens"' in page
    assert 'href="/call_index"' in page


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        pytest.param("/tokns", 404, "did you mean tokens", id="an unknown report gets the nearest names"),
        pytest.param("/tokens?since=later", 400, "--since later", id="a bad value is named"),
        pytest.param("/tokens?output=/tmp/x", 400, "no filter output", id="an address writes no file"),
        pytest.param("/tokens?file=/etc/passwd", 400, "no filter file", id="an address names no file to read"),
        pytest.param("/tokens?format=xls", 400, "format=xls", id="an unknown format"),
        pytest.param("/tokens/extra", 400, "takes no argument", id="an argument too many"),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_what_is_wrong_is_said(proxy, path, status, words, accept):
    told, _, text = get(proxy, path, accept=accept)
    assert told == status
    assert words in text


def test_hostile_text_is_escaped(proxy):
    _, _, page = get(proxy, "/%3Cscript%3Ealert(1)%3C/script%3E", accept="text/html")
    assert "<script>alert" not in page


def test_only_reading_is_done(proxy):
    assert get(proxy, "/tokens", method="POST")[0] == 405


def test_questions_are_neither_captured_nor_shown(proxy, log_dir):
    for path in ("/tokens", "/tokens?format=jsonl", "/v1/messages"):
        get(proxy, path)
    assert "agent.report" not in {flow["provider"] for flow in iter_records(log_dir, Kind.FLOWS)}
    assert "agent.report" not in proxy.said()


# -- the option --------------------------------------------------------------------------------------------------------


def test_a_report_in_place_of_a_proxy(log_dir, input_tokens, tmp_path):
    done = dump("-n", log_dir, "tokens --format=jsonl", tmp_path)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0
    assert sum(row["input_tokens"] or 0 for row in rows) == input_tokens


def test_a_report_that_does_not_exist_is_refused_at_the_start(log_dir, tmp_path):
    done = dump("-n", log_dir, "tokns", tmp_path)
    assert done.returncode == 1
    assert "agent_report=tokns: there is no report tokns; did you mean tokens" in done.stdout


def test_a_report_when_the_proxy_ends(tmp_path, authority, confdir, log_dir, input_tokens):
    options = {"agent_log_dir": str(log_dir), "agent_report": "tokens"}
    with Proxy(tmp_path, "regular", authority, options=options, confdir=confdir) as proxy:
        assert f"{input_tokens:,}" not in proxy.said()
        proxy.stop()
        assert f"{input_tokens:,}" in proxy.said()


def dump(server: str, log_dir: Path, report: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [MITMDUMP, server, "-s", ADDONS, "--set", f"confdir={folder}", "--set", f"agent_log_dir={log_dir}"]
    command += ["--set", f"agent_report={report}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


# -- mitmweb's API -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def web(tmp_path_factory, authority: Authority, confdir: Path, log_dir: Path) -> Iterator[int]:
    """The port of mitmweb's API."""
    port = free_port()
    options = {"agent_log_dir": str(log_dir), "web_port": str(port), "web_open_browser": "false"}
    options |= {"web_password": PASSWORD}
    folder = tmp_path_factory.mktemp("web")
    with Proxy(folder, "regular", authority, options=options, confdir=confdir, program=MITMWEB):
        yield port


def call(port: int, name: str, *arguments: str) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"authorization": f"Bearer {PASSWORD}", "cookie": "_mitmproxy_xsrf=x", "x-xsrftoken": "x"}
    headers["content-type"] = "application/json"
    with contextlib.closing(connection):
        connection.request("POST", f"/commands/{name}", json.dumps({"arguments": arguments}), headers)
        return json.loads(connection.getresponse().read())


def test_the_api_gives_an_id_and_the_state_and_then_the_rows(web, input_tokens):
    answers = [call(web, "agent.report", "tokens")["value"]]
    while answers[-1][0] == ["id", "state", "read"]:
        assert answers[-1][1][1] == "running"
        time.sleep(0.05)
        answers.append(call(web, "agent.report", "tokens")["value"])
    assert answers[0][0] == ["id", "state", "read"]
    heads, *rows, total = answers[-1]
    assert heads[:2] == ["model", "calls"]
    assert f"{input_tokens:,}" in total
    assert rows


def test_the_api_says_what_is_wrong(web):
    assert "did you mean tokens" in call(web, "agent.report", "tokns")["error"]
    assert "--since later" in call(web, "agent.report", "tokens", "since=later")["error"]


def test_the_api_exports(web, tmp_path):
    words = ("events", str(tmp_path / "events.jsonl"), "client=codex")
    answers = [call(web, "agent.export", *words)["value"]]
    while answers[-1][0] == ["id", "state", "read"]:
        time.sleep(0.05)
        answers.append(call(web, "agent.export", *words)["value"])
    ((said,),) = answers[-1]
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert said == f"exported {len(events)} records to {tmp_path / 'events.jsonl'}"
    assert {event["client"] for event in events} == {"codex"}


def test_the_api_exports_to_no_place_of_its_own(web):
    assert "name a path" in call(web, "agent.export", "events", "-")["error"]


def test_the_api_says_what_can_be_exported_and_asked(web):
    assert "say what to export, and where to: events FILE" in call(web, "agent.export")["error"]
    assert ["report", "what it tells"] in call(web, "agent.report")["value"]


def test_the_api_lists_the_reports(web):
    assert "tokens" in call(web, "agent.report.modes")["value"]


# -- the console -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_console_opens_a_table_and_completes_names(tmp_path, confdir, log_dir):
    """Typed as a person does: a part of the name, Tab, Enter."""
    command = [MITMPROXY, "-s", ADDONS, "--set", f"confdir={confdir}", "--set", f"agent_log_dir={log_dir}"]
    command += ["--listen-host", "127.0.0.1", "--listen-port", str(free_port())]
    with Terminal(tmp_path / "tmux", command) as terminal:
        terminal.await_text("capture is on")
        terminal.type(":")
        terminal.type("agent.report call_i")
        terminal.press("Tab")
        terminal.await_text("agent.report call_index")
        terminal.press("Enter")
        terminal.await_text("Data viewer")
        assert "2026-11-18" in terminal.screen()
        terminal.press("q")
        terminal.type(":")
        terminal.type("agent.report tokns")
        terminal.press("Enter")
        terminal.await_text("did you mean tokens")


class Terminal:
    """A window of a tmux server of our own."""

    def __init__(self, socket: Path, command: list[Any]) -> None:
        self._socket = socket
        self._command = list(map(str, command))

    def __enter__(self) -> Terminal:
        self._run("-f", "/dev/null", "new-session", "-d", "-x", "150", "-y", "40", *self._command)
        return self

    def __exit__(self, *_: object) -> None:
        self._run("kill-server", check=False)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)
        # The console drops what comes while it opens its command line.
        time.sleep(0.5)

    def press(self, key: str) -> None:
        self._run("send-keys", key)
        time.sleep(0.5)

    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def await_text(self, text: str) -> None:
        wait_until(lambda: text in self.screen(), lambda: f"no {text!r} on the screen:\n{self.screen()}", 40.0)

    def _run(self, *words: str, check: bool = True) -> str:
        command = ["tmux", "-u", "-S", str(self._socket), *words]
        return subprocess.run(command, cwd=ROOT, check=check, capture_output=True, text=True).stdout
