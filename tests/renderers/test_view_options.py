"""renderers/view_options.py: what may be set, and what is refused."""

from __future__ import annotations

import pytest

from renderers.view_options import DEFAULT_DETAILS, ViewOptions


@pytest.mark.parametrize(
    ("values", "says"),
    [
        pytest.param({"args_sub_deltas": 7}, "args_sub_deltas=7", id="too few deltas"),
        pytest.param({"delay_ms": -1}, "delay_ms=-1", id="delay"),
        pytest.param({"flush_ms": -1}, "flush_ms=-1", id="flush"),
        pytest.param({"indent": -1}, "indent=-1", id="indent"),
        pytest.param({"dead_after_s": 0}, "dead_after_s=0", id="dead at once"),
        pytest.param({"details": {"thoughts": "hide"}}, "there is no kind thoughts", id="kind"),
        pytest.param({"details": {"text": "raw"}}, "text=raw: must be one of hide, one_line, full", id="raw text"),
        pytest.param({"details": {"text": "some"}}, "text=some: must be one of hide, one_line, full", id="detail"),
    ],
)
def test_what_cannot_work_is_refused(values, says):
    with pytest.raises(ValueError, match=says):
        ViewOptions(**values)


def test_details_that_are_not_set_are_as_usual():
    options = ViewOptions(details={"thinking": "hide"})
    assert {kind: options.detail(kind) for kind in DEFAULT_DETAILS} == {**DEFAULT_DETAILS, "thinking": "hide"}


def test_function_only_leaves_calls_and_what_was_asked():
    options = ViewOptions(function_only=True, details={"text": "full"})
    assert {kind: options.detail(kind) for kind in DEFAULT_DETAILS} == {
        "prompt": "one_line",
        "thinking": "hide",
        "text": "hide",
        "tool": "full",
        "result": "hide",
    }
