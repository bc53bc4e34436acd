"""Everything that is complete: texts, JSON values, headers and URLs, without their secrets (S4.20, S4.21, S4.5).

In: what came. Out: the same with `hash:` and 16 hex digits in each secret's place; the very same object where there is
none. Headers and URLs are always redacted; `enabled` governs bodies. What comes piece by piece is stream.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from addons.redaction.commands import is_command_line
from addons.redaction.finder import hashed, redact, redact_and_tell, suspicious
from addons.redaction.headers import LOCATIONS, is_secret, redact_protocols
from addons.redaction.names import name_of_value, tells_secret
from addons.redaction.places import LOOK_BEHIND
from addons.redaction.rows import redact_row
from addons.redaction.urls import redact_url

_MOST_KNOWN_KEYS: Final = 4096
_LONGEST_KNOWN_KEY: Final = 64
_HASHED: Final = re.compile(r"hash:[0-9a-f]{16}")


class _Place(NamedTuple):
    """A value and where its clean copy goes. `name` is the member's that it is of; `path`, the number of its path, is
    negative when that leads through an array."""

    target: Any
    at: Any
    name: str
    item: Any
    path: int


def _path(paths: dict[tuple[int, str | None], int], parent: int, name: str | None) -> int:
    """The number of the path that goes on by this member; by whatever element of an array where the name is None."""
    number = paths.setdefault((parent, name), len(paths) + 1)
    return -abs(number) if parent < 0 or name is None else number


class Redactor:
    def __init__(self, enabled: bool = True) -> None:
        self.enabled = enabled
        self._clean_keys: set[str] = set()

    def text(self, text: str) -> str:
        return redact(text) if self.enabled else text

    def suspicious(self, text: str) -> bool:
        """False: `text` would certainly leave this text as it is (cheap)."""
        return self.enabled and suspicious(text)

    def member(self, name: str, text: str) -> str:
        """The value of an object's member: its name may tell what it is (`aws_secret_access_key`)."""
        if not self.enabled:
            return text
        if tells_secret(name):
            context = name + '":"'
            clean = redact(context + text, start=len(context))
            return text if clean == text else clean
        return redact(text)

    def value(self, value: Any) -> Any:
        """A JSON value, however deep; object keys too. The same object when nothing in it is secret."""
        if not self.enabled:
            return value
        box: list[Any] = [None]
        waiting: list[_Place] = [_Place(box, 0, "", value, 0)]
        paths: dict[tuple[int, str | None], int] = {}
        rows: dict[int, list[_Place]] = {}
        changed = False
        while waiting:
            place = waiting.pop()
            target, at, name, item, path = place
            if isinstance(item, str):
                if path < 0:
                    rows.setdefault(path, []).append(place)
                    continue
                clean = target[at] = self.member(name, item)
                changed = changed or clean is not item
            elif isinstance(item, dict):
                names = [self._key(key) for key in item]
                changed = changed or any(clean is not key for clean, key in zip(names, item, strict=True))
                # The keys first, so that their order stays though the values come later.
                copy = target[at] = dict.fromkeys(names)
                members = [
                    (clean, name_of_value(item) or key if key == "value" else key, member)
                    for clean, (key, member) in zip(names, item.items(), strict=True)
                ]
                waiting += reversed(
                    [_Place(copy, clean, name, member, _path(paths, path, name)) for clean, name, member in members]
                )
            elif isinstance(item, list):
                copy_list = target[at] = [None] * len(item)
                # A command's arguments go on in no other list.
                inside = _path(paths, -len(paths) - 1 if is_command_line(item) else path, None)
                waiting += reversed([_Place(copy_list, n, "", member, inside) for n, member in enumerate(item)])
            else:
                target[at] = item
        for row in rows.values():
            for place, clean in zip(row, self.row(row[0].name, [place.item for place in row]), strict=True):
                place.target[place.at] = clean
                changed = changed or clean is not place.item
        return box[0] if changed else value

    def row(self, name: str, texts: list[str]) -> list[str]:
        """The values of the same member in each element of an array."""
        return redact_row(texts, f'{name}":"' if tells_secret(name) else "") if self.enabled else texts

    def may_go_on(self, text: str) -> bool:
        """Whether what is at the end of a text that is not suspicious may be the beginning of a secret."""
        return self.enabled and redact_and_tell(text[-LOOK_BEHIND:])[1] is not None

    def _key(self, key: str) -> str:
        """Keys are few, and repeated in each object."""
        if key in self._clean_keys:
            return key
        clean = redact(key)
        if clean is key and len(key) <= _LONGEST_KNOWN_KEY and len(self._clean_keys) < _MOST_KNOWN_KEYS:
            self._clean_keys.add(key)
        return clean

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Names in lower case, credentials hashed whole: `hash:` of the value as it stands, scheme and all."""
        return [(name, self._header(name, value)) for name, value in ((name.lower(), value) for name, value in headers)]

    def _header(self, name: str, value: str) -> str:
        if is_secret(name):
            # A flow that is read back from a file has its hashes already.
            return hashed(value) if value and not _HASHED.fullmatch(value) else value
        if name == "sec-websocket-protocol":
            return redact_protocols(value, redact)
        if name in LOCATIONS:
            return self.url(value)
        return redact(value)

    def url(self, url: str) -> str:
        return redact_url(url, redact)
