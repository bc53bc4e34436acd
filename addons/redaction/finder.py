"""Where the secrets are in a text, and from where on its end is undecided.

In: a decoded view (view.py), a position to start from, and whether the text ends here for good. Out: `Scan`, with the
secrets found and, when more text may come, the place from which it must be held back. A decision that has been made
holds whatever comes after: a text scanned in pieces gives the same secrets as the text scanned whole.

Step one is one pass of a regex for the places where some secret's literal beginning stands (or its first characters, at
the very end); only there are the rules tried.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from addons.redaction import plausible
from addons.redaction.encoded import BASE64_RUN, clean_payload, clean_text
from addons.redaction.forms import KEY_DASHES, KEY_END, KEY_REMAINDER, LONGEST_END, LONGEST_REMAINDER
from addons.redaction.marked import MARKED
from addons.redaction.places import is_text, marked_tail, places
from addons.redaction.rules import RULES
from addons.redaction.shapes import LONGEST_RUN, STANDINS, Rule
from addons.redaction.view import View

_DEEPEST_BASE64: Final = 3
_UNDO_STANDINS: Final = {standin: character for character, standin in STANDINS.items()}


def hashed(value: str) -> str:
    """What stands in a secret's place: the same for the same secret wherever it turns up (S4.20)."""
    return "hash:" + sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Found:
    """A secret at `start:end` of the view. `text` stands in for it. `swallow` matches what would belong to it if it
    had been cut off here; `endless`: it is so long that this is taken for sure; `torn`: only its beginning is there."""

    start: int
    end: int
    text: str
    swallow: re.Pattern[str] | None = None
    endless: bool = False
    torn: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """`keep`: from here on the text is needed again once it goes on. `hold` (not before `keep`): from here on it must
    not be shown yet. Both are the view's length when nothing is undecided. `public`: what is held is the common
    beginning of a format and gives nothing away yet."""

    found: list[Found]
    keep: int
    hold: int
    public: bool


_ENDS_HASHED: Final = re.compile(r"hash:[0-9a-f]{16}\Z")
_BASE64_REST: Final = re.compile(r"[A-Za-z0-9+/_=-]*")
_BY_FIRST: Final[dict[str, list[Rule]]] = {}
for _row in RULES:
    for _first in {anchor[0] for anchor in _row.anchors}:
        _BY_FIRST.setdefault(_first, []).append(_row)


def redact(raw: str, start: int = 0, depth: int = 0) -> str:
    """The whole text without its secrets, from `start` on (what is before is context, and is not returned)."""
    return _without(_secrets(View(raw), depth, start), raw, start)


def _without(found: list[Found], raw: str, start: int) -> str:
    if not found:
        return raw[start:] if start else raw
    pieces: list[str] = []
    done = start
    for secret in found:
        if secret.start < done:
            continue
        pieces += (raw[done : secret.start], secret.text)
        done = secret.end
    pieces.append(raw[done:])
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a text that may go on elsewhere. `secret`: what ends there is one by itself."""

    secret: Found | None


def redact_and_tell(raw: str, start: int = 0) -> tuple[str, Tail | None]:
    """As `redact`, and what is undecided at the text's end, if anything is."""
    view = View(raw, whole=False)
    if KEY_END.search(view.text) is not None:
        # A key block without its beginning is told by its end, in a text that is looked at as a whole.
        found = _secrets(View(raw), 0, start)
        return _without(found, raw, start), _tail([one for one in found if not one.torn], raw)
    result = scan(view.text, 0, False)
    if view.end == len(raw) and min(result.keep, result.hold) == len(view.text):
        return _without([in_raw(secret, view) for secret in result.found], raw, start), None
    whole = View(raw)
    decided = result.found[-1].end if result.found else 0
    rest = scan(whole.text, min(result.keep, result.hold), True, torn_from=whole.from_raw(start)).found
    found = [in_raw(one, whole) for one in (*result.found, *(one for one in rest if one.start >= decided))]
    return _without(found, raw, start), _tail([one for one in found if not one.torn], raw)


def tail_of(raw: str) -> Tail:
    """Of a text with an undecided end."""
    return _tail(secrets(raw), raw)


def _tail(found: list[Found], raw: str) -> Tail:
    return Tail(found[-1] if found and found[-1].end == len(raw) else None)


