"""For all tests: time is never a reason to fail, since machines are shared."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
