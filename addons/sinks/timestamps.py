"""Time stamps of the log (SPEC S4.6): ISO 8601, local time with its offset, microseconds.

In: nanoseconds of the epoch. Out: text of one fixed width, such as `2026-11-23T10:15:00.123456+01:00`.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_NS_PER_S = 1_000_000_000


def time_zone(name: str) -> tzinfo | None:
    """The zone that `local` (None: as the machine has it), `utc` or an IANA name means. Raises ValueError."""
    if name == "local":
        return None
    if name == "utc":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe" is a folder of the zone data
        raise ValueError("no such time zone; use local, utc or an IANA name such as Europe/Paris") from None


class TimeFormatter:
    """Formats for one zone. It remembers the last second, since a stream brings many frames in each."""

    def __init__(self, zone: str = "local") -> None:
        self._zone = time_zone(zone)
        self._second = -1
        self._prefix = ""
        self._offset = ""

    def format(self, epoch_ns: int) -> str:
        second, rest_ns = divmod(epoch_ns, _NS_PER_S)
        if second != self._second:
            self._enter(second)
        return f"{self._prefix}.{rest_ns // 1000:06d}{self._offset}"

    def _enter(self, second: int) -> None:
        moment = datetime.fromtimestamp(second, UTC).astimezone(self._zone)
        self._prefix = moment.strftime("%Y-%m-%dT%H:%M:%S")
        offset = moment.utcoffset()
        # Historical zones have offsets with seconds; RFC 3339 knows minutes only, and the width is to stay fixed.
        minutes = int(offset.total_seconds()) // 60 if offset else 0
        sign = "-" if minutes < 0 else "+"
        self._offset = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
        self._second = second
