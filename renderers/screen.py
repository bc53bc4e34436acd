"""The screen controller: which flow has the screen, when it passes on, and to whom (SPEC S3.1).

In: flows that have something to show, and the time. Out: text for the terminal. One flow has the screen and streams;
what the others say waits, and is shown whole in its turn. When it passes on, and to whom, is the session guard's part
(`guard.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from renderers.card import Card, CardState, up_to_line_end
from renderers.flow import Flow
from renderers.guard import Place, SessionGuard
from renderers.pen import Pen
from renderers.spans import FreshLine, Span, Styled

NOTICE_PAUSE_S = 0.5
"""After such a pause a notice may cut into a line."""

NOTICE_LATEST_S = 2.0
"""So long a notice waits for a line's end or a pause."""


class ScreenController:
    """`stamp` gives the time of day for headers, or an empty string."""

    def __init__(self, pen: Pen, stamp: Callable[[Flow, float], str]) -> None:
        self._pen = pen
        self._stamp = stamp
        self.log = False
        """Say why the screen passes on."""
        self._guard = SessionGuard()
        self._holder: Flow | None = None
        self._since_s = 0.0
        self._said_s = 0.0
        self._waiting: dict[str, Flow] = {}
        self._spoke: Flow | None = None
        """Whose header is the last on the screen."""
        self._card: Card | None = None
        """What the last text on the screen is of."""
        self._began = False
        self._notices: list[tuple[str, str]] = []
        self._noticed_s = 0.0
        """When the first of them came."""

    def heard(self, flow: Flow, now_s: float) -> str:
        """The flow may have something to show, or have ended."""
        holder = self._holder
        if holder is not flow:
            if not flow.fresh or not flow.has_waiting:
                return self._consider(now_s) if holder is not None and self._waiting else ""
            if flow.flow_id not in self._waiting:
                flow.waits_since_s = now_s
                self._waiting[flow.flow_id] = flow
            flow.fresh = False
            return self._hand_over("", now_s) if holder is None else self._consider(now_s)
        overdue = bool(self._waiting) and now_s - self._since_s >= self._guard.turn_s(len(self._waiting))
        said = self._say(flow, now_s, to_line_end=overdue or bool(self._notices))
        if self._notices and self._is_at_rest:
            said += self._write_notices()
        if self._waiting or flow.ended:
            said += self._consider(now_s)
        return said + self._say_rest(now_s)

    def notice(self, role: str, text: str, now_s: float) -> str:
        """A line about somebody, who is named in it. Written at a line's end, or when the line rests."""
        if not self._notices:
            self._noticed_s = now_s
        self._notices.append((role, text))
        return self._write_notices() + self._say_rest(now_s) if self._may_write_notices(now_s) else ""

    def interrupted(self, role: str, text: str, now_s: float) -> str:
        """What was written last has not reached the screen: a line that says so, and who speaks is said anew."""
        self._pen.forget()
        self._notices.insert(0, (role, text))
        return self._write_notices() + self._say_rest(now_s)

    @property
    def has_notices(self) -> bool:
        return bool(self._notices)

    def tick(self, now_s: float) -> str:
        said = ""
        holder = self._holder
        if holder is not None and holder.has_waiting:
            said = self._say(holder, now_s)
        if self._waiting:
            said += self._consider(now_s)
        if self._notices and self._may_write_notices(now_s):
            said += self._write_notices() + self._say_rest(now_s)
        return said

    def close(self) -> str:
        """The last line is whole. To be called when all flows have ended, and so have been shown."""
        return self._write_notices() + self._pen.fresh_line()

    # -- passing on -------------------------------------------------------------------------------------------------

    def _consider(self, now_s: float) -> str:
        holder = self._holder
        if holder is None:
            return self._hand_over("", now_s)
        if holder.is_finished:
            self._holder = None
            return self._hand_over("it has ended", now_s)
        if not self._waiting:
            return ""
        held_s, silent_s = now_s - self._since_s, now_s - self._said_s
        why = self._guard.may_leave(self._place(holder), held_s, silent_s, len(self._waiting))
        if not why:
            return ""
        after = holder if holder.has_waiting else None
        return self._leave() + self._hand_over(why, now_s, after)

    def _place(self, holder: Flow) -> Place:
        current = holder.current
        if current is None or current.state is CardState.DONE:
            return Place.BLOCK_END
        return Place.LINE_END if self._is_at_rest else Place.MID_LINE

    def _leave(self) -> str:
        """The holder gives up the screen. Of a provisional line nothing stays; it waits with its card."""
        holder = self._holder
        assert holder is not None
        self._holder = None
        said = self._put_aside(holder)
        holder.cut = holder.cut or self._place(holder) is Place.MID_LINE
        return said

    def _put_aside(self, flow: Flow) -> str:
        """Take back a provisional line. Its card shows it again when it has more to say."""
        if not self._pen.has_provisional or flow.current is None:
            return ""
        said, spans = self._pen.take_back()
        flow.current.put_back(spans)
        return said

    def _hand_over(self, why: str, now_s: float, after: Flow | None = None) -> str:
        """Give the screen to whose turn it is; those who have ended say all and leave it at once.

        `after` has just left it with more to say, and is not the next.
        """
        said: list[str] = []
        while self._waiting:
            flow = self._guard.choose(self._waiting, now_s)
            del self._waiting[flow.flow_id]
            if after is not None:
                after.waits_since_s = now_s
                self._waiting[after.flow_id] = after
                after = None
            if self.log:
                said.append(self._decision(flow, why, now_s))
            self._guard.taken(flow, now_s)
            self._holder, self._since_s = flow, now_s
            said.append(self._say(flow, now_s))
            if not flow.is_finished:
                break
            self._holder = None
            why = "it has ended"
        return "".join(said)

    def _decision(self, flow: Flow, why: str, now_s: float) -> str:
        before = f" after {self._spoke.name}: {why}" if self._spoke is not None and why else ""
        waited = f", waited {now_s - flow.waits_since_s:.1f} s" if why else ""
        rest = f", {len(self._waiting)} wait" if self._waiting else ""
        self._pen.indent = ""
        self._spoke = None if self._spoke is not flow else self._spoke
        return self._pen.write(
            [FreshLine(), Styled("note", f"⧉ {flow.name} has the screen{before}{waited}{rest}"), FreshLine()]
        )

    # -- saying -----------------------------------------------------------------------------------------------------

    def _say(self, flow: Flow, now_s: float, *, to_line_end: bool = False) -> str:
        said: list[str] = []
        card = self._next_card(flow, now_s, said)
        while card is not None:
            if card.waiting:
                spans = card.take()
                if to_line_end and card.state is not CardState.DONE:
                    spans, card.waiting = up_to_line_end(spans)
                    if not spans:
                        spans, card.waiting = card.waiting, []
                if self._spoke is not flow:
                    said.append(self._header(flow, now_s))
                if self._card is not card:
                    said.append(self._resume(card))
                said.append(self._pen.write(spans))
                self._said_s = now_s
                if card.waiting:
                    break
            card = self._next_card(flow, now_s, said)
        return "".join(said)

    def _next_card(self, flow: Flow, now_s: float, said: list[str]) -> Card | None:
        """The card whose turn it is. A provisional line of one that has only paused is taken back."""
        before = flow.current
        card = flow.next_card(now_s)
        if (
            before is not None
            and flow.current is not before
            and before.state is not CardState.DONE
            and self._pen.has_provisional
        ):
            erased, spans = self._pen.take_back()
            said.append(erased)
            before.put_back(spans)
        return card

    def _resume(self, card: Card) -> str:
        """Another card than the last: on a line of its own, with its name where it goes on."""
        self._card = card
        fresh = self._pen.fresh_line()
        if not card.begun:
            card.begun = True
            return fresh
        return fresh + self._pen.write([Styled("note", f"⋯ {card.name}"), FreshLine()]) if card.name else fresh

    def _header(self, flow: Flow, now_s: float) -> str:
        """Who speaks, on a line of its own; not again where the same agent goes on with its next call."""
        before, self._spoke = self._spoke, flow
        same = before is not None and before.ended and before.label == flow.label
        out = self._pen.fresh_line()
        self._pen.indent = flow.indent
        if same:
            return out
        time = self._stamp(flow, now_s)
        continues = " · continues" if flow.cut else ""
        flow.cut = False
        text = f"── {time + ' ' if time else ''}{flow.label}{continues} ──"
        blank = "\n" if self._began else ""
        self._began = True
        return out + blank + self._pen.write([Styled(flow.role, text), FreshLine()])

    # -- notices ----------------------------------------------------------------------------------------------------

    @property
    def _is_at_rest(self) -> bool:
        return self._pen.at_line_start and not self._pen.has_provisional

    def _may_write_notices(self, now_s: float) -> bool:
        return (
            self._is_at_rest
            or self._holder is None
            or now_s - self._said_s >= NOTICE_PAUSE_S
            or now_s - self._noticed_s >= NOTICE_LATEST_S
        )

    def _write_notices(self) -> str:
        if not self._notices:
            return ""
        holder = self._holder
        said = self._put_aside(holder) if holder is not None else ""
        if holder is not None:
            holder.cut = holder.cut or self._place(holder) is Place.MID_LINE
        self._pen.indent = ""
        spans: list[Span] = [FreshLine()]
        for role, text in self._notices:
            spans += [Styled(role, text), FreshLine()]
        self._notices = []
        self._spoke = None
        return said + self._pen.write(spans)

    def _say_rest(self, now_s: float) -> str:
        """What the holder has kept back for somebody else's line, or was made to take back."""
        holder = self._holder
        return self._say(holder, now_s) if holder is not None and holder.has_waiting else ""
