"""addons/redis_stream/copied.py: a stream as a log folder, for one who asks once; and exports out of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from addons import redis_shell
from addons.export_shell import main
from addons.redis_stream.copied import copy_stream
from addons.redis_stream.ledger import Names
from addons.sinks.reader import iter_records
from addons.sinks.records import Kind
from tests.redis_stream import records
from tests.redis_stream.server import RedisServer
from tests.redis_stream.test_source import send
from tests.sources.captured import Capture


def test_the_folder_has_every_record_once_and_in_order(tmp_path: Path, server: RedisServer, names: Names) -> None:
    sent = records.exchange("a", 3)
    # The frames before the flow record, as after an outage.
    send(server, names, *reversed(sent), host="ana")
    assert copy_stream(server.client, names.stream, tmp_path, print) == len(sent)
    assert [record["seq"] for record in iter_records(tmp_path, Kind.LINES)] == [0, 1, 2]
    assert [record["host"] for record in iter_records(tmp_path, Kind.ENDS)] == ["ana"]


def test_nothing_is_left_on_the_server(tmp_path: Path, server: RedisServer, names: Names) -> None:
    send(server, names, *records.exchange("a", 3), host="ana")
    before = sorted(server.client.keys()), server.client.xlen(names.stream)
    copy_stream(server.client, names.stream, tmp_path, print)
    assert (sorted(server.client.keys()), server.client.xlen(names.stream)) == before
    assert server.client.xinfo_groups(names.stream) == []


def test_an_empty_stream(tmp_path: Path, server: RedisServer, names: Names) -> None:
    assert copy_stream(server.client, names.stream, tmp_path, print) == 0


def test_exports_out_of_a_stream_are_those_out_of_the_log(
    tmp_path: Path, server: RedisServer, names: Names, capfd: pytest.CaptureFixture[str]
) -> None:
    capture = Capture(tmp_path / "log")
    capture.finish()
    stream = ["--set", f"agent_redis_stream={names.stream}", "--set", "agent_redis_days=0"]
    assert redis_shell.main(["backfill", server.address.url, "--log-dir", str(tmp_path / "log"), *stream]) == 0
    for out, where in (
        ("of-log", f"--log-dir={tmp_path / 'log'}"),
        ("of-stream", f"--stream={server.address.url}#{names.stream}"),
    ):
        assert main(["requests", "all", str(tmp_path / out), where, "--tz=utc"]) == 0
        assert main(["events", str(tmp_path / f"{out}.jsonl"), where, "--tz=utc", "--client=codex"]) == 0
    found, expected = tmp_path / "of-stream", tmp_path / "of-log"
    assert {path.name: path.read_text() for path in found.iterdir()} == {
        path.name: path.read_text() for path in expected.iterdir()
    }
    # Of a stream the events tell which host's session it is.
    whose = {"session_id": "", "session_number": 0, "host": ""}
    of_stream, of_log = (
        [json.loads(line) | whose for line in (tmp_path / f"{out}.jsonl").read_text().splitlines()]
        for out in ("of-stream", "of-log")
    )
    assert of_stream == of_log != []
    capfd.readouterr()


def test_a_redis_that_is_not_there(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["events", str(tmp_path / "e.jsonl"), "--stream=redis://:secret@127.0.0.1:1"]) == 1
    told = capfd.readouterr().err
    assert told.startswith("mitmagent: the export failed: ")
    assert "redis://127.0.0.1:1" in told
    assert "secret" not in told


def test_no_address(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["events", str(tmp_path / "e.jsonl"), "--stream=box"]) == 2
    assert "redis://HOST:PORT" in capfd.readouterr().err
