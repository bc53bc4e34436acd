"""What option values mean, a function a sort: from text to the setting.

In: text, as mitmproxy hands it over. Out: the value, or a ValueError that says what to write instead.
"""

from __future__ import annotations

import math
import os
import re
import shlex
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from addons.redis_stream.address import DEFAULT_STREAM, RedisAddress, is_address, parse_address
from addons.redis_stream.address import VARIABLE as REDIS_VARIABLE
from addons.reports.catalogue import find
from addons.reports.question import parse_words
from addons.sinks.timestamps import TimeFormatter
from renderers.view_options import MIN_SUB_DELTAS, ViewOptions

LOG_DIR_VARIABLE = "AGENT_LOG_DIR"
DEFAULT_LOG_DIR = "~/centralized-logs"

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_HOST = re.compile(r"(?:\*?\.)?[\w-]+(?:\.[\w-]+)*", re.ASCII)


def choice(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"use {' or '.join(words)}")
        return text

    return parse


def switch(text: str) -> bool:
    """mitmproxy writes switches as true and false."""
    if text not in ("true", "false"):
        raise ValueError("use true or false")
    return text == "true"


def size(text: str) -> int:
    """Bytes."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError("use a number of bytes, or one with k, m or g, such as 2m")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def size_of_at_least(least: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        told = size(text)
        if told < size(least):
            raise ValueError(f"that is too little for a log; use at least {least}")
        return told

    return parse


def days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0 < days < 36_500:
        raise ValueError("use a number of days above 0, such as 7 or 0.5")
    return days


def hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(part for part in re.split(r"[,\s]+", text) if part)
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(
                f"{host!r} is no host name; use names without scheme, port or path, such as llm.example.com,*.corp.net"
            )
    return hosts


def zone(text: str) -> str:
    TimeFormatter(text)
    return text


def directory(text: str) -> Path:
    from_environment = os.environ.get(LOG_DIR_VARIABLE) if not text else None
    path = Path(text or from_environment or DEFAULT_LOG_DIR).expanduser().absolute()
    if path.exists() and not path.is_dir():
        named_by = f"the environment's {LOG_DIR_VARIABLE}, {path}," if from_environment else str(path)
        raise ValueError(f"{named_by} is a file; name a folder")
    return path


def source(text: str) -> Path | RedisAddress | None:
    """None: none is wanted. `-` is standard input."""
    kind, found, path = text.partition(":")
    if not text:
        return None
    if is_address(text):
        return parse_address(text)
    if kind != "file" or not found or not path:
        raise ValueError(
            "use file:PATH, the path of a sse_lines.jsonl, file:- for standard input, or the address of a Redis, "
            "such as redis://HOST:PORT/DB"
        )
    return Path(path).expanduser()


def redis_url(text: str) -> RedisAddress | None:
    if not text and not os.environ.get(REDIS_VARIABLE):
        return None
    return parse_address(text or f"env:{REDIS_VARIABLE}")


def name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError(f"use a name, such as {DEFAULT_STREAM}")
    return text


def host(text: str) -> str:
    return name(text) if text else socket.gethostname()


def count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("use a whole number, or 0 for no limit")
    return int(text)


def days_if_any(text: str) -> float:
    """0: no limit."""
    return 0.0 if text == "0" else days(text)


def speed(text: str) -> float | None:
    """None: follow."""
    if text == "follow":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not speed >= 0:
        raise ValueError("use follow, a number (1 is the recorded pace, 10 ten times as fast), or inf for at once")
    return speed or math.inf


def report(text: str) -> tuple[str, ...]:
    """Its words; empty: none is wanted."""
    words = tuple(shlex.split(text))
    if words:
        find(parse_words(words, datetime.now(UTC)).mode)
    return words


def milliseconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 60_000:
        raise ValueError("use milliseconds from 0 to 60000")
    return number


def seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 86_400:
        raise ValueError("use seconds above 0, such as 60")
    return number


def sub_deltas(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < MIN_SUB_DELTAS:
        raise ValueError(f"use a whole number of at least {MIN_SUB_DELTAS}; a call can't be told from fewer deltas")
    return int(text)


def details(text: str) -> dict[str, str]:
    """`thinking=hide,result=full`."""
    pairs = [part.partition("=") for part in re.split(r"[,\s]+", text) if part]
    details = {kind: level for kind, _, level in pairs}
    try:
        ViewOptions(details=details)
    except ValueError as wrong:
        raise ValueError(f"{wrong}; write such as thinking=hide,result=full") from None
    return details
