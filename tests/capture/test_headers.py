"""addons/capture/headers.py: pairs in the order of the wire, or one object of lower-case names."""

from __future__ import annotations

from typing import Any

import pytest

from addons.capture.headers import dict_of, joined, without_encoding


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param((("Accept", "a"), ("ACCEPT", "b")), {"accept": "a, b"}, id="a list"),
        pytest.param((("cookie", "a=1"), ("cookie", "b=2")), {"cookie": "a=1; b=2"}, id="cookies"),
        pytest.param((), {}, id="none"),
    ],
)
def test_repeated_headers_are_joined_as_http_does(headers: Any, expected: dict[str, str]) -> None:
    assert joined(headers) == expected


def test_of_a_repeated_header_the_first_counts() -> None:
    assert dict_of((("A", "1"), ("a", "2"), ("B", "3"))) == {"a": "1", "b": "3"}


def test_headers_of_a_body_that_is_plain_now() -> None:
    headers = (("Content-Encoding", "br"), ("content-LENGTH", "9"), ("accept", "*/*"))
    assert without_encoding(headers) == (("accept", "*/*"),)
