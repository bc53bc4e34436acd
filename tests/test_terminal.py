"""addons/terminal.py: writing never waits for the reader."""

from __future__ import annotations

import os
import threading

from addons import terminal
from addons.terminal import TerminalWriter


def read_all(descriptor: int) -> bytes:
    data = b""
    while piece := os.read(descriptor, 65536):
        data += piece
    return data


def test_what_is_written_arrives_in_order():
    reading, writing = os.pipe()
    writer = TerminalWriter(writing, is_terminal=False)
    for number in range(1000):
        print(number, file=writer)
    writer.stop()
    os.close(writing)
    assert read_all(reading).decode() == "".join(f"{number}\n" for number in range(1000))
    os.close(reading)


def test_an_unread_pipe_costs_text_not_time_and_says_so_afterwards(monkeypatch):
    monkeypatch.setattr(terminal, "LIMIT_CHARS", 300_000)
    reading, writing = os.pipe()
    writer = TerminalWriter(writing, is_terminal=False)
    for _ in range(20):
        writer.write("x" * 50_000)
    collected: list[bytes] = []
    reader = threading.Thread(target=lambda: collected.append(read_all(reading)))
    reader.start()
    while not writer_is_idle(writer):
        pass
    writer.write("afterwards")
    writer.stop()
    os.close(writing)
    reader.join()
    text = collected[0].decode()
    shown = text.count("x")
    assert shown < 1_000_000
    assert f"{1_000_000 - shown:,} characters were not shown" in text
    assert "afterwards" in text
    os.close(reading)


def writer_is_idle(writer: TerminalWriter) -> bool:
    with writer._changed:
        return not writer._pieces


def test_a_reader_that_is_gone_ends_the_output_without_an_error():
    reading, writing = os.pipe()
    os.close(reading)
    writer = TerminalWriter(writing, is_terminal=False)
    writer.write("lost")
    writer._thread.join(5)
    assert not writer._thread.is_alive()
    assert writer.write("lost as well") == 12
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
