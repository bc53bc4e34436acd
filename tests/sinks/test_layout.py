"""Names in the log folder: what comes from the wire can't lead out of it (SPEC S4.7)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.sinks import layout

ROOT = Path("/log")


@pytest.mark.parametrize(
    ("client", "folder"),
    [("claude-code", "claude"), ("codex", "codex"), ("gemini-cli", "gemini"), ("opencode", "opencode")],
)
def test_client_folders(client: str, folder: str) -> None:
    assert layout.client_folder(ROOT, client) == ROOT / folder


def test_a_client_cannot_take_another_folder() -> None:
    assert layout.client_folder(ROOT, "all-mitm-sse") != ROOT / "all-mitm-sse"
    assert layout.client_folder(ROOT, "claude") != layout.client_folder(ROOT, "claude-code")


@pytest.mark.parametrize(
    "session_id",
    ["../../etc", "/etc/passwd", "..", ".", "", ".hidden", "a/b", "a\\b", "a\0b", "x" * 5000, "ü\ud800", "a\nb"],
)
def test_a_hostile_session_id_stays_inside(session_id: str) -> None:
    folder = layout.session_folder(ROOT, session_id)
    assert folder.parent == ROOT / "all-mitm-sse" / "sse_logs"
    assert folder.name.isascii()
    assert not folder.name.startswith(".")
    assert 0 < len(folder.name) <= 120


def test_a_plain_session_id_is_its_folders_name() -> None:
    session_id = "0199b1a2-3c4d-7e5f-8a9b-0c1d2e3f4a5b"
    assert layout.session_folder(ROOT, session_id).name == session_id


@given(st.lists(st.text(max_size=200), unique=True, max_size=6))
def test_different_sessions_have_different_folders(session_ids: list[str]) -> None:
    assert len({layout.session_folder(ROOT, session_id) for session_id in session_ids}) == len(session_ids)


def test_other_peoples_folders_are_not_clients(tmp_path: Path) -> None:
    for name in ("claude", "photos", layout.MAIN):
        (tmp_path / name).mkdir()
    (tmp_path / "claude" / layout.LINES).touch()
    assert layout.client_folders(tmp_path) == [tmp_path / "claude"]
