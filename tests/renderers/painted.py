"""Reads painted text back: roles and texts, as a pen would colour them."""

from __future__ import annotations

from renderers.spans import MARKS, Painted


def runs(painted: Painted) -> list[tuple[str, str]]:
    """No text is outside of a run, none is empty, and a line feed is never followed by anything but plain text."""
    told = [(span.role, span.text) for span in painted.runs()]
    assert "".join(MARKS[role] + text for role, text in told) == painted.text
    assert all("\n" not in text for role, text in told if role != "plain")
    return told
