"""addons/capture/transcript.py: a session as a person would read it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from addons.capture.intake import Request
from addons.capture.transcript import transcript_piece
from addons.protocols.events import ToolReturn
from addons.sinks.records import EndFields
from tests.exchanges import intake, request

TS = "2026-11-23T10:15:00.123456+01:00"


@pytest.fixture
def asked(tmp_path: Path) -> Request:
    return replace(intake(tmp_path).take(request()), prompt=None)


def answered(**changed: Any) -> EndFields:
    whole = EndFields(
        end="complete",
        error=None,
        status=200,
        purpose="main",
        api="anthropic.messages",
        model="claude-lab-1",
        response_id="msg_1",
        events=7,
        bytes=99,
        duration_ms=1000.0,
        ttft_ms=200.0,
        stop_reason="end_turn",
        text="",
        thinking="",
        tool_calls=[],
        usage=None,
        usage_raw=None,
        dropped=0,
    )
    return replace(whole, **changed)


def call(arguments: Any, raw: str | None = None) -> dict[str, Any]:
    return {"id": "toolu_1", "name": "Bash", "kind": "client", "arguments": arguments, "arguments_raw": raw}


def test_a_turn_reads_from_its_results_to_its_end(asked: Request) -> None:
    returns = (ToolReturn("toolu_0", "a\nb", False), ToolReturn("toolu_1", "no such file", True))
    usage = {"input_tokens": 12345, "cache_read_input_tokens": 12000, "output_tokens": 0}
    told = answered(thinking="Hm.", text="Done.", tool_calls=[call({"command": "ls"})], usage=usage)
    assert transcript_piece(replace(asked, prompt="Go on\nplease.", tool_returns=returns), told, TS) == (
        f"""## {TS} · claude-lab-1

**Result**

> a
> b

**Result (error)**

> no such file

**Prompt**

> Go on
> please.

**Thinking**

> Hm.

Done.

**Bash**

```json
{{"command":"ls"}}
```

*complete · end_turn · 12,345 in · 12,000 cached · 0 out*

"""
    )


def test_what_was_not_said_leaves_no_heading(asked: Request) -> None:
    assert transcript_piece(asked, answered(), TS) == f"## {TS} · claude-lab-1\n\n*complete · end_turn*\n\n"


def test_what_a_model_wrote_controls_no_terminal(asked: Request) -> None:
    piece = transcript_piece(asked, answered(text="\x1b[31mred\x1b[0m\n\u202eback"), TS)
    assert piece is not None
    assert piece.split("\n\n")[1] == "\u241b[31mred\u241b[0m\n<U+202E>back"


def test_a_sub_agent_is_named(asked: Request) -> None:
    piece = transcript_piece(replace(asked, purpose="subagent", agent_id="a-7"), answered(model=None), TS)
    assert piece is not None
    assert piece.startswith(f"## {TS} · unknown model · sub-agent a-7\n")


@pytest.mark.parametrize("purpose", ["title", "router", "warmup", "count_tokens", "other"])
def test_what_is_no_conversation_is_left_out(asked: Request, purpose: str) -> None:
    assert transcript_piece(replace(asked, purpose=purpose), answered(text="A title"), TS) is None


@pytest.mark.parametrize(
    ("changed", "last"),
    [
        pytest.param({"end": "client_closed", "stop_reason": None}, "client closed", id="the client left"),
        pytest.param({"end": "error", "error": "Overloaded", "stop_reason": None}, "error · Overloaded", id="an error"),
        pytest.param({"stop_reason": 1, "usage": {"output_tokens": None}}, "complete · 1", id="told in numbers"),
    ],
)
def test_the_last_line_says_how_it_ended(asked: Request, changed: dict[str, Any], last: str) -> None:
    piece = transcript_piece(asked, answered(**changed), TS)
    assert piece is not None
    assert piece.endswith(f"*{last}*\n\n")


@pytest.mark.parametrize(
    ("arguments", "raw", "shown"),
    [
        pytest.param({"command": "ls"}, '{"command": "ls"}', '```json\n{"command":"ls"}\n```', id="JSON"),
        pytest.param(None, "*** Begin Patch", "```json\n*** Begin Patch\n```", id="free-form"),
        pytest.param(None, '{"cut', '```json\n{"cut\n```', id="cut"),
        pytest.param(None, None, "```json\n\n```", id="none"),
        pytest.param({"md": "```\ncode"}, None, '````json\n{"md":"```\\ncode"}\n````', id="a fence inside"),
        pytest.param({"md": "`````"}, None, '``````json\n{"md":"`````"}\n``````', id="a longer fence inside"),
        pytest.param({}, "", "```json\n{}\n```", id="empty object"),
    ],
)
def test_a_calls_arguments_stand_in_a_fence_that_they_cannot_close(
    asked: Request, arguments: Any, raw: str | None, shown: str
) -> None:
    piece = transcript_piece(asked, answered(tool_calls=[call(arguments, raw)]), TS)
    assert piece is not None
    assert f"**Bash**\n\n{shown}\n\n" in piece
