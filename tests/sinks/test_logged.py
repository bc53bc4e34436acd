"""Which exchanges the log has already (SPEC S4.12)."""

from __future__ import annotations

from pathlib import Path

from addons.sinks.archive import compress
from addons.sinks.logged import LoggedIds
from addons.sinks.rotation import rotate


def add(path: Path, flow_id: str) -> None:
    with path.open("ab") as file:
        file.write(b'{"v":1,"ts":"x","flow_id":"%b","session_id":null}\n' % flow_id.encode())


def test_in_this_in_rotated_and_in_compressed_files(tmp_path: Path) -> None:
    path = tmp_path / "sse_flows.jsonl"
    add(path, "compressed")
    compress(rotate(path, 0.0), lambda: False)
    add(path, "rotated")
    rotate(path, 0.0)
    add(path, "current")
    logged = LoggedIds(path)
    assert [flow_id in logged for flow_id in ("compressed", "rotated", "current", "other", "curren")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_what_comes_later_is_seen_too(tmp_path: Path) -> None:
    path = tmp_path / "sse_flows.jsonl"
    logged = LoggedIds(path)
    assert "a" not in logged
    add(path, "a")
    assert "a" in logged
    add(path, "a:0")
    rotate(path, 0.0)
    assert "a:0" in logged
