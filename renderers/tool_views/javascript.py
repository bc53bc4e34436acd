"""Today's Codex: one tool whose input is a JavaScript program that calls the real tools (WIRE.md section 4).

In: the program, cut anywhere: `const r = await tools.exec_command({"cmd": "make"}); text(r.output);` or
`await tools.apply_patch("*** Begin Patch…")`. Out: each call as it looks where it is a tool call of its own: the
command, the patch, the plan. What only holds such calls together (`GLUE`) is a provisional line, and taken back; a
program that does more is shown, dim, around its calls. A patch is known by its first words, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from renderers.scanner import Scanner
from renderers.spans import Erase, Provisional
from renderers.tool_views.js_argument import JsArgument
from renderers.tool_views.js_grammar import JAVASCRIPT, State, Token
from renderers.tool_views.js_strings import JsString
from renderers.tool_views.json_view import JsonView
from renderers.tool_views.lookups import Web, read, search
from renderers.tool_views.names import label
from renderers.tool_views.patches import patch_fields
from renderers.tool_views.sheet import Sheet, ToolView, flat
from renderers.tool_views.shell import Shell
from renderers.tool_views.subagents import subagent
from renderers.tool_views.texts import Patch
from renderers.tool_views.todo_lists import TodoList

PATCH_BEGINS: Final = "*** Begin Patch"

SELF_EVIDENT: dict[str, Callable[[Sheet], ToolView]] = {
    **dict.fromkeys(("exec_command", "shell_command", "shell", "local_shell"), Shell),
    "apply_patch": patch_fields,
}
"""Tools whose calls need no name: a command and a patch say what they are."""

NAMED: dict[str, Callable[[Sheet], ToolView]] = {
    "update_plan": TodoList,
    "view_image": read,
    "web_search": Web,
    "tool_search": search,
    "spawn_agent": subagent,
}
"""All others are JSON under their name."""

_CALL = re.compile(r"(?:^|\.)tools\.(\w+)\Z")
_ASSIGNED = r"(?:(?:const|let|var)\s+[\w$\s{}\[\],:]+=\s*)?"
_BEFORE = re.compile(
    rf"[\s)\]}},;]*{_ASSIGNED}(?:return\s+)?(?:text\(\s*\(?\s*)?(?:await\s+)?"
    r"(?:Promise\.all(?:Settled)?\(\s*\[?\s*)?(?:await\s+)?(?:tools\.\w+\(\s*)?(?:String\.raw)?"
)
"""What leads to a call: it is assigned, awaited, one of several at once."""

_APPLIED = re.compile(r"\s*(?:await\s+)?tools\.apply_patch\(\s*\w+\s*\)\s*;?\s*")
"""A patch that has been shown where it stands is applied."""

_AFTER = re.compile(r"[\s)\]},;]*(?:\.output|\.stdout)?[\s)\]},;]*")
_REPORT = re.compile(r"""\s*(?:text|notify|image)\((?:[^"'`]|"(?:\\.|[^"\\\w])*"|'(?:\\.|[^'\\\w])*')*\)\s*;?\s*""")
"""The result is handed on, with nothing said about it. A string in it may join, but not say anything."""

MOST_GLUE_CHARS: Final = 240
_GOES_ON: Final = tuple("=+-*/,(.&|?:<>")
"""At a line's end: the statement is not over."""


class JavaScript:
    def __init__(self, sheet: Sheet) -> None:
        sheet.line()
        self._sheet = sheet
        self._scanner = Scanner(JAVASCRIPT, State.CODE, State.CODE)
        self._segment = ""
        """Code since the last call or the last statement's end, while it may be glue."""
        self._released = False
        """It is none, and goes out as it comes."""
        self._is_provisional = False
        self._has_calls = False
        self._depth = 0
        self._word = ""
        self._word_open = False
        self._callee = ""
        """The tool whose argument comes next."""
        self._view: ToolView | None = None
        self._argument = JsArgument()
        self._patch: Patch | None = None
        self._string = JsString()
        self._decoded: str | None = None
        """The beginning of a string in the code, while it may be that of a patch."""
        self._raw = ""

    def feed(self, text: str) -> None:
        for token, part in self._scanner.feed(text):
            if self._view is not None:
                self._in_argument(token, part)
            elif token in _STRING_TOKENS:
                self._in_string(token, part)
            else:
                self._in_code(token, part)

    def close(self) -> None:
        if self._view is not None:
            self._view.feed(self._argument.close())
            self._view.close()
            self._view = None
            return
        if self._patch is None and self._decoded is not None:
            self._code(self._raw)
        self._statement_ends()

    # -- calls -------------------------------------------------------------------------------------------------------

    def _call_begins(self) -> None:
        name, self._callee = self._callee, ""
        self._body_begins()
        maker = SELF_EVIDENT.get(name)
        if maker is None:
            if self._sheet.shows_headers:
                self._sheet.say("tool", label(name))
            maker = NAMED.get(name, JsonView)
        self._view = maker(self._sheet)
        self._argument = JsArgument()

    def _in_argument(self, token: Token, text: str) -> None:
        assert self._view is not None
        if said := self._argument.take(token, text):
            self._view.feed(said)
        if self._argument.is_over:
            self._view.close()
            self._view = None
            self._sheet.line()

    def _body_begins(self) -> None:
        """A call's or a patch's lines follow. What has led to it is kept if it says more than that."""
        self._settle(is_glue=_BEFORE.fullmatch(self._segment) is not None)
        self._has_calls = True
        self._sheet.line()

    # -- code --------------------------------------------------------------------------------------------------------

    def _in_code(self, token: Token, text: str) -> None:
        if token is Token.OPEN and text == "{" and self._callee:
            self._call_begins()
            self._in_argument(token, text)
            return
        if token is Token.BLANK:
            self._blank(text)
            self._word_open = False
            return
        self._callee = ""
        if token in (Token.COMMENT, Token.END_COMMENT):
            self._code(text)
            self._settle(is_glue=False, goes_on=True)
            return
        self._code(text)
        if token is Token.WORD:
            self._word = self._word + text if self._word_open else text
        elif token is Token.OPEN:
            self._depth += 1
            called = _CALL.search(self._word) if text == "(" else None
            self._callee = called[1] if called else ""
        elif token is Token.CLOSE:
            self._depth -= 1
        elif text == ";" and self._depth <= 0:
            self._statement_ends()
        self._word_open = token is Token.WORD
        if not self._word_open:
            self._word = ""

    def _blank(self, text: str) -> None:
        _, feed, rest = text.rpartition("\n")
        if not feed or self._depth > 0 or self._segment.rstrip().endswith(_GOES_ON):
            self._code(text)
            return
        self._statement_ends()
        self._code(rest)

    def _code(self, text: str) -> None:
        if self._released:
            self._say(text)
            return
        self._segment += text
        if len(self._segment) > MOST_GLUE_CHARS:
            self._settle(is_glue=False, goes_on=True)
        elif self._sheet.shows_headers and self._segment.strip():
            self._is_provisional = True
            self._sheet.add(Provisional("script", flat(text)))

    def _statement_ends(self) -> None:
        rows = (_AFTER, _REPORT, _APPLIED) if self._has_calls else (_AFTER,)
        self._settle(is_glue=any(row.fullmatch(self._segment) for row in rows))
        self._depth = 0

    def _settle(self, *, is_glue: bool, goes_on: bool = False) -> None:
        """The segment is over, or `goes_on` as what it is known to be."""
        segment, self._segment = self._segment, ""
        if self._is_provisional:
            self._is_provisional = False
            self._sheet.add(Erase())
        if not self._released and not is_glue and segment.strip():
            self._sheet.line()
            self._say(segment.lstrip())
            self._released = True
        if self._released and not goes_on:
            self._released = False
            self._sheet.line()

    def _say(self, text: str) -> None:
        if self._sheet.shows_headers:
            self._sheet.say("script", text)

    # -- strings in the code -----------------------------------------------------------------------------------------

    def _in_string(self, token: Token, text: str) -> None:
        if token is Token.OPEN_STRING:
            self._string = JsString(raw=text == "`" and self._word.endswith("String.raw"))
            self._decoded, self._raw = "", text
            self._word, self._word_open, self._callee = "", False, ""
            return
        said = self._string.feed(text) if token is Token.STRING else self._string.close()
        if self._patch is not None:
            self._patch.feed(said)
            if token is not Token.STRING:
                self._patch, self._decoded = None, None
                self._sheet.line()
            return
        if self._decoded is None:
            self._code(text)
            return
        self._decoded += said
        self._raw += text
        if self._decoded.startswith(PATCH_BEGINS):
            self._body_begins()
            self._patch = Patch(self._sheet)
            self._patch.feed(self._decoded)
            if token is not Token.STRING:
                self._patch, self._decoded = None, None
        elif token is not Token.STRING or not PATCH_BEGINS.startswith(self._decoded):
            self._code(self._raw)
            self._decoded = None


_STRING_TOKENS = frozenset((Token.OPEN_STRING, Token.STRING, Token.CLOSE_STRING, Token.CUT_STRING))
