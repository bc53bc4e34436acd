"""addons/reports/exporting: JSON lines out of the log."""

from __future__ import annotations

import json
import shutil
import stat
from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from addons.export_shell import main
from addons.protocols.events import ExchangeEnded
from addons.reports.exporting.asking import Export, parse_export
from addons.reports.exporting.export import Exported, export
from addons.reports.question import QuestionError
from addons.reports.shell import main as report
from addons.sinks import layout
from addons.sinks.rotation import rotated_files
from tests.reports.call_logs import CallLog, call
from tests.sources.captured import Capture, happenings

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def asked(*words: str) -> Export:
    return parse_export([*words, "--tz=utc"], NOW)


def exported(log_dir: Path, *words: str) -> Exported:
    return export(asked(*words), log_dir)


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module", params=["256m", "8k"], ids=["in one piece", "rotated"])
def captured(request, tmp_path_factory) -> Capture:
    """A finished log of several clients, and what the live view was shown."""
    capture = Capture(tmp_path_factory.mktemp("log"), agent_rotate_size=request.param)
    capture.finish()
    assert bool(rotated_files(capture.lines)) == (request.param == "8k")
    return capture


def root_of(capture: Capture) -> Path:
    return capture.lines.parents[1]


# -- events -----------------------------------------------------------------------------------------------------------


def test_events_are_what_the_live_view_was_shown(captured, tmp_path):
    path = tmp_path / "events.jsonl"
    result = exported(root_of(captured), "events", str(path))
    found, expected = defaultdict(list), defaultdict(list)
    for record in records(path):
        fields = {name: value for name, value in record.items() if name not in ("ts", "flow_id", "event")}
        found[record["flow_id"]].append(fields | {"started_epoch_ns": 0})
    for flow_id, event in captured.screen.shown:
        told = json.loads(json.dumps(asdict(event))) | {"started_epoch_ns": 0}
        expected[flow_id].append({name: value for name, value in told.items() if name != "flow_id"})
    who = {
        flow_id: {name: events[0][name] for name in ("session_id", "client")} for flow_id, events in expected.items()
    }
    assert found == {flow_id: [event | who[flow_id] for event in events] for flow_id, events in expected.items()}
    assert result.files == {path: sum(map(len, expected.values()))}
    assert result.notes == []


def test_events_are_named_as_in_the_vocabulary(captured, tmp_path):
    path = tmp_path / "events.jsonl"
    exported(root_of(captured), "events", str(path), "--client=codex")
    names = {record["event"] for record in records(path)}
    assert {"exchange_started", "tool_arguments_delta", "text_delta", "exchange_ended"} <= names
    assert {record["client"] for record in records(path)} == {"codex"}


def test_events_of_the_last_exchanges(captured, tmp_path):
    path = tmp_path / "events.jsonl"
    exported(root_of(captured), "events", str(path), "--last=2")
    last = [flow_id for flow_id, event in captured.screen.shown if isinstance(event, ExchangeEnded)][-2:]
    assert sorted({record["flow_id"] for record in records(path)}) == sorted(last)


def test_events_of_frames_alone(captured, tmp_path):
    alone = tmp_path / layout.LINES
    shutil.copy(captured.lines, alone)
    path = tmp_path / "events.jsonl"
    exported(tmp_path / "nowhere", "events", str(path), f"--file={alone}")
    assert {record["event"] for record in records(path)} >= {"exchange_started", "text_delta", "exchange_ended"}
    with pytest.raises(QuestionError, match="frames alone"):
        exported(tmp_path / "nowhere", "events", str(path), f"--file={alone}", "--session=1")
    with pytest.raises(QuestionError, match="frames alone"):
        exported(tmp_path / "nowhere", "requests", str(tmp_path), f"--file={alone}")


