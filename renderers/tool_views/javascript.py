"""Today's Codex: one tool whose input is a JavaScript program that calls the real tools (WIRE.md section 4).

In: the program, cut anywhere: `const r = await tools.exec_command({"cmd": "make"}); text(r.output);` or
`await tools.apply_patch("*** Begin Patch…")`. Out: commands and patches unescaped, on lines of their own; the rest of
the program dim around them. This is no parser: it knows strings, comments and brackets, and takes a string for a
command by the call and the key that it stands in. A patch is known by its first words, wherever it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from renderers.tool_views.js_strings import JsString
from renderers.tool_views.sheet import Sheet
from renderers.tool_views.shell import COMMAND, PROMPT
from renderers.tool_views.texts import Patch, SinkMaker, TextSink

PATCH_BEGINS: Final = "*** Begin Patch"

CALLS: dict[str, frozenset[str]] = {
    "exec_command": frozenset(("cmd", "command")),
    "shell_command": frozenset(("cmd", "command")),
    "shell": frozenset(("cmd", "command")),
    "bash": frozenset(("cmd", "command")),
}
"""Name of a tool to the keys under which its command stands."""

_CALL = re.compile(r"(?:^|\.)(\w+)\Z")
_CODE = re.compile(r"([\w$.]+)|(\s+)|([\"'`])|([(\[{])|([)\]}])|(/)|(.)", re.DOTALL)
_STRING: dict[str, re.Pattern[str]] = {quote: re.compile(rf"[^\\{quote}]+|.", re.DOTALL) for quote in "\"'`"}
_COMMENT_ENDS: dict[str, str] = {"//": "\n", "/*": "*/"}
_WORD_CHARS = 80


@dataclass(slots=True)
class _Bracket:
    call: str
    """The tool that is called, of a bracket that holds its arguments."""
    key: str = ""


class JavaScript:
    def __init__(self, sheet: Sheet) -> None:
        sheet.line()
        self._sheet = sheet
        self._brackets: list[_Bracket] = []
        self._word = ""
        """The last word or string: a call's name before `(`, a key before `:`."""
        self._word_open = False
        self._slash = False
        self._comment_end = ""
        self._comment_tail = ""
        self._quote = ""
        self._escaped = False
        self._string = JsString()
        self._undecided = ""
        """The beginning of a string, decoded and as written, while it may still be that of a patch."""
        self._undecided_raw = ""
        self._is_undecided = False
        self._sink: TextSink | None = None

    def feed(self, text: str) -> None:
        at = 0
        while at < len(text):
            if self._comment_end:
                at = self._in_comment(text, at)
            elif self._quote:
                at = self._in_string(text, at)
            else:
                at = self._in_code(text, at)

    def close(self) -> None:
        if self._slash:
            self._code("/")
        if self._quote:
            self._string_text("", final=True)
            self._string_ended(found=False)

    # -- code --------------------------------------------------------------------------------------------------------

    def _code(self, text: str) -> None:
        if self._sheet.shows_headers:
            self._sheet.say("note", text)

    def _in_code(self, text: str, at: int) -> int:
        token = _CODE.match(text, at)
        assert token is not None
        word, _, quote, opens, closes, slash, other = token.groups()
        if self._slash:
            self._slash = False
            mark = f"/{token[0][0]}"
            self._comment_end = _COMMENT_ENDS.get(mark, "")
            self._comment_tail = ""
            self._code(mark if self._comment_end else "/")
            return at + 1 if self._comment_end else at
        if slash:
            self._slash = True
            return token.end()
        if quote:
            self._string_begins(quote)
            return token.end()
        self._code(token[0])
        if word:
            self._word = (self._word + word if self._word_open else word)[-_WORD_CHARS:]
        elif opens:
            self._opened(opens)
        elif closes:
            del self._brackets[-1:]
        elif other and self._brackets:
            self._brackets[-1].key = self._word if other == ":" else "" if other == "," else self._brackets[-1].key
        self._word_open = bool(word)
        if opens or closes or other:
            self._word = ""
        return token.end()

    def _opened(self, bracket: str) -> None:
        called = _CALL.search(self._word) if bracket == "(" else None
        outer = self._brackets[-1].call if self._brackets and bracket == "{" else ""
        self._brackets.append(_Bracket(called[1] if called else outer))

    def _in_comment(self, text: str, at: int) -> int:
        mark = self._comment_end
        if self._comment_tail + text[at] == mark:
            end, ended = at + 1, True
        else:
            found = text.find(mark, at)
            ended = found >= 0
            end = found + len(mark) if ended else len(text)
        self._code(text[at:end])
        self._comment_tail = text[end - 1]
        if ended:
            self._comment_end = ""
        return end

    # -- strings -----------------------------------------------------------------------------------------------------

    def _string_begins(self, quote: str) -> None:
        self._quote = quote
        self._string = JsString(raw=self._word.endswith("String.raw") and quote == "`")
        self._word, self._word_open = "", False
        bracket = self._brackets[-1] if self._brackets else _Bracket("")
        if bracket.key and bracket.key in CALLS.get(bracket.call, ()):
            self._sink = self._body(COMMAND, PROMPT)
        else:
            self._is_undecided, self._undecided, self._undecided_raw = True, "", quote

    def _body(self, maker: SinkMaker, lead: str) -> TextSink:
        self._sheet.line()
        if self._sheet.shows_headers:
            self._sheet.say("header", lead)
        return maker(self._sheet)

    def _in_string(self, text: str, at: int) -> int:
        run = _STRING[self._quote].match(text, at)
        assert run is not None
        piece = run[0]
        if self._escaped:
            self._escaped = False
            self._string_text(text[at])
            return at + 1
        if piece == self._quote:
            self._string_text("", final=True)
            self._string_ended(found=True)
            return run.end()
        if self._quote != "`" and "\n" in piece:
            # Such strings end with their line: this was an apostrophe in something that is not known here.
            end = at + piece.index("\n")
            self._string_text(text[at:end], final=True)
            self._string_ended(found=False)
            return end
        self._escaped = piece == "\\"
        self._string_text(piece)
        return run.end()

    def _string_text(self, raw: str, *, final: bool = False) -> None:
        text = self._string.feed(raw) + (self._string.close() if final else "")
        if self._sink is not None:
            self._sink.feed(text)
            return
        if len(self._word) < _WORD_CHARS:
            self._word += text
        if not self._is_undecided:
            self._code(raw)
            return
        self._undecided += text
        self._undecided_raw += raw
        if self._undecided.startswith(PATCH_BEGINS):
            self._is_undecided = False
            self._sink = self._body(Patch, "")
            self._sink.feed(self._undecided)
        elif final or not PATCH_BEGINS.startswith(self._undecided):
            self._is_undecided = False
            self._code(self._undecided_raw)

    def _string_ended(self, *, found: bool) -> None:
        if self._sink is not None:
            self._sink.close()
            self._sink = None
            self._sheet.line()
        elif found:
            self._code(self._quote)
        self._quote = ""
