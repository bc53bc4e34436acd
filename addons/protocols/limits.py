"""What the head of an answer says about limits: how much of an allowance is used, and how long to wait.

In: response headers (lower-case names) and the time. Out: `Allowance`s, as a table of headers has them (Anthropic's
unified limits of subscriptions and its limits per minute, Codex' windows, OpenAI's limits per minute), and the seconds
of `retry-after` (RFC 9110, 10.2.3). What is missing or makes no sense tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from addons.protocols.events import Allowance

_UNIFIED = re.compile(r"anthropic-ratelimit-unified-([a-z0-9-]+)-utilization")
_WINDOWS = {"5h": "5-hour", "7d": "weekly"}
_MINUTES = {300: "5-hour", 1440: "daily", 10080: "weekly"}
_CODEX = ("primary", "secondary")
_PER_MINUTE = ("requests", "tokens", "input-tokens", "output-tokens")

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_UNITS_S = (86_400.0, 3600.0, 60.0, 1.0, 0.001)


def allowances_of(headers: Mapping[str, str], now_epoch_s: float) -> tuple[Allowance, ...]:
    return (
        *_unified(headers, now_epoch_s),
        *_codex(headers, now_epoch_s),
        *_per_minute(headers, now_epoch_s),
    )


def retry_after_s(headers: Mapping[str, str], now_epoch_s: float) -> float | None:
    """How long the provider asks to wait; None: it does not say."""
    if (after_ms := _number(headers.get("retry-after-ms"))) is not None:
        return after_ms / 1000
    told = headers.get("retry-after", "")
    if (after_s := _number(told)) is not None:
        return after_s
    try:
        return max(0.0, parsedate_to_datetime(told).timestamp() - now_epoch_s)
    except ValueError:
        return None


def _unified(headers: Mapping[str, str], now_epoch_s: float) -> Iterator[Allowance]:
    for name, value in headers.items():
        found = _UNIFIED.fullmatch(name)
        used = _number(value) if found else None
        if found and used is not None:
            reset = _number(headers.get(f"anthropic-ratelimit-unified-{found[1]}-reset"))
            yield Allowance(_WINDOWS.get(found[1], found[1]), used, None if reset is None else reset - now_epoch_s)


def _codex(headers: Mapping[str, str], now_epoch_s: float) -> Iterator[Allowance]:
    for which in _CODEX:
        used = _number(headers.get(f"x-codex-{which}-used-percent"))
        if used is None:
            continue
        minutes = _number(headers.get(f"x-codex-{which}-window-minutes"))
        name = which if not minutes else _MINUTES.get(round(minutes), f"{minutes / 60:.0f}-hour")
        at = _number(headers.get(f"x-codex-{which}-reset-at"))
        after = _number(headers.get(f"x-codex-{which}-reset-after-seconds"))
        yield Allowance(name, used / 100, after if at is None else at - now_epoch_s)


def _per_minute(headers: Mapping[str, str], now_epoch_s: float) -> Iterator[Allowance]:
    for kind in _PER_MINUTE:
        for pattern in ("anthropic-ratelimit-{1}-{0}", "x-ratelimit-{0}-{1}"):
            limit, remaining = (_number(headers.get(pattern.format(what, kind))) for what in ("limit", "remaining"))
            if limit and remaining is not None:
                reset = headers.get(pattern.format("reset", kind), "")
                yield Allowance(kind.replace("-", " "), 1 - remaining / limit, _until(reset, now_epoch_s))
                break


def _number(text: str | None) -> float | None:
    """A number that is not negative."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _until(reset: str, now_epoch_s: float) -> float | None:
    """`2026-01-01T00:00:00Z`, or a duration such as `6m0s` or `12ms`."""
    found = _DURATION.fullmatch(reset)
    if found and reset:
        return sum(float(part) * unit for part, unit in zip(found.groups(), _UNITS_S, strict=True) if part)
    try:
        at = datetime.fromisoformat(reset)
    except ValueError:
        return None
    return at.timestamp() - now_epoch_s if at.tzinfo is not None else None
