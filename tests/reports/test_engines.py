"""The three engines give the same rows, whatever is in the log (SPEC S3.23)."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from addons.reports.catalogue import modes
from addons.reports.question import ENGINES
from addons.sinks import layout
from tests.reports.asking import ask, by_engine, rows_of
from tests.reports.made import MadeLog

ODD_TEXTS = ("plain", "snow \u2603 \U0001f600", "line\nfeed", 'quote "', "nul \u0000 inside", "\u2028")
PURPOSES = ("main", "main", "main", "subagent", "title", "warmup", None)
ENDS = ("complete", "complete", "complete", "error", "client_closed", "upstream_closed")


def any_log(root: Path, seed: int) -> MadeLog:
    """Sessions that interleave, retries, failures, open exchanges, nulls and zeros, rotated and torn files."""
    chance = random.Random(seed)
    log = MadeLog(root)
    for number in range(60):
        session = chance.choice(("s-1", "s-2", "Session \u00fc", None))
        purpose = chance.choice(PURPOSES)
        end = chance.choice(ENDS)
        counts = {name: chance.choice((None, 0, chance.randrange(1, 10**6))) for name in chance.sample(USAGE, 4)}
        content = chance.choice(ODD_TEXTS)
        log.call(
            f"flow-{number}" if chance.random() < 0.9 else f"flow \u2603 {number}",
            at=number * 7 + chance.choice((0, -20, 20000)),
            session=session,
            client=chance.choice(("claude-code", "codex", "unknown")),
            provider=chance.choice(("anthropic", "openai", "llm.example.com")),
            model=chance.choice(("claude-sonnet-4-5", "gpt-5-codex", None)),
            agent_id=chance.choice((None, None, "agent-7")),
            purpose=purpose,
            api=chance.choice(("anthropic.messages", "openai.responses", None)),
            end=end,
            error=chance.choice((None, content)),
            status=chance.choice((200, 200, 429, 529, None)),
            stop_reason=chance.choice(("end_turn", 1, None)),
            duration_ms=chance.choice((0.0, 1.5, 1234.567)),
            ttft_ms=chance.choice((None, 0.5, 800.0)),
            text=content,
            thinking=content if chance.random() < 0.3 else "",
            dropped=chance.choice((0, 0, 2)),
            usage=chance.choice((None, counts)),
            usage_raw=chance.choice((None, {"service_tier": "priority"}, {"cost": 0.25}, {"odd": [1]})),
            tool_calls=[tool_call(chance, place) for place in range(chance.choice((0, 0, 1, 2)))],
            request=request(chance, number, content),
            host=chance.choice((None, "ana", "ben")),
            is_open=chance.random() < 0.1,
            is_asked=chance.random() < 0.95,
        )
        log.frames(f"flow-{number}", *sorted(chance.uniform(0, 5000) for _ in range(chance.randrange(4))))
        if chance.random() < 0.06:
            name = chance.choice((layout.FLOWS, layout.ENDS, layout.LINES))
            if (log.folder / name).exists():
                log.rotate(name, is_compressed=chance.random() < 0.6)
        if chance.random() < 0.1:
            log.append(chance.choice((layout.FLOWS, layout.ENDS, layout.LINES)), chance.choice(NO_RECORDS))
    for name in (layout.FLOWS, layout.ENDS, layout.LINES):
        log.append(name, b"not json")
    log.append(layout.ENDS, SURROGATE)
    log.append(layout.ERRORS, b'{"ts":"2026-11-26T12:00:00+00:00","level":"error","where":"x","error":"y","count":3}')
    log.append_torn(layout.ENDS, b'{"v":1,"ts":"2026-11-26T12:00:00.000000+00:00","flow_id":"torn","us')
    return log


USAGE = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation_1h_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)
NO_RECORDS = (b"not json", b"[1, 2]", b"17", b"'text'", b"null", b"{}", b"", b"[", b"\xff\xfe", b'{"a":')
SURROGATE = (
    rb'{"v":1,"ts":"2026-11-26T13:00:00.000000+00:00","flow_id":"surrogate","session_id":"s-1","client":"codex",'
    rb'"provider":"openai","end":"complete","model":"gpt-5-codex","text":"\ud83d","usage":{"input_tokens":7}}'
)


def tool_call(chance: random.Random, place: int) -> dict[str, object]:
    arguments = chance.choice(({"command": "ls \u2603"}, {"file_path": "/a b"}, None))
    return {
        "id": chance.choice((f"call-{place}", None)),
        "name": chance.choice(("Bash", "Read", "\u00fc")),
        "kind": "client",
        "arguments": arguments,
        "arguments_raw": chance.choice((None, '{"a": 1', "free form")),
    }


def request(chance: random.Random, number: int, content: str) -> dict[str, object]:
    said = [{"role": "user", "content": f"{content} {each}"} for each in range(number // 10, number // 10 + 3)]
    found: dict[str, object] = {"model": "m", "messages": said, "stream": chance.choice((True, None))}
    if chance.random() < 0.3:
        found["service_tier"] = "priority"
    return found


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("any")
    any_log(root, 0)
    return root


@pytest.mark.parametrize("seed", range(1, 4))
def test_engines_agree_on_any_log(tmp_path, seed):
    any_log(tmp_path, seed)
    for mode in ("tokens", "session", "contents"):
        answers = by_engine(tmp_path, mode, "--purpose=all")
        assert answers["index"] == answers["duckdb"]
        assert answers["rg"] == answers["duckdb"]


@pytest.mark.parametrize("mode", modes())
def test_engines_agree(log_dir, mode):
    answers = by_engine(log_dir, mode, "--purpose=all")
    assert answers["index"] == answers["duckdb"]
    assert answers["rg"] == answers["duckdb"]


@pytest.mark.parametrize(
    "words",
    [
        "tokens --group-by session,client,purpose,api,host,day,hour,week,month",
        "tokens --group-by call,agent",
        "tokens --session 2",
        "tokens --session s-",
        "tokens --session #1",
        "tokens --client code --model sonnet,gpt --provider open,anth",
        "tokens --purpose title,warmup",
        "call_index --last 7",
        "call_index --since 2026-11-26T12:01 --until 2026-11-26T12:04",
        "blocks --last 1",
    ],
)
def test_engines_agree_about_filters(log_dir, words):
    answers = by_engine(log_dir, *words.split())
    assert answers["duckdb"]
    assert answers["index"] == answers["duckdb"]
    assert answers["rg"] == answers["duckdb"]


@pytest.mark.parametrize("mode", ["tokens", "call_index", "contents", "latency"])
def test_what_is_skipped_is_counted_alike(log_dir, mode):
    notes = {engine: ask(log_dir, mode, f"--engine={engine}").notes for engine in ENGINES}
    assert notes["index"] == notes["duckdb"] == notes["rg"]
    assert "left out" in "".join(notes["index"])


def test_without_ripgrep_python_reads(log_dir, monkeypatch):
    expected = rows_of(log_dir, "call_index", "--engine=duckdb")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert rows_of(log_dir, "call_index", "--engine=rg") == expected


@pytest.mark.parametrize("engine", ENGINES)
class TestOddLines:
    """A record is told by its fields, not by its form; what is none costs nothing but itself."""

    def tokens(self, log: MadeLog, engine: str) -> int:
        return sum(row["input_tokens"] or 0 for row in rows_of(log.root, "tokens", f"--engine={engine}"))

    def test_a_record_with_a_lone_surrogate_counts(self, tmp_path, engine):
        log = MadeLog(tmp_path)
        log.append(layout.ENDS, SURROGATE)
        assert self.tokens(log, engine) == 7

    @pytest.mark.parametrize("line", NO_RECORDS)
    def test_what_is_no_record_is_passed_over(self, tmp_path, engine, line):
        log = MadeLog(tmp_path)
        log.append(layout.ENDS, line)
        log.append(layout.ENDS, SURROGATE)
        log.append(layout.ENDS, line)
        assert self.tokens(log, engine) == 7

    @pytest.mark.parametrize("line", NO_RECORDS)
    def test_it_is_counted(self, tmp_path, engine, line):
        log = MadeLog(tmp_path)
        log.append(layout.ENDS, line)
        log.append(layout.ENDS, SURROGATE)
        expected = ["1 line is no record: left out."] if line else []
        assert ask(tmp_path, "tokens", f"--engine={engine}").notes == expected

    def test_a_line_that_is_being_written_is_not_counted(self, tmp_path, engine):
        log = MadeLog(tmp_path)
        log.append(layout.ENDS, SURROGATE)
        log.append_torn(layout.ENDS, SURROGATE[:-1])
        assert self.tokens(log, engine) == 7
        assert ask(tmp_path, "tokens", f"--engine={engine}").notes == []

    @pytest.mark.parametrize(
        ("fields", "tokens"),
        [
            pytest.param(b'"usage":{"input_tokens":5,"new":1}', 5, id="fields of a newer version"),
            pytest.param(b'"usage":null', 0, id="null"),
            pytest.param(b'"usage":"none"', 0, id="another type"),
            pytest.param(b'"usage":{"input_tokens":"many"}', 0, id="a count that is none"),
            pytest.param(b'"usage":{"input_tokens":99999999999999999999}', 0, id="a count beyond 64 bits"),
            pytest.param(b'"usage":{"input_tokens":5}, "ts": "yesterday"', 5, id="no time"),
            pytest.param(b'"usage" : { "input_tokens" : 5 }', 5, id="blanks between tokens"),
            pytest.param(b'"model":{"a":1},"usage":{"input_tokens":5}', 5, id="a model that is an object"),
        ],
    )
    def test_fields_may_be_missing_new_or_odd(self, tmp_path, engine, fields, tokens):
        log = MadeLog(tmp_path)
        log.append(layout.ENDS, b'{"v":2,"flow_id":"a",%b}' % fields)
        assert self.tokens(log, engine) == tokens
        assert sum(row["calls"] for row in rows_of(tmp_path, "tokens", f"--engine={engine}")) == 1

    def test_a_line_may_be_longer_than_a_readers_buffer(self, tmp_path, engine):
        log = MadeLog(tmp_path)
        log.append(layout.ENDS, b'{"flow_id":"a","text":"%b","usage":{"input_tokens":5}}' % (b"x" * (40 << 20)))
        assert self.tokens(log, engine) == 5

    def test_empty_files_are_an_empty_log(self, tmp_path, engine):
        log = MadeLog(tmp_path)
        log.append_torn(layout.ENDS, b"")
        assert rows_of(log.root, "tokens", f"--engine={engine}") == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_compressed_file_that_is_damaged_is_left_out_and_that_is_said(tmp_path, engine):
    log = MadeLog(tmp_path)
    for number in range(3):
        log.call(f"flow-{number}", at=number, usage={"input_tokens": 1 << number})
        if number < 2:
            path = log.rotate(layout.ENDS, is_compressed=True)
    path.write_bytes(b"no archive" * 100)
    report = ask(tmp_path, "tokens", f"--engine={engine}")
    assert [row[2] for row in report.rows] == [0b101]
    assert report.notes == [f"{path.name} is damaged: left out."]
