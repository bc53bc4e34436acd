"""A stream from the shell: `python -m addons.redis_shell`, which `launch.sh redis` and `launch.sh drain` start.

In: a command, the address of a Redis (else the environment's AGENT_REDIS_URL), options as mitmproxy takes them. Out:
what was asked for, on standard output; what there is to say, on standard error. Exit status: 0; 1 when it did not work;
2 when it was asked wrongly.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence

from addons.options import OPTIONS, Settings, parse_settings
from addons.redis_stream import desk
from addons.redis_stream.address import VARIABLE, is_address
from addons.redis_stream.backfill import Backfill
from addons.redis_stream.drain import DEFAULT_GROUP, Drain, Refused
from addons.redis_stream.failures import reason
from addons.redis_stream.ledger import Ledger, Names
from addons.redis_stream.sink import SinkSettings

_SAY_S = 5.0
_WIDTH = 10_000
"""Of what goes into a pipe."""


def main(arguments: Sequence[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    from redis.exceptions import RedisError

    try:
        sink = _settings(parsed).sink()
        if sink is None:
            raise ValueError(f"name a Redis: redis://HOST:PORT/DB, or export {VARIABLE}")
        COMMANDS[parsed.command](sink, parsed)
    except ValueError as wrong:
        _say(str(wrong))
        return 2
    except Refused as refused:
        _say(str(refused))
        return 1
    except RedisError as error:
        _say(f"{sink.address.shown}: {reason(error)}" if sink is not None else reason(error))
        return 1
    except OSError as error:
        _say(f"the log can't be read ({error.strerror})")
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


def _info(sink: SinkSettings, parsed: argparse.Namespace) -> None:  # noqa: ARG001  (a command's signature)
    _print(desk.info(sink.address.connect(), Names(sink.stream), None))


def _read(sink: SinkSettings, parsed: argparse.Namespace) -> None:
    client, names = sink.address.connect(), Names(sink.stream)
    if parsed.json:
        for line in desk.read_lines(client, names, parsed.count, parsed.after):
            sys.stdout.buffer.write(line + b"\n")
    else:
        _print(desk.read(client, names, parsed.count, parsed.after))


def _trim(sink: SinkSettings, parsed: argparse.Namespace) -> None:
    if len(parsed.words) != 1:
        raise ValueError("say to what: a number of entries, such as 10000, or an age, such as 2d")
    _print(desk.trim(sink.address.connect(), Names(sink.stream), parsed.words[0]))


def _delete(sink: SinkSettings, parsed: argparse.Namespace) -> None:
    _print(desk.delete(sink.address.connect(), Names(sink.stream), parsed.words))


def _backfill(sink: SinkSettings, parsed: argparse.Namespace) -> None:
    if len(parsed.words) > 1:
        raise ValueError("say from when on, such as 2d; or nothing, for all that the log has")
    now_ms = time.time_ns() // 1_000_000
    oldest_ms = now_ms - sink.limits.age_ms if sink.limits.age_ms else 0
    since_ms = max(desk.since_ms("".join(parsed.words)), oldest_ms)
    client, names = sink.address.connect(), Names(sink.stream)
    ledger = Ledger(client, names, sink.limits, sink.host)
    backfill = Backfill(sink.root, sink.host, since_ms, client, names)
    next_said_s = time.monotonic() + _SAY_S
    for entries in backfill.batches():
        if entries:
            backfill.progress.note(ledger.add(entries, oldest_ms, from_log=True))
        if time.monotonic() > next_said_s:
            next_said_s = time.monotonic() + _SAY_S
            _say(f"{backfill.progress}; going on")
    _say(str(backfill.progress))


def _drain(sink: SinkSettings, parsed: argparse.Namespace) -> None:
    if not parsed.log_dir:
        raise ValueError("say where to: --log-dir DIR, a folder that only this fills")
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    drain = Drain(sink.address, sink.stream, parsed.group, sink.root, _say, stopping)
    _say(f"draining {sink.stream} at {sink.address.shown} into {sink.root}, as group {parsed.group}")
    drain.run(parsed.once)
    _say(f"{drain.written:,} records drained")


COMMANDS: dict[str, Callable[[SinkSettings, argparse.Namespace], None]] = {
    "info": _info,
    "read": _read,
    "trim": _trim,
    "delete": _delete,
    "backfill": _backfill,
    "drain": _drain,
}

_HELP = """\
info                lengths, lags, rates, and who sends and reads
read                the last entries (--count N, --after ID or start, --json)
trim LIMIT          to so many entries (10000), or to an age (2d, 12h)
delete ID…          entries, for good
backfill [SINCE]    send what the log has since then (2d, 2026-11-25T08:00) and the stream lacks
drain               write all that comes into a log folder of its own (--log-dir DIR, --group NAME, --once)
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./launch.sh redis",
        description=_HELP,
        epilog=f"An address with a password is best exported as {VARIABLE}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("words", nargs="*", metavar="[ADDRESS] [ARGUMENT…]")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--after", default="")
    parser.add_argument("--json", action="store_true", help="whole records, as JSON lines")
    parser.add_argument("--log-dir", default="", help="the log's folder")
    parser.add_argument("--group", default=DEFAULT_GROUP)
    parser.add_argument("--once", action="store_true", help="end when nothing more is there")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="an option, as of mitmproxy")
    return parser


def _settings(parsed: argparse.Namespace) -> Settings:
    """Takes the address out of the words."""
    values = {option.name: option.default for option in OPTIONS}
    values["agent_redis_url"] = parsed.words.pop(0) if parsed.words and is_address(parsed.words[0]) else ""
    values["agent_log_dir"] = parsed.log_dir
    for pair in parsed.set:
        name, _, value = pair.partition("=")
        if name not in values:
            raise ValueError(f"there is no option {name}")
        values[name] = value
    return parse_settings(values.__getitem__)


def _print(table: desk.Table) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH
    sys.stdout.write("\n".join(desk.printed(table, width)) + "\n")


def _say(message: str) -> None:
    sys.stderr.write(f"mitmagent: {message}\n")


if __name__ == "__main__":
    sys.exit(main())
