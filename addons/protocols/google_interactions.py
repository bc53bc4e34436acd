"""Gemini Interactions: steps of a model or an agent.

In: SSE frames with `event_type` (`interaction.*`, `step.*`; at first `content.*`), or one whole interaction.
Out: events. A block is a step, by its index. Server tools' calls have their arguments as an object in step or delta.
Source: https://ai.google.dev/gemini-api/docs/interactions/streaming
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from addons.protocols.answer import Answer
from addons.protocols.decoder import Decoder, indexed
from addons.protocols.values import obj, objs, text

RUNNING = (None, "in_progress", "queued")


class InteractionsDecoder(Decoder):
    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        kind = value.get("event_type") or event
        handler = HANDLERS.get(kind) if isinstance(kind, str) else None
        if handler is not None:
            handler(self.answer, value)
        elif "steps" in value or "outputs" in value or value.get("object") == "interaction":
            _interaction(self.answer, value)
        else:
            self.unknown(value, event)

    def on_end(self) -> None:
        """Only `interaction.completed`, or a whole interaction, is terminal."""


def _interaction(answer: Answer, value: dict[str, Any]) -> None:
    """An interaction with whatever it has by now; its steps count only where the stream has told none."""
    answer.started(value.get("model") or value.get("agent"), value.get("id"))
    steps = objs(value.get("steps")) or objs(value.get("outputs"))
    if steps and not answer.has_text:
        for index, step in enumerate(steps):
            _step(answer, str(index), step)
            _close(answer, str(index))
    answer.usage(value.get("usage"))
    status = value.get("status")
    if status not in RUNNING:
        answer.stop(status)
        answer.finish()


def _interaction_event(answer: Answer, value: dict[str, Any]) -> None:
    _interaction(answer, obj(value.get("interaction")))


def _completed(answer: Answer, value: dict[str, Any]) -> None:
    _interaction(answer, obj(value.get("interaction")))
    answer.finish()


def _status(answer: Answer, value: dict[str, Any]) -> None:
    answer.started(None, value.get("interaction_id"))
    if value.get("status") not in RUNNING:
        answer.stop(value.get("status"))


def _step_start(answer: Answer, value: dict[str, Any]) -> None:
    _step(answer, indexed("", value), obj(value.get("step") or value.get("content")))


def _step_delta(answer: Answer, value: dict[str, Any]) -> None:
    _step(answer, indexed("", value), obj(value.get("delta")))


def _step_stop(answer: Answer, value: dict[str, Any]) -> None:
    _close(answer, indexed("", value))


def _close(answer: Answer, block: str) -> None:
    call = answer.known_call(block)
    if call is not None:
        answer.finish_call(call)
    answer.end_block(block)


def _step(answer: Answer, block: str, step: dict[str, Any]) -> None:
    """A step, or a delta of one: both have a type and the fields that go with it."""
    kind = text(step.get("type"))
    if kind == "thought":
        answer.thinking(block, step.get("text"))
        for part in objs(step.get("summary")):
            answer.thinking(block, part.get("text"))
    elif kind == "thought_summary":
        answer.thinking(block, step.get("text"))
        answer.thinking(block, obj(step.get("content")).get("text"))
    elif kind == "arguments_delta":
        _arguments(answer, block, step.get("arguments", step.get("partial_arguments")))
    elif kind.endswith("_call"):
        _call(answer, block, step, kind)
    elif kind.endswith("_result"):
        answer.result(block, step.get("call_id"), step.get("result"), is_error=step.get("is_error") is True)
    elif kind in ("text", "model_output"):
        answer.text(block, step.get("text"))
        for part in objs(step.get("content")):
            answer.text(block, part.get("text"))


def _call(answer: Answer, block: str, step: dict[str, Any], kind: str) -> None:
    call_id = step.get("id") or step.get("call_id")
    if kind == "function_call":
        call = answer.call(block, call_id, step.get("name"), "client")
    elif kind.startswith("mcp"):
        call = answer.call(block, call_id, step.get("name"), "mcp")
    else:
        call = answer.call(block, call_id, kind, "server")
    given = step.get("arguments")
    if isinstance(given, str):
        answer.arguments(call, given)
    elif given is not None:
        call.given = given


def _arguments(answer: Answer, block: str, piece: Any) -> None:
    call = answer.known_call(block) or answer.call(block, None, None, "client")
    if isinstance(piece, dict):
        call.given = piece
    else:
        answer.arguments(call, piece)


HANDLERS: dict[str, Callable[[Answer, dict[str, Any]], None]] = {
    "interaction.start": _interaction_event,
    "interaction.created": _interaction_event,
    "interaction.status_update": _status,
    "interaction.requires_action": _interaction_event,
    "interaction.complete": _completed,
    "interaction.completed": _completed,
    "step.start": _step_start,
    "step.delta": _step_delta,
    "step.stop": _step_stop,
    "content.start": _step_start,
    "content.delta": _step_delta,
    "content.stop": _step_stop,
}
