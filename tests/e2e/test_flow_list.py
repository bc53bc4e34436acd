"""The list of flows in mitmweb: comments, content views, how many it keeps; and flows from a file (SPEC S3.8)."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.authority import Authority
from tests.e2e.harness import wait_until
from tests.e2e.stage import PASSWORD, Stage, stage

KEEP = 3


def asked(played: Stage, path: str) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", played.web_port)
    connection.request("GET", path, headers={"authorization": f"Bearer {PASSWORD}"})
    return json.loads(connection.getresponse().read())


def comments(played: Stage) -> list[str]:
    return [flow["comment"] for flow in asked(played, "/flows")]


def views(played: Stage, flow_id: str) -> list[tuple[str, str]]:
    """Of a request and its answer: the view that mitmproxy chooses, and its text."""
    found = [asked(played, f"/flows/{flow_id}/{part}/content/auto.json") for part in ("request", "response")]
    return [(one["view_name"], one["text"]) for one in found]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, authority: Authority, confdir: Path) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("list")
    options = {"save_stream_file": str(folder / "saved.flows"), "agent_keep_flows": str(KEEP)}
    with stage(folder, authority, confdir, **options) as found:
        agent = found.agent("list-session")
        for number in range(KEEP + 2):
            agent.ask(f"Question {number}?")
            agent.think("Let me see.")
            agent.say(f"Answer {number}.")
            agent.rest(input_tokens=1200)
        wait_until(lambda: len(comments(found)) == KEEP, lambda: str(comments(found)), 20)
        yield found


def test_the_oldest_flows_are_removed(played: Stage) -> None:
    questions = [views(played, flow["id"])[1][1] for flow in asked(played, "/flows")]
    assert [f"Answer {number}." in text for number, text in enumerate(questions, 2)] == [True] * KEEP


def test_comments(played: Stage) -> None:
    assert all(comment.startswith("#1 claude-code · done: end_turn · 1.2k in 5 out") for comment in comments(played))


def test_content_views(played: Stage) -> None:
    (request_view, request), (answer_view, answer) = views(played, asked(played, "/flows")[-1]["id"])
    assert (request_view, answer_view) == ("Agent", "Agent")
    assert "messages: 7 → 9 · new: 8 to 9" in request
    assert "✻ Let me see.\n\nAnswer 4." in answer


def test_a_file_brings_back_all_of_it(played: Stage, tmp_path: Path, authority: Authority, confdir: Path) -> None:
    saved = played.proxy.folder / "saved.flows"
    with stage(tmp_path, authority, confdir, rfile=str(saved)) as again:
        wait_until(lambda: len(comments(again)) == KEEP + 2, lambda: str(comments(again)), 20)
        # As they stood at the end, not while they were being saved.
        assert all("done: end_turn" in comment for comment in comments(again))
        flow_id = asked(again, "/flows")[1]["id"]
        wait_until(lambda: "new: 2 to 3" in views(again, flow_id)[0][1], lambda: views(again, flow_id)[0][1], 20)
        assert [view for view, _ in views(again, flow_id)] == ["Agent", "Agent"]
