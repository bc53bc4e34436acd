"""addons/redis_shell.py: a stream looked after from the shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from addons.redis_shell import main
from addons.redis_stream.address import parse_address
from addons.redis_stream.ledger import Names
from tests.redis_stream import records
from tests.redis_stream.logged import LoggingProxy, keys_in, keys_of
from tests.redis_stream.server import PASSWORD, RedisServer
from tests.redis_stream.test_source import send

ROOT = Path(__file__).parent.parent
NAMES = Names("agent:events")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis"), password=PASSWORD) as server:
        yield server


@pytest.fixture(autouse=True)
def environment(server: RedisServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AGENT_REDIS_URL", server.url)
    monkeypatch.setenv("AGENT_LOG_DIR", str(tmp_path / "log"))
    server.client.flushall()


def test_info_read_delete_and_trim(server: RedisServer, capsys: pytest.CaptureFixture[str]) -> None:
    send(server, NAMES, *records.exchange("a", 3))
    assert main(["info"]) == 0
    assert "entries                 6\n" in capsys.readouterr().out
    assert main(["read", "--count", "1"]) == 0
    row = capsys.readouterr().out.splitlines()[1]
    assert "ends:a" in row
    assert main(["delete", row.split()[0]]) == 0
    assert main(["trim", "3"]) == 0
    assert capsys.readouterr().out.split() == [
        *("what", "value", "entries", "deleted", "1"),
        *("what", "value", "entries", "trimmed", "2", "entries", "left", "3"),
    ]


def test_an_address_and_a_stream_may_be_named(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGENT_REDIS_URL")
    send(server, Names("other"), *records.exchange("a", 1))
    assert main(["trim", server.unix_url, "1", "--set", "agent_redis_stream=other"]) == 0
    assert server.client.xlen("other") == 1


def test_records_as_json_lines(server: RedisServer) -> None:
    """Whole, for other programs."""
    exchange = records.exchange("a", 3)
    send(server, NAMES, *exchange)
    done = subprocess.run(
        [sys.executable, "-m", "addons.redis_shell", "read", "--json", "--after", "start"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        timeout=60,
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        json.loads(record.line) | {"host": "ana"} for record in exchange
    ]


def test_a_backfill_brings_what_the_log_has(
    server: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = [*records.exchange("a", 3), *records.exchange("b", 2), records.error("full disk")]
    with LoggingProxy(tmp_path / "log", parse_address("redis://127.0.0.1:1"), NAMES) as proxy:
        proxy.write(written)
    arguments = ["--set", "agent_host=ana", "--set", "agent_redis_days=0"]
    assert main(["backfill", *arguments]) == 0
    assert "12 records have been sent after from the log (12 looked at)" in capsys.readouterr().err
    assert sorted(keys_in(server.client, NAMES)) == sorted(keys_of(written))
    assert main(["backfill", *arguments]) == 0
    assert "0 records have been sent after from the log" in capsys.readouterr().err


def test_a_backfill_leaves_out_what_the_stream_would_trim(
    server: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with LoggingProxy(tmp_path / "log", parse_address("redis://127.0.0.1:1"), NAMES) as proxy:
        proxy.write(records.exchange("a", 3))
    assert main(["backfill", "--set", "agent_redis_days=0.001"]) == 0
    assert "0 records have been sent after from the log (0 looked at)" in capsys.readouterr().err
    assert server.client.exists(NAMES.stream) == 0


def test_it_drains_into_a_folder(server: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    send(server, NAMES, *records.exchange("a", 3))
    assert main(["drain", "--once", "--log-dir", str(tmp_path / "drained")]) == 0
    assert "6 records drained" in capsys.readouterr().err
    assert len((tmp_path / "drained/all-mitm-sse/sse_lines.jsonl").read_bytes().splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param(["trim"], 2, "say to what", id="trim to nothing"),
        pytest.param(["trim", "many"], 2, "trim to a number of entries", id="trim to a word"),
        pytest.param(["delete"], 2, "name the ids", id="delete nothing"),
        pytest.param(["backfill", "lately"], 2, "use an age, such as 2d", id="since a word"),
        pytest.param(["backfill", "1d", "2d"], 2, "say from when on", id="since twice"),
        pytest.param(["drain"], 2, "say where to: --log-dir DIR", id="drain to nowhere"),
        pytest.param(["info", "--set", "agent_redis=x"], 2, "there is no option agent_redis", id="no option"),
        pytest.param(["info", "redis://:hunter2@box:x"], 2, "agent_redis_url=redis://…box:x: use", id="no address"),
        pytest.param(["info", "redis://:hunter2@127.0.0.1:1"], 1, "127.0.0.1:1/0: it can't be reached", id="away"),
    ],
)
def test_refusals_say_why(arguments: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == status
    told = capsys.readouterr()
    assert said in told.err
    assert "hunter2" not in told.err
    assert told.out == ""


def test_the_folder_of_a_proxy_is_not_drained_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with LoggingProxy(tmp_path / "log", parse_address("redis://127.0.0.1:1"), NAMES) as proxy:
        proxy.write(records.exchange("a", 3))
    assert main(["drain", "--log-dir", str(tmp_path / "log")]) == 1
    assert "holds the log of a proxy" in capsys.readouterr().err


def test_without_an_address_it_says_how_to_give_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AGENT_REDIS_URL")
    assert main(["info"]) == 2
    assert "name a Redis: redis://HOST:PORT/DB, or export AGENT_REDIS_URL" in capsys.readouterr().err
