"""The fields view: a call whose arguments are a JSON object, shown by a table that says where each field goes.

In: argument text, cut anywhere. Out: a header that goes on where the call's marker stands (`▶ Edit ✎ src/a.py`), and
under it the bodies, unescaped, as they come. A key is a path with `*` for any index (`edits.*.old_string`). A field
that the table doesn't name is a note, so nothing that a model says is lost; what is null or empty says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from renderers.json_paths import Ended, Invalid, JsonEvent, JsonPaths, Path, Scalar, Started, StringPiece
from renderers.tool_views.sheet import Sheet, flat
from renderers.tool_views.texts import SinkMaker, TextSink


class Place(Enum):
    HEADER = "header"
    """On the header's line, line feeds as spaces."""
    BODY = "body"
    """On lines of its own, as it is."""
    NOTE = "note"
    """Dim, with its key: on the header's line, or after a body on a line of its own."""
    FLAG = "flag"
    """A note only if it is true."""
    OWN = "own"
    """For the view's own `own_piece` and `own_end`."""
    HIDDEN = "hidden"
    """Not shown: it says what the view says already."""


@dataclass(frozen=True, slots=True)
class Field:
    place: Place
    role: str = "note"
    lead: str = ""
    """Stands before the value."""
    text: SinkMaker | None = None
    """How a body is written."""
    between: str = ""
    """A line between this body and an earlier one of the same field."""


def header(role: str = "path", lead: str = "") -> Field:
    return Field(Place.HEADER, role, lead)


def body(text: SinkMaker, lead: str = "", between: str = "") -> Field:
    return Field(Place.BODY, "header", lead, text, between)


HIDDEN = Field(Place.HIDDEN)
FLAG = Field(Place.FLAG)
OWN = Field(Place.OWN)
NOTE = Field(Place.NOTE)

UNDER = "· "
"""Begins what stands under a body: it is none of it."""

type Fields = Mapping[str, Field]


class FieldsView:
    """Shows one call by a table. A subclass takes the fields that are `OWN`."""

    def __init__(self, sheet: Sheet, fields: Fields) -> None:
        self.sheet = sheet
        self._fields = fields
        self._reader = JsonPaths()
        self._on_header = True
        self._path: Path = ()
        self._key = ""
        self._field = NOTE
        self._begun = False
        """Something of the current value has been shown."""
        self._sink: TextSink | None = None
        self._bodies: set[str] = set()
        self._broken = False

    def feed(self, text: str) -> None:
        for event in self._reader.feed(text):
            self._take(event)

    def close(self) -> None:
        for event in self._reader.close():
            self._take(event)
        self._value_ended()
        self.ended()

    # -- for subclasses ----------------------------------------------------------------------------------------------

    def field(self, key: str) -> Field:
        return self._fields.get(key, NOTE)

    def own_piece(self, path: Path, piece: str) -> None:
        """A piece of a value that is the view's own."""

    def own_end(self, path: Path) -> None:
        """The end of such a value."""

    def header_piece(self, piece: str) -> None:
        """A piece of a header, shown or not."""

    def ended(self) -> None:
        """All has come, or nothing more will."""

    def body_line(self, lead: str) -> None:
        """A body begins, on a line of its own."""
        self.sheet.line()
        self._on_header = False
        if self.sheet.shows_headers:
            self.sheet.say("header", lead)

    # -- events ------------------------------------------------------------------------------------------------------

    def _take(self, event: JsonEvent) -> None:
        match event:
            case StringPiece(_, text):
                self._piece(text)
            case Started(path, "string"):
                self._begin(path)
            case Ended(_, "string"):
                self._value_ended()
            case Scalar(path, _, raw):
                self._scalar(path, raw)
            case Invalid(rest):
                self._no_json(rest)
            case _:
                pass  # containers: their values tell where they are

    def _no_json(self, rest: str) -> None:
        """From here on the arguments are shown as they are."""
        if not self._broken:
            self._broken = True
            self._value_ended()
            self.ended()
            if self.sheet.shows_headers:
                self.sheet.line()
        if self.sheet.shows_headers:
            self.sheet.say("arguments", rest)

    def _begin(self, path: Path) -> None:
        self._path = path
        self._key = ".".join("*" if isinstance(step, int) else step for step in path)
        self._field = self.field(self._key)
        self._begun = False

    def _piece(self, piece: str) -> None:
        place = self._field.place
        if place is Place.OWN:
            self.own_piece(self._path, piece)
            return
        if place is Place.BODY:
            if self._sink is None:
                self._open_body()
            if self._sink is not None:
                self._sink.feed(piece)
            return
        if place is Place.HEADER:
            self.header_piece(piece)
        if place is not Place.HIDDEN and self.sheet.shows_headers:
            if not self._begun:
                self._open_words()
            self.sheet.say(self._field.role, flat(piece))

    def _value_ended(self) -> None:
        if self._sink is not None:
            self._sink.close()
            self._sink = None
        if self._field.place is Place.OWN and self._path:
            self.own_end(self._path)
        self._path = ()

    def _scalar(self, path: Path, text: str) -> None:
        """A number, true, false or null. What is null, or a flag that is not set, says nothing."""
        self._begin(path)
        if text != "null" and not (self._field.place is Place.FLAG and text == "false"):
            self._piece(text)
        self._value_ended()

    def _open_body(self) -> None:
        if self._field.between and self._key in self._bodies:
            self.sheet.line()
            self.sheet.say("note", self._field.between)
        self._bodies.add(self._key)
        self.body_line(self._field.lead)
        assert self._field.text is not None
        self._sink = self._field.text(self.sheet)

    def _open_words(self) -> None:
        """A header's next words. After a body a new line begins."""
        self._begun = True
        gap = " "
        if not self._on_header:
            self.sheet.line()
            self._on_header = True
            gap = UNDER
        if self._field.place is Place.HEADER:
            self.sheet.say(self._field.role, gap + self._field.lead)
        else:
            name = ".".join(map(str, self._path))
            self.sheet.say("note", gap + flat(f"{name}: " if name else ""))
