"""Rotation: names, order, and when a file is due (SPEC S4.9)."""

from __future__ import annotations

from pathlib import Path

import pytest

from addons.sinks.rotation import began_s, parse_rotated, rotate, rotated_files

NOON_S = 1_795_428_900.0  # 2026-11-23T10:15:00Z


@pytest.mark.parametrize(
    ("name", "rotated"),
    [
        ("sse_lines.jsonl", "sse_lines.20261123T101500Z.jsonl"),
        ("sse_responses.log", "sse_responses.20261123T101500Z.log"),
        ("sse_logger.error", "sse_logger.20261123T101500Z.error"),
    ],
)
def test_the_name_of_a_rotated_file(tmp_path: Path, name: str, rotated: str) -> None:
    (tmp_path / name).write_text("x")
    path = rotate(tmp_path / name, NOON_S)
    assert path == tmp_path / rotated
    assert [each.name for each in rotated_files(tmp_path / name)] == [name]
    assert rotated_files(tmp_path / name)[0].time_s == NOON_S
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    "name", ["sse_lines.jsonl", "sse_lines.20261123T101500Z.jsonl.zst.tmp", "x.2026.jsonl", ".lock"]
)
def test_what_is_no_rotated_file(name: str) -> None:
    assert parse_rotated(Path(name)) is None


def test_stamps_grow_within_a_second_and_when_the_clock_goes_back(tmp_path: Path) -> None:
    path = tmp_path / "sse_lines.jsonl"
    contents = []
    for number, now_s in enumerate([NOON_S, NOON_S, NOON_S - 3600, NOON_S + 60]):
        path.write_text(str(number))
        rotate(path, now_s)
    contents = [each.path.read_text() for each in rotated_files(path)]
    stamps = [each.stamp for each in rotated_files(path)]
    assert contents == ["0", "1", "2", "3"]
    assert stamps == ["20261123T101500Z", "20261123T101501Z", "20261123T101502Z", "20261123T101600Z"]


def test_a_compressed_file_stands_for_its_plain_form(tmp_path: Path) -> None:
    for name in ("f.20261123T101500Z.jsonl", "f.20261123T101500Z.jsonl.zst", "g.20261123T101500Z.jsonl"):
        (tmp_path / name).touch()
    assert [each.path.name for each in rotated_files(tmp_path / "f.jsonl")] == ["f.20261123T101500Z.jsonl.zst"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param('{"v":1,"ts":"2026-11-23T11:15:00.000000+01:00","flow_id":""}', NOON_S, id="record"),
        pytest.param('{"ts":"2026-11-23T10:15:00.000000+00:00","level":"error"}', NOON_S, id="error"),
        pytest.param("=== 2026-11-23T10:15:00.000000+00:00 f s 200 u", NOON_S, id="response"),
        pytest.param("", None, id="empty"),
        pytest.param("hello", None, id="foreign"),
        pytest.param('{"v":1,"ts":"yesterday"}', None, id="no time"),
    ],
)
def test_when_a_file_began(tmp_path: Path, head: str, expected: float | None) -> None:
    path = tmp_path / "sse_lines.jsonl"
    path.write_text(head)
    assert began_s(path) == expected


def test_a_file_of_old_records_began_with_the_last_rotation(tmp_path: Path) -> None:
    """Flows read back from a file have their recorded times: their log would else be rotated at every look."""
    path = tmp_path / "sse_lines.jsonl"
    path.touch()
    rotate(path, NOON_S)
    path.write_text('{"v":1,"ts":"2020-01-01T00:00:00.000000+00:00"}')
    assert began_s(path) == NOON_S
