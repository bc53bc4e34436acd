"""A request's body as a person reads it: what changed, settings, system prompt, messages, tools, each with its size.

In: a body that has been decoded of its Content-Encoding, and what changed since the previous request of the
conversation, where that is known. Out: text. The parts are those that the log stores once each, so that their numbers
agree with `RequestPart`s. New messages are shown at length, those that have been there before on one line each: they
are at length in the request that brought them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from addons.bodies.changes import Changes, KindChanges
from addons.bodies.layout import indented, presentable, pretty, sections, without_middle
from addons.bodies.pieces import Piece, pieces_of, role_of
from addons.protocols.events import PartKind
from addons.protocols.request_shape import requested_model
from addons.protocols.requests import split
from addons.protocols.values import dumped, obj, text
from addons.request_parts import KINDS
from addons.wire.json_text import parse_json
from renderers.sanitise import one_line

PIECE_CHARS = 20_000
SETTING_CHARS = 200
LINE_CHARS = 100
"""Of a tool's description, of a message that is not new."""

KNOWN = "="
MARKS = {"text": "", "thinking": "✻ ", "call": "▶ ", "result": "◀ ", "other": "· "}
TITLES: dict[PartKind, str] = {"message": "messages", "system": "system prompt", "tool": "tools"}
"""In the order in which they are shown."""


class Part(NamedTuple):
    content: Any
    size_bytes: int


def request_text(body: bytes, path_model: str | None = None, changes: Changes | None = None) -> str:
    try:
        value = parse_json(body)
    except ValueError:
        return presentable(pretty(body))
    stored: list[tuple[str, Any]] = []

    def put(kind: str, content: Any) -> str:
        stored.append((kind, content))
        return f"{len(stored) - 1:032x}"

    rest = split(value, put)
    parts = _parts(stored)
    if not parts:
        return presentable(pretty(body))
    return presentable(
        sections(
            [
                f"{requested_model(value, path_model) or 'model not told'} · {_size(len(body))}",
                _changes_text(changes),
                _settings(rest, stored),
                *(_section(kind, parts[kind], changes) for kind in TITLES if kind in parts),
            ]
        )
    )


# -- inside ---------------------------------------------------------------------------------------------------------


def _parts(stored: list[tuple[str, Any]]) -> dict[PartKind, list[Part]]:
    """As `RequestParts` counts them."""
    parts: dict[PartKind, list[Part]] = {}
    for stored_kind, content in stored:
        kind = KINDS.get(stored_kind)
        if kind is not None and not (isinstance(content, dict) and next(iter(content), "") == "cachePoint"):
            parts.setdefault(kind, []).append(Part(content, len(dumped(content).encode("utf-8", "replace"))))
    return parts


def _changes_text(changes: Changes | None) -> str:
    if changes is None:
        return ""
    told = [f"  {TITLES[kind]}: {_change(one)}" for kind, one in changes.kinds.items() if one.before or one.now]
    return "\n".join([f"since the request before it, {changes.seconds:,.1f} s earlier", *told])


def _change(change: KindChanges) -> str:
    if change.is_same:
        return f"{change.now} as before"
    said = [
        f"{change.before} → {change.now}" if change.before != change.now else f"{change.now}",
        f"new: {_numbers(change.new)}" if change.new else "",
        f"changed: {_numbers(change.changed)}" if change.changed else "",
        f"{change.gone} gone" if change.gone else "",
    ]
    return " · ".join(filter(None, said))


def _numbers(places: tuple[int, ...]) -> str:
    """They are in a row."""
    return f"{places[0]}" if len(places) == 1 else f"{places[0]} to {places[-1]}"


def _settings(rest: Any, stored: list[tuple[str, Any]]) -> str:
    """All else that the request says, by its top-level names; what wraps it (Code Assist) one level deeper."""
    lines = [f"  {name}: {said}" for name, said in _named(rest, stored, 2)]
    return "\n".join(["settings", *lines]) if lines else ""


def _named(value: Any, stored: list[tuple[str, Any]], depth: int) -> Iterator[tuple[str, str]]:
    for name, member in obj(value).items():
        content = _stored(member, stored)
        if content is not None and content[0] in KINDS:
            continue
        if isinstance(member, list) and any(_stored(one, stored) for one in member):
            continue
        if isinstance(member, dict) and depth and name in ("request", "response", "toolConfig"):
            yield from ((f"{name}.{inner}", said) for inner, said in _named(member, stored, depth - 1))
        else:
            yield one_line(name, 60), one_line(dumped(member if content is None else content[1]), SETTING_CHARS)


def _stored(value: Any, stored: list[tuple[str, Any]]) -> tuple[str, Any] | None:
    reference = text(obj(value).get("$ref")) if len(obj(value)) == 1 else ""
    try:
        return stored[int(reference, 16)]
    except (ValueError, IndexError):
        return None


def _section(kind: PartKind, parts: list[Part], changes: Changes | None) -> str:
    change = changes.kinds.get(kind) if changes is not None else None
    lines = [f"{TITLES[kind]} · {len(parts)} · {_size(sum(part.size_bytes for part in parts))}"]
    for number, part in enumerate(parts, 1):
        mark = _mark(number, change)
        lead = f"{mark} [{number}] "
        if kind == "tool":
            lines.append(lead + _tool(part))
        elif kind == "message" and mark == KNOWN:
            lines.append(lead + _known_message(part))
        else:
            lines.append(lead + _message(part))
    return "\n".join(lines)


def _mark(number: int, change: KindChanges | None) -> str:
    if change is None:
        return " "
    return "+" if number in change.new else "~" if number in change.changed else KNOWN


def _tool(part: Part) -> str:
    tool = obj(part.content)
    declared = obj(tool.get("function")) or tool
    name = text(declared.get("name")) or text(obj(tool.get("toolSpec")).get("name")) or text(tool.get("type"))
    about = one_line(text(declared.get("description"))[: 4 * LINE_CHARS], LINE_CHARS)
    names = [text(obj(one).get("name")) for one in tool.get("functionDeclarations") or () if obj(one)]
    return " · ".join(filter(None, [name or ", ".join(names), _size(part.size_bytes), about]))


def _head(part: Part) -> str:
    return " · ".join(filter(None, [role_of(part.content), _size(part.size_bytes)]))


def _message(part: Part) -> str:
    return "\n".join([_head(part), *(indented(_piece(piece), "    ") for piece in pieces_of(part.content))])


def _known_message(part: Part) -> str:
    beginning = " ".join(_piece(piece)[: 4 * LINE_CHARS] for piece in islice(pieces_of(part.content), 4))
    return f"{_head(part)} · {one_line(beginning, LINE_CHARS)}"


def _piece(piece: Piece) -> str:
    name = one_line(piece.name, 80)
    lead = f"{MARKS[piece.kind]}{name}{' ' if name else ''}"
    said = without_middle(piece.text, PIECE_CHARS).rstrip("\n")
    return f"{lead}\n{said}" if "\n" in said and name else lead + said


def _size(count: int) -> str:
    return f"{count:,} B" if count < 10_000 else f"{count / 1000:,.1f} kB"
