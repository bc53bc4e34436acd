"""The line at a call's end: what it was, what it took, what it cost in tokens and in dollars (SPEC S3.6).

In: `ExchangeEnded`. Out: one line of text, sanitised. What the wire did not tell is left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from addons.protocols.events import ExchangeEnded
from renderers.sanitise import one_line

MESSAGE_CHARS = 160

STATUS_WORDS: Mapping[int, str] = {
    400: "bad request",
    401: "not authorised",
    403: "forbidden",
    404: "not found",
    408: "timed out",
    413: "request too large",
    429: "rate limited",
    500: "server error",
    502: "bad gateway",
    503: "service unavailable",
    504: "gateway timed out",
    529: "overloaded",
}

_GAUGE_CELLS = 10
_LEAST_SHARE = 0.01
"""Of the context window; less is nothing that a person has to think of."""
_LEAST_USD = 0.0001
_LEAST_GENERATION_S = 0.05
"""A shorter answer came at once: its speed says nothing."""


def failure_words(end: str, status: int | None, error_type: str | None = None) -> str:
    """How it went wrong, in plain words: `rate limited (429)`, `client closed`, `overloaded_error in mid-stream`; empty
    where it did not. `error_type` is that of an error event that has come."""
    if status is not None and status >= 400:
        return f"{STATUS_WORDS.get(status, 'HTTP error')} ({status})"
    if end == "error" and error_type:
        return f"{one_line(error_type, MESSAGE_CHARS)} in mid-stream"
    return "" if end == "complete" else end.replace("_", " ")


def end_line(
    ended: ExchangeEnded, *, context: bool = False, said: str | None = None, failed: str = "", session: str = ""
) -> str:
    """`said` is the error message that the screen has already, `failed` how it went wrong, where more is known of it
    than the end says, `session` what the whole session cost, in words."""
    failed = failed or failure_words(ended.end, ended.status)
    parts = [one_line(ended.model, MESSAGE_CHARS)] if ended.model else []
    parts.append(failed or one_line(str(ended.stop_reason or ended.end), MESSAGE_CHARS))
    if ended.error and ended.error != said:
        parts.append(one_line(ended.error, MESSAGE_CHARS))
    parts += _tokens(ended)
    parts += [part for part in (dollars(ended.cost_usd), session) if part]
    if ended.ttft_ms is not None:
        parts.append(f"first token {ended.ttft_ms / 1000:.1f} s")
    if ended.duration_ms:
        parts.append(f"{ended.duration_ms / 1000:.1f} s")
    if gauge := context_gauge(ended) if context else context_share(ended):
        parts.append(gauge)
    return f"■ {' · '.join(parts)}"


def _tokens(ended: ExchangeEnded) -> list[str]:
    parts = []
    total, output = ended.usage.get("input_tokens"), ended.usage.get("output_tokens")
    if total is not None:
        cached = ended.usage.get("cache_read_input_tokens")
        share = f" ({cached / total:.0%} cached)" if cached and total else ""
        parts.append(f"{total:,} in{share}")
    if output is not None:
        reasoning = ended.usage.get("reasoning_output_tokens")
        parts.append(f"{output:,} out" + (f" ({reasoning:,} reasoning)" if reasoning else ""))
        generation_s = (ended.duration_ms - (ended.ttft_ms or 0)) / 1000
        if output and ended.ttft_ms is not None and generation_s >= _LEAST_GENERATION_S:
            speed = f"{output / generation_s:,.0f}"
            # Of an answer that was cut off the count is often that of its beginning: 0 is no speed.
            parts += [f"{speed} tokens/s"] if speed != "0" else []
    return parts


def dollars(cost_usd: float | None) -> str:
    """`$0.0123`, `$12.35`; empty where it is not known."""
    if cost_usd is None:
        return ""
    if 0 < cost_usd < _LEAST_USD:
        return f"under ${_LEAST_USD}"
    return f"${cost_usd:.4f}" if cost_usd < 1 else f"${cost_usd:,.2f}"


def context_share(ended: ExchangeEnded) -> str:
    """How full the context is after this call: `context 18%`; empty where that is not known, or hardly anything."""
    return window_share(_context_tokens(ended), ended.context_window)


def window_share(used: int | None, window: int | None) -> str:
    return f"context {used / window:.0%}" if used and window and _LEAST_SHARE <= used / window <= 1 else ""


def context_gauge(ended: ExchangeEnded) -> str:
    """The same in full: `context ▮▮▯▯▯▯▯▯▯▯ 18% of 200k`, or what is in it; empty where the wire tells nothing."""
    used, window = _context_tokens(ended), ended.context_window
    if used is None:
        return ""
    if not window or used > window:
        # What a price list says of a window is not on the wire.
        return f"context {used:,} token{'s' if used != 1 else ''}"
    full = round(_GAUGE_CELLS * used / window)
    share = f"{used / window:.0%}" if not used or used / window >= _LEAST_SHARE else "<1%"
    return f"context {'▮' * full}{'▯' * (_GAUGE_CELLS - full)} {share} of {window // 1000:,}k"


def _context_tokens(ended: ExchangeEnded) -> int | None:
    total = ended.usage.get("input_tokens")
    return None if total is None else total + (ended.usage.get("output_tokens") or 0)
