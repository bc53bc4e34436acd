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
    """Formats for one zone, on any thread. It remembers the last second, since a stream brings many frames in each."""

    def __init__(self, zone: str = "local") -> None:
        self._zone = time_zone(zone)
        self._last = (-1, "", "")
        """A second, what stands before its fraction, and behind it."""

    def format(self, epoch_ns: int) -> str:
        second, rest_ns = divmod(epoch_ns, _NS_PER_S)
        last = self._last
        if second != last[0]:
            last = self._last = self._parts(second)
        return f"{last[1]}.{rest_ns // 1000:06d}{last[2]}"

    def _parts(self, second: int) -> tuple[int, str, str]:
        moment = datetime.fromtimestamp(second, UTC).astimezone(self._zone)
        offset = moment.utcoffset()
        # Historical zones have offsets with seconds; RFC 3339 knows minutes only, and the width is to stay fixed.
        minutes = int(offset.total_seconds()) // 60 if offset else 0
        sign = "-" if minutes < 0 else "+"
        offset_text = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
        return second, moment.strftime("%Y-%m-%dT%H:%M:%S"), offset_text
