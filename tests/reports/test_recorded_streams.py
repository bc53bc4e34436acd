"""The reports on the log of every recorded stream, engine by engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from addons.capture.observed import ChunkSeen, Cut, EndSeen, HeadSeen
from addons.capture.pipeline import Pipeline
from addons.options import OPTIONS, parse_settings
from addons.reports.facts import USAGE_FIELDS
from addons.reports.question import ENGINES, GROUPS
from tests.e2e.recorded import streams
from tests.exchanges import NEVER_DAYS
from tests.reports.asking import by_engine, rows_of
from tests.sources.captured import Screen, at, request

pytestmark = pytest.mark.skipif(not streams(), reason="../shared/streams is not here")


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of the pipeline, after each stream has gone through it."""
    root = tmp_path_factory.mktemp("recorded")
    values = {option.name: option.default for option in OPTIONS}
    values |= {"agent_log_dir": str(root), "agent_rotate_days": NEVER_DAYS}
    pipeline = Pipeline(lambda: parse_settings(values.__getitem__), Screen(), lambda _: None)  # type: ignore[arg-type]
    for number, stream in enumerate(streams()):
        flow_id, ms = f"stream-{number}", number * 1000.0
        pipeline.handle(flow_id, request(ms, flow_id, stream.url, {}, stream.request))
        pipeline.handle(flow_id, HeadSeen(at(ms + 100), 200, stream.headers))
        pipeline.handle(flow_id, ChunkSeen(at(ms + 200), stream.body))
        pipeline.handle(flow_id, EndSeen(at(ms + 300), Cut.NONE))
        pipeline.flush()
    pipeline.close()
    return root


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("group_by", ["model", "session", "call", "client,day"])
def test_sums_of_tokens_are_those_of_the_end_records(log_dir, engine, group_by):
    lines = (log_dir / "all-mitm-sse/sse_flow_ends.jsonl").read_text().splitlines()
    usages = [json.loads(line)["usage"] for line in lines]
    expected = {name: sum(usage[name] or 0 for usage in usages) for name in USAGE_FIELDS}
    rows = rows_of(log_dir, "tokens", f"--engine={engine}", f"--group-by={group_by}")
    assert {name: sum(row[name] or 0 for row in rows) for name in USAGE_FIELDS} == expected
    assert sum(row["calls"] for row in rows) == len(lines)


@pytest.mark.parametrize("mode", ["call_index", "cost", "session", "tool_calls", "latency", "contents", "envelope"])
def test_engines_agree(log_dir, mode):
    answers = by_engine(log_dir, mode)
    assert answers["index"] == answers["duckdb"]
    assert answers["rg"] == answers["duckdb"]


@pytest.mark.parametrize("group_by", GROUPS)
def test_money_is_the_same_however_it_is_grouped(log_dir, group_by):
    whole = sum(row["cost"] or 0 for row in rows_of(log_dir, "cost", "--group-by=provider"))
    grouped = sum(row["cost"] or 0 for row in rows_of(log_dir, "cost", f"--group-by={group_by}"))
    assert grouped == pytest.approx(whole)
