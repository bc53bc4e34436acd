"""What can be asked and done about a stream by command (SPEC S1.5), the same from mitmproxy and from the shell.

In: a client, the stream's names. Out: tables, whose first row is the heading, with control characters made visible. All
raise redis-py's errors, and ValueError with what to write instead.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from addons.redis_stream.entry import received, with_host
from addons.redis_stream.history import BEGINNING, parse_start
from addons.redis_stream.ledger import Names
from addons.redis_stream.sink import SinkStatus
from renderers.sanitise import one_line

type Table = list[list[str]]

MOST_READ = 10_000
_MOST_CHARS = 200
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_AGE = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


def info(client: Any, names: Names, status: SinkStatus | None) -> Table:
    """Lengths, lags, rates, drops. `status` is that of this process's sink."""
    from redis.exceptions import ResponseError

    now_ms = _server_ms(client)
    rows: Table = [["what", "value"]]
    try:
        stream = client.xinfo_stream(names.stream)
    except ResponseError:
        return [*rows, ["stream", f"{names.stream} does not exist"], *_sink_rows(status)]
    rows.append(["entries", f"{stream['length']:,}"])
    rows.append(["memory", f"{(client.memory_usage(names.stream) or 0) / (1 << 20):,.1f} MB"])
    if stream["length"]:
        rows.append(["first entry", f"{_id(stream['first-entry'][0])}, {_ago(stream['first-entry'][0], now_ms)}"])
        rows.append(["last entry", f"{_id(stream['last-entry'][0])}, {_ago(stream['last-entry'][0], now_ms)}"])
    rows.append(["exchanges remembered", f"{max(0, client.hlen(names.seen)):,}"])
    rows.append(["contents in the stream", f"{client.hlen(names.blobs):,}"])
    policy = client.info("memory").get("maxmemory_policy")
    if policy not in (None, "noeviction"):
        rows.append(["maxmemory policy", f"{policy}: Redis may remove the stream or what it remembers; use noeviction"])
    for proxy, told in sorted(client.hgetall(names.proxies).items()):
        count, last_ms, host = told.split(b" ", 2)
        rows.append(
            [
                f"proxy {_text(host)}",
                f"{int(count):,} records, last {_seconds(now_ms - int(last_ms))} ago ({_text(proxy)})",
            ]
        )
    for group in client.xinfo_groups(names.stream):
        lag = group.get("lag")
        behind = "lag not known" if lag is None else f"{lag:,} behind"
        rows.append(
            [f"group {_text(group['name'])}", f"{behind}, {group['pending']:,} in work, {group['consumers']} readers"]
        )
    return rows + _sink_rows(status)


def read(client: Any, names: Names, count: int, after: str) -> Table:
    """Entries in order: the last ones, or those from `after` on (as agent_source_from: an id, or start)."""
    rows: Table = [["id", "time", "host", "key", "record"]]
    for id, fields in _entries(client, names, count, after):
        each = received(id, fields)
        if each is None:
            rows.append([_id(id), _time(id), "", "", "an entry of another program"])
        else:
            rows.append([_id(id), _time(id), _safe(each.host), _text(fields[b"key"]), _text(each.entry.line)])
    return rows


def read_lines(client: Any, names: Names, count: int, after: str) -> list[bytes]:
    """The same as JSON lines, each with its host."""
    found = [received(id, fields) for id, fields in _entries(client, names, count, after)]
    return [with_host(each.entry.line, each.host) for each in found if each is not None]


def delete(client: Any, names: Names, ids: Sequence[str]) -> Table:
    """They are gone for good: a backfill does not bring them back."""
    for id in ids:
        if not re.fullmatch(r"\d+-\d+", id):
            raise ValueError(f"{id} is no entry's id; use such as 1764150000000-0, as agent.redis.read shows them")
    if not ids:
        raise ValueError("name the ids of entries, as agent.redis.read shows them")
    return [["what", "value"], ["entries deleted", f"{client.xdel(names.stream, *ids):,}"]]


