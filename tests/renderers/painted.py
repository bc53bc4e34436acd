"""Reads painted text back: roles and texts, as a pen would colour them."""

from __future__ import annotations

import re

from renderers.spans import MARKS, Painted

_ROLES = {mark: role for role, mark in MARKS.items()}
_RUN = re.compile(f"([{''.join(_ROLES)}])([^{''.join(_ROLES)}]*)")


def runs(painted: Painted) -> list[tuple[str, str]]:
    """No text is outside of a run, none is empty, and a line feed is never followed by anything but plain text."""
    found = _RUN.findall(painted.text)
    assert "".join(mark + text for mark, text in found) == painted.text
    told = [(_ROLES[mark], text) for mark, text in found]
    assert all(text for _, text in told)
    assert all("\n" not in text for role, text in told if role != "plain")
    return told
