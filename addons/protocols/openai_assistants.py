"""OpenAI Assistants: runs of threads.

In: SSE frames; the event's name is the kind (`thread.message.delta`), the data has the object. Out: events. `done` with
`[DONE]` is terminal. A run that needs its tools' results stops with the status `requires_action`.
Source: https://platform.openai.com/docs/api-reference/assistants-streaming/events
"""

from __future__ import annotations

from typing import Any

from addons.protocols.decoder import Decoder, indexed
from addons.protocols.events import ToolKind
from addons.protocols.values import dumped, obj, objs, text

TOOL_KINDS: dict[str, ToolKind] = {"function": "client", "code_interpreter": "server", "file_search": "server"}

RUN_PREFIX, STEP_PREFIX, MESSAGE_PREFIX = "thread.run.", "thread.run.step.", "thread.message."


class AssistantsDecoder(Decoder):
    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        kind = event or text(value.get("object"))
        if kind.startswith(MESSAGE_PREFIX) or kind == "thread.message":
            self._message(value)
        elif kind.startswith(STEP_PREFIX):
            self._step(value)
        elif kind.startswith(RUN_PREFIX) or kind == "thread.run":
            self._run(value)
        elif kind.startswith("thread."):
            return
        else:
            self.unknown(value, event)

    def _message(self, value: dict[str, Any]) -> None:
        delta = value.get("delta")
        for index, part in enumerate(objs(obj(delta if delta is not None else value).get("content"))):
            place = indexed("", part) if delta is not None else str(index)
            block = f"{text(value.get('id'))}.{place}"
            if delta is not None or not self.answer.told(block):
                self.answer.text(block, obj(part.get("text")).get("value"))

    def _step(self, value: dict[str, Any]) -> None:
        delta = value.get("delta")
        source = obj(delta if delta is not None else value)
        for index, entry in enumerate(objs(obj(source.get("step_details")).get("tool_calls"))):
            place = indexed("", entry) if delta is not None else str(index)
            self._tool_call(f"{text(value.get('id'))}.call{place}", entry, whole=delta is None)
        if delta is None:
            self.answer.usage(value.get("usage"))

    def _tool_call(self, block: str, entry: dict[str, Any], *, whole: bool) -> None:
        kind = text(entry.get("type"))
        detail = obj(entry.get(kind))
        call = self.answer.call(block, entry.get("id"), detail.get("name") or kind, TOOL_KINDS.get(kind, "server"))
        if not whole or not call.pieces:
            self.answer.arguments(call, detail.get("arguments", detail.get("input")))

    def _run(self, value: dict[str, Any]) -> None:
        self.answer.started(value.get("model"), value.get("id"))
        self.answer.usage(value.get("usage"))
        error = obj(value.get("last_error"))
        if error:
            self.unknown({"error": {"message": dumped(error.get("message")), "code": error.get("code")}}, None)
        status = value.get("status")
        if status not in ("queued", "in_progress", "cancelling"):
            self.answer.stop(status)
            self.answer.finish_calls()
