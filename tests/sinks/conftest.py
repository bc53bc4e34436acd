"""What the tests of the log's files share: an exchange, frames, and ways to look at a folder."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from addons.sinks.locking import FolderLock
from addons.sinks.records import Record, RecordContext, line_record
from addons.wire.frame import Frame
from tests.sinks.clock import Clock

TS = "2026-11-23T10:15:00.123456+01:00"


@pytest.fixture
def context() -> RecordContext:
    return RecordContext("f-1", "s-1", "claude-code", "anthropic")


@pytest.fixture
def make_line() -> Callable[..., Record]:
    """A frame's record: of flow `flow_id`, numbered, as long as asked."""

    def make(seq: int, flow_id: str = "f-1", session_id: str | None = "s-1", size: int = 0) -> Record:
        context = RecordContext(flow_id, session_id, "claude-code", "anthropic")
        return line_record(context, TS, Frame('{"text":"' + "x" * size + '"}', "delta"), seq, seq * 1.5)

    return make


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> list[str]:
    """What the user is told."""
    return []


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[FolderLock]:
    lock = FolderLock(tmp_path / ".lock")
    yield lock
    lock.close()


@pytest.fixture
def file_size_limit() -> Callable[[int], AbstractContextManager[None]]:
    """While it is in force no file of this process grows beyond so many bytes: a disk that is full, for the writer."""

    @contextmanager
    def limit(size: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limit