def secrets(raw: str, depth: int = 0) -> list[Found]:
    """The secrets of a whole text, by their places in it as it stands."""
    return _secrets(View(raw), depth)


def _secrets(view: View, depth: int, torn_from: int | None = None) -> list[Found]:
    torn_from = None if torn_from is None else view.from_raw(torn_from)
    return [in_raw(secret, view) for secret in scan(view.text, 0, True, depth, torn_from).found]


def in_raw(secret: Found, view: View) -> Found:
    return replace(secret, start=view.to_raw(secret.start), end=view.to_raw(secret.end))


def suspicious(raw: str) -> bool:
    """Whether there is anything in the text that a rule would look at. False: certainly nothing to redact in it."""
    view = View(raw).text
    return any(is_text(view, at) or _starts_some_rule(view, at) for at in places(view, 0))


def _starts_some_rule(view: str, at: int) -> bool:
    return any(view.startswith(row.anchors, at) for row in _BY_FIRST.get(view[at], ())) or any(
        view.startswith(row.marker, at + back) for row in MARKED for back in row.backs
    )


def scan(view: str, start: int, final: bool, depth: int = 0, torn_from: int | None = None) -> Scan:
    """`torn_from`: what begins there or later, and ends too early with the text, is a secret by what is there of it."""
    found: list[Found] = []
    keep = hold = len(view)
    public = True
    opened = [0, 0, 0, 0]
    told_at: dict[int, int] = {}
    if start == 0 and depth < _DEEPEST_BASE64 and (payload := _payload(view, depth)) is not None:
        return Scan([payload], keep, hold, public)
    for at in places(view, start):
        if at >= hold:
            break
        verdict = _judge(view, at, final, depth, opened)
        if verdict is None and torn_from is not None and at >= max(torn_from, len(view) - LONGEST_RUN):
            verdict = _torn(view, at)
        if verdict is None:
            continue
        # Within a secret there is none, but a name may stand there whose value comes after it.
        inside = max((secret.end for secret in found[-3:] if secret.start <= at < secret.end), default=0)
        if isinstance(verdict, Found):
            if verdict.start >= inside and not any(
                verdict.start < secret.end and secret.start < verdict.end for secret in found[-3:]
            ):
                found.append(verdict)
                told_at[verdict.start] = at
        elif verdict.hold >= inside:
            keep = min(keep, at)
            if verdict.hold < hold:
                hold, public = verdict.hold, verdict.public
    if final:
        found += _remainders(view, start, found)
    elif (undecided := marked_tail(view)) is not None and undecided[0] < hold:
        hold, public = undecided
        keep = min(keep, hold)
    while found and (crossing := [secret for secret in found if secret.start < hold < secret.end]):
        hold, public = min(secret.start for secret in crossing), False
        keep = min(keep, hold)
    # What is behind something undecided waits for it, with what tells of it.
    keep = min([keep, *(told_at[secret.start] for secret in found if secret.end > hold)])
    found = sorted((secret for secret in found if secret.end <= hold), key=lambda secret: secret.start)
    return Scan(found, keep, hold, public)


@dataclass(frozen=True, slots=True)
class _Undecided:
    hold: int
    public: bool


def _judge(view: str, at: int, final: bool, depth: int, opened: list[int]) -> Found | _Undecided | None:
    """What stands at this place, by all rules. While one of them is undecided, all are: a longer one may win.
    `opened`: by the place's remainder by four, up to where base64 was decoded before; the same digits say the same."""
    rows = _BY_FIRST.get(view[at], ()) if at < len(view) else ()
    end = len(view)
    if not final:
        undecided = [_undecided(row, begun, view) for row in rows if (begun := row.part.match(view, at))]
        if is_text(view, at) and (run := BASE64_RUN.match(view, at)) and run.end() == end:
            undecided.append(_Undecided(at, False))
        if undecided:
            if (so_far := _best(rows, view, at)) is not None:
                # What goes on may go on beyond a secret that is here already: two passwords on a line, of which the
                # second has just begun.
                undecided.append(_Undecided(so_far.start, False))
            return min(undecided, key=lambda one: (one.hold, not one.public))
    best = _best(rows, view, at)
    if best is not None and best.start > at:
        value_rows = _BY_FIRST.get(view[best.start], ())
        if not final and any(row.part.match(view, best.start) for row in value_rows):
            return _Undecided(best.start, False)
        # A value of a known format is the same secret with and without a name in front of it.
        known = _best(value_rows, view, best.start)
        return known if known is not None and known.start == best.start and known.end >= best.end else best
    if best is None:
        best = _match_marked(view, at)
    if best is None and depth < _DEEPEST_BASE64 and at >= opened[at % 4] and is_text(view, at):
        best = _match_encoded(view, at, depth, opened)
    return best


