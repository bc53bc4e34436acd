"""A stream as it is now, as a log folder: for who asks once and leaves no trace on the server.

In: the stream. Out: a folder with every record once and in order, as a reporter would fill it (drain.py), but without a
consumer group: nothing is created there, and nothing acknowledged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from addons.redis_stream.drain import COUNT, PATIENCE_S
from addons.redis_stream.drained import DrainedLog
from addons.redis_stream.entry import Received, received
from addons.redis_stream.sequencer import Sequencer


def copy_stream(client: Any, stream: str, root: Path, tell: Callable[[str], None]) -> int:
    """How many records were written. Raises redis-py's errors, and OSError."""
    log = DrainedLog(root, tell, threading.Event())
    try:
        # All that is there has come: nothing is worth waiting for, whatever the clock says.
        sequencer = Sequencer(PATIENCE_S, keeps_late=True)
        for page in _pages(client, stream):
            log.write([ready for each in page if log.take(each) for ready in sequencer.feed(each, 0.0)])
        log.write(sequencer.close())
    finally:
        log.close()
    return log.written


def _pages(client: Any, stream: str) -> Iterator[list[Received]]:
    """From the first entry to what is the last one now."""
    newest = client.xrevrange(stream, count=1)
    first: bytes = b"-"
    while newest:
        page = client.xrange(stream, min=first, max=newest[0][0], count=COUNT)
        if not page:
            return
        yield [each for id, fields in page if fields and (each := received(id, fields)) is not None]
        first = b"(" + page[-1][0]
