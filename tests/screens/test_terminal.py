"""addons/screens/terminal.py: writing never waits for the reader."""

from __future__ import annotations

import os
import threading

from addons.screens import terminal
from addons.screens.terminal import TerminalWriter


def read_all(descriptor: int) -> bytes:
    data = b""
    while piece := os.read(descriptor, 65536):
        data += piece
    return data


def test_what_is_written_arrives_in_order():
    reading, writing = os.pipe()
    writer = TerminalWriter(writing, is_terminal=False)
    for number in range(1000):
        assert writer.write(f"{number}\n")
    writer.stop()
    os.close(writing)
    assert read_all(reading).decode() == "".join(f"{number}\n" for number in range(1000))
    os.close(reading)


def test_an_unread_pipe_costs_text_not_time_and_takes_text_again_when_it_is_read(monkeypatch):
    monkeypatch.setattr(terminal, "LIMIT_CHARS", 300_000)
    reading, writing = os.pipe()
    writer = TerminalWriter(writing, is_terminal=False)
    taken = sum(writer.write("x" * 50_000) for _ in range(20))
    assert 6 <= taken < 20
    assert not writer.has_room
    collected: list[bytes] = []
    reader = threading.Thread(target=lambda: collected.append(read_all(reading)))
    reader.start()
    while not writer.has_room:
        pass
    assert writer.write("afterwards")
    writer.stop()
    os.close(writing)
    reader.join()
    assert collected[0].decode() == "x" * 50_000 * taken + "afterwards"
    os.close(reading)


def test_one_text_may_be_as_long_as_it_likes(monkeypatch):
    """Where nothing else waits: a limit that it can't meet would lose it for nothing."""
    monkeypatch.setattr(terminal, "LIMIT_CHARS", 1_000)
    reading, writing = os.pipe()
    writer = TerminalWriter(writing, is_terminal=False)
    assert writer.write("x" * 20_000)
    writer.stop()
    os.close(writing)
    assert len(read_all(reading)) == 20_000
    os.close(reading)


def test_a_reader_that_is_gone_ends_the_output_without_an_error():
    reading, writing = os.pipe()
    os.close(reading)
    writer = TerminalWriter(writing, is_terminal=False)
    writer.write("lost")
    writer._thread.join(5)
    assert not writer._thread.is_alive()
    assert not writer.write("lost as well")
    assert writer.is_gone
    writer.stop()
    os.close(writing)


def test_a_stopped_writer_with_a_blocked_reader_is_left_behind():
    reading, writing = os.pipe()
    writer = TerminalWriter(writing, is_terminal=True)
    assert writer.isatty()
    writer.write("x" * 1_000_000)
    writer.stop(timeout_s=0.05)
    os.close(reading)
    writer._thread.join(5)
    os.close(writing)
