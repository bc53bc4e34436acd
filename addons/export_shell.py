"""`./launch.sh export WHAT …`: an export in the shell, whether a proxy runs or not; and from a Redis stream.

In: words. Out: the export's files; what is in them, on standard error; a status: 0 when it is done, 1 where the log
can't be read or the path not be written, 2 where the question is wrong.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from addons.pricing.book import PriceBook
from addons.pricing.own import own_prices
from addons.redis_stream.address import DEFAULT_STREAM, parse_address
from addons.redis_stream.copied import copy_stream
from addons.redis_stream.failures import reason
from addons.reports.database import interruptible
from addons.reports.exporting.asking import DEDUPE, FILTERS, USAGE, WHAT, Export, parse_export
from addons.reports.exporting.export import Exported, export
from addons.reports.loading import Progress
from addons.reports.question import OPTIONS, QuestionError
from addons.reports.shell import log_dir

_HELP = ("help", "-h", "--help")
_OPTIONS = (*FILTERS, "file", "log-dir", "tz")
_PATIENCE_S = 1.0


class _Progress:
    """Says how far it is, on a terminal, from one second on."""

    def __init__(self) -> None:
        self._began_s = self._said_s = time.monotonic()

    def __call__(self, done_bytes: int, total_bytes: int) -> None:
        now_s = time.monotonic()
        if sys.stderr.isatty() and total_bytes and now_s - self._said_s > _PATIENCE_S:
            self._said_s = now_s
            sys.stderr.write(f"\rmitmagent: {done_bytes / total_bytes:.0%} of {total_bytes / 1e6:,.0f} MB read\r")


def main(words: Sequence[str]) -> int:
    if not words or words[0] in _HELP:
        sys.stdout.write(help_text())
        return 0
    try:
        wanted = parse_export(words, datetime.now(UTC))
        with interruptible():
            exported = run(wanted, log_dir(wanted.question), _Progress(), PriceBook(own_prices("")))
    except QuestionError as wrong:
        _say(str(wrong))
        return 2
    except ValueError as wrong:
        _say(str(wrong))
        return 2
    except BrokenPipeError:
        # Nobody reads on, such as `head`.
        sys.stderr.close()
        return 0
    except OSError as error:
        _say(f"the export failed: {error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
        return 1
    except KeyboardInterrupt:
        return 130
    _say(exported.summary())
    for note in exported.notes:
        _say(note)
    return 0


def run(wanted: Export, root: Path, progress: Progress, book: PriceBook) -> Exported:
    """Raises QuestionError, ValueError where an address is none, and OSError."""
    if wanted.stream is None:
        return export(wanted, root, progress, book)
    where, _, name = wanted.stream.partition("#")
    address = parse_address(where)
    from redis.exceptions import RedisError

    with tempfile.TemporaryDirectory(prefix="mitmagent-") as folder:
        try:
            copy_stream(address.connect(), name or DEFAULT_STREAM, Path(folder), _say)
        except RedisError as error:
            raise OSError(None, reason(error), address.shown) from None
        return export(wanted, Path(folder), progress, book)


def help_text() -> str:
    def rows(table: dict[str, str]) -> str:
        return "".join(f"  {name:11}  {meaning}\n" for name, meaning in table.items())

    filters = {f"--{each.name}": each.help for each in OPTIONS if each.name in _OPTIONS}
    return f"{USAGE}\n{rows(WHAT)}\n--dedupe:\n{rows(DEDUPE)}\nOptions:\n{rows(filters)}"


def _say(text: str) -> None:
    sys.stderr.write(f"mitmagent: {text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
