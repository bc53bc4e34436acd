"""What all laboratory tests share: a certificate authority and one configuration folder for every proxy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.authority import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The upstream's CA. Its servers offer HTTP/2, and HTTP/1.1 to those who do not know it."""
    return Authority(tmp_path_factory.mktemp("authority"), alpn=("h2", "http/1.1"))


@pytest.fixture(scope="session")
def confdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """mitmproxy's folder: its CA is made by the first proxy and serves all of them."""
    return tmp_path_factory.mktemp("confdir")
