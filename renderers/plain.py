"""The first live text: what agents say and do, in the order in which they say it.

In: `(flow_id, ExchangeEvent)`, and the time. Out: text for a terminal. Several exchanges share the screen: one has the
floor and streams; what the others say waits, and is shown whole in its turn. The floor passes at the end of an
exchange, at the end of a block when somebody waits, or after a silence.
"""

from __future__ import annotations

from addons.protocols.events import (
    BlockFinished,
    ExchangeEnded,
    ExchangeEvent,
    ExchangeStarted,
    RefusalDelta,
    StreamError,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolResult,
)
from renderers.sanitise import one_line, sanitise
from renderers.theme import Theme

SILENCE_S = 2.0
"""An exchange that says nothing for so long loses the floor to one that waits."""

SUMMARY_CHARS = 160

_SIDE_PURPOSES = frozenset({"title", "router", "warmup", "count_tokens", "other"})
"""No conversation: logged, not shown (SPEC S4.4)."""

_NATURAL_ENDS = (BlockFinished, ToolCallFinished, ToolResult)


class _Speaker:
    """One exchange: who it is, what it has to say, and where its line stands."""

    def __init__(self, started: ExchangeStarted) -> None:
        self.started = started
        self.label = _label(started)
        self.waiting: list[str] = []
        self.role = ""
        self.block = ""
        self.at_line_start = True
        self.raw_arguments: set[str] = set()
        self.ended = False


