"""mitmproxy's own printing, led through our bounded writer.

In: the running master. Out: its flow lines and log lines on a `TerminalWriter`, since mitmproxy prints on the event
loop: a terminal that nobody reads would stop every connection, and a closed one would end the proxy (SPEC S4.2). What
mitmproxy says about flows that we show ourselves is muted, so that its lines do not cut into ours.

These are mitmproxy's internals; where they have changed, its printing stays as it was.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from addons.terminal import TerminalWriter

SHOWN = "agent"
"""Flow metadata that marks a flow as captured; `~meta agent` selects them in any filter."""

_MUTING_FILTER = f"!~meta {SHOWN}"


def terminal_for(master: Any) -> TerminalWriter | None:
    """A writer on standard output, used by mitmproxy's printing from now on. None in the console, which owns it."""
    if is_console(master) or sys.stdout is None:
        return None
    try:
        descriptor, is_terminal = sys.stdout.fileno(), sys.stdout.isatty()
    except (OSError, ValueError):
        return None
    writer = TerminalWriter(descriptor, is_terminal)
    dumper = master.addons.get("dumper")
    if dumper is not None and hasattr(dumper, "outfp"):
        dumper.outfp = writer
    termlog = master.addons.get("termlog")
    handler = getattr(termlog, "logger", None)
    if handler is not None and hasattr(handler, "file"):
        handler.file = writer
    return writer


def is_console(master: Any) -> bool:
    """Whether mitmproxy's own screen has the terminal."""
    return type(master).__name__ == "ConsoleMaster"


def mute_shown_flows(master: Any, options: Any) -> None:
    """Keep mitmdump's lines about captured flows, and about connections, off the screen. What the user sets stands."""
    if "dumper_filter" in options and not options.dumper_filter:
        options.update(dumper_filter=_MUTING_FILTER)
    handler = getattr(master.addons.get("termlog"), "logger", None)
    if isinstance(handler, logging.Handler) and not options.has_changed("termlog_verbosity"):
        handler.addFilter(_is_no_connection_line)


def _is_no_connection_line(record: logging.LogRecord) -> bool:
    return not (record.levelno <= logging.INFO and record.name == "mitmproxy.proxy.server")
