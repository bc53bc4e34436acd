"""Reading parsed JSON that may hold anything: each accessor returns the wanted type or its empty form.

In: a value out of `parse_json`. Out: the same value where it has the type that the caller can use. A provider may send
null, a number or a list in any place; with these a decoder needs no check of its own and can't raise.
"""

from __future__ import annotations

from typing import Any

from addons.wire.json_text import dump_json

NOTHING: dict[str, Any] = {}
"""Stands for every missing object. Nobody writes to it."""


def obj(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else NOTHING


def objs(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; other elements are left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def word(value: Any) -> str | None:
    """A non-empty string, else None: "not told"."""
    return value if isinstance(value, str) and value else None


def scalar(value: Any) -> str | int | None:
    """A non-empty string or an integer, else None."""
    if isinstance(value, str):
        return value or None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def key(value: Any) -> str:
    """An index or id as a piece of a block's name; the empty string where there is none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def dumped(value: Any) -> str:
    """A string as it is, anything else as compact JSON, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return dump_json(value).decode()
    except ValueError:
        return ""
