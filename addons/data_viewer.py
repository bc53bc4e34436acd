"""The table view of mitmproxy's console, for what commands have found out.

In: rows of texts. Out: its data viewer on top of the screen, which makes all columns equally wide. Where there is none,
the rows as text. On the event loop only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mitmproxy import ctx

from addons.reports.formats import DEFAULT_WIDTH


def show(title: str, table: list[list[str]], print_text: Callable[[str], None]) -> None:
    """The viewer is mitmproxy's internal: without it, as text."""
    master: Any = ctx.master
    try:
        from mitmproxy.tools.console.overlay import DataViewerOverlay

        overlay: Any = DataViewerOverlay
        master.overlay(overlay(master, table), valign="top")
    except Exception:
        print_text("\n".join([f"mitmagent: {title}", *("  ".join(row) for row in table), ""]))


def columns() -> int:
    """It takes four fifths of the screen, a frame and a blank of them."""
    screen: Any = getattr(ctx.master, "ui", None)
    return int(screen.get_cols_rows()[0] * 0.8) - 4 if screen is not None else DEFAULT_WIDTH
