"""Sessions for requests that name none: grouped by what they say (SPEC S4.4).

In: a request's client, a hash of its credential, the hashes of its messages in order, and the time. Out: a session id.
A request continues the conversation of the same client and credential whose messages are a prefix of its own; where
several are, the one that reaches furthest into it, and of equals the newest; else it opens a new one. A retry has equal
messages and continues its own. What a conversation said is kept as one digest, so memory is bounded by their number.

A call beside the conversation (title, router, …) has messages of its own making: it goes to the newest conversation,
and changes nothing there. Gemini CLI's router comes before the first turn: then it opens a conversation that has no
messages yet, which the next turn takes over.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

CONVERSATIONS = 1024
"""Remembered at most, the longest silent forgotten first; likewise links and sub-agents, some 100 bytes each."""
LINKS = 16_384

EMPTY_FOR_S = 120.0
"""So long a conversation without messages waits for its first turn."""

type _Owner = tuple[str, str]
"""Client and credential hash."""


@dataclass(slots=True)
class _Conversation:
    session_id: str
    owner: _Owner
    length: int
    digest: bytes
    """Of the first `length` messages' hashes."""
    last_seen: float


class ConversationGrouper:
    """Remembers open conversations, and which response and which sub-agent belongs to which session."""

    def __init__(self, conversations: int = CONVERSATIONS, links: int = LINKS) -> None:
        self._limit = conversations
        self._open: OrderedDict[str, _Conversation] = OrderedDict()
        """By session id, the longest silent first."""
        self._responses = _Links(links)
        self._agents = _Links(links)

    def assign(
        self, client: str, credential_hash: str, message_hashes: Sequence[str], now: float, *, beside: bool = False
    ) -> str:
        """The session of a request. `now` in seconds of any clock; `beside`: a call that is no turn."""
        owner = (client, credential_hash)
        prefixes = _prefix_digests(message_hashes)
        found = self._newest(owner) if beside else self._continued(owner, prefixes, now)
        if found is None:
            first = "" if beside or not message_hashes else message_hashes[0]
            found = _Conversation(self._new_id(owner, first, now), owner, 0, prefixes[0], now)
            self._open[found.session_id] = found
            if len(self._open) > self._limit:
                self._open.popitem(last=False)
        if not beside:
            found.length, found.digest = len(message_hashes), prefixes[-1]
        found.last_seen = now
        self._open.move_to_end(found.session_id)
        return found.session_id

    def link(self, response_id: str, session_id: str) -> None:
        """A response has been given in a session: a request that refers to it belongs there."""
        self._responses.put(response_id, session_id)

    def by_response(self, previous_response_id: str) -> str | None:
        """The session of the response that a request continues (`previous_response_id`)."""
        return self._responses.get(previous_response_id)

    def root(self, session_id: str, agent_id: str | None) -> str:
        """The root's session, where a sub-agent's parent is a sub-agent itself and the wire names only the parent."""
        root = self._agents.get(session_id) or session_id
        if agent_id is not None and agent_id != root:
            self._agents.put(agent_id, root)
        return root

    def _continued(self, owner: _Owner, prefixes: list[bytes], now: float) -> _Conversation | None:
        best: _Conversation | None = None
        for one in reversed(self._open.values()):
            if one.owner != owner or one.length >= len(prefixes) or one.digest != prefixes[one.length]:
                continue
            if one.length == 0 and now - one.last_seen > EMPTY_FOR_S:
                continue
            if best is None or one.length > best.length:
                best = one
        return best

    def _newest(self, owner: _Owner) -> _Conversation | None:
        return next((one for one in reversed(self._open.values()) if one.owner == owner), None)

    def _new_id(self, owner: _Owner, first: str, now: float) -> str:
        """The same when recorded flows are read again with their recorded times."""
        seed = "\0".join((*owner, first, repr(now)))
        while True:
            session_id = f"derived-{hashlib.sha256(seed.encode(errors='surrogatepass')).hexdigest()[:16]}"
            if session_id not in self._open:
                return session_id
            seed += "\0"


class _Links:
    """A mapping that forgets what was put first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._links: OrderedDict[str, str] = OrderedDict()

    def put(self, key: str, value: str) -> None:
        self._links[key] = value
        self._links.move_to_end(key)
        if len(self._links) > self._limit:
            self._links.popitem(last=False)

    def get(self, key: str) -> str | None:
        return self._links.get(key)


def _prefix_digests(hashes: Sequence[str]) -> list[bytes]:
    """The digest of the first 0, 1, 2, … hashes."""
    running = hashlib.blake2b(digest_size=16)
    found = [running.digest()]
    for one in hashes:
        running.update(one.encode(errors="surrogatepass") + b"\0")
        found.append(running.digest())
    return found
