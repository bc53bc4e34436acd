"""`agent.redis.…`: what goes through Redis, asked and done from mitmproxy (SPEC S1.5).

In: commands typed in mitmproxy's console, in mitmweb's command bar or sent to its API. Out: a table or a sentence, when
a worker has it: nothing here waits for Redis on the event loop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from mitmproxy import ctx, exceptions

from addons import faults
from addons.commands import results
from addons.options import Settings
from addons.redis_stream import desk
from addons.redis_stream.address import RedisAddress
from addons.redis_stream.failures import reason
from addons.redis_stream.ledger import Names
from addons.redis_stream.sink import StreamSink

ANSWER_S = 5.0

type Ask = Callable[[Any, Names], desk.Table]


class RedisCommands:
    name = "mitmagent-redis"

    def __init__(self, settings: Callable[[], Settings], sink: Callable[[], StreamSink | None]) -> None:
        self._settings = settings
        self._sink = sink

    def load(self, loader: Any) -> None:
        for one in (self.info, self.read, self.delete, self.trim, self.backfill):
            loader.add_command(f"agent.redis.{one.__name__}", one)

    def info(self) -> None:
        """Length, lags, rates and drops of the Redis stream, and who sends and reads."""
        sink = self._sink()
        self._ask("agent.redis.info", lambda client, names: desk.info(client, names, sink.status() if sink else None))

    def read(self, count: int = 20, after: str = "") -> None:
        """Entries of the Redis stream: the last COUNT, or COUNT from the id AFTER on (or `start`)."""
        self._ask("agent.redis.read", lambda client, names: desk.read(client, names, count, after))

    def delete(self, *ids: str) -> None:
        """Delete entries of the Redis stream by their ids, for good."""
        self._ask("agent.redis.delete", lambda client, names: desk.delete(client, names, ids))

    def trim(self, limit: str) -> None:
        """Trim the Redis stream to so many entries (10000), or to an age (2d, 12h)."""
        self._ask("agent.redis.trim", lambda client, names: desk.trim(client, names, limit))

    def backfill(self, since: str = "") -> None:
        """Send what the log has (since 2d, or 2026-11-25T08:00) and the Redis stream lacks."""
        sink = self._sink()
        if sink is None:
            raise exceptions.CommandError("agent_redis_url is not set: there is nowhere to send to")
        try:
            sink.backfill(desk.since_ms(since))
        except ValueError as wrong:
            raise exceptions.CommandError(str(wrong)) from None
        results.say("the log is read for what the stream lacks; traffic goes on")

    def _ask(self, title: str, ask: Ask) -> None:
        settings = self._settings()
        address = settings.source if isinstance(settings.source, RedisAddress) else settings.redis_url
        if address is None:
            raise exceptions.CommandError("agent_redis_url is not set: there is no Redis to ask")
        master = ctx.master
        names = Names(settings.redis_stream)
        width = results.columns(master)

        def work() -> None:
            with faults.guard(title):
                _answer(master, title, address, names, ask, width)

        threading.Thread(target=work, name="mitmagent command", daemon=True).start()


def _answer(master: Any, title: str, address: RedisAddress, names: Names, ask: Ask, width: int) -> None:
    from redis.exceptions import RedisError

    client = address.connect(ANSWER_S)
    try:
        lines = desk.printed(ask(client, names), width)
        results.deliver(master, title, [[line] for line in lines], lines)
    except ValueError as wrong:
        results.say(f"{title}: {wrong}")
    except RedisError as error:
        results.say(f"{title}: {address.shown}: {reason(error)}")
    finally:
        client.close()
