"""Why Redis did not do what was asked, in words for the person at the terminal.

In: an exception of redis-py. Out: a cause, and what to do. Never the exception's own text: a server's message may quote
the command that it refused, and with it a payload.
"""

from __future__ import annotations

import os
import re

_CAUSES = {
    "AuthenticationError": "it refuses the user or password; correct the address",
    "BusyLoadingError": "it is still loading its data",
    "OutOfMemoryError": "it is full (maxmemory); give it more, or choose a smaller agent_redis_maxlen",
    "ReadOnlyError": "it is a read-only replica; name the primary",
    "NoPermissionError": "its user may not do this; its ACL has to allow scripts, and all on the stream's keys",
    "MasterDownError": "it is a replica without its primary",
    "ClusterDownError": "its cluster is down",
    "ClusterCrossSlotError": "its cluster keeps the stream's keys apart; choose agent_redis_stream={agent}:events",
    "MovedError": "its cluster keeps the stream on another node; name that one",
    "TimeoutError": "it does not answer",
}
"""By the exception's class or one that it is derived from."""

_NO_PASSWORD = "it asks for a password; put one into the address, best in the environment's AGENT_REDIS_URL"

_CODES = {
    "OOM": _CAUSES["OutOfMemoryError"],
    "READONLY": _CAUSES["ReadOnlyError"],
    "NOPERM": _CAUSES["NoPermissionError"],
    "NOAUTH": _NO_PASSWORD,
    "MISCONF": "it can't save to its disk and takes no writes",
    "WRONGTYPE": "the stream's name belongs to something else there; choose another agent_redis_stream",
    "BUSY": "it is busy with a script",
    "NOGROUP": "the stream or its consumer group has been removed",
    "NOREPLICAS": "it has too few replicas to take writes",
    "max number of clients": "it has too many clients",
    "Authentication required": _NO_PASSWORD,
}
"""By what the server's message begins with, or, where a script was refused, contains. redis-py takes some off."""

_CODE = re.compile(rf"(?<![A-Za-z])({'|'.join(_CODES)})(?![A-Za-z])")


def reason(error: Exception) -> str:
    classes = [one.__name__ for one in type(error).__mro__]
    is_answer = "ResponseError" in classes or "AuthenticationError" in classes
    if is_answer and (found := _CODE.search(str(error)[:400])):
        return _CODES[found[1]]
    for name in classes:
        if name in _CAUSES:
            return _CAUSES[name]
    if "ConnectionError" in classes:
        number = _errno(error)
        return f"it can't be reached ({os.strerror(number)})" if number else "the connection was lost"
    return f"it refuses the command ({type(error).__name__})"


def _errno(error: BaseException | None) -> int | None:
    """Of the system's error that is behind it."""
    while error is not None:
        if isinstance(error, OSError) and error.errno and error.errno > 0:
            return error.errno
        error = error.__cause__ or error.__context__
    return None
