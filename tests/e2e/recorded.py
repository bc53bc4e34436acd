"""The recorded streams, as the laboratory serves them: under their real host and path.

In: `../shared/streams` beside the checkout (absent in most places; tests then skip). Out: one `Stream` a recording,
with placeholders of its endpoint filled in and, where the recording names none, the provider's real address.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.harness import ROOT

FOLDER = ROOT.parent / "shared" / "streams"

ENDPOINTS: list[tuple[str, str]] = [
    (r"alibaba/.*", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions"),
    (r"anthropic/.*", "https://api.anthropic.com/v1/messages"),
    (r"azure/.* openai.chat", "https://lab.services.ai.azure.com/models/chat/completions"),
    (r"azure/.* openai.responses", "https://lab.openai.azure.com/openai/v1/responses"),
    (r"deepseek/.*", "https://api.deepseek.com/chat/completions"),
    (
        r"google/.*",
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
    ),
    (r"lmstudio/.*", "http://localhost:1234/v1/responses"),
    (r"mistral/.*", "https://api.mistral.ai/v1/chat/completions"),
    (r"ollama/.*", "http://localhost:11434/api/chat"),
    (r"openai/.*copilot.*", "https://api.githubcopilot.com/responses"),
    (r"perplexity/.*", "https://api.perplexity.ai/chat/completions"),
    (r"xai/.* openai.responses", "https://api.x.ai/v1/responses"),
    (r".* openai.chat", "https://api.openai.com/v1/chat/completions"),
    (r".* openai.responses", "https://api.openai.com/v1/responses"),
]
"""For recordings without an address: pattern over `name api`, the first match counts."""

PLACEHOLDERS: list[tuple[str, str]] = [
    (r"<[A-Z_]+_API_BASE>", "http://localhost:11434/v1"),
    (r"<AWS_REGION>", "us-east-1"),
    (r"<GOOGLE_CLOUD_LOCATION>", "us-central1"),
    (r"\bRESOURCE\b", "lab"),
    (r"\bPROJECT\b", "lab-project"),
]

DEFAULT_TYPES = {
    ".sse": "text/event-stream",
    ".ndjson": "application/x-ndjson",
    ".eventstream": "application/vnd.amazon.eventstream",
    ".json": "application/json",
}

HOP_HEADERS = {"connection", "transfer-encoding", "content-length", "content-encoding", "content-type", "keep-alive"}


@dataclass(frozen=True, slots=True)
class Stream:
    """One recording. `form` is its file's suffix."""

    name: str
    folder: Path

    @property
    def meta(self) -> dict[str, Any]:
        return _json(self.folder / "meta.json")

    @property
    def truth(self) -> dict[str, Any]:
        return _json(self.folder / "truth.json")

    @property
    def file(self) -> Path:
        return next(self.folder.glob("response.*"))

    @property
    def form(self) -> str:
        return self.file.suffix

    @property
    def body(self) -> bytes:
        return self.file.read_bytes()

    @property
    def request(self) -> bytes:
        """The recorded request, or a small one that asks for the same."""
        if (file := self.folder / "request.json").exists():
            return file.read_bytes()
        ask = {"model": self.meta.get("model"), "stream": True, "messages": [{"role": "user", "content": "Hello."}]}
        return json.dumps(ask).encode()

    @property
    def url(self) -> str:
        url = self.meta["endpoint"]
        if url is None:
            key = f"{self.name} {self.meta['api']}"
            url = next(address for pattern, address in ENDPOINTS if re.fullmatch(pattern, key))
        for pattern, word in PLACEHOLDERS:
            url = re.sub(pattern, word, url)
        assert isinstance(url, str)
        return url

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Response headers. Where the recorder kept them and there was no content type, there is none here either."""
        meta = self.meta
        told = [(name, v) for name, value in meta["response_headers"].items() for v in _values(value)]
        kept = [(name, value) for name, value in told if name.lower() not in HOP_HEADERS]
        content_type = meta["content_type"]
        if content_type is None and meta["fidelity"] != "wire":
            content_type = DEFAULT_TYPES[self.form]
        return (("content-type", content_type), *kept) if content_type else tuple(kept)


def streams() -> list[Stream]:
    """All recordings, in order of their names; none where the folder is absent."""
    return [Stream(str(meta.parent.relative_to(FOLDER)), meta.parent) for meta in sorted(FOLDER.glob("*/*/meta.json"))]


def _values(value: Any) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


@functools.cache
def _json(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_bytes())
    return content


def expected_usage(stream: Stream) -> dict[str, int | None]:
    """truth.json's numbers (as reported) in the log format's terms (LOGFORMAT, `usage`)."""
    told, api = stream.truth["usage"], stream.meta["api"]
    input_tokens, output = told["input"], told["output"]
    if api in EXCLUSIVE_INPUT and input_tokens is not None:
        input_tokens += (told["cache_read"] or 0) + (told["cache_write"] or 0)
    if api == "google.generateContent" and (output, told["reasoning"]) != (None, None):
        output = (output or 0) + (told["reasoning"] or 0)
    return {
        "input_tokens": input_tokens,
        "cache_read_input_tokens": told["cache_read"],
        "cache_creation_input_tokens": told["cache_write"],
        "output_tokens": output,
        "reasoning_output_tokens": told["reasoning"],
    }


EXCLUSIVE_INPUT = {"anthropic.messages", "bedrock.converse-stream", "bedrock.invoke-stream"}
"""Dialects whose `input` leaves out what came from or went to the cache."""
