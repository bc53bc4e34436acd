"""Small dialects that stream bare text: legacy completions, Writer's, transcriptions, watsonx generation, Replicate.

In: SSE frames, or one whole answer. Out: events. Each has one block of text; what ends it stands with each decoder.
"""

from __future__ import annotations

from typing import Any

from addons.protocols.decoder import Decoder
from addons.protocols.errors import error_of
from addons.protocols.values import obj, objs, text


class CompletionsDecoder(Decoder):
    """OpenAI's `/completions` (`choices[].text`), and Writer's (`{"value": "…"}`, which tells no end).

    Source: https://platform.openai.com/docs/api-reference/completions
    """

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        answer = self.answer
        choices = value.get("choices")
        if isinstance(choices, list):
            answer.started(value.get("model"), value.get("id"))
            for choice in objs(choices):
                if not choice.get("index"):
                    answer.text("text", choice.get("text"))
                    answer.stop(choice.get("finish_reason"))
            answer.usage(value.get("usage"))
            self.in_stream_error(value)
        elif "value" in value:
            answer.text("text", value["value"])
        elif value.get("usage"):
            answer.usage(value["usage"])
        else:
            self.unknown(value, event)


class TranscriptionDecoder(Decoder):
    """OpenAI's `/audio/transcriptions` and `/audio/translations`: `transcript.text.*`, or one object with `text`.

    Source: https://platform.openai.com/docs/api-reference/audio/transcript-text-delta-event
    """

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        answer = self.answer
        kind = value.get("type") or event
        if kind == "transcript.text.delta":
            answer.text("text", value.get("delta"))
        elif kind == "transcript.text.segment":
            return
        elif kind == "transcript.text.done" or "text" in value:
            if not answer.has_text:
                answer.text("text", value.get("text"))
            answer.usage(value.get("usage"))
            answer.finish()
        else:
            self.unknown(value, event)


class WatsonxGenerationDecoder(Decoder):
    """IBM watsonx `/ml/v1/text/generation(_stream)`: `results[].generated_text`. Counters stand among the results.

    Source: https://cloud.ibm.com/apidocs/watsonx-ai#text-generation-stream
    """

    USAGE_KEYS = ("input_token_count", "generated_token_count")

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        results = value.get("results")
        if not isinstance(results, list):
            self.unknown(value, event)
            return
        self.answer.started(value.get("model_id"), value.get("id"))
        for result in objs(results)[:1]:
            self.answer.text("text", result.get("generated_text"))
            self.answer.usage({name: result[name] for name in self.USAGE_KEYS if result.get(name)})
            if text(result.get("stop_reason")).lower() != "not_finished":
                self.answer.stop(result.get("stop_reason"))


class ReplicateDecoder(Decoder):
    """Replicate: SSE events `output` (plain text), `error` and `done`; or a prediction as one object.

    Source: https://replicate.com/docs/topics/predictions/streaming
    """

    STATUS_END = ("succeeded", "failed", "canceled")

    text_events = frozenset(("output", "logs"))

    def on_text(self, data: str, event: str | None) -> None:
        if event == "output":
            self.answer.text("text", data)
        elif event != "logs":
            super().on_text(data, event)

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        if event == "done":
            self.answer.stop(value.get("reason"))
            self.answer.finish()
        elif "status" in value and "urls" in value:
            self._prediction(value)
        else:
            self.unknown(value, event)

    def _prediction(self, value: dict[str, Any]) -> None:
        answer = self.answer
        answer.started(value.get("model") or value.get("version"), value.get("id"))
        output = value.get("output")
        for piece in output if isinstance(output, list) else [output]:
            answer.text("text", piece)
        answer.usage(
            {name: count for name, count in obj(value.get("metrics")).items() if name.endswith("_token_count")}
        )
        error = error_of(value)
        if error is not None and value.get("error"):
            answer.error(error)
        if value.get("status") in self.STATUS_END:
            answer.stop(value["status"])
            answer.finish()
