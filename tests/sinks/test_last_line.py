"""The end of the last whole line before a place."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.sinks.last_line import end_of_last_line


@given(st.binary(max_size=40).map(lambda raw: raw.replace(b"a", b"\n")), st.integers(0, 40))
def test_end_of_last_line(tmp_path_factory: pytest.TempPathFactory, content: bytes, before: int) -> None:
    path = tmp_path_factory.getbasetemp() / "end-of-last-line"
    path.write_bytes(content)
    fd = os.open(path, os.O_RDONLY)
    try:
        before = min(before, len(content))
        assert end_of_last_line(fd, before) == content.rfind(b"\n", 0, before) + 1
    finally:
        os.close(fd)