def test_an_exchange_that_goes_on_has_no_end(tmp_path):
    capture = Capture(tmp_path)
    capture.go_on(60)
    exported(tmp_path, "events", str(tmp_path / "events.jsonl"))
    ends = {record["flow_id"] for record in records(tmp_path / "events.jsonl") if record["event"] == "exchange_ended"}
    assert ends == {flow_id for flow_id, event in capture.screen.shown if isinstance(event, ExchangeEnded)}
    capture.finish()


# -- requests ---------------------------------------------------------------------------------------------------------


def test_requests_are_as_they_were_sent(captured, tmp_path):
    exported(root_of(captured), "requests", "all", str(tmp_path))
    found = {record["flow_id"]: record["request"] for path in tmp_path.iterdir() for record in records(path)}
    sent = {flow_id: item.body for flow_id, item in happenings() if getattr(item, "body", None)}
    assert {flow_id: found[flow_id] for flow_id in sent} == {
        flow_id: json.loads(body) for flow_id, body in sent.items()
    }


def test_each_client_has_its_file(captured, tmp_path):
    exported(root_of(captured), "requests", "all", str(tmp_path))
    clients = {path.name: {record["client"] for record in records(path)} for path in tmp_path.iterdir()}
    assert clients == {
        "requests-claude.jsonl": {"claude-code"},
        "requests-codex.jsonl": {"codex"},
        "requests-unknown.jsonl": {"unknown"},
    }


@pytest.mark.parametrize(("mode", "client"), [("claude", "claude-code"), ("codex", "codex")])
def test_requests_of_one_client(captured, tmp_path, mode, client):
    path = tmp_path / "requests.jsonl"
    result = exported(root_of(captured), "requests", mode, str(path))
    assert {record["client"] for record in records(path)} == {client}
    assert list(result.files) == [path]


@pytest.fixture
def repetitive(tmp_path) -> Path:
    """Two sessions; the first has a retry, a title, and comes back to what it had asked."""
    log = CallLog(tmp_path / "log")
    log.exchange({"messages": ["a"]})
    log.exchange({"messages": ["a"]})
    log.exchange({"messages": ["b"]}, purpose="title")
    log.exchange({"messages": ["a"]}, session="another")
    log.exchange({"messages": ["b"]})
    log.exchange({"messages": ["a"]})
    log.exchange({"messages": ["c"]}, purpose="title")
    return log.root


@pytest.mark.parametrize(
    ("dedupe", "expected"),
    [
        ("none", ["f1", "f2", "f3", "f4", "f5", "f6", "f7"]),
        ("consecutive", ["f1", "f3", "f4", "f6", "f7"]),
        ("content", ["f1", "f3", "f7"]),
        ("latest", ["f4", "f6"]),
    ],
)
def test_deduplication(repetitive, tmp_path, dedupe, expected):
    exported(repetitive, "requests", str(tmp_path), "--dedupe", dedupe)
    assert [record["flow_id"] for record in records(tmp_path / "requests-lab.jsonl")] == expected


def test_the_latest_is_the_sessions_own_agents(tmp_path):
    log = CallLog(tmp_path / "log")
    log.exchange({"messages": ["main"]})
    log.exchange({"messages": ["of a sub-agent"]}, agent_id="a1", purpose="subagent")
    exported(log.root, "requests", str(tmp_path), "--dedupe=latest")
    assert [record["flow_id"] for record in records(tmp_path / "requests-lab.jsonl")] == ["f1"]


def test_the_same_request_has_the_same_hash(repetitive, tmp_path):
    exported(repetitive, "requests", str(tmp_path))
    hashes = {record["flow_id"]: record["hash"] for record in records(tmp_path / "requests-lab.jsonl")}
    assert hashes["f1"] == hashes["f6"] != hashes["f5"]


