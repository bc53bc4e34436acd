"""From a request to its dialect: which path is an LLM call, which model it names, and who decodes the answer.

In: method, host and path. Out: a dialect's name, as streams and logs call it. The path decides, whatever the host
(SPEC S4.1), with any base URL before it; the host only where several providers share a path. WIRE.md section 1: a path
that merely begins like one of these is something else, and the query string is no part of it.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from addons.protocols.decoder import Decoder
from addons.protocols.dialects import NDJSON, AdaptiveDecoder


class Row(NamedTuple):
    """One kind of path. `host`, where given, must be found in the host's name."""

    path: re.Pattern[str]
    api: str
    host: str = ""
    methods: tuple[str, ...] = ("POST",)


def _row(path: str, api: str, host: str = "", methods: tuple[str, ...] = ("POST",)) -> Row:
    return Row(re.compile(path), api, host, methods)


ANY = ("POST", "GET")
"""GET: a WebSocket's handshake, or the stream of an answer that was ordered before."""

_VERSION = r"(?:^|/)v\d[a-z0-9.]*"

ROWS: tuple[Row, ...] = (
    _row(rf"{_VERSION}/messages$", "anthropic.messages"),
    _row(rf"{_VERSION}/complete$", "anthropic.complete"),
    _row(r"/publishers/anthropic/models/[^/]+:(?:stream)?[rR]awPredict$", "anthropic.messages"),
    _row(r"/publishers/mistralai/models/[^/]+:(?:stream)?[rR]awPredict$", "mistral.chat"),
    _row(r"/publishers/[^/]+/models/[^/]+:(?:stream)?[rR]awPredict$", "openai.chat"),
    _row(r":(?:streamGenerateContent|generateContent)$", "google.generateContent"),
    _row(rf"{_VERSION}/(?:projects/[^/]+/locations/[^/]+/)?interactions$", "google.interactions"),
    _row(rf"{_VERSION}/(?:projects/[^/]+/locations/[^/]+/)?interactions/[^/]+$", "google.interactions", "", ("GET",)),
    _row(r"^/model/.+/converse(?:-stream)?$", "bedrock.converse-stream"),
    _row(r"^/model/.+/invoke(?:-with-response-stream)?$", "bedrock.invoke-stream"),
    _row(rf"(?:^|{_VERSION}|/codex|/openai|/api|/inference)/responses$", "openai.responses", "", ANY),
    _row(rf"(?:^|{_VERSION}|/codex|/openai|/api|/inference)/responses/compact$", "openai.responses"),
    _row(rf"(?:{_VERSION}|/codex|/openai)/responses/[^/]+$", "openai.responses", "", ("GET",)),
    _row(r"(?:^|/)(?:chat|fim|agents)/completions$", "mistral.chat", "mistral"),
    _row(r"(?:^|/)chat/completions$", "openai.chat"),
    _row(r"/text/chatcompletion(?:_v2|_pro)?$", "openai.chat"),
    _row(r"/ml/v1/(?:deployments/[^/]+/)?text/chat(?:_stream)?$", "watsonx.chat"),
    _row(r"/ml/v1/(?:deployments/[^/]+/)?text/generation(?:_stream)?$", "watsonx.generation"),
    _row(r"(?:^|/)v1/chat$", "openai.chat", "writer"),
    _row(r"(?:^|/)v1/completions$", "writer.completions", "writer"),
    _row(r"(?<!/api)/v1/chat$", "cohere.chat-v1"),
    _row(r"(?:^|/)v2/chat$", "cohere.chat-v2"),
    _row(r"(?:^|/)api/chat$", "ollama.chat"),
    _row(r"(?:^|/)api/generate$", "ollama.generate"),
    _row(r"(?:^|/)threads/runs$", "openai.assistants"),
    _row(r"(?:^|/)threads/[^/]+/runs(?:/[^/]+/submit_tool_outputs)?$", "openai.assistants"),
    _row(r"(?:^|/)completions$", "openai.completions"),
    _row(r"(?:^|/)audio/(?:transcriptions|translations)$", "openai.transcriptions"),
    _row(r"^/v1/(?:models/[^/]+/[^/]+/|deployments/[^/]+/[^/]+/)?predictions$", "replicate.predictions"),
    _row(r"^/v1/predictions/[^/]+$", "replicate.predictions", "", ("GET",)),
    _row(r"^/v1/(?:streams|files)/.+$", "replicate.predictions", "stream.replicate.com", ("GET",)),
    _row(r"(?:^|/)mcp$", "mcp.streamable-http", "", ANY),
)
"""In this order: the first that fits counts."""

COUNTS_TOKENS = re.compile(
    r"/messages/count_tokens$|:countTokens$|/responses/input_tokens$|/model/.+/count-tokens$"
    r"|/models/count-tokens:rawPredict$|/tokenizers/estimate-token-count$"
)

MODEL_IN_PATH = (
    re.compile(r"(?:models|tunedModels)/([^/]+):\w+$"),
    re.compile(r"^/model/(.+)/(?:converse|converse-stream|invoke|invoke-with-response-stream|count-tokens)$"),
    re.compile(r"/deployments/([^/]+)/(?:chat/completions|completions|responses|audio/\w+)$"),
    re.compile(r"/engines/([^/]+)/(?:chat/)?completions$"),
    re.compile(r"^/v1/models/([^/]+/[^/]+)/predictions$"),
)
"""Gemini and Vertex; Bedrock; Azure; Copilot and OpenAI's first API; Replicate."""


def api_of(method: str, host: str, path: str) -> str | None:
    """The dialect of an LLM call; None for everything else, also for a count of tokens."""
    plain = _plain(path)
    if COUNTS_TOKENS.search(plain):
        return None
    for row in ROWS:
        if method.upper() in row.methods and row.host in host.lower() and row.path.search(plain):
            return row.api
    return None


def is_count_tokens(path: str) -> bool:
    """Whether this path only counts a request's tokens: Anthropic's, Gemini's, OpenAI's, Bedrock's, Moonshot's."""
    return COUNTS_TOKENS.search(_plain(path)) is not None


def model_of_path(path: str) -> str | None:
    """The model, or Azure's deployment, where the path names it (Gemini, Vertex, Bedrock, Azure)."""
    plain = _plain(path)
    return next((unquote(match.group(1)) for pattern in MODEL_IN_PATH if (match := pattern.search(plain))), None)


def streams_ndjson(api: str | None) -> bool:
    """Whether this dialect's streams are JSON lines, whatever their content type says."""
    return api in NDJSON


def decoder_for(api: str | None) -> Decoder:
    """A fresh decoder for one exchange. A name that is not known is as good as None."""
    return AdaptiveDecoder(api)


def _plain(path: str) -> str:
    """The path without query, doubled slashes (a base URL that ends in one) and a slash at the end."""
    return re.sub(r"/{2,}", "/", path.partition("?")[0].partition("#")[0]).rstrip("/")
