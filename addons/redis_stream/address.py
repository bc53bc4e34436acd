"""Where Redis is, and how it is named without its password (SPEC S1.5).

In: an address as an option or the environment has it: redis://, rediss:// or unix://, with user, password, database and
what redis-py takes as query parameters; or env:NAME, the variable that holds such an address. Out: a `RedisAddress`,
which connects, and which shows itself without anything secret. redis-py is imported when something connects: a start
without Redis does not pay for it.
"""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

VARIABLE = "AGENT_REDIS_URL"
DEFAULT_STREAM = "agent:events"
CONNECT_S = 3.0
ANSWER_S = 10.0
"""How long a server may take: beyond it counts as away."""

NO_PACKAGE = "mitmproxy's Python lacks the package redis; install it there: pip install redis"

_FROM_ENVIRONMENT = "env:"
_FORMS = (
    "redis://HOST:PORT/DB, rediss://… (TLS) or unix:///PATH; with a password better env:NAME, a variable that holds it"
)
_PORT = 6379
_SECRET_PART = re.compile(r"(?<=://).*@|\?.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """`shown` is for people: scheme, user, host, port and database."""

    url: str = field(repr=False)
    shown: str

    def connect(self, answer_s: float = ANSWER_S) -> Any:
        """A client with a pool of its own, which connects when it is first used. One attempt a call: whoever uses it
        knows better what to do meanwhile. Values are bytes."""
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        pool = redis.ConnectionPool.from_url(
            self.url,
            socket_connect_timeout=CONNECT_S,
            socket_timeout=answer_s,
            retry=Retry(NoBackoff(), 0),
            # Answers have the same shape in every version of redis-py and of the server.
            protocol=2,
        )
        return redis.Redis(connection_pool=pool)


def is_installed() -> bool:
    """Whether this Python has redis-py; a mitmproxy of the user's own may lack it."""
    return importlib.util.find_spec("redis") is not None


def parse_address(text: str) -> RedisAddress:
    """Raises ValueError with what to write instead, and nothing of what was written."""
    url = text
    if text.startswith(_FROM_ENVIRONMENT):
        name = text.removeprefix(_FROM_ENVIRONMENT)
        url = os.environ.get(name, "")
        if not url:
            raise ValueError(f"the environment has no {name or 'variable without a name'}; export it with {_FORMS}")
    try:
        return RedisAddress(url, _shown(url))
    except ValueError:
        named = (
            f"what the environment's {text.removeprefix(_FROM_ENVIRONMENT)} holds is no address; "
            if url != text
            else ""
        )
        raise ValueError(f"{named}use {_FORMS}") from None


def is_address(text: str) -> bool:
    """Whether it means Redis rather than a file."""
    return text.startswith((_FROM_ENVIRONMENT, "redis://", "rediss://", "unix://"))


def has_password(text: str) -> bool:
    """Whether an option's value shows one to whoever can see the options."""
    try:
        return urlsplit(text).password is not None
    except ValueError:
        return False


def without_secrets(text: str) -> str:
    """An option's value for a message: of an address neither user, password nor parameters."""
    return _SECRET_PART.sub("…", text) if "://" in text else text


def _shown(url: str) -> str:
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    if parts.scheme == "unix":
        if not parts.path.strip("/"):
            raise ValueError("no path")
        return f"unix://{user}{parts.path}"
    database = parts.path.strip("/")
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or (database and not database.isdecimal()):
        raise ValueError("no address")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{user}{host}:{parts.port or _PORT}/{database or 0}"
