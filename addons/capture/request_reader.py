"""A request's body, read: what it says, redacted, in the pieces that the log stores once each.

In: the body's bytes as on the wire, or a WebSocket message's text. Out: `ReadBody`. Nothing here knows of sessions or
of other requests, so that a large body can be read on a thread of its own while others go on; and it is read in slices,
so that no call keeps the interpreter from the event loop for long. A request repeats the whole conversation: what was
seen before is not scanned again.
"""

from __future__ import annotations

import codecs
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from addons.protocols.events import RequestPart, ToolReturn
from addons.protocols.requests import conversation_items, prompt_of, split, without_cache_markers
from addons.redaction.redactor import Redactor
from addons.request_parts import CachePart, RequestParts, cache_part, continued_response
from addons.sinks.records import REFERENCE, content_hash
from addons.wire.content_encoding import LIMIT_BYTES, decode_body, decoder_for
from addons.wire.errors import EncodingError
from addons.wire.json_reader import SLICE, slices
from addons.wire.json_text import dump_in_slices, dump_json, parse_json_exactly, parse_pieces_exactly

LARGE_BYTES = 1 << 17
"""On the wire. What is larger is read in slices, and worth a thread: it takes 20 ms and more when all of it is new."""
LARGE_ENCODED_BYTES = 1 << 14
_ENCODED_STEP_BYTES = 1 << 13
"""They may become ten times as many, and more."""

REMEMBERED = 10_000
"""Messages whose redaction is remembered, oldest forgotten first. About 500 bytes each."""


class Content(NamedTuple):
    """What is known of a message, system block or tool definition. `digest` is its name in the log; `redacted` its JSON
    where that differs from what came, else None."""

    digest: str
    redacted: bytes | None
    part: CachePart


class ContentMemory:
    """Contents by a digest of what came. May be asked from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, Content] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: bytes) -> Content | None:
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
            return known

    def put(self, key: bytes, content: Content) -> None:
        with self._lock:
            self._known[key] = content
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


@dataclass(frozen=True, slots=True)
class ReadBody:
    """`value` is the parsed JSON as it came, for telling client and session only; all else is redacted."""

    size: int
    """In bytes, as on the wire."""
    value: Any = None
    """None where the body is no JSON."""
    refs: Any = None
    """The JSON with references in place of its messages."""
    is_changed: bool = False
    """Whether redaction has changed anything in it."""
    contents: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    """By its hash in the log, each content's kind and JSON."""
    items: tuple[str, ...] = ()
    """Hashes of the conversation's messages, without the cache marks that move from turn to turn."""
    prompt: str | None = None
    tool_returns: tuple[ToolReturn, ...] = ()
    parts: tuple[RequestPart, ...] = ()
    kept: bytes | None = None
    """For the finished flow: as on the wire where nothing was redacted, else redacted; None where neither is possible,
    or it is too large."""


def is_large(body: bytes | None, encoding: str | None) -> bool:
    return body is not None and len(body) > (LARGE_ENCODED_BYTES if encoding else LARGE_BYTES)


