"""Time stamps: ISO 8601 with the zone's offset and microseconds (SPEC S4.6)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.sinks.timestamps import TimeFormatter

SUMMER_NS = 1_784_000_000_123_456_789  # 2026-07-14T03:33:20.123456789Z
WINTER_NS = 1_795_428_900_000_001_000  # 2026-11-23T10:15:00.000001Z


@pytest.mark.parametrize(
    ("zone", "epoch_ns", "expected"),
    [
        pytest.param("utc", SUMMER_NS, "2026-07-14T03:33:20.123456+00:00", id="utc, nanoseconds cut off"),
        pytest.param("utc", WINTER_NS, "2026-11-23T10:15:00.000001+00:00", id="utc, zeros kept"),
        pytest.param("Europe/Paris", SUMMER_NS, "2026-07-14T05:33:20.123456+02:00", id="summer time"),
        pytest.param("Europe/Paris", WINTER_NS, "2026-11-23T11:15:00.000001+01:00", id="winter time"),
        pytest.param("America/St_Johns", WINTER_NS, "2026-11-23T06:45:00.000001-03:30", id="west, half an hour"),
        pytest.param("Asia/Kathmandu", WINTER_NS, "2026-11-23T16:00:00.000001+05:45", id="three quarters"),
        pytest.param("utc", 0, "1970-01-01T00:00:00.000000+00:00", id="the epoch"),
    ],
)
def test_format(zone: str, epoch_ns: int, expected: str) -> None:
    assert TimeFormatter(zone).format(epoch_ns) == expected


def test_local_is_the_machines_zone() -> None:
    moment = datetime.fromtimestamp(WINTER_NS // 10**9, UTC).astimezone()
    assert datetime.fromisoformat(TimeFormatter("local").format(WINTER_NS)).utcoffset() == moment.utcoffset()


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "", "../etc/passwd", "UTC+1"])
def test_a_bad_zone_is_refused_with_a_remedy(zone: str) -> None:
    with pytest.raises(ValueError, match="use local, utc or an IANA name"):
        TimeFormatter(zone)


@given(st.lists(st.integers(0, 4_000_000_000_000_000_000), max_size=8))
def test_the_remembered_second_never_shows(moments: list[int]) -> None:
    """In whatever order moments come, each is what `datetime` makes of it."""
    formatter = TimeFormatter("Europe/Paris")
    for epoch_ns in moments:
        seconds, rest_ns = divmod(epoch_ns, 10**9)
        moment = datetime.fromtimestamp(seconds, ZoneInfo("Europe/Paris")).replace(microsecond=rest_ns // 1000)
        assert formatter.format(epoch_ns) == moment.isoformat(timespec="microseconds")
