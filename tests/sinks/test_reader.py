"""Reading the log back, and requests rebuilt from their blobs (SPEC S4.8, S4.9)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from addons.sinks import layout, reader
from addons.sinks.archive import compress
from addons.sinks.locking import private_folder
from addons.sinks.reader import iter_file, iter_records, load_blobs, rebuild_request
from addons.sinks.records import Kind, Record, RecordContext, blob_record
from addons.sinks.rotation import Rotated, rotate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    private_folder(tmp_path / layout.MAIN)
    return tmp_path / layout.MAIN / layout.LINES


def test_in_order_across_rotated_files(tmp_path: Path, path: Path, make_line: Callable[..., Record]) -> None:
    for seq in range(9):
        with path.open("ab") as file:
            file.write(make_line(seq).line)
        if seq in (2, 5):
            rotated = rotate(path, 0.0)
            if seq == 2:
                compress(rotated, lambda: False)
    assert [record["seq"] for record in iter_records(tmp_path, Kind.LINES)] == list(range(9))


def test_one_exchange_only(path: Path, tmp_path: Path, make_line: Callable[..., Record]) -> None:
    """Even where another's payload quotes it."""
    lines = [make_line(0, "f-1"), make_line(0, "f-2"), make_line(1, "f-1"), make_line(0, "f-1:0")]
    path.write_bytes(b"".join(line.line for line in lines) + b'{"flow_id":"f-9","data":{"flow_id":"f-1"}}\n')
    assert [record["seq"] for record in iter_records(tmp_path, Kind.LINES, "f-1")] == [0, 1]


@pytest.mark.parametrize("tail", [b"", b'{"seq":', b'{"seq":3}', b"\0\0\n"])
def test_torn_lines_are_passed_over(path: Path, tail: bytes, make_line: Callable[..., Record]) -> None:
    path.write_bytes(make_line(0).line + tail)
    assert [record["seq"] for record in iter_file(path)] == [0]


def test_a_rotation_while_reading_loses_and_repeats_nothing(path: Path, make_line: Callable[..., Record]) -> None:
    path.write_bytes(make_line(0).line)
    rotate(path, 0.0)
    path.write_bytes(make_line(1).line + make_line(2).line)
    records = iter_file(path)
    seen = [next(records)["seq"]]
    compress(rotate(path, 0.0), lambda: False)
    path.write_bytes(make_line(3).line)
    seen += [record["seq"] for record in records]
    assert seen == [0, 1, 2]
    assert [record["seq"] for record in iter_file(path)] == [0, 1, 2, 3]


@pytest.mark.parametrize("overtaken_at", [1, 2])
def test_a_rotation_while_opening_loses_and_repeats_nothing(
    path: Path, make_line: Callable[..., Record], monkeypatch: pytest.MonkeyPatch, overtaken_at: int
) -> None:
    """Just before, or just after the current file has been opened."""
    path.write_bytes(make_line(0).line)
    list_rotated = reader.rotated_files
    calls = 0

    def list_and_be_overtaken(of: Path) -> list[Rotated]:
        nonlocal calls
        calls += 1
        if calls == overtaken_at:
            rotate(path, 0.0)
            path.write_bytes(make_line(1).line)
        return list_rotated(of)

    monkeypatch.setattr(reader, "rotated_files", list_and_be_overtaken)
    assert [record["seq"] for record in iter_file(path)] == [0, 1]


def test_a_file_that_is_removed_while_reading_is_passed_over(path: Path, make_line: Callable[..., Record]) -> None:
    removed = []
    for seq in range(3):
        path.write_bytes(make_line(seq).line)
        removed.append(rotate(path, 0.0))
    records = iter_file(path)
    first = next(records)["seq"]
    removed[1].unlink()
    assert [first, *(record["seq"] for record in records)] == [0, 2]


def test_no_log_no_records(tmp_path: Path) -> None:
    assert list(iter_records(tmp_path / "none", Kind.FLOWS)) == []


def test_blobs_by_hash(tmp_path: Path, path: Path, context: RecordContext) -> None:
    one, two = (blob_record(context, "", "message", content) for content in (b'{"a":[1]}', b'"b"'))
    (path.parent / layout.BLOBS).write_bytes(one.line + two.line)
    assert load_blobs(tmp_path) == {one.hash: {"a": [1]}, two.hash: "b"}
    assert load_blobs(tmp_path, [two.hash or ""]) == {two.hash: "b"}


HASH = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("request_", "rebuilt"),
    [
        pytest.param(None, None, id="no body"),
        pytest.param({"messages": [{"$ref": HASH}], "n": 1}, {"messages": [["blob"]], "n": 1}, id="in a list"),
        pytest.param({"system": {"$ref": HASH}}, {"system": ["blob"]}, id="as a value"),
        pytest.param({"a": [{"b": [{"$ref": HASH}]}]}, {"a": [{"b": [["blob"]]}]}, id="deep"),
        pytest.param({"$ref": "#/$defs/Step"}, {"$ref": "#/$defs/Step"}, id="a JSON schema's"),
        pytest.param({"$ref": HASH, "x": 1}, {"$ref": HASH, "x": 1}, id="with a sibling"),
        pytest.param({"$ref": 5}, {"$ref": 5}, id="no string"),
    ],
)
def test_requests_are_rebuilt(request_: Any, rebuilt: Any) -> None:
    assert rebuild_request({"request": request_}, {HASH: ["blob"]}) == rebuilt


def test_a_missing_blob_is_an_error() -> None:
    with pytest.raises(KeyError):
        rebuild_request({"request": {"$ref": HASH}}, {})
