"""Every option of mitmagent in one table, and the settings that their values mean.

In: option values as mitmproxy hands them over: text, because mitmproxy checks neither `choices` nor, for script
options, types (a bad integer makes it go on without the addon, silently). Out: `Settings`, or an `OptionsError` that
names the option, the value, what is wrong and what to write instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from addons import option_values as values
from addons.option_values import DEFAULT_LOG_DIR, LOG_DIR_VARIABLE
from addons.pricing.own import VARIABLE, OwnPrice, own_prices
from addons.redis_stream.address import DEFAULT_STREAM, RedisAddress, without_secrets
from addons.redis_stream.address import VARIABLE as REDIS_VARIABLE
from addons.redis_stream.history import Start, parse_start
from addons.redis_stream.ledger import Limits
from addons.redis_stream.sink import SinkSettings
from addons.sinks.timestamps import time_zone
from renderers.view_options import MIN_SUB_DELTAS, ViewOptions

PREFIX = "agent_"


@dataclass(frozen=True, slots=True)
class Option:
    """One row: `parse` turns the text into the setting, or raises ValueError with what to write instead."""

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str


OPTIONS: tuple[Option, ...] = (
    Option(
        "agent_log_dir",
        "",
        values.directory,
        f"Folder of the log. Empty: the environment's {LOG_DIR_VARIABLE}, else {DEFAULT_LOG_DIR}.",
    ),
    Option(
        "agent_intercept",
        "llm",
        values.choice("llm", "all"),
        "Whose TLS to open: llm (known LLM hosts and agent_hosts; all others pass undecrypted) or all.",
    ),
    Option(
        "agent_hosts",
        "",
        values.hosts,
        "Further hosts to treat as LLM hosts, separated by commas; *.example.com takes in its sub-domains.",
    ),
    Option(
        "agent_redact",
        "true",
        values.switch,
        "Replace credentials inside bodies and streams by hashes (those in headers and URLs always are).",
    ),
    Option(
        "agent_timezone", "local", values.zone, "Time zone of time stamps: local, utc, or a name such as Europe/Paris."
    ),
    Option("agent_live", "true", values.switch, "Show on the terminal what the agents are doing, while they do it."),
    Option(
        "agent_details",
        "",
        values.details,
        "How much the view shows of prompt, thinking, text, tool and result: hide, one_line or full, such as "
        "thinking=hide,result=full; tool=raw shows arguments as they come.",
    ),
    Option(
        "agent_function_only", "false", values.switch, "Show what tool calls run and write, and prompts on one line."
    ),
    Option(
        "agent_args_sub_deltas",
        str(MIN_SUB_DELTAS),
        values.sub_deltas,
        "After so many deltas without a known pattern a tool call is shown as JSON; at least 8.",
    ),
    Option("agent_show_fsm", "false", values.switch, "Show how tool calls are recognised."),
    Option(
        "agent_delay_ms", "0", values.milliseconds, "Least time between two pieces on the screen; never slows traffic."
    ),
    Option("agent_flush_ms", "0", values.milliseconds, "Collect text for so long before it goes to the screen."),
    Option("agent_show_time", "false", values.switch, "Show the time of each header."),
    Option("agent_show_flow_id", "false", values.switch, "Show flow ids in headers."),
    Option("agent_log_screen", "false", values.switch, "Say why the screen passes from one agent to another."),
    Option("agent_delta_timing", "false", values.switch, "Say after each block how its deltas were spaced."),
    Option("agent_context_metrics", "false", values.switch, "Say at each call's end in full how full the context is."),
    Option(
        "agent_report",
        "",
        values.report,
        "A report to print when the proxy ends, or at once with mitmdump -n: tokens --since 1d.",
    ),
    Option(
        "agent_prices",
        "",
        own_prices,
        f"Your own prices, a JSON file, before the built-in ones. Empty: the environment's {VARIABLE}, if it is set.",
    ),
    Option("agent_dead_after_s", "60", values.seconds, "Call an exchange dead when it has been silent for so long."),
    Option(
        "agent_keep_bodies",
        "2m",
        values.size,
        "Put redacted bodies up to this size into finished flows, for -w, HAR and mitmweb; 0 puts none.",
    ),
    Option(
        "agent_keep_flows",
        "500",
        values.count,
        "Finished LLM flows that mitmweb and the console keep, beside those that you marked or commented; 0 keeps all.",
    ),
    Option("agent_raw_log", "true", values.switch, "Write sse_responses.log, the response bodies as text."),
    Option("agent_client_copies", "true", values.switch, "Write each client's lines also to <client>/sse_lines.jsonl."),
    Option(
        "agent_session_logs", "true", values.switch, "Write sse_logs/<session>/ with transcript.md and its own lines."
    ),
    Option(
        "agent_rotate_size", "256m", values.size_of_at_least("4k"), "Rotate a log file when it has grown to this size."
    ),
    Option("agent_rotate_days", "7", values.days, "Rotate a log file when it is this many days old."),
    Option(
        "agent_total_size",
        "20g",
        values.size_of_at_least("1m"),
        "Remove the oldest rotated files when the log folder exceeds this size.",
    ),
    Option(
        "agent_redis_url",
        "",
        values.redis_url,
        "Send the log to a Redis stream as well: redis://, rediss://, unix://, or env:NAME, a variable that holds such "
        f"an address. Empty: the environment's {REDIS_VARIABLE}, else none.",
    ),
    Option("agent_redis_stream", DEFAULT_STREAM, values.name, "Name of that stream."),
    Option("agent_redis_maxlen", "200000", values.count, "Trim the stream to about so many entries; 0: never."),
    Option("agent_redis_days", "7", values.days_if_any, "Trim what is this many days old from the stream; 0: never."),
    Option("agent_redis_buffer", "32m", values.size, "How much may wait in memory while Redis is away."),
    Option("agent_host", "", values.host, "Name of this proxy in the stream. Empty: the machine's."),
    Option(
        "agent_source",
        "",
        values.source,
        "Show a log instead of capturing, with mitmdump -n: file:PATH of a sse_lines.jsonl; file:- is standard input; "
        "or a Redis stream, by an address as in agent_redis_url.",
    ),
    Option(
        "agent_source_speed",
        "follow",
        values.speed,
        "Of agent_source: follow (what goes on, and what comes, as tail -f), a multiple of the recorded pace, or inf.",
    ),
    Option(
        "agent_source_from",
        "now",
        parse_start,
        "Where in a Redis stream to begin: now (with the exchanges that go on), start, an entry's id, or a number: "
        "the last so many exchanges.",
    ),
)

NAMES = tuple(option.name for option in OPTIONS)


@dataclass(frozen=True, slots=True)
class Settings:
    """The parsed options, by their names without the prefix. Sizes in bytes."""

    log_dir: Path
    intercept: str
    hosts: tuple[str, ...]
    redact: bool
    timezone: str
    live: bool
    details: Mapping[str, str]
    function_only: bool
    args_sub_deltas: int
    show_fsm: bool
    delay_ms: float
    flush_ms: float
    show_time: bool
    show_flow_id: bool
    log_screen: bool
    delta_timing: bool
    context_metrics: bool
    report: tuple[str, ...]
    prices: tuple[OwnPrice, ...]
    dead_after_s: float
    keep_bodies: int
    keep_flows: int
    raw_log: bool
    client_copies: bool
    session_logs: bool
    rotate_size: int
    rotate_days: float
    total_size: int
    redis_url: RedisAddress | None
    redis_stream: str
    redis_maxlen: int
    redis_days: float
    redis_buffer: int
    host: str
    source: Path | RedisAddress | None
    source_speed: float | None
    source_from: Start

    def sink(self) -> SinkSettings | None:
        """What concerns the sink to Redis; None where none is wanted."""
        if self.redis_url is None:
            return None
        limits = Limits(self.redis_maxlen, round(self.redis_days * 86_400_000))
        return SinkSettings(self.redis_url, self.redis_stream, limits, self.host, self.redis_buffer, self.log_dir)

    def view(self) -> ViewOptions:
        """What concerns the live view. Colour is for whoever knows the terminal."""
        return ViewOptions(
            function_only=self.function_only,
            args_sub_deltas=self.args_sub_deltas,
            show_fsm=self.show_fsm,
            delay_ms=self.delay_ms,
            show_time=self.show_time,
            show_flow_id=self.show_flow_id,
            log_screen=self.log_screen,
            delta_timing=self.delta_timing,
            context_metrics=self.context_metrics,
            flush_ms=self.flush_ms,
            dead_after_s=self.dead_after_s,
            details=self.details,
            timezone=time_zone(self.timezone),
        )


def parse_settings(value_of: Callable[[str], str]) -> Settings:
    """Settings from option values. Raises ValueError: option, value, what to write instead."""
    parsed: dict[str, Any] = {}
    for option in OPTIONS:
        text = value_of(option.name)
        try:
            parsed[option.name.removeprefix(PREFIX)] = option.parse(text)
        except ValueError as wrong:
            raise ValueError(f"{option.name}={without_secrets(text)}: {wrong}.") from None
    return Settings(**parsed)


def complaint_about_unknown(names: Iterable[str]) -> str | None:
    """A sentence about options with our prefix that do not exist, with the nearest that does; None when all are known.

    mitmproxy keeps options that it does not know in silence, since a later script might declare them.
    """
    complaints = []
    for name in sorted(name for name in names if name.startswith(PREFIX) and name not in NAMES):
        nearest = _nearest(name.removeprefix(PREFIX))
        hint = f"did you mean {PREFIX}{nearest}?" if nearest else f"the options are {', '.join(NAMES)}."
        complaints.append(f"there is no option {name}; {hint}")
    return " ".join(complaints) or None


def _nearest(word: str) -> str | None:
    """Of the names without their prefix; a word may also be short for one: tz."""
    names = [name.removeprefix(PREFIX) for name in NAMES]
    near = difflib.get_close_matches(word, names, n=1)
    short_for = [name for name in names if name.startswith(word[:1]) and _has_in_order(name, word)]
    return next(iter([*near, *sorted(short_for, key=len)]), None)


def _has_in_order(name: str, letters: str) -> bool:
    rest = iter(name)
    return all(letter in rest for letter in letters)