def test_a_content_that_the_log_has_lost_stays_a_reference(tmp_path):
    log = CallLog(tmp_path / "log")
    log.exchange({"messages": [{"role": "user", "content": "go"}]})
    (layout.main_folder(log.root) / layout.BLOBS).unlink()
    result = exported(log.root, "requests", str(tmp_path))
    ((reference,),) = [record["request"]["messages"] for record in records(tmp_path / "requests-lab.jsonl")]
    assert reference.keys() == {"$ref"}
    assert result.notes == [
        "1 contents of requests are not in the log any more; their references stand in their place."
    ]


# -- a session --------------------------------------------------------------------------------------------------------


def test_a_session(tmp_path):
    log = CallLog(tmp_path / "log")
    usage = {"input_tokens": 1_000_000, "output_tokens": 0}
    model = {"model": "claude-haiku-4-5", "provider": "anthropic"}
    log.exchange(
        {"messages": [{"role": "user", "content": "go"}]}, call("c1", "Bash", {}), text="I look.", usage=usage, **model
    )
    back = {"type": "tool_result", "tool_use_id": "c1", "content": "out", "is_error": True}
    made = {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "Bash", "input": {}}]}
    log.exchange({"messages": [{"role": "user", "content": "go"}, made, {"role": "user", "content": [back]}]})
    log.exchange({"messages": []}, session="another")
    path = tmp_path / "session.jsonl"
    exported(log.root, "session", str(path), "--session=s")
    first, second = records(path)
    assert (first["call"], first["ts"], first["prompt"]) == (1, "2026-11-26T12:00:10.000000+00:00", "go")
    assert (first["text"], first["tool_calls"], first["usage"]) == ("I look.", [call("c1", "Bash", {})], usage)
    assert first["cost_usd"] > 0
    assert first["context_window"] == 200_000
    assert (second["call"], second["prompt"], second["cost_usd"]) == (2, None, None)
    assert second["tool_results"] == [{"call_id": "c1", "text": "out", "is_error": True}]


# -- files and questions ----------------------------------------------------------------------------------------------


def test_only_its_owner_may_read_a_file(repetitive, tmp_path):
    path = tmp_path / "events.jsonl"
    exported(repetitive, "events", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_to_export_makes_no_file(repetitive, tmp_path):
    path = tmp_path / "events.jsonl"
    result = exported(repetitive, "events", str(path), "--session=9")
    assert not path.exists()
    assert result.summary() == "there is nothing to export: no exchange is what was asked for"


def test_no_log_at_all(tmp_path):
    result = exported(tmp_path / "nowhere", "events", str(tmp_path / "events.jsonl"))
    assert "There is no log in" in result.notes[0]


def test_what_fails_leaves_no_file_behind(repetitive, tmp_path, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr("addons.reports.exporting.bodies.local_text", fail)
    with pytest.raises(OSError, match="the disk is gone"):
        exported(repetitive, "requests", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_progress_is_told(repetitive, tmp_path):
    told: list[tuple[int, int]] = []
    export(asked("events", str(tmp_path / "e.jsonl")), repetitive, lambda done, total: told.append((done, total)))
    assert told
    assert all(0 <= done <= total for done, total in told)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], "say what to export, and where to: events FILE, requests claude", id="nothing"),
        pytest.param(["evnets", "x"], "evnets can't be exported", id="a slip"),
        pytest.param(["events"], "name one path: export events FILE", id="no path"),
        pytest.param(["requests", "claude"], "name one path: export requests claude", id="no path for requests"),
        pytest.param(["events", "x", "y"], "one path is enough", id="two paths"),
        pytest.param(
            ["requests", "gemini", "out"],
            "requests of gemini: only claude, codex or all can be told there; for others:"
            " export requests all out --client gemini",
            id="a client that has no word",
        ),
        pytest.param(["requests", "codex", "x", "y"], "one path is enough", id="two paths for requests"),
        pytest.param(["events", "x", "--dedupe=content"], "--dedupe is for requests", id="dedupe for events"),
        pytest.param(["requests", "x", "--dedupe=some"], "--dedupe some: use none, consecutive, content", id="dedupe"),
        pytest.param(["requests", "x", "--dedupe"], "--dedupe : use none", id="dedupe without a value"),
        pytest.param(["session", "x"], "say which session", id="no session"),
        pytest.param(["requests", "all", "x.jsonl"], "name a folder in place of x.jsonl", id="all into one file"),
        pytest.param(["requests", "-"], "name a folder in place of -", id="all to standard output"),
        pytest.param(["requests", "codex", "x", "--client=qwen"], "say the same", id="two clients"),
        pytest.param(["events", "x", "--stream=redis://box", "--file=y"], "say different things", id="stream and file"),
        pytest.param(["events", "x", "--format=csv"], "--format goes with reports", id="a format"),
        pytest.param(["events", "x", "--group-by=model"], "--group-by goes with reports", id="a grouping"),
        pytest.param(["events", "x", "--sicne=1d"], "did you mean --since", id="a filter"),
    ],
)
def test_a_question_that_makes_no_sense(words, expected):
    with pytest.raises(QuestionError, match=expected):
        parse_export(words, NOW)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["events", "{}/none/x.jsonl"], "there is no folder {}/none for x.jsonl: make it, or name another path"),
        (["requests", "all", "{}/none/out"], "there is no folder {}/none for out: make it, or name another path"),
        (["events", "{}"], "{} is a folder: name a file in it"),
        (["requests", "all", "{}/file"], "{}/file is a file: name a folder"),
    ],
)
def test_a_place_where_nothing_can_be_written_is_said_and_nothing_made(repetitive, tmp_path, words, said):
    place = tmp_path / "place"
    place.mkdir()
    (place / "file").touch()
    with pytest.raises(QuestionError) as caught:
        export(parse_export([word.format(place) for word in words], NOW), repetitive)
    assert str(caught.value) == said.format(place)
    assert [path.name for path in place.iterdir()] == ["file"]