def _best(rows: Sequence[Rule], view: str, at: int) -> Found | None:
    """The secret that starts first, the longest of those."""
    found = [secret for row in rows if (secret := _match(row, view, at)) is not None]
    return min(found, key=lambda secret: (secret.start, -secret.end), default=None)


def _undecided(row: Rule, begun: re.Match[str], view: str) -> _Undecided:
    secret = begun.start("secret")
    if secret < 0:
        return _Undecided(len(view), True)
    tail = view[secret:]
    return _Undecided(secret, any(beginning.startswith(tail) for beginning in row.public))


def _match(row: Rule, view: str, at: int) -> Found | None:
    whole = row.whole.match(view, at)
    if whole is None:
        return None
    # Base64 ends with `=`, and never begins so: `key==value`.
    value = whole["secret"].lstrip("=")
    start = whole.end("secret") - len(value)
    if row.trim:
        value = value.rstrip(row.trim)
    if (dashes := value.find(KEY_DASHES)) > 0:
        # No key has them; a key block may begin here.
        value = value[:dashes]
    end = start + len(value)
    value = value.translate(_UNDO_STANDINS)
    if not row.valid(value):
        return None
    text = hashed(row.value(value) if row.value else value)
    swallow = row.swallow if end == whole.end() and not value.endswith(KEY_DASHES) else None
    endless = swallow is not None and len(value) >= row.longest
    if endless and swallow is not None and (rest := swallow.match(view, end)):
        end = rest.end()
    return Found(start, end, text, swallow, endless)


def _torn(view: str, at: int) -> Found | None:
    """The beginning of a secret whose rest never came: the answer broke off, or a tool has cut what it shows."""
    for row in _BY_FIRST.get(view[at : at + 1], ()):
        if row.torn and (begun := row.part.match(view, at)) and (start := begun.start("secret")) >= 0:
            value = view[start:].translate(_UNDO_STANDINS)
            body = value.removeprefix(next((head for head in row.public if head and value.startswith(head)), ""))
            if len(body) >= row.torn and plausible.torn(body) and row.whole.match(view, at) is None:
                return Found(start, len(view), hashed(value), torn=True)
    return None


def _match_marked(view: str, at: int) -> Found | None:
    for row in MARKED:
        if any(view.startswith(row.marker, at + back) for back in row.backs):
            whole = row.whole.match(view, at)
            if whole is not None and row.valid(whole[0]):
                return Found(at, whole.end(), hashed(whole[0]))
    return None


def _remainders(view: str, start: int, found: list[Found]) -> list[Found]:
    """Key blocks whose beginning is not in the text."""
    ends = {secret.end for secret in found}
    remainders: list[Found] = []
    done = start
    for end in KEY_END.finditer(view, start):
        begin = max(done, end.start() - LONGEST_REMAINDER)
        rest = KEY_REMAINDER.search(view, begin, end.start() + LONGEST_END)
        if rest is not None and rest.end() not in ends:
            remainders.append(Found(*rest.span(), hashed(plausible.decoded_lines(rest[0]))))
        done = end.end()
    return remainders


def _payload(view: str, depth: int) -> Found | None:
    if is_text(view, 0):
        return None
    cleaned = clean_payload(view, lambda text: redact(text, depth=depth + 1))
    return cleaned and Found(cleaned.start, cleaned.end, cleaned.text)


def _match_encoded(view: str, at: int, depth: int, opened: list[int]) -> Found | None:
    cleaned = clean_text(view, at, lambda text: redact(text, depth=depth + 1))
    run = BASE64_RUN.match(view, at)
    if run is not None:
        opened[at % 4] = run.end()
    if cleaned is None:
        return None
    return Found(at, cleaned.end, cleaned.text, _BASE64_REST if _ENDS_HASHED.search(cleaned.decoded) else None)