class RequestReader:
    """Both methods may be called from any thread; so may `with_redactor`."""

    def __init__(self, redactor: Redactor, keep_bodies: Callable[[], int]) -> None:
        """`keep_bodies`: the longest body for a finished flow, in bytes."""
        self._redactor = redactor
        self._keep_bodies = keep_bodies
        self.memory = ContentMemory()

    def with_redactor(self, redactor: Redactor) -> RequestReader:
        """One that has seen nothing yet: what this one remembers was redacted by other rules."""
        return RequestReader(redactor, self._keep_bodies)

    def read(self, wire: bytes | None, encoding: str | None) -> ReadBody:
        wire_size = len(wire or b"")
        if not wire:
            return ReadBody(wire_size, kept=wire)
        large = is_large(wire, encoding)
        try:
            if large:
                value = parse_pieces_exactly(_pieces_of_text(wire, encoding))
            else:
                value = parse_json_exactly(_text(wire, encoding))
        except ValueError:
            value = None
        if value is None:
            return ReadBody(wire_size, kept=wire if self._is_clean(wire, encoding) else None)
        return self._read_value(value, wire_size, wire, large)

    def read_text(self, text: str) -> ReadBody:
        """A message on a WebSocket."""
        size = len(text.encode("utf-8", errors="replace"))
        try:
            value = parse_json_exactly(text)
        except ValueError:
            value = None
        return ReadBody(size) if value is None else self._read_value(value, size, None, size > LARGE_BYTES)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _read_value(self, value: Any, size: int, wire: bytes | None, large: bool) -> ReadBody:
        dump = dump_in_slices if large else dump_json
        contents: dict[str, tuple[str, bytes]] = {}
        bare: dict[int, str] = {}
        parts = RequestParts()
        is_changed = False

        def put(kind: str, content: Any) -> str:
            nonlocal is_changed
            raw = dump(content)
            known = self._known(content, raw, dump)
            is_changed = is_changed or known.redacted is not None
            contents.setdefault(known.digest, (kind, known.redacted or raw))
            parts.add(kind, known.part)
            bare[id(content)] = known.part.digest
            return known.digest

        refs = split(value, put)
        rest = self._redactor.value(refs)
        is_changed = is_changed or rest is not refs
        kept = wire
        if is_changed and wire is not None:
            kept = _rebuilt(rest, contents) if size <= self._keep_bodies() else None

        def clean(item: Any) -> Any:
            redacted = self._known(item, dump(item), dump).redacted
            return item if redacted is None else parse_json_exactly(redacted.decode())

        # Redacted before the parts of a message are put together: a secret may lie across them.
        said = prompt_of(value, clean)
        return ReadBody(
            size=size,
            value=value,
            refs=rest,
            is_changed=is_changed,
            contents=contents,
            items=tuple(
                bare.get(id(item)) or _bare_digest(item)
                for item in conversation_items(value)
                if isinstance(item, str | dict | list)  # a completion's prompt may be a million token numbers
            ),
            prompt=said.prompt,
            tool_returns=said.tool_returns,
            # A request that only names what it continues does not show what is cached.
            parts=() if continued_response(value) else parts.in_order(),
            kept=kept,
        )

    def _known(self, content: Any, raw: bytes, dump: Callable[[Any], bytes]) -> Content:
        key = hashlib.blake2b(raw, digest_size=16).digest()
        known = self.memory.get(key)
        if known is None:
            clean = self._redactor.value(content)
            # `value` hands back the same object where there was nothing to do.
            redacted = None if clean is content else dump(clean)
            digest = content_hash(redacted or raw)
            known = Content(digest, redacted, cache_part(redacted or raw, digest))
            self.memory.put(key, known)
        return known

    def _is_clean(self, wire: bytes, encoding: str | None) -> bool:
        """Whether a body that is no JSON may be kept as it came."""
        if len(wire) > self._keep_bodies():
            return False
        try:
            text = _text(wire, encoding)
        except ValueError:
            return False
        return self._redactor.text(text) == text


def _text(wire: bytes, encoding: str | None) -> str:
    """Raises ValueError where it is no text, or its Content-Encoding does not hold."""
    return decode_body(wire, encoding).decode("utf-8-sig")


def _pieces_of_text(wire: bytes, encoding: str | None) -> Iterator[str]:
    """The same in pieces, so that neither decoding nor what is done with it takes long at once."""
    decoder = decoder_for(encoding)
    text = codecs.getincrementaldecoder("utf-8-sig")()
    step = _ENCODED_STEP_BYTES if encoding else SLICE
    left_bytes = max(LIMIT_BYTES, len(wire))
    for start in range(0, len(wire), step):
        decoded = decoder.feed(wire[start : start + step])
        left_bytes -= len(decoded)
        if left_bytes < 0:
            raise EncodingError(f"content-encoding {encoding}: the body grows to more than {LIMIT_BYTES} bytes")
        yield from slices(text.decode(decoded))
    yield text.decode(decoder.close(), True)


def _rebuilt(refs: Any, contents: Mapping[str, tuple[str, bytes]]) -> bytes:
    """The body again. In the JSON of `refs` only a reference looks like one: `split` has seen to that."""
    return REFERENCE.sub(lambda found: contents[found[1].decode()][1], dump_json(refs))


def _bare_digest(item: Any) -> str:
    return content_hash(dump_json(without_cache_markers(item)))