class PlainText:
    """Turns events into text. `feed` returns what to print now; nothing is ever taken back."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._speakers: dict[str, _Speaker] = {}
        self._floor: str | None = None
        self._last_said_s = 0.0
        self._last_label = ""

    def feed(self, flow_id: str, event: ExchangeEvent, now_s: float) -> str:
        if isinstance(event, ExchangeStarted):
            if event.purpose in _SIDE_PURPOSES:
                return ""
            self._speakers[flow_id] = _Speaker(event)
        speaker = self._speakers.get(flow_id)
        if speaker is None:
            return ""
        text = self._text_of(speaker, event)
        if text:
            speaker.waiting.append(text)
        speaker.ended = speaker.ended or isinstance(event, ExchangeEnded)
        return self._speak(flow_id, now_s, isinstance(event, _NATURAL_ENDS))

    def tick(self, now_s: float) -> str:
        """Let somebody else speak when the one who has the floor is silent."""
        if self._floor and now_s - self._last_said_s > SILENCE_S and self._who_waits() is not None:
            self._floor = None
            return self._hand_over(now_s)
        return ""

    def _speak(self, flow_id: str, now_s: float, at_natural_end: bool) -> str:
        if self._floor is None:
            return self._hand_over(now_s)
        if self._floor != flow_id:
            return ""
        said = self._say(flow_id, now_s)
        if self._speakers[flow_id].ended:
            del self._speakers[flow_id]
            self._floor = None
            return said + self._hand_over(now_s)
        if at_natural_end and self._who_waits() is not None:
            self._floor = None
            return said + self._hand_over(now_s, after=flow_id)
        return said

    def _who_waits(self, after: str | None = None) -> str | None:
        waiting = [
            key for key, speaker in self._speakers.items() if speaker.waiting and key not in (self._floor, after)
        ]
        return waiting[0] if waiting else None

    def _hand_over(self, now_s: float, after: str | None = None) -> str:
        """Give the floor to whoever has waited longest; those who have ended say all and leave it at once."""
        said = ""
        while (flow_id := self._who_waits(after)) is not None:
            said += self._say(flow_id, now_s)
            if not self._speakers[flow_id].ended:
                self._floor = flow_id
                # Whoever spoke goes to the end of the queue.
                self._speakers[flow_id] = self._speakers.pop(flow_id)
                return said
            del self._speakers[flow_id]
        return said

    def _say(self, flow_id: str, now_s: float) -> str:
        speaker = self._speakers[flow_id]
        text = "".join(speaker.waiting)
        speaker.waiting.clear()
        if not text:
            return ""
        self._last_said_s = now_s
        if speaker.label == self._last_label:
            return text
        header = ("\n" if self._last_label else "") + self._theme.style("speaker", f"── {speaker.label} ──") + "\n"
        self._last_label = speaker.label
        # The one who spoke before may have been in the middle of a line.
        return ("\n" if self._last_open_line(flow_id) else "") + header + text.removeprefix("\n")

    def _last_open_line(self, flow_id: str) -> bool:
        return any(not s.at_line_start and not s.waiting for key, s in self._speakers.items() if key != flow_id)

    # -- one event's text -------------------------------------------------------------------------------------------

    def _text_of(self, speaker: _Speaker, event: ExchangeEvent) -> str:
        match event:
            case ExchangeStarted():
                return self._request(speaker, event)
            case TextDelta(block, text) | RefusalDelta(block, text):
                return self._flowing(speaker, "text", block, text)
            case ThinkingDelta(block, text):
                return self._flowing(speaker, "thinking", block, text)
            case ToolCallStarted(block, _, name):
                return self._line(speaker, "tool", f"▶ {sanitise(name)}", block)
            case ToolArgumentsDelta(block, text):
                speaker.raw_arguments.add(block)
                return self._flowing(speaker, "arguments", block, text)
            case ToolCallFinished(block, _, _, _, arguments) if (
                block not in speaker.raw_arguments and arguments is not None
            ):
                return self._flowing(speaker, "arguments", block, str(arguments))
            case ToolResult(_, _, text):
                return self._line(speaker, "result", f"◀ {one_line(text, SUMMARY_CHARS)}")
            case StreamError(message):
                return self._line(speaker, "error", f"✗ {one_line(message, SUMMARY_CHARS)}")
            case ExchangeEnded():
                return self._line(speaker, "error" if event.end == "error" else "end", _end_line(event))
            case _:
                return ""

    def _request(self, speaker: _Speaker, started: ExchangeStarted) -> str:
        lines = [
            self._line(speaker, "error" if back.is_error else "result", f"◀ {one_line(back.text, SUMMARY_CHARS)}")
            for back in started.tool_returns
        ]
        if started.prompt:
            lines.append(self._line(speaker, "prompt", f"> {sanitise(started.prompt)}"))
        return "".join(lines)

    def _line(self, speaker: _Speaker, role: str, text: str, block: str = "") -> str:
        """Text on lines of its own."""
        lead = "" if speaker.at_line_start else "\n"
        speaker.at_line_start = True
        speaker.role, speaker.block = role, block
        return f"{lead}{self._theme.style(role, text)}\n"

    def _flowing(self, speaker: _Speaker, role: str, block: str, text: str) -> str:
        """A streamed piece: continues its block's line, or begins a new one."""
        begins = speaker.role != role or speaker.block != block
        lead = "\n" if begins and not speaker.at_line_start else ""
        speaker.role, speaker.block = role, block
        speaker.at_line_start = text.endswith("\n")
        return lead + self._theme.style(role, sanitise(text))


def _label(started: ExchangeStarted) -> str:
    agent = f" ⤷ {started.agent_id[:8]}" if started.agent_id else ""
    model = f" · {started.model}" if started.model else ""
    number = "#?" if started.session_number is None else f"#{started.session_number}"
    return sanitise(f"{number} {started.client}{agent}{model}")


def _end_line(ended: ExchangeEnded) -> str:
    parts = [str(ended.stop_reason or ended.end) if ended.end == "complete" else ended.end.replace("_", " ")]
    if ended.error:
        parts.append(one_line(ended.error, SUMMARY_CHARS))
    counts = ended.usage
    if counts.get("input_tokens") is not None:
        cached = f" ({counts['cache_read_input_tokens']:,} cached)" if counts.get("cache_read_input_tokens") else ""
        parts.append(f"{counts['input_tokens']:,} in{cached}")
    if counts.get("output_tokens") is not None:
        parts.append(f"{counts['output_tokens']:,} out")
    if ended.ttft_ms is not None:
        parts.append(f"first token {ended.ttft_ms / 1000:.1f} s")
    parts.append(f"{ended.duration_ms / 1000:.1f} s")
    return f"■ {' · '.join(parts)}"
