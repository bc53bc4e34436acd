"""Times as people give and read them: `2h`, `2026-11-01`, a day in Paris.

In: text, zone names, moments in UTC without a zone (as the facts have them). Out: such moments; local text; and the
SQL that moves a moment to local time, which needs no time zone library: a zone's offsets since 2020 are a few lines.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])", re.IGNORECASE)
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DATE = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=10)
"""Shorter than the time between any two changes of a zone's offset."""


def zone_of(name: str) -> tzinfo | None:
    """None: as the machine has it. Raises ValueError."""
    if name == "local":
        return None
    if name == "utc":
        return UTC
    from addons.sinks.timestamps import time_zone  # only here: zone data take longer to load than a report

    return time_zone(name)


def parse_moment(text: str, zone: tzinfo | None, now: datetime, is_end: bool = False) -> datetime:
    """A moment in UTC, without a zone. As an end a date means its day's end. Raises ValueError."""
    if found := _AGO.fullmatch(text.strip()):
        return _naive(now - timedelta(seconds=float(found[1]) * _UNITS_S[found[2].lower()]))
    words = {"now": timedelta(0), "today": timedelta(0), "yesterday": timedelta(days=-1)}
    if text in words:
        local = now.astimezone(zone)
        if text == "now":
            return _naive(local)
        text = (local.replace(tzinfo=None) + words[text]).date().isoformat()
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            "use a time ago such as 90m, 2h, 1d or 1w, a date such as 2026-11-01, or a time with it"
        ) from None
    if is_end and _DATE.fullmatch(text):
        told += timedelta(days=1)
    # A naive datetime's astimezone(None) takes it for the machine's own time.
    return _naive(told if told.tzinfo else told.replace(tzinfo=zone) if zone else told.astimezone())


def local_text(moment: datetime, zone: tzinfo | None) -> str:
    """ISO 8601 with its offset and microseconds, as in the log."""
    return moment.replace(tzinfo=UTC).astimezone(zone).isoformat(timespec="microseconds")


def local_sql(zone: tzinfo | None, now: datetime) -> str:
    """The body of a macro of `moment`."""
    first, *changes = _offsets(zone, now + timedelta(days=2))
    cases = "".join(
        f" WHEN moment >= TIMESTAMP '{_naive(at):%Y-%m-%d %H:%M:%S}' THEN {seconds}"
        for at, seconds in reversed(changes)
    )
    seconds_sql = f"CASE{cases} ELSE {first[1]} END" if changes else str(first[1])
    return f"moment + to_seconds({seconds_sql})"


def _offsets(zone: tzinfo | None, last: datetime) -> list[tuple[datetime, int]]:
    """Since when, and how many seconds ahead of UTC."""
    found = [(_FIRST, _offset_s(_FIRST, zone))]
    at = _FIRST
    while at < last:
        after = at + _STEP
        offset_s = _offset_s(after, zone)
        if offset_s != found[-1][1]:
            found.append((_change_between(at, after, zone), offset_s))
        at = after
    return found


def _change_between(before: datetime, after: datetime, zone: tzinfo | None) -> datetime:
    old = _offset_s(before, zone)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _offset_s(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def _offset_s(at: datetime, zone: tzinfo | None) -> int:
    offset = at.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
