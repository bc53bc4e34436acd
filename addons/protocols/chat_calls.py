"""The tool calls of chat completions: which piece belongs to which call.

In: the entries of `tool_calls`, as deltas or whole, and the older `function_call`. Out: events, by way of `Answer`.
OpenAI numbers the calls and tells id and name once. Look-alikes leave the number out, give every call the number 0,
repeat id and name in each chunk, stream the name, or send the arguments as an object.
"""

from __future__ import annotations

from typing import Any

from addons.protocols.answer import Answer, Call
from addons.protocols.values import text, word


class ChatCalls:
    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self._by_index: dict[str, Call] = {}
        self._count = 0

    def tool_call(self, entry: dict[str, Any], position: int) -> None:
        custom = entry.get("custom")
        if isinstance(custom, dict):
            self._piece(self._find(entry, custom, position), custom, custom.get("input"))
            return
        function = entry.get("function")
        source = function if isinstance(function, dict) else entry
        self._piece(self._find(entry, source, position), source, source.get("arguments"))

    def function_call(self, entry: dict[str, Any]) -> None:
        call = self._by_index.get("function")
        if call is None:
            call = self._by_index["function"] = self._open(None, entry.get("name"), custom=False)
        self._piece(call, entry, entry.get("arguments"))

    def _find(self, entry: dict[str, Any], source: dict[str, Any], position: int) -> Call:
        index = entry.get("index")
        call_id = word(entry.get("id"))
        name = word(source.get("name"))
        numbered = isinstance(index, int | str)
        place = f"#{index}" if numbered else f"+{position}"
        call = self._by_index.get(place)
        if call is not None and self._is_another(call, call_id, name, numbered=numbered):
            call = None
        if call is None:
            call = self._open(call_id, name, custom="custom" in entry or entry.get("type") == "custom")
            self._by_index[place] = call
        elif call_id and call.id is None:
            call.id = call_id
        return call

    @staticmethod
    def _is_another(call: Call, call_id: str | None, name: str | None, *, numbered: bool) -> bool:
        """Whether this entry opens a new call though its place is taken."""
        if call_id and call.id and call_id != call.id:
            return name is not None
        return name is not None and not call_id and not numbered and call.has_text

    def _open(self, call_id: str | None, name: Any, *, custom: bool) -> Call:
        call = self.answer.call(f"call{self._count}", call_id, name, "custom" if custom else "client")
        self._count += 1
        return call

    def _piece(self, call: Call, source: dict[str, Any], arguments: Any) -> None:
        name = text(source.get("name"))
        if name and not call.pieces and not call.finished and name != call.name:
            call.name = name if name.startswith(call.name) else call.name + name
        self.answer.call(call.block, None, None, call.kind)
        if isinstance(arguments, dict):
            self.answer.finish_call_with(call, arguments)
        else:
            self.answer.arguments(call, arguments)
