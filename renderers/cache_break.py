"""The cache-break alarm: a request changes something before the point up to which the last one was cached (SPEC S3.6).

In: each request's parts in the order in which the provider hashes them (tools, system, messages), and the usage that
comes back. Out: a sentence when a cached part is another one now, with what it will cost; and when the usage is there,
whether it was so. A place whose alarm was withdrawn (the provider leaves it out of its cache key) is not named again
unless it proves to matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from addons.protocols.events import RequestPart

BYTES_PER_TOKEN = 4
"""For an estimate where no usage has come yet."""

LEAST_TOKENS = 1_000
"""Less is no alarm: providers cache nothing shorter than about this."""

WITHDRAWN_SHARE = 0.2
"""Fewer lost tokens than this share of the estimate: nothing broke."""

_NAMES = {"tool": "tool definition", "system": "system block", "message": "message"}


@dataclass(frozen=True, slots=True)
class Break:
    """What changed, and how many tokens have to be read anew."""

    what: str
    place: tuple[str, int]
    """Kind and number within its kind."""
    tokens: int


@dataclass(frozen=True, slots=True)
class Cached:
    """The last request that was answered, and how much of it went to or came from the cache; None: not told."""

    model: str | None
    parts: tuple[RequestPart, ...]
    tokens: int | None


def cache_point(parts: tuple[RequestPart, ...]) -> int:
    """How many parts are before the last cache mark; all of them where the provider caches by itself."""
    marked = [place for place, part in enumerate(parts) if part.has_cache_marker]
    return marked[-1] + 1 if marked else len(parts)


def find_break(before: Cached, model: str | None, parts: tuple[RequestPart, ...]) -> Break | None:
    """The first part before the old cache point that is not what it was; None where the old prefix is whole."""
    cached = before.parts[: cache_point(before.parts)]
    if not cached or not parts:
        return None
    if model != before.model:
        return _break(before, cached, 0, ("model", 0), f"the model changed from {before.model} to {model}")
    for place, (old, new) in enumerate(zip(cached, parts, strict=False)):
        if old.digest != new.digest or old.kind != new.kind:
            return _break(before, cached, place, _place_of(parts, place), _what(cached, parts, place))
    # A shorter request is a prefix of what is cached: that is read, not broken.
    return None


def _break(before: Cached, cached: tuple[RequestPart, ...], at: int, place: tuple[str, int], what: str) -> Break | None:
    total = sum(part.size_bytes for part in cached)
    lost = sum(part.size_bytes for part in cached[at:])
    tokens = lost // BYTES_PER_TOKEN if before.tokens is None else round(before.tokens * lost / total) if total else 0
    return Break(what, place, tokens) if tokens >= LEAST_TOKENS else None


def _place_of(parts: tuple[RequestPart, ...], place: int) -> tuple[str, int]:
    kind = parts[place].kind
    return kind, sum(part.kind == kind for part in parts[: place + 1])


def _what(old: tuple[RequestPart, ...], new: tuple[RequestPart, ...], place: int) -> str:
    kind, number = _place_of(new, place)
    was = old[place].kind
    count, before = _count(new, kind), _count(old, kind)
    if kind != was:
        return f"a {_NAMES[was]} is gone" if place and old[place - 1].kind == was else f"a {_NAMES[kind]} is new"
    if count != before and kind != "message":
        return f"{_NAMES[kind]} {number} changed, there are {count}, there were {before}"
    return f"{_NAMES[kind]} {number} of {count} changed"


def _count(parts: tuple[RequestPart, ...], kind: str) -> int:
    return sum(part.kind == kind for part in parts)


class CacheWatch:
    """One session's requests, per agent. Holds the parts of one request per agent and those not yet answered."""

    def __init__(self) -> None:
        self._before: dict[str, Cached] = {}
        self._open: dict[str, tuple[str, Cached, Break | None]] = {}
        self._quiet: set[tuple[str, int]] = set()

    def started(self, flow_id: str, agent: str, model: str | None, parts: tuple[RequestPart, ...]) -> str:
        """A sentence where the request breaks the cache."""
        if not parts:
            return ""
        before = self._before.get(agent)
        broken = None if before is None else find_break(before, model, parts)
        self._open[flow_id] = (agent, Cached(model, parts, None), broken)
        if broken is None or broken.place in self._quiet:
            return ""
        return f"cache break: {broken.what}, before the cache point; about {broken.tokens:,} tokens to be read anew"

    def ended(self, flow_id: str, usage: Mapping[str, int | None]) -> str:
        """Whether it was so, where the usage tells."""
        agent, request, broken = self._open.pop(flow_id, ("", None, None))
        if request is None or usage.get("input_tokens") is None:
            return ""
        before = self._before.get(agent)
        read = usage.get("cache_read_input_tokens")
        self._before[agent] = Cached(request.model, request.parts, _cached_tokens(request.parts, usage))
        if broken is None or read is None:
            return ""
        had = before.tokens if before is not None and before.tokens is not None else None
        lost = broken.tokens if had is None and not read else (had if had is not None else broken.tokens) - read
        return self._verdict(broken, lost, read)

    def _verdict(self, broken: Break, lost: int, read: int) -> str:
        quiet = broken.place in self._quiet
        if lost < broken.tokens * WITHDRAWN_SHARE:
            self._quiet.add(broken.place)
            return "" if quiet else f"no cache break: {read:,} tokens came from the cache all the same"
        self._quiet.discard(broken.place)
        return f"cache break confirmed: {broken.what}; {lost:,} tokens were read anew, {read:,} came from the cache"


def _cached_tokens(parts: tuple[RequestPart, ...], usage: Mapping[str, int | None]) -> int | None:
    """How much the next request may find: what was read and written, or all where the provider caches by itself and
    counts no writing."""
    read, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    if written is not None or any(part.has_cache_marker for part in parts):
        return None if read is None and written is None else (read or 0) + (written or 0)
    return usage.get("input_tokens")
