"""Which path is an LLM call, and of which dialect: one row, one path."""

from __future__ import annotations

import pytest

from addons.protocols.detect import api_of, decoder_for, is_count_tokens, model_of_path, streams_ndjson
from addons.protocols.dialects import DIALECTS
from tests.protocols.recorded import STREAMS

CALLS = [
    ("POST", "api.anthropic.com", "/v1/messages?beta=true", "anthropic.messages"),
    ("POST", "127.0.0.1", "/v1/messages", "anthropic.messages"),
    ("POST", "api.moonshot.cn", "/anthropic/v1/messages", "anthropic.messages"),
    ("POST", "api.z.ai", "/api/anthropic/v1/messages", "anthropic.messages"),
    ("POST", "proxy.example", "//v1/messages/", "anthropic.messages"),
    ("POST", "api.anthropic.com", "/v1/complete", "anthropic.complete"),
    ("POST", "api.openai.com", "/v1/responses", "openai.responses"),
    ("GET", "api.openai.com", "/v1/responses", "openai.responses"),
    ("GET", "api.openai.com", "/v1/responses/resp_1?stream=true", "openai.responses"),
    ("POST", "chatgpt.com", "/backend-api/codex/responses", "openai.responses"),
    ("POST", "chatgpt.com", "/backend-api/codex/responses/compact", "openai.responses"),
    ("POST", "api.githubcopilot.com", "/responses", "openai.responses"),
    ("POST", "r.openai.azure.com", "/openai/v1/responses", "openai.responses"),
    ("POST", "openrouter.ai", "/api/v1/responses", "openai.responses"),
    ("POST", "api.openai.com", "/v1/chat/completions", "openai.chat"),
    ("POST", "api.deepseek.com", "/chat/completions", "openai.chat"),
    ("POST", "api.groq.com", "/openai/v1/chat/completions", "openai.chat"),
    ("POST", "api.z.ai", "/api/paas/v4/chat/completions", "openai.chat"),
    ("POST", "dashscope.aliyuncs.com", "/compatible-mode/v1/chat/completions", "openai.chat"),
    ("POST", "r.openai.azure.com", "/openai/deployments/gpt/chat/completions?api-version=1", "openai.chat"),
    ("POST", "r.services.ai.azure.com", "/models/chat/completions", "openai.chat"),
    ("POST", "generativelanguage.googleapis.com", "/v1beta/openai/chat/completions", "openai.chat"),
    ("POST", "api.writer.com", "/v1/chat", "openai.chat"),
    ("POST", "api.mistral.ai", "/v1/chat/completions", "mistral.chat"),
    ("POST", "api.mistral.ai", "/v1/fim/completions", "mistral.chat"),
    ("POST", "api.openai.com", "/v1/completions", "openai.completions"),
    ("POST", "api.writer.com", "/v1/completions", "writer.completions"),
    ("POST", "api.cohere.com", "/v1/chat", "cohere.chat-v1"),
    ("POST", "api.cohere.com", "/v2/chat", "cohere.chat-v2"),
    ("POST", "localhost", "/api/chat", "ollama.chat"),
    ("POST", "localhost", "/api/generate", "ollama.generate"),
    (
        "POST",
        "g.googleapis.com",
        "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
        "google.generateContent",
    ),
    ("POST", "g.googleapis.com", "/v1beta/models/gemini-2.5-pro:generateContent", "google.generateContent"),
    ("POST", "cloudcode-pa.googleapis.com", "/v1internal:streamGenerateContent", "google.generateContent"),
    ("POST", "g.googleapis.com", "/v1beta/interactions", "google.interactions"),
    ("GET", "g.googleapis.com", "/v1beta/interactions/v1_x?stream=true", "google.interactions"),
    (
        "POST",
        "us-east5-aiplatform.googleapis.com",
        "/v1/projects/p/locations/l/publishers/anthropic/models/claude@1:streamRawPredict",
        "anthropic.messages",
    ),
    (
        "POST",
        "aiplatform.googleapis.com",
        "/v1/projects/p/locations/l/publishers/mistralai/models/m:rawPredict",
        "mistral.chat",
    ),
    (
        "POST",
        "bedrock-runtime.us-east-1.amazonaws.com",
        "/model/anthropic.claude-3-v1%3A0/converse-stream",
        "bedrock.converse-stream",
    ),
    ("POST", "bedrock", "/model/m/converse", "bedrock.converse-stream"),
    ("POST", "bedrock", "/model/m/invoke-with-response-stream", "bedrock.invoke-stream"),
    ("POST", "bedrock", "/model/arn:aws:bedrock:us-east-1:1:inference-profile/x/invoke", "bedrock.invoke-stream"),
    ("POST", "api.openai.com", "/v1/threads/runs", "openai.assistants"),
    ("POST", "api.openai.com", "/v1/threads/t/runs", "openai.assistants"),
    ("POST", "api.openai.com", "/v1/threads/t/runs/r/submit_tool_outputs", "openai.assistants"),
    ("POST", "api.openai.com", "/v1/audio/transcriptions", "openai.transcriptions"),
    ("POST", "api.replicate.com", "/v1/models/meta/llama/predictions", "replicate.predictions"),
    ("GET", "stream.replicate.com", "/v1/files/bcwr/abc", "replicate.predictions"),
    ("POST", "us-south.ml.cloud.ibm.com", "/ml/v1/text/chat_stream?version=1", "watsonx.chat"),
    ("POST", "us-south.ml.cloud.ibm.com", "/ml/v1/deployments/d/text/generation_stream", "watsonx.generation"),
    ("POST", "mcp.deepwiki.com", "/mcp", "mcp.streamable-http"),
]


