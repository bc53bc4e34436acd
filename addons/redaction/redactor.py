"""Everything that is complete: texts, JSON values, headers and URLs, without their secrets (S4.20, S4.21, S4.5).

In: what came. Out: the same with `hash:` and 16 hex digits in each secret's place; the very same object where there is
none. Headers and URLs are always redacted; `enabled` governs bodies. What comes piece by piece is stream.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from addons.redaction.finder import hashed, redact, suspicious
from addons.redaction.headers import LOCATIONS, is_secret, redact_protocols
from addons.redaction.rules import SECRET_NAMES
from addons.redaction.urls import redact_url

_SECRET_NAME: Final = re.compile(rf"(?:^|.*[^A-Za-z0-9])(?:{'|'.join(map(re.escape, SECRET_NAMES))})", re.DOTALL)
_MOST_KNOWN_KEYS: Final = 4096
_LONGEST_KNOWN_KEY: Final = 64
_HASHED: Final = re.compile(r"hash:[0-9a-f]{16}")


def tells_secret(name: str) -> bool:
    """Whether a member's name makes a secret of a value that is none by itself."""
    return _SECRET_NAME.fullmatch(name) is not None


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
        waiting: list[tuple[Any, Any, str, Any]] = [(box, 0, "", value)]
        changed = False
        while waiting:
            target, place, name, item = waiting.pop()
            if isinstance(item, str):
                clean = target[place] = self.member(name, item)
                changed = changed or clean is not item
            elif isinstance(item, dict):
                names = [self._key(key) for key in item]
                changed = changed or any(clean is not key for clean, key in zip(names, item, strict=True))
                # The keys first, so that their order stays though the values come later.
                copy = target[place] = dict.fromkeys(names)
                waiting += (
                    (copy, clean, key, member) for clean, (key, member) in zip(names, item.items(), strict=True)
                )
            elif isinstance(item, list):
                copy_list = target[place] = [None] * len(item)
                waiting += ((copy_list, index, "", member) for index, member in enumerate(item))
            else:
                target[place] = item
        return box[0] if changed else value

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