def test_in_the_shell(repetitive, tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("AGENT_LOG_DIR", str(repetitive))
    path = tmp_path / "requests.jsonl"
    assert main(["requests", "all", str(tmp_path / "out")]) == 0
    assert capfd.readouterr().err == f"mitmagent: exported 7 records to {tmp_path}/out/requests-lab.jsonl\n"
    assert main(["session", "-", "--session=another"]) == 0
    told = capfd.readouterr()
    assert json.loads(told.out)["session_id"] == "another"
    assert told.err == "mitmagent: exported 1 record to standard output\n"
    assert main(["requests", "codex", str(path)]) == 0
    assert "nothing to export" in capfd.readouterr().err


def test_in_the_shell_a_session_that_is_not_there_is_told_and_no_failure_as_with_reports(
    repetitive, capfd, monkeypatch
):
    monkeypatch.setenv("AGENT_LOG_DIR", str(repetitive))
    statuses = main(["session", "-", "--session=99"]), report(["sessions", "--session=99"])
    told = capfd.readouterr()
    assert statuses == (0, 0)
    assert told.out == ""
    assert told.err.startswith("mitmagent: there is nothing to export")
    assert "There is no session 99" in told.err


@pytest.mark.parametrize("words", [[], ["help"], ["--help"]])
def test_help_tells_what_there_is(words, capsys):
    assert main(words) == 0
    told = capsys.readouterr().out
    assert all(
        word in told for word in ("events", "requests", "session", "--dedupe", "consecutive", "--since", "--file")
    )


def test_a_path_that_cannot_be_written(repetitive, tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("AGENT_LOG_DIR", str(repetitive))
    assert main(["events", str(tmp_path / ("long" * 100))]) == 1
    assert "the export failed: " in capfd.readouterr().err
    assert main(["events", str(tmp_path / "none/events.jsonl")]) == 2
    assert "there is no folder" in capfd.readouterr().err
    assert main(["events"]) == 2
    assert "name one path" in capfd.readouterr().err
