"""addons/redis_stream/address.py: where Redis is, and that nobody is shown its password."""

from __future__ import annotations

import subprocess
import sys

import pytest

from addons.options import OPTIONS, parse_settings
from addons.redis_stream.address import is_address, parse_address, without_secrets

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://box", "redis://box:6379/0"),
        ("redis://box:7000/3", "redis://box:7000/3"),
        (f"redis://:{SECRET}@box", "redis://box:6379/0"),
        (f"rediss://ana:{SECRET}@box:7000/1?ssl_cert_reqs=none&password={SECRET}", "rediss://ana@box:7000/1"),
        ("redis://[::1]:7000", "redis://[::1]:7000/0"),
        (f"unix://:{SECRET}@/run/redis.sock?db=2", "unix:///run/redis.sock"),
    ],
)
def test_an_address_shows_no_password(url: str, shown: str) -> None:
    address = parse_address(url)
    assert address.shown == shown
    assert SECRET not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "box:6379",
        "http://box",
        "redis://",
        "redis://box:port",
        "redis://box/name",
        "unix://",
        f"redis://:{SECRET}/x@box",
        f"redis://:{SECRET}#@box",
        f"redis://box:{SECRET}",
    ],
)
def test_what_is_no_address_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(ValueError, match="use redis://HOST:PORT/DB") as refused:
        parse_address(url)
    assert SECRET not in str(refused.value)


def test_the_environment_may_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET", f"redis://:{SECRET}@box/1")
    address = parse_address("env:FLEET")
    assert (address.url, address.shown) == (f"redis://:{SECRET}@box/1", "redis://box:6379/1")


@pytest.mark.parametrize(
    ("value", "said"), [("", "has no FLEET"), (f"http://:{SECRET}@box", "environment's FLEET holds")]
)
def test_what_the_environment_lacks_or_has_wrong_is_said(
    value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEET", value)
    with pytest.raises(ValueError, match=said) as refused:
        parse_address("env:FLEET")
    assert SECRET not in str(refused.value)


def settings(**values: str):
    return parse_settings(({option.name: option.default for option in OPTIONS} | values).__getitem__)


def test_no_option_and_no_variable_means_no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGENT_REDIS_URL", raising=False)
    assert settings().sink() is None


def test_the_variable_switches_it_on_and_the_option_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_REDIS_URL", "redis://box/1")
    sinks = [settings().sink(), settings(agent_redis_url="redis://other").sink()]
    assert [sink.address.shown for sink in sinks if sink] == ["redis://box:6379/1", "redis://other:6379/0"]


@pytest.mark.parametrize("name", ["agent_redis_url", "agent_source"])
def test_a_refused_option_does_not_show_its_password(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}=redis://…box:x") as refused:
        settings(**{name: f"redis://ana:{SECRET}@box:x"})
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"redis://:{SECRET}@box/0", "redis://…box/0"),
        (f"redis://:{SECRET}@x@box/0?password={SECRET}", "redis://…box/0…"),
        ("file:/a@b?c", "file:/a@b?c"),
        ("env:NAME", "env:NAME"),
    ],
)
def test_an_option_for_a_message(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.parametrize(
    ("text", "expected"), [("redis://box", True), ("unix:///s", True), ("env:X", True), ("file:x", False), ("", False)]
)
def test_what_means_redis(text: str, expected: bool) -> None:
    assert is_address(text) is expected


def test_a_start_without_redis_does_not_import_it() -> None:
    code = "import sys, addons.agent, addons.redis_shell; sys.exit('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
