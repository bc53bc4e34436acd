"""One server for all tests of this folder that leave it alone; each has a stream of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from addons.redis_stream.ledger import Names
from tests.redis_stream.server import RedisServer

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def names() -> Names:
    return Names(f"stream-{next(_numbers)}")
