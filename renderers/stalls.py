"""Stalls: who is silent, for how long, and where (SPEC S3.2, S3.6).

In: the time of an exchange's last content and of its last sign of life. Out: a sentence when a step is passed, each
once. Time comes as an argument.
"""

from __future__ import annotations

STEPS_S = (10.0, 30.0, *(60.0 * minute for minute in range(1, 11)))
"""When a silence is named: after 10 s, 30 s, then each minute."""

LATER_S = 600.0
"""And so often when it lasts longer than that: who is away at night doesn't want a line a minute."""


def step_after(silent_s: float) -> float:
    """The next silence that is worth a line."""
    for step in STEPS_S:
        if step > silent_s:
            return step
    return (silent_s // LATER_S + 1) * LATER_S


_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def seconds(duration_s: float) -> str:
    """`45 s`, `3 min 20 s`, `2 h 5 min`: two units, and the larger one from two of it on."""
    whole = int(duration_s)
    size, name = next(((size, name) for size, name in _UNITS if whole >= 2 * size), _UNITS[-1])
    smaller = next(((other, called) for other, called in _UNITS if other < size), None)
    rest = 0 if smaller is None else whole % size // smaller[0]
    return f"{whole // size} {name}" + (f" {rest} {smaller[1]}" if smaller is not None and rest else "")


class Stall:
    """One exchange's silence. `where` is what it was in the middle of."""

    __slots__ = ("dead", "sign", "sign_s", "since_s", "step_s", "where")

    def __init__(self, now_s: float) -> None:
        self.since_s = self.sign_s = now_s
        self.step_s = STEPS_S[0]
        self.where = "before the first token"
        self.sign = ""
        self.dead = False

    def heard(self, where: str, now_s: float) -> None:
        self.since_s = now_s
        self.where = where
        self.step_s = STEPS_S[0]
        self.sign = ""

    def sign_of_life(self, sign: str, now_s: float) -> None:
        """Proof that the connection lives, without content."""
        self.sign = sign
        self.sign_s = now_s

    def tick(self, now_s: float, dead_after_s: float) -> str:
        """A sentence, where one is due. Past `dead_after_s` the exchange turns dead, and the sentence says so."""
        silent_s = now_s - self.since_s
        dies = not self.dead and silent_s >= dead_after_s
        if not dies and silent_s < self.step_s:
            return ""
        self.step_s = step_after(silent_s)
        self.dead = self.dead or dies
        sign = f", last sign {self.sign} {seconds(now_s - self.sign_s)} ago" if self.sign else ""
        return f"{'dead: ' if self.dead else ''}silent for {seconds(silent_s)} {self.where}{sign}"
