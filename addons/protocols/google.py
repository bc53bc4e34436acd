"""Gemini generateContent and streamGenerateContent: the Gemini API, Vertex AI, and Code Assist (Gemini CLI's login).

In: SSE frames or elements of a streamed JSON array, each a `GenerateContentResponse` (Code Assist wraps it in
`response`); or one whole. Out: events of candidate 0. Parts have no index: text is one block, thoughts another. There
is no terminal event: a finish reason makes the answer whole when it ends. Each frame repeats the usage so far.
Source: https://ai.google.dev/api/generate-content
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from addons.protocols.answer import Answer, Call
from addons.protocols.decoder import Decoder
from addons.protocols.google_arguments import PartialArguments
from addons.protocols.values import obj, objs

UNSPECIFIED = (0, "FINISH_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED")


class GoogleDecoder(Decoder):
    def __init__(self, answer: Answer | None = None) -> None:
        super().__init__(answer)
        self._count = 0
        self._open: tuple[Call, PartialArguments] | None = None

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        response = value.get("response")
        if isinstance(response, dict):
            value = response
        if not any(key in value for key in ("candidates", "usageMetadata", "promptFeedback", "responseId")):
            self.unknown(value, event)
            return
        self.answer.started(value.get("modelVersion"), value.get("responseId"))
        for candidate in objs(value.get("candidates")):
            if not candidate.get("index"):
                for part in objs(obj(candidate.get("content")).get("parts")):
                    self._part(part)
                self._stop(candidate.get("finishReason"))
        self.answer.usage(value.get("usageMetadata"))
        self._stop(obj(value.get("promptFeedback")).get("blockReason"))
        self.in_stream_error(value)

    def _stop(self, reason: Any) -> None:
        if reason not in UNSPECIFIED:
            self.answer.stop(reason)

    def _part(self, part: dict[str, Any]) -> None:
        for key, handler in PARTS.items():
            if key in part:
                handler(self, part)

    def text(self, part: dict[str, Any]) -> None:
        if part.get("thought") is True:
            self.answer.thinking("thinking", part["text"])
        else:
            self.answer.text("text", part["text"])

    def function_call(self, part: dict[str, Any]) -> None:
        """Whole in one part; or opened with `willContinue`, then pieces, then a part that no longer continues."""
        call = obj(part["functionCall"])
        if self._open is None or call.get("name"):
            opened = self._new_call(call.get("id"), call.get("name"))
            if not call.get("willContinue") and not call.get("partialArgs"):
                self.answer.finish_call_with(opened, call.get("args", {}))
                return
            self._close_call()
            self._open = (opened, PartialArguments())
        opened, arguments = self._open
        for piece in objs(call.get("partialArgs")):
            self.answer.preview(opened, arguments.write(piece))
        if not call.get("willContinue"):
            self._close_call()

    def _new_call(self, call_id: Any, name: Any) -> Call:
        self._count += 1
        return self.answer.call(f"call{self._count}", call_id, name, "client")

    def _close_call(self) -> None:
        if self._open is not None:
            call, arguments = self._open
            self.answer.preview(call, arguments.close())
            self.answer.finish_call_with(call, arguments.value)
            self._open = None

    def executable_code(self, part: dict[str, Any]) -> None:
        code = obj(part["executableCode"])
        self._count += 1
        call = self.answer.call(f"call{self._count}", code.get("id"), "code_execution", "server")
        self.answer.finish_call_with(call, {name: code[name] for name in ("language", "code") if name in code})

    def code_result(self, part: dict[str, Any]) -> None:
        result = obj(part["codeExecutionResult"])
        failed = result.get("outcome") not in (None, "OUTCOME_OK", 1)
        self.answer.result(f"call{self._count}", result.get("id"), result.get("output"), is_error=failed)

    def server_call(self, part: dict[str, Any]) -> None:
        """A built-in tool (search, maps, URL context) that the model called on the server."""
        call = obj(part["toolCall"])
        self._count += 1
        opened = self.answer.call(f"call{self._count}", call.get("id"), call.get("toolType"), "server")
        self.answer.finish_call_with(opened, call.get("args", {}))

    def server_result(self, part: dict[str, Any]) -> None:
        result = obj(part["toolResponse"])
        self.answer.result(f"call{self._count}", result.get("id"), result.get("response"))


PARTS: dict[str, Callable[[GoogleDecoder, dict[str, Any]], None]] = {
    "text": GoogleDecoder.text,
    "functionCall": GoogleDecoder.function_call,
    "executableCode": GoogleDecoder.executable_code,
    "codeExecutionResult": GoogleDecoder.code_result,
    "toolCall": GoogleDecoder.server_call,
    "toolResponse": GoogleDecoder.server_result,
}
"""By the field that a part has. Images (`inlineData`) and bare thought signatures have nothing to tell."""
