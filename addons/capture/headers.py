"""HTTP headers as an exchange needs them: pairs in the order of the wire, or one object of lower-case names."""

from __future__ import annotations

from addons.capture.observed import HeaderList


def dict_of(headers: HeaderList) -> dict[str, str]:
    """Lower-case names; of a repeated header the first."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.lower(), value)
    return found


def joined(headers: HeaderList | list[tuple[str, str]]) -> dict[str, str]:
    """Headers as one object of lower-case names; a repeated header's values joined as HTTP does (RFC 9110 5.3)."""
    result: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        # Cookies are the exception: RFC 9113 8.2.3 joins them with a semicolon.
        separator = "; " if key == "cookie" else ", "
        result[key] = f"{result[key]}{separator}{value}" if key in result else value
    return result


def without_encoding(headers: HeaderList) -> HeaderList:
    """For a body that is no longer as on the wire."""
    return tuple((n, v) for n, v in headers if n.lower() not in ("content-encoding", "content-length"))
