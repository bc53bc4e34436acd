"""addons/reach.py: whose TLS is opened."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mitmproxy import options, tls
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import tflow

from addons import reach as reach_module
from addons.reach import Reach
from tests.exchanges import settings


def hello(sni: str | None, address: str | None = None, mode: str = "regular") -> tls.ClientHelloData:
    client = tflow.tclient_conn()
    client.proxy_mode = ProxyMode.parse(mode)
    context = Context(client, options.Options())
    context.server.address = (address, 443) if address else None
    return tls.ClientHelloData(context, cast(tls.ClientHello, SimpleNamespace(sni=sni)))


def reach(**changed: str) -> Reach:
    chosen = settings(Path("unused"), **changed)
    return Reach(lambda: chosen)


CONNECTIONS = [
    # options, SNI, address, mode -> opened
    pytest.param({}, "api.anthropic.com", None, "regular", True, id="an LLM's host"),
    pytest.param({}, "API.Anthropic.COM", None, "regular", True, id="in capitals"),
    pytest.param({}, "europe-west1-aiplatform.googleapis.com", None, "regular", True, id="by a pattern"),
    pytest.param({}, "example.com", None, "regular", False, id="any other host"),
    pytest.param({}, "api.anthropic.com.evil.example", None, "regular", False, id="a host that begins like one"),
    pytest.param({}, "claude.ai", None, "regular", False, id="the same company's pages"),
    pytest.param({}, None, "api.openai.com", "regular", True, id="by address, without SNI"),
    pytest.param({}, None, "192.0.2.1", "regular", False, id="unknown address, without SNI"),
    pytest.param({}, None, None, "regular", False, id="nothing known"),
    pytest.param({}, "example.com", "api.openai.com", "regular", False, id="SNI before address"),
    pytest.param({"hosts": "llm.example.com"}, "llm.example.com", None, "regular", True, id="asked for by name"),
    pytest.param({"hosts": "*.example.com"}, "a.b.example.com", None, "regular", True, id="asked for by pattern"),
    pytest.param({"hosts": "example.com"}, "llm.example.com", None, "regular", False, id="below a name asked for"),
    pytest.param({"intercept": "all"}, "example.com", None, "regular", True, id="all are asked for"),
    pytest.param({}, "example.com", None, "reverse:https://example.com", True, id="reverse mode"),
    pytest.param({}, "example.com", None, "upstream:http://proxy:1", False, id="behind another proxy"),
    pytest.param({}, "example.com", None, "socks5", False, id="SOCKS"),
]


@pytest.mark.parametrize(("changed", "sni", "address", "mode", "opened"), CONNECTIONS)
def test_whose_tls_is_opened(
    changed: dict[str, str], sni: str | None, address: str | None, mode: str, opened: bool
) -> None:
    data = hello(sni, address, mode)
    reach(**changed).tls_clienthello(data)
    assert data.ignore_connection is not opened


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "mitmagent"]


def test_a_host_that_passes_is_named_once_with_the_remedy(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mitmagent")
    asked = reach()
    for host in ("a.example", "b.example", "a.example", "api.openai.com"):
        asked.tls_clienthello(hello(host))
    assert lines(caplog) == [
        f"mitmagent: {host} passes undecrypted; --set agent_hosts={host} would capture it"
        for host in ("a.example", "b.example")
    ]


def test_the_remedy_works(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mitmagent")
    reach().tls_clienthello(hello("a.example"))
    option = lines(caplog)[0].partition("--set agent_hosts=")[2].partition(" ")[0]
    data = hello("a.example")
    reach(hosts=option).tls_clienthello(data)
    assert not data.ignore_connection


def test_not_more_than_so_many_are_named(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach_module, "_NAMED_AT_MOST", 3)
    caplog.set_level(logging.INFO, "mitmagent")
    asked = reach()
    for number in range(9):
        data = hello(f"h{number}.example")
        asked.tls_clienthello(data)
        assert data.ignore_connection
    assert len(lines(caplog)) == 3


def test_a_fault_is_contained(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(reach_module, "is_llm_host", fail)
    reach().tls_clienthello(hello("example.com"))
