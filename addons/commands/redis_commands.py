"""`agent.redis.…`: what goes through Redis, asked and done from mitmproxy (SPEC S1.5).

In: commands typed in mitmproxy's console, or sent to mitmweb's API. Out: a table or a sentence, when a thread has it:
nothing here waits for Redis on the event loop. mitmweb's commands give what they return: there it is an id first, and
the rows when the same is asked again, as with reports.
"""

from __future__ import annotations

import contextlib
import inspect
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from mitmproxy import ctx, exceptions, types

from addons import faults
from addons.asking.worker import AskedWrong
from addons.commands import results
from addons.commands.answers import Answers, Asked
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
        self._answers = Answers()

    def load(self, loader: Any) -> None:
        gives = type(ctx.master).__name__ == "WebMaster"
        for one in (self.info, self.read, self.delete, self.trim):
            name = f"agent.redis.{one.__name__}"
            loader.add_command(name, self._given(name, one) if gives else self._shown(name, one))
        loader.add_command("agent.redis.backfill", self.backfill_given if gives else self.backfill_shown)

    # -- what each asks ---------------------------------------------------------------------------------------------

    def info(self) -> Ask:
        """Length, lags, rates and drops of the Redis stream, and who sends and reads."""
        sink = self._sink()
        return lambda client, names: desk.info(client, names, sink.status() if sink else None)

    def read(self, count: int = 20, after: str = "") -> Ask:
        """Entries of the Redis stream: the last COUNT, or COUNT from the id AFTER on (or `start`)."""
        return lambda client, names: desk.read(client, names, count, after)

    def delete(self, *ids: str) -> Ask:
        """Delete entries of the Redis stream by their ids, for good."""
        return lambda client, names: desk.delete(client, names, ids)

    def trim(self, limit: str) -> Ask:
        """Trim the Redis stream to so many entries (10000), or to an age (2d, 12h)."""
        return lambda client, names: desk.trim(client, names, limit)

    # -- commands ---------------------------------------------------------------------------------------------------

    def backfill_shown(self, since: str = "") -> None:
        """Send what the log has (since 2d, or 2026-11-25T08:00) and the Redis stream lacks."""
        results.say(self._backfill(since))

    def backfill_given(self, since: str = "") -> types.Data:
        """Send what the log has (since 2d, or 2026-11-25T08:00) and the Redis stream lacks."""
        return [[self._backfill(since)]]  # type: ignore[return-value]

    def _shown(self, title: str, command: Callable[..., Ask]) -> Callable[..., None]:
        def show(*words: Any) -> None:
            master, width = ctx.master, results.columns(ctx.master)
            self._begin(command(*words)).future.add_done_callback(lambda done: _show(master, title, done, width))

        return _as_command(show, command, None)

    def _given(self, title: str, command: Callable[..., Ask]) -> Callable[..., types.Data]:
        def give(*words: Any) -> Any:
            return self._answers.give((title, *map(str, words)), lambda: self._begin(command(*words)))

        return _as_command(give, command, types.Data)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _backfill(self, since: str) -> str:
        sink = self._sink()
        if sink is None:
            raise exceptions.CommandError("agent_redis_url is not set: there is nowhere to send to")
        try:
            sink.backfill(desk.since_ms(since))
        except ValueError as wrong:
            raise exceptions.CommandError(str(wrong)) from None
        return "the log is read for what the stream lacks; traffic goes on"

    def _begin(self, ask: Ask) -> Asked:
        settings = self._settings()
        address = settings.source if isinstance(settings.source, RedisAddress) else settings.redis_url
        if address is None:
            raise exceptions.CommandError("agent_redis_url is not set: there is no Redis to ask")
        future: Future[desk.Table] = Future()
        answer = (address, Names(settings.redis_stream), ask, future)
        threading.Thread(target=_answer, args=answer, name="mitmagent command", daemon=True).start()
        return Asked(future)


def _as_command[F: Callable[..., Any]](function: F, asks: Callable[..., Ask], returns: type | None) -> F:
    """With the parameters and the help of `asks`: mitmproxy reads a command's signature."""
    function.__doc__ = asks.__doc__
    signature = inspect.signature(asks, eval_str=True).replace(return_annotation=returns)
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def _answer(address: RedisAddress, names: Names, ask: Ask, future: Future[desk.Table]) -> None:
    from redis.exceptions import RedisError

    try:
        with contextlib.closing(address.connect(ANSWER_S)) as client:
            found = ask(client, names)
        future.set_result(found)
    except ValueError as wrong:
        future.set_exception(AskedWrong(str(wrong)))
    except RedisError as error:
        future.set_exception(AskedWrong(f"{address.shown}: {reason(error)}"))
    except Exception as fault:
        faults.report("command", None, fault)
        future.set_exception(AskedWrong("a fault of ours; sse_logger.error has it"))


def _show(master: Any, title: str, future: Future[desk.Table], width: int) -> None:
    with faults.guard(title):
        try:
            lines = desk.printed(future.result(), width)
        except AskedWrong as wrong:
            results.say(f"{title}: {wrong}")
        else:
            results.deliver(master, title, [[line] for line in lines], lines)
