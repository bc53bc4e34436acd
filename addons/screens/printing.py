"""mitmproxy's own printing, led through the live view.

In: the running master. Out: its flow lines and log lines given to the view, which writes them between its own: at the
beginning of a line, never in the middle of one. And since mitmproxy prints on the event loop, a terminal that nobody
reads would stop every connection otherwise, and a closed one would end the proxy (SPEC S4.2). What mitmproxy says about
flows that we show ourselves, and about what agents' clients send besides, is muted (SPEC S3.8).

These are mitmproxy's internals; where they have changed, its printing stays as it was.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable
from typing import Any

from addons.screens.terminal import TerminalWriter

SHOWN = "agent"
"""Flow metadata that marks a flow as captured; `~meta agent` selects them in any filter."""

ASIDE = "agent_aside"
"""And one that a client sends to its provider besides: settings, telemetry. `~meta agent` selects it too."""

_MUTING_FILTER = f"!~meta {SHOWN}"


class Lines(io.TextIOBase):
    """A text file for `print`: gives on what is written when its line is whole. Never blocks and never raises."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._line = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        whole, found, self._line = (self._line + text).rpartition("\n")
        if found:
            self._say(whole)
        return len(text)


def terminal_for(master: Any) -> TerminalWriter | None:
    """A writer on standard output. None in the console, which owns it, and where there is none."""
    if is_console(master) or sys.stdout is None:
        return None
    try:
        return TerminalWriter(sys.stdout.fileno(), sys.stdout.isatty())
    except (OSError, ValueError):
        return None


def lead_through(master: Any, say: Callable[[str], None]) -> None:
    """From now on mitmproxy's lines go to `say`, one or several at once."""
    dumper = master.addons.get("dumper")
    if hasattr(dumper, "outfp"):
        dumper.outfp = Lines(say)
    handler: Any = getattr(master.addons.get("termlog"), "logger", None)
    if hasattr(handler, "file"):
        handler.file = Lines(say)


def is_console(master: Any) -> bool:
    """Whether mitmproxy's own screen has the terminal."""
    return type(master).__name__ == "ConsoleMaster"


def mute_shown_flows(master: Any, options: Any) -> None:
    """Keep mitmdump's lines about agents' flows, and about connections, off the screen. What the user sets stands."""
    if "dumper_filter" in options and not options.dumper_filter:
        options.update(dumper_filter=_MUTING_FILTER)
    handler = getattr(master.addons.get("termlog"), "logger", None)
    if isinstance(handler, logging.Handler) and not options.has_changed("termlog_verbosity"):
        handler.addFilter(_is_no_connection_line)


def _is_no_connection_line(record: logging.LogRecord) -> bool:
    return not (record.levelno <= logging.INFO and record.name == "mitmproxy.proxy.server")
