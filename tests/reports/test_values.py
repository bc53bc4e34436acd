"""Values as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from addons.reports.columns import Kind
from addons.reports.values import shown


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.INTEGER, 1234567, "1,234,567"),
        (Kind.INTEGER, 0, "0"),
        (Kind.INTEGER, None, ""),
        (Kind.FLOAT, 12.345, "12.3"),
        (Kind.MONEY, 1234.567, "$1,234.57"),
        (Kind.MONEY, 0.0123456, "$0.0123"),
        (Kind.MONEY, 0.0, "$0.00"),
        (Kind.MONEY, None, "unknown"),
        (Kind.SHARE, 0.905, "90%"),
        (Kind.BYTES, 0, "0 B"),
        (Kind.BYTES, 999, "999 B"),
        (Kind.BYTES, 12_345, "12.3 kB"),
        (Kind.BYTES, 3_000_000_000, "3.0 GB"),
        (Kind.BYTES, 5_000_000_000_000_000, "5,000.0 TB"),
        (Kind.MILLISECONDS, 7.4, "7 ms"),
        (Kind.MILLISECONDS, 1234.5, "1.2 s"),
        (Kind.MILLISECONDS, 1_200_000, "20 min"),
        (Kind.SESSION, 3, "#3"),
        (Kind.NAME, True, "yes"),
        (Kind.NAME, False, ""),
        (Kind.TIME, datetime(2026, 7, 1, 12, 30, 15, 999999), "2026-07-01 12:30:15"),
    ],
)
def test_a_value_as_people_read_it(kind, value, expected):
    assert shown(value, kind, UTC) == expected
