"""sse_logger.error: counted, not repeated; no payload, no credential (LOGFORMAT.md)."""

from __future__ import annotations

import errno
import json
import threading

from addons.sinks.errors import ErrorLog, describe

TS = "2026-11-23T10:15:00.123456+01:00"


def counts(lines: list[bytes]) -> list[int]:
    return [json.loads(line)["count"] for line in lines]


def test_a_line() -> None:
    log = ErrorLog()
    log.report("decoder", "frame is no JSON", flow_id="f-1", level="warning")
    (line,) = log.due(TS)
    fields = {"level": "warning", "where": "decoder", "flow_id": "f-1", "error": "frame is no JSON", "count": 1}
    assert json.loads(line) == {"ts": TS} | fields
    assert log.due(TS) == []


def test_a_repeated_fault_is_written_ever_more_rarely_and_the_counts_add_up() -> None:
    log = ErrorLog()
    lines = []
    for _ in range(100):
        log.report("tap", "fault")
        lines += log.due(TS)
    assert counts(lines) == [1, 1, 2, 4, 8, 16, 32]
    assert counts(log.rest(TS)) == [36]
    assert log.rest(TS) == []


def test_different_faults_are_counted_apart() -> None:
    log = ErrorLog()
    for where, error in (("a", "x"), ("b", "x"), ("a", "y"), ("a", "x")):
        log.report(where, error)
    assert counts(log.due(TS)) == [1, 1, 1, 1]


def test_memory_is_bounded_and_still_nothing_goes_uncounted() -> None:
    log = ErrorLog()
    lines = []
    for number in range(3000):
        for _ in range(3):
            log.report("tap", f"fault {number}")
        lines += log.due(TS)
    assert len(log._faults) <= 256
    assert sum(counts(lines + log.rest(TS))) == 9000


def test_an_exceptions_message_is_not_told() -> None:
    secret = "sk-ant-not-to-be-seen"
    try:
        raise ValueError(f"unexpected {secret}")
    except ValueError as error:
        told = describe(error)
    assert told.startswith("ValueError at test_errors.py:")
    assert secret not in told


def test_an_os_errors_number_is_told_in_words() -> None:
    assert describe(OSError(errno.ENOSPC, "/some/path")) == "OSError (No space left on device)"


def test_reports_come_from_any_thread() -> None:
    log = ErrorLog()
    threads = [threading.Thread(target=lambda: [log.report("tap", "x") for _ in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts(log.due(TS) + log.rest(TS))) == 2000
