"""Headers, URLs and JSON values: credentials hashed, the same one always alike, everything else as it was."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.redaction import finder
from addons.redaction.redactor import Redactor
from addons.redaction.stream import StreamRedactor
from addons.wire.frame import Frame
from tests.redaction.samples import BY_NAME, PEM, SECRET, hashed, made_up

KEY = BY_NAME["google"].secret
TOKEN = made_up(24)


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
        "Set-Cookie",
        "X-Api-Key",
        "api-key",
        "x-goog-api-key",
        "X-Amz-Security-Token",
        "x-auth-token",
        "x-github-token",
        "X-Vault-Token",
        "Private-Token",
        "X-CSRF-Token",
        "x-goog-iam-authorization-token",
        "openai-api-key",
        "x-access-token",
        "Ocp-Apim-Subscription-Key",
        "x-functions-key",
        "cf-access-client-secret",
        "x-hub-signature",
        "chatgpt-account-id",
        "x-forwarded-authorization",
        "x-credential",
        "dpop",
        "x-secret",
        "x-session-token",
        "helicone-auth",
        "x-portkey-virtual-key",
        "x-client-key",
        "x-amz-server-side-encryption-customer-key",
    ],
)
def test_credential_headers_are_hashed_whole(name: str) -> None:
    assert Redactor(enabled=False).headers([(name, "Bearer abc")]) == [(name.lower(), hashed("Bearer abc"))]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-ratelimit-remaining-tokens", "149984"),
        ("anthropic-ratelimit-tokens-reset", "2025-01-01T00:00:00Z"),
        ("anthropic-ratelimit-input-tokens-limit", "50000"),
        ("x-codex-turn-metadata", '{"session_id":"0199-a","turn_id":"b"}'),
        ("max-tokens", "5"),
        ("x-token-count", "5"),
        ("access-control-allow-headers", "authorization, x-api-key"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("idempotency-key", "stainless-node-retry-0f6c1a2b"),
        ("x-cache-key", "0f6c1a2b"),
        ("x-author", "somebody"),
        ("x-claude-code-session-id", "0f6c1a2b-1111-4222-8333-444455556666"),
        ("anthropic-beta", "oauth-2025-04-20,claude-code-20250219"),
        ("x-request-id", "req_011CSHoEeqs5C35K2UUqR7Fy"),
        ("www-authenticate", 'Bearer realm="x", Basic realm="y"'),
        ("etag", 'W/"0815"'),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("user-agent", "claude-cli/2.1.330 (external, cli)"),
    ],
)
def test_other_headers_stay(name: str, value: str) -> None:
    assert Redactor().headers([(name, value)]) == [(name, value)]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param(
            "Sec-WebSocket-Protocol",
            f"realtime, openai-insecure-api-key.{SECRET}, openai-beta.realtime-v1",
            f"realtime, openai-insecure-api-key.{hashed(SECRET)}, openai-beta.realtime-v1",
            id="sub-protocol",
        ),
        pytest.param(
            "Sec-WebSocket-Protocol",
            f"base64url.bearer.authorization.k8s.io.{TOKEN}",
            f"base64url.bearer.authorization.k8s.io.{hashed(TOKEN)}",
            id="sub-protocol of no known format",
        ),
        pytest.param("Location", f"/v1?key={KEY}&a=1", f"/v1?a=1&key={hashed(KEY)}", id="location"),
        pytest.param("x-note", f"see {SECRET}", f"see {hashed(SECRET)}", id="secret in another header"),
        pytest.param("authorization", "", "", id="empty"),
    ],
)
def test_headers_in_detail(name: str, value: str, expected: str) -> None:
    assert Redactor(enabled=False).headers([(name, value)]) == [(name.lower(), expected)]


def test_repeated_headers_keep_their_order() -> None:
    headers = [("Set-Cookie", "a=1"), ("Server", "x"), ("set-cookie", "b=2")]
    expected = [("set-cookie", hashed("a=1")), ("server", "x"), ("set-cookie", hashed("b=2"))]
    assert Redactor().headers(headers) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            f"https://h/v1beta/models/g:stream?key={KEY}&alt=sse",
            f"https://h/v1beta/models/g:stream?alt=sse&key={hashed(KEY)}",
            id="key",
        ),
        pytest.param("https://h/a?c=3&a=1&b=2&a=0", "https://h/a?a=1&a=0&b=2&c=3", id="sorted, repeated ones in order"),
        pytest.param("https://h/a?x=%2f%20+%C3%A9&%61=1", "https://h/a?%61=1&x=%2f%20+%C3%A9", id="encoding as it was"),
        pytest.param(
            "https://h/?access_token=a%2Fb", f"https://h/?access_token={hashed('a/b')}", id="value decoded, then hashed"
        ),
        pytest.param(
            "https://h/?X-Amz-Signature=ab&X-Amz-Credential=cd&X-Amz-Date=ef",
            f"https://h/?X-Amz-Credential={hashed('cd')}&X-Amz-Date=ef&X-Amz-Signature={hashed('ab')}",
            id="presigned",
        ),
        pytest.param("https://u:p@h:1/", f"https://{hashed('u')}:{hashed('p')}@h:1/", id="user and password"),
        pytest.param(f"https://{TOKEN}@h/", f"https://{hashed(TOKEN)}@h/", id="user alone"),
        pytest.param(
            f"https://h/cb#access_token={TOKEN}&t=1", f"https://h/cb#access_token={hashed(TOKEN)}&t=1", id="fragment"
        ),
        pytest.param(
            f"https://h/?h=Cookie%3A%20sid%3D{TOKEN}%3B%20a%3Db&x=1",
            f"https://h/?h=Cookie%3A%20{hashed(f'sid={TOKEN}; a=b')}&x=1",
            id="an encoded cookie",
        ),
        pytest.param(
            f"https://h/?h=Authorization%3A%20token%20{TOKEN}&x=1",
            f"https://h/?h=Authorization%3A%20token%20{hashed(TOKEN)}&x=1",
            id="an encoded header",
        ),
        pytest.param(BY_NAME["telegram"].text, BY_NAME["telegram"].redacted, id="token in the path"),
        pytest.param(BY_NAME["slack hook"].text, BY_NAME["slack hook"].redacted, id="hook"),
        pytest.param(f"https://h/?q={SECRET}", f"https://h/?q={hashed(SECRET)}", id="secret under a harmless name"),
        pytest.param("/v1/responses", "/v1/responses", id="relative"),
        pytest.param("https://h/?beta=true", "https://h/?beta=true", id="nothing to do"),
        pytest.param("https://h/?key=&token", "https://h/?key=&token", id="no values"),
        pytest.param("", "", id="empty"),
        pytest.param("http://[::1]:80/a?b", "http://[::1]:80/a?b", id="IPv6"),
        pytest.param("https://[oops:::/%%%?=&&=#", "https://[oops:::/%%%?=&&=#", id="malformed"),
    ],
)
def test_urls(url: str, expected: str) -> None:
    redacted = Redactor(enabled=False).url(url)
    assert redacted == expected
    assert Redactor().url(redacted) == redacted


@given(st.text(max_size=60) | st.text(alphabet="htps:/?#@&=%[]a1\\ \n", max_size=40))
def test_no_url_is_too_malformed(url: str) -> None:
    once = Redactor().url(url)
    assert Redactor().url(once) == once


def test_values_without_secrets_are_the_same_object() -> None:
    value: Any = {"messages": [{"role": "user", "content": "hello"}], "n": 1.5, "none": None, "yes": True}
    assert Redactor().value(value) is value


def test_values_and_member_names() -> None:
    value = {"a": [1, {"b": f"x {SECRET}"}], SECRET: None, "z": "last", "client_secret": TOKEN}
    expected = {
        "a": [1, {"b": f"x {hashed(SECRET)}"}],
        hashed(SECRET): None,
        "z": "last",
        "client_secret": hashed(TOKEN),
    }
    redacted = Redactor().value(value)
    assert redacted == expected
    assert list(redacted) == list(expected)
    assert value["z"] == "last"
    assert SECRET in value, "what came is not touched"
    assert Redactor().value(redacted) is redacted


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["x", "--api-key", TOKEN, "y"], ["x", "--api-key", hashed(TOKEN), "y"]),
        (["x", "--password", TOKEN], ["x", "--password", hashed(TOKEN)]),
        (["x", "--token", "--verbose"], ["x", "--token", "--verbose"]),
        (["x", "--api-key-file", TOKEN], ["x", "--api-key-file", TOKEN]),
        (["x", "--token", "your-token-goes-here-please"], ["x", "--token", "your-token-goes-here-please"]),
        (["docker", "login", "-u", "x", "-p", TOKEN], ["docker", "login", "-u", "x", "-p", hashed(TOKEN)]),
        (["docker", "run", "-p", "8080:8080", "x"], ["docker", "run", "-p", "8080:8080", "x"]),
        (["docker", "login"], ["docker", "login"]),
        (["/usr/bin/mysql", f"-p{TOKEN}", "shop"], ["/usr/bin/mysql", f"-p{hashed(TOKEN)}", "shop"]),
        (["mysql", "-p", "shop-database"], ["mysql", "-p", "shop-database"]),
        (["curl", "-u", f"bob:{TOKEN}"], ["curl", "-u", f"bob:{hashed(TOKEN)}"]),
        (["sqlplus", f"scott/{TOKEN}@db"], ["sqlplus", f"scott/{hashed(TOKEN)}@db"]),
        (["sudo", "keytool", "-storepass", TOKEN], ["sudo", "keytool", "-storepass", hashed(TOKEN)]),
        (["openssl", "rsa", "-passin", f"pass:{TOKEN}"], ["openssl", "rsa", "-passin", f"pass:{hashed(TOKEN)}"]),
        (["bash", "-lc", f"mysql -p{TOKEN} shop"], ["bash", "-lc", f"mysql -p{hashed(TOKEN)} shop"]),
    ],
)
def test_an_argument_is_told_by_those_before_it(arguments: list[str], expected: list[str]) -> None:
    assert Redactor().value({"command": "x", "args": arguments})["args"] == expected


def test_a_key_may_be_cut_into_arguments() -> None:
    lines = PEM.split("\n")
    program, flag, key, *rest = Redactor().value(["curl", "-d", *lines])
    assert (program, flag, "".join(rest)) == ("curl", "-d", "")
    assert key.startswith("hash:")


def test_the_arguments_of_a_command_go_on_in_no_other() -> None:
    calls = [{"command": ["docker", "login", "x"]}, {"command": ["mkdir", "-p", "source/components"]}]
    assert Redactor().value(calls) is calls


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Authorization", f"token {TOKEN}", f"token {hashed(TOKEN)}"),
        ("authorization", TOKEN, hashed(TOKEN)),
        ("X-Acme-Token", TOKEN, hashed(TOKEN)),
        ("x-api-key", TOKEN, hashed(TOKEN)),
        ("Cookie", f"sid={TOKEN}; a=b", hashed(f"sid={TOKEN}; a=b")),
        ("token", TOKEN, hashed(TOKEN)),
        ("secret", TOKEN, hashed(TOKEN)),
        ("SECRET_KEY_BASE", "0f1e" * 32, hashed("0f1e" * 32)),
        ("auth", BY_NAME["login of a registry"].secret, hashed(BY_NAME["login of a registry"].value)),
        ("password", "hunter2hunter", hashed("hunter2hunter")),
        ("next_token", TOKEN, TOKEN),
        ("x-cache-key", TOKEN, TOKEN),
        ("author", BY_NAME["login of a registry"].secret, BY_NAME["login of a registry"].secret),
        ("password", "Enter your password", "Enter your password"),
        ("sha256", "0f1e" * 16, "0f1e" * 16),
    ],
)
def test_a_members_name_tells(name: str, text: str, expected: str) -> None:
    assert Redactor().value({name: text}) == {name: expected}
    assert Redactor().value({"headers": [{name: text}]}) == {"headers": [{name: expected}]}
    pair, plain = {"name": name, "value": text}, {"name": "plain", "value": "x"}
    assert Redactor().value([plain, pair]) == [plain, {"name": name, "value": expected}]


def test_each_string_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def scan(view: str, *how: Any) -> finder.Scan:
        seen.append(view)
        return unpatched(view, *how)

    unpatched = finder.scan
    monkeypatch.setattr(finder, "scan", scan)
    Redactor().value({"a": ["one;", {"a": SECRET + ";"}, {"a": "last;"}], "c": "d"})
    assert sorted(seen) == sorted(["a", "one;", "c", "d", "last;", SECRET + ";"])


def test_deep_values() -> None:
    value: Any = SECRET
    for _ in range(20_000):
        value = [value]
    redacted = Redactor().value(value)
    while isinstance(redacted, list):
        redacted = redacted[0]
    assert redacted == hashed(SECRET)


def test_switched_off_bodies_stay() -> None:
    off = Redactor(enabled=False)
    assert off.text(SECRET) == SECRET
    assert off.value({"a": SECRET}) == {"a": SECRET}


def test_one_secret_has_one_hash_everywhere() -> None:
    redactor = Redactor()
    encoded = base64.b64encode(json.dumps({"delta": {"text": SECRET}}).encode()).decode()
    stream: StreamRedactor[None] = StreamRedactor(redactor)
    frames = [frame for frame, _ in stream.feed(Frame(json.dumps({"bytes": encoded})), None, 0.0) + stream.close()]
    inner = base64.b64decode(json.loads(frames[0].data or "")["bytes"]).decode()
    seen = [
        redactor.headers([("x-api-key", SECRET)])[0][1],
        redactor.text(SECRET),
        redactor.text(json.dumps(f'"{SECRET}"')),
        redactor.url(f"https://h/?key={SECRET}"),
        redactor.url(f"https://{SECRET}@h/"),
        redactor.text("Basic " + base64.b64encode(f"x:{SECRET}".encode()).decode()),
        redactor.text(base64.b64decode(redactor.text(base64.b64encode(f"key={SECRET} ok".encode()).decode())).decode()),
        inner,
    ]
    for text in seen:
        assert hashed(SECRET) in text
        assert SECRET not in text


@pytest.mark.parametrize("size", [3_000, 30_000])
def test_images_and_encrypted_content_pass(size: int) -> None:
    value = {"data": base64.b64encode(bytes(number * 7919 % 251 for number in range(size))).decode(), "sha": "ab" * 32}
    assert Redactor().value(value) is value