@pytest.mark.parametrize(("method", "host", "path", "api"), CALLS, ids=[f"{row[0]} {row[1]}{row[2]}" for row in CALLS])
def test_the_dialect_of_a_call(method, host, path, api):
    assert api_of(method, host, path) == api


OTHERS = [
    ("GET", "/v1/messages"),
    ("HEAD", "/api/hello"),
    ("POST", "/v1/messages/count_tokens?beta=true"),
    ("POST", "/v1/messages/batches"),
    ("POST", "/v1/threads/t/messages"),
    ("POST", "/v1/responses/input_tokens"),
    ("POST", "/v1/responses/r/cancel"),
    ("POST", "/v1beta/models/g:countTokens"),
    ("POST", "/v1beta/models/g:embedContent"),
    ("POST", "/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict"),
    ("POST", "/model/m/count-tokens"),
    ("POST", "/v1/embeddings"),
    ("GET", "/backend-api/codex/models"),
    ("POST", "/forms/d/responses"),
    ("GET", "/v1/chat/completions"),
    ("GET", "/"),
    ("POST", ""),
]


@pytest.mark.parametrize(("method", "path"), OTHERS)
def test_paths_that_are_no_call(method, path):
    assert api_of(method, "api.example.com", path) is None


COUNTS = [
    ("/v1/messages/count_tokens?beta=true", True),
    ("/v1beta/models/gemini-2.5-pro:countTokens", True),
    ("/v1/responses/input_tokens", True),
    ("/model/m/count-tokens", True),
    ("/v1/messages", False),
    ("/count_tokens", False),
]


@pytest.mark.parametrize(("path", "counts"), COUNTS)
def test_a_count_of_tokens_is_told_apart(path, counts):
    assert is_count_tokens(path) is counts


MODELS = [
    ("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", "gemini-2.5-pro"),
    ("/v1/projects/p/locations/l/publishers/anthropic/models/claude-3-7@20250219:rawPredict", "claude-3-7@20250219"),
    ("/model/us.anthropic.claude-v1%3A0/converse-stream", "us.anthropic.claude-v1:0"),
    ("/model/arn%3Aaws%3Abedrock%3A%3A1%3Aprofile%2Fx/invoke", "arn:aws:bedrock::1:profile/x"),
    ("/openai/deployments/my-gpt/chat/completions?api-version=1", "my-gpt"),
    ("/v1/engines/copilot-codex/completions", "copilot-codex"),
    ("/v1/models/meta/llama-3/predictions", "meta/llama-3"),
    ("/v1/messages", None),
    ("/v1internal:streamGenerateContent", None),
]


@pytest.mark.parametrize(("path", "model"), MODELS)
def test_the_model_in_the_path(path, model):
    assert model_of_path(path) == model


@pytest.mark.parametrize("api", DIALECTS)
def test_every_dialect_has_a_path_and_a_decoder(api):
    assert api in {row[3] for row in CALLS}
    assert decoder_for(api).close() == []


def test_streams_of_json_lines():
    assert {api for api in DIALECTS if streams_ndjson(api)} == {"ollama.chat", "ollama.generate", "cohere.chat-v1"}
    assert not streams_ndjson(None)


@pytest.mark.skipif(not STREAMS.exists(), reason=f"no recorded streams at {STREAMS}")
def test_every_recorded_endpoint_is_known():
    import json
    from urllib.parse import urlsplit

    for path in STREAMS.glob("*/*/meta.json"):
        meta = json.loads(path.read_bytes())
        endpoint = meta.get("endpoint") or ""
        if endpoint.startswith("http"):
            url = urlsplit(endpoint.replace("<", "").replace(">", ""))
            assert api_of("POST", url.netloc, url.path) == meta["api"], endpoint
