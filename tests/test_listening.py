"""addons/listening.py: where the proxy listens when nobody said."""

from __future__ import annotations

import pytest
from mitmproxy.test import taddons

from addons import listening


@pytest.fixture
def options():
    with taddons.context() as context:
        context.options.add_option("listen_port_probe", str, "", "")
        yield context.options


@pytest.mark.parametrize(
    ("changed", "wants"),
    [
        pytest.param({}, True, id="nothing said"),
        pytest.param({"listen_port": 8080}, False, id="a port"),
        pytest.param({"listen_host": "0.0.0.0"}, False, id="a host"),
        pytest.param({"mode": ["reverse:http://x"]}, False, id="a mode"),
        pytest.param({"mode": ["regular@9999"]}, False, id="a mode with a port"),
        pytest.param({"server": False}, False, id="no server"),
    ],
)
def test_the_default_address_is_only_for_those_who_said_nothing(options, changed, wants):
    options.update(**changed)
    assert listening.wants_default_address(options) is wants


@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        pytest.param({"mode": ["regular@127.0.0.1:9110"]}, "HTTPS_PROXY=http://127.0.0.1:9110", id="moved"),
        pytest.param({"listen_host": "0.0.0.0", "listen_port": 99}, "HTTPS_PROXY=http://127.0.0.1:99", id="all hosts"),
        pytest.param({"mode": ["reverse:https://x@9111"]}, "base URL http://127.0.0.1:9111", id="reverse"),
    ],
)
def test_the_hint_names_the_address(options, changed, hint):
    options.update(**changed)
    assert listening.route_hint(options).endswith(hint)


def test_the_timeout_is_raised_unless_set(options):
    listening.raise_timeout(options)
    assert options.tcp_timeout == 3600
    options.update(tcp_timeout=42)
    listening.raise_timeout(options)
    assert options.tcp_timeout == 42
