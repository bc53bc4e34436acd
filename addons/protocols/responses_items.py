"""The output items of OpenAI Responses: messages, reasoning, and the many kinds of calls.

In: items, as announced, as done, and as in the final snapshot, each with the name of its place in the output. Out:
events, by way of `Answer`. A call that the provider runs has its arguments as an object under a key of its own, and
what streams meanwhile (code, a diff, a command) is one string inside that object: the live view gets it as JSON in the
making.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from addons.protocols.answer import Answer, Call
from addons.protocols.events import ToolKind
from addons.protocols.values import NOTHING, dumped, obj, objs, text, word
from addons.wire.json_text import dump_json

TEXT_ARGUMENTS: dict[str, tuple[ToolKind, str]] = {
    "function_call": ("client", "arguments"),
    "custom_tool_call": ("custom", "input"),
    "mcp_call": ("mcp", "arguments"),
}
"""Calls whose arguments are text, and the key that holds them."""

OBJECT_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "file_search_call": ("queries",),
    "code_interpreter_call": ("code",),
    "image_generation_call": (),
    "program": ("code",),
}
"""Calls whose arguments are some of the item's own fields. All others have one object under one of ARGUMENT_KEYS. A
`program` is what programmatic tool calling runs: a call like the others, but for its name."""

SILENT_ITEMS = frozenset(("mcp_list_tools", "mcp_approval_request", "mcp_approval_response", "compaction"))
"""Known, and neither text nor call: an approval request announces a call that a later response makes."""

ARGUMENT_KEYS = ("action", "operation", "arguments", "input")

RESULT_KEYS = ("output", "outputs", "results", "tools")
"""Where an item shows what a tool returned (`result`, an image in base64, is left out)."""

ARGUMENTS_OF_EVENT: dict[str, str] = {
    "response.function_call_arguments": "function_call",
    "response.mcp_call_arguments": "mcp_call",
    "response.custom_tool_call_input": "custom_tool_call",
}
"""What kind of item an arguments event belongs to, for a capture that missed its announcement."""


@dataclass(slots=True)
class Preview:
    """JSON in the making, told up to the inside of a string: what ends it, and which of several strings it is."""

    closing: str
    part: str | int | None


class Items:
    """The items of one response."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self._announced: dict[str, dict[str, Any]] = {}
        self._previews: dict[str, Preview] = {}

    def added(self, place: str, item: dict[str, Any]) -> None:
        if _is_call(text(item.get("type"))):
            self._call(place, item)
            self._announced[place] = item

    def done(self, place: str, item: dict[str, Any]) -> None:
        kind = text(item.get("type"))
        if kind == "message":
            self._message(place, item)
        elif kind == "reasoning":
            self._reasoning(place, item)
        elif _is_call(kind):
            self._call_done(place, item)
            self._result(place, item)
        elif kind.endswith("_output"):
            self._result(place, item)
        elif kind not in SILENT_ITEMS:
            self.answer.unrecognised(kind)

    def fill(self, output: list[dict[str, Any]]) -> None:
        """The final snapshot. Its indexes need not be those of the stream, so what has been told is judged by sort."""
        told_text = self.answer.has_text
        told_thinking = self.answer.has_thinking
        for index, item in enumerate(output):
            kind = text(item.get("type"))
            place = f"{index}"
            if kind == "message" and not told_text:
                self._message(place, item)
            elif kind == "reasoning" and not told_thinking:
                self._reasoning(place, item)
            elif _is_call(kind):
                known = self.answer.call_by_id(_call_id(item))
                if known is None and self.answer.known_call(place) is None:
                    self.done(place, item)
                elif known is not None and not known.finished:
                    self._call_done(known.block, item)

    # Texts.

    def _message(self, place: str, item: dict[str, Any]) -> None:
        for index, part in enumerate(objs(item.get("content"))):
            if part.get("type") == "refusal":
                block = f"{place}.refusal{index}"
                if not self.answer.told(block):
                    self.answer.refusal(block, part.get("refusal"))
            else:
                block = f"{place}.{index}"
                if not self.answer.told(block):
                    self.answer.text(block, part.get("text", part.get("transcript")))
            self.answer.end_block(block)

    def _reasoning(self, place: str, item: dict[str, Any]) -> None:
        for sort, parts in (("summary", item.get("summary")), ("reasoning", item.get("content"))):
            for index, part in enumerate(objs(parts)):
                block = f"{place}.{sort}{index}"
                if not self.answer.told(block):
                    self.answer.thinking(block, part.get("text"))
                self.answer.end_block(block)

    # Calls.

    def _call(self, place: str, item: dict[str, Any]) -> Call:
        kind = text(item.get("type"))
        tool = TEXT_ARGUMENTS.get(kind)
        if tool is not None:
            return self.answer.call(place, _call_id(item), item.get("name"), tool[0])
        return self.answer.call(place, _call_id(item), kind, "server")

    def _call_done(self, place: str, item: dict[str, Any]) -> None:
        call = self._call(place, item)
        if not call.finished:
            # A tool search is announced under one id and done under another, which is the one that the client answers.
            call.id = word(item.get("call_id")) or call.id
        tool = TEXT_ARGUMENTS.get(text(item.get("type")))
        whole = item.get(tool[1]) if tool is not None else _object_arguments(item)
        if isinstance(whole, str) or (tool is not None and whole is None):
            if not call.pieces:
                self.answer.arguments(call, whole or "")
            elif whole and not call.finished:
                # The item has the last word: a capture may have begun after the first deltas.
                call.pieces[:] = [whole]
            self.answer.finish_call(call)
            return
        preview = self._previews.pop(place, None)
        if preview is not None:
            self.answer.preview(call, preview.closing)
        self.answer.finish_call_with(call, whole)

    def arguments(self, place: str, delta: Any, event: str) -> None:
        self.answer.arguments(self._called(place, event), delta)

    def arguments_done(self, place: str, whole: Any, event: str) -> None:
        call = self._called(place, event)
        if not call.pieces:
            self.answer.arguments(call, whole)

    def _called(self, place: str, event: str) -> Call:
        kind = ARGUMENTS_OF_EVENT.get(event.rpartition(".")[0], "function_call")
        return self.answer.known_call(place) or self.answer.call(place, None, None, TEXT_ARGUMENTS[kind][0])

    def preview(self, place: str, delta: Any, part: str | int | None) -> None:
        """A piece of the string that streams inside a server call's arguments."""
        call = self.answer.known_call(place)
        if call is None or call.finished or not isinstance(delta, str):
            return
        state = self._previews.get(place)
        if state is None:
            opening, closing = _frame_of(self._announced.get(place, NOTHING))
            state = self._previews[place] = Preview(closing, part)
            self.answer.preview(call, opening)
        elif part != state.part:
            state.part = part
            self.answer.preview(call, '","')
        self.answer.preview(call, dump_json(delta).decode()[1:-1])

    def _result(self, place: str, item: dict[str, Any]) -> None:
        if item.get("type") in TEXT_ARGUMENTS and item.get("type") != "mcp_call":
            return
        error = item.get("error")
        found = next((item[name] for name in RESULT_KEYS if item.get(name)), None)
        if error or found is not None:
            self.answer.result(place, _call_id(item), error or found, is_error=bool(error))


def _is_call(kind: str) -> bool:
    return kind.endswith("_call") or kind in OBJECT_ARGUMENTS


def _call_id(item: dict[str, Any]) -> str | None:
    return word(item.get("call_id")) or word(item.get("id"))


def _object_arguments(item: dict[str, Any]) -> Any:
    fields = OBJECT_ARGUMENTS.get(text(item.get("type")))
    if fields is not None:
        return {name: item[name] for name in fields if item.get(name) is not None} or None
    return next((item[name] for name in ARGUMENT_KEYS if item.get(name) is not None), None)


def _frame_of(item: dict[str, Any]) -> tuple[str, str]:
    """What stands before and after the streaming string in the JSON of the call's arguments."""
    if item.get("type") == "code_interpreter_call":
        return '{"code":"', '"}'
    if item.get("type") == "shell_call":
        return '{"commands":["', '"]}'
    operation = {name: value for name, value in obj(item.get("operation")).items() if name != "diff"}
    head = dumped(operation)[:-1]
    return f'{head}{"," if operation else ""}"diff":"', '"}'
