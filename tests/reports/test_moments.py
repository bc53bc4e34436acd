"""Times as people give and read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.reports.database import connect
from addons.reports.moments import local_sql, local_text, parse_moment

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", datetime(2026, 3, 10, 8, 0)),
        ("2h", datetime(2026, 3, 10, 7, 30)),
        ("1.5h", datetime(2026, 3, 10, 8, 0)),
        ("1d", datetime(2026, 3, 9, 9, 30)),
        ("1w", datetime(2026, 3, 3, 9, 30)),
        ("now", datetime(2026, 3, 10, 9, 30)),
        ("today", datetime(2026, 3, 9, 23, 0)),
        ("yesterday", datetime(2026, 3, 8, 23, 0)),
        ("2026-03-01", datetime(2026, 2, 28, 23, 0)),
        ("20260301", datetime(2026, 2, 28, 23, 0)),
        ("2026-03-01T09:30", datetime(2026, 3, 1, 8, 30)),
        ("2026-03-01 09:30:05", datetime(2026, 3, 1, 8, 30, 5)),
        ("2026-03-01T09:30:00Z", datetime(2026, 3, 1, 9, 30)),
        ("2026-03-01T09:30:00-05:00", datetime(2026, 3, 1, 14, 30)),
    ],
)
def test_what_people_write_is_a_moment(text, expected):
    assert parse_moment(text, PARIS, NOW) == expected


def test_as_an_end_a_date_means_the_days_end():
    assert parse_moment("2026-03-01", PARIS, NOW, is_end=True) == datetime(2026, 3, 1, 23, 0)


def test_text_has_the_zones_offset():
    assert local_text(datetime(2026, 7, 1, 12), PARIS) == "2026-07-01T14:00:00.000000+02:00"


@pytest.mark.parametrize("name", ["UTC", "Europe/Paris", "America/St_Johns", "Asia/Kolkata", "Africa/Casablanca"])
@given(seconds=st.integers(0, 6 * 365 * 86400))
def test_in_sql_local_time_is_that_of_the_zones_own_rules(name, seconds):
    zone = ZoneInfo(name)
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    sql = local_sql(zone, NOW).replace("moment", f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'")
    assert CONNECTION.execute(f"SELECT {sql}").fetchall() == [(moment.astimezone(zone).replace(tzinfo=None),)]


CONNECTION = connect(None, 1)