def trim(client: Any, names: Names, limit: str) -> Table:
    """To so many of the newest entries, or to those that are not older than an age such as 2d."""
    if limit.isascii() and limit.isdigit():
        gone = client.xtrim(names.stream, maxlen=int(limit), approximate=False)
    elif (age_s := age_of(limit)) is not None:
        gone = client.xtrim(names.stream, minid=max(0, _server_ms(client) - round(age_s * 1000)), approximate=False)
    else:
        raise ValueError(
            f"trim to a number of entries, such as 10000, or to an age, such as 2d or 12h, not to {limit!r}"
        )
    return [["what", "value"], ["entries trimmed", f"{gone:,}"], ["entries left", f"{client.xlen(names.stream):,}"]]


def since_ms(text: str) -> int:
    """From when on to send after: an age such as 2d, a time such as 2026-11-25T08:00, or nothing for all there is."""
    if not text:
        return 0
    if (age_s := age_of(text)) is not None:
        return round((time.time() - age_s) * 1000)
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise ValueError(f"use an age, such as 2d or 12h, or a time, such as 2026-11-25T08:00, not {text!r}") from None


def age_of(text: str) -> float | None:
    """In seconds; None for what is no age."""
    found = _AGE.fullmatch(text)
    return float(found[1]) * _UNITS_S[found[2]] if found else None


def printed(table: Table, width: int) -> list[str]:
    """The table as lines of text, cut off at the width."""
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    lines = ["  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip() for row in table]
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]


def _entries(client: Any, names: Names, count: int, after: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
    if not 0 < count <= MOST_READ:
        raise ValueError(f"read from 1 to {MOST_READ} entries at once, not {count}")
    if not after:
        newest: list[tuple[bytes, dict[bytes, bytes]]] = client.xrevrange(names.stream, count=count)
        return newest[::-1]
    start = parse_start(after)
    if start.after is None:
        raise ValueError(f"read from start or from an entry's id on, not from {after!r}")
    minimum = b"-" if start.after == BEGINNING else b"(" + start.after
    found: list[tuple[bytes, dict[bytes, bytes]]] = client.xrange(names.stream, min=minimum, count=count)
    return found


def _sink_rows(status: SinkStatus | None) -> Table:
    if status is None:
        return []
    behind = "" if status.behind_ms is None else f", the first for {_seconds(status.behind_ms)}"
    rows = [
        ["sent from here", f"{status.sent:,} records, {status.rate:,.1f} a second"],
        ["waiting here", f"{status.waiting:,} records, {status.waiting_bytes / (1 << 20):,.1f} MB{behind}"],
        ["dropped here", f"{status.dropped:,} records, which only the log has until they are sent after"],
        ["doubles refused", f"{status.doubles:,}"],
    ]
    if status.outage:
        rows.append(["outage", status.outage])
    if status.backfill:
        rows.append(["backfill", f"{status.backfill.read:,} records looked at, {status.backfill.sent:,} sent"])
    return rows


def _server_ms(client: Any) -> int:
    seconds, micros = client.time()
    return int(seconds) * 1000 + int(micros) // 1000


def _ago(id: bytes, now_ms: int) -> str:
    return f"{_seconds(now_ms - int(id.partition(b'-')[0]))} ago"


def _seconds(ms: int) -> str:
    seconds = max(0, ms) / 1000
    for unit, size in reversed(_UNITS_S.items()):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:,.1f} s"


def _time(id: bytes) -> str:
    moment = datetime.fromtimestamp(int(id.partition(b"-")[0]) / 1000)
    return f"{moment:%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"


def _id(id: bytes) -> str:
    return id.decode("ascii", "replace")


def _text(value: bytes) -> str:
    return _safe(value[:_MOST_CHARS].decode("utf-8", "replace"))


def _safe(text: str) -> str:
    return one_line(text, _MOST_CHARS)
