"""Usage objects of every shape, in the terms of the log format."""

from __future__ import annotations

import pytest

from addons.protocols.usage import FIELDS, normalise_usage


def usage(**told):
    short = {
        "input": "input_tokens",
        "read": "cache_read_input_tokens",
        "creation": "cache_creation_input_tokens",
        "creation_5m": "cache_creation_5m_input_tokens",
        "creation_1h": "cache_creation_1h_input_tokens",
        "output": "output_tokens",
        "reasoning": "reasoning_output_tokens",
    }
    return {**dict.fromkeys(FIELDS), **{short[name]: count for name, count in told.items()}}


SHAPES = [
    pytest.param(None, None, usage(), id="nothing told"),
    pytest.param("google.generateContent", {"trafficType": "ON_DEMAND"}, usage(), id="no counter told"),
    pytest.param(
        "anthropic.messages",
        {
            "input_tokens": 1,
            "cache_read_input_tokens": 20,
            "cache_creation_input_tokens": 300,
            "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
            "output_tokens": 5,
            "output_tokens_details": {"thinking_tokens": 4},
        },
        usage(input=321, read=20, creation=300, creation_5m=100, creation_1h=200, output=5, reasoning=4),
        id="Anthropic counts the cache beside the input",
    ),
    pytest.param(
        None,
        {"input_tokens": 1, "cache_read_input_tokens": 20, "output_tokens": 5},
        usage(input=21, read=20, output=5),
        id="Anthropic's shape on an unknown path",
    ),
    pytest.param(
        "anthropic.messages",
        {"input_tokens": 3, "output_tokens": 5, "prompt_tokens": 9, "completion_tokens": 5},
        usage(input=3, output=5),
        id="a look-alike that tells both shapes",
    ),
    pytest.param(
        "openai.responses",
        {
            "input_tokens": 30,
            "input_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 0},
            "output_tokens": 5,
            "output_tokens_details": {"reasoning_tokens": 4},
        },
        usage(input=30, read=20, creation=0, output=5, reasoning=4),
        id="Responses include the cache",
    ),
    pytest.param(
        "openai.chat",
        {
            "prompt_tokens": 30,
            "prompt_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 7},
            "completion_tokens": 5,
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
        usage(input=30, read=20, creation=7, output=5, reasoning=4),
        id="chat completions include the cache",
    ),
    pytest.param(
        "openai.chat",
        {"prompt_tokens": 30, "prompt_cache_hit_tokens": 20, "prompt_cache_miss_tokens": 10, "completion_tokens": 5},
        usage(input=30, read=20, output=5),
        id="DeepSeek's cache",
    ),
    pytest.param(
        "openai.chat", {"prompt_tokens": 30, "cached_tokens": 20}, usage(input=30, read=20), id="Moonshot's cache"
    ),
    pytest.param(
        "openai.chat",
        {"prompt_tokens": 30, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 4},
        usage(input=30, read=4),
        id="a gateway's zero tells nothing, its count does",
    ),
    pytest.param(
        "openai.chat",
        {"prompt_tokens": 3, "completion_tokens": 5, "reasoning_tokens": 2},
        usage(input=3, output=5, reasoning=2),
        id="reasoning at the top",
    ),
    pytest.param(
        "google.generateContent",
        {
            "promptTokenCount": 30,
            "cachedContentTokenCount": 20,
            "candidatesTokenCount": 5,
            "thoughtsTokenCount": 4,
            "toolUsePromptTokenCount": 100,
        },
        usage(input=30, read=20, output=9, reasoning=4),
        id="Gemini counts thoughts beside the output",
    ),
    pytest.param(
        "google.generateContent",
        {"promptTokenCount": 3, "thoughtsTokenCount": 4},
        usage(input=3, output=4, reasoning=4),
        id="Gemini, thoughts alone",
    ),
    pytest.param(
        "google.interactions",
        {"total_input_tokens": 3, "total_cached_tokens": 1, "total_output_tokens": 5, "total_thought_tokens": 4},
        usage(input=3, read=1, output=9, reasoning=4),
        id="Gemini Interactions",
    ),
    pytest.param(
        "bedrock.converse-stream",
        {
            "inputTokens": 1,
            "cacheReadInputTokens": 20,
            "cacheWriteInputTokens": 300,
            "cacheDetails": [{"ttl": "1h", "inputTokens": 300}],
            "outputTokens": 5,
            "totalTokens": 326,
        },
        usage(input=321, read=20, creation=300, creation_1h=300, output=5),
        id="Converse counts the cache beside the input",
    ),
    pytest.param(
        "bedrock.invoke-stream",
        {"inputTokens": 1, "outputTokens": 5, "cacheReadInputTokenCount": 20, "cacheWriteInputTokenCount": 0},
        usage(input=21, read=20, output=5),
        id="Nova",
    ),
    pytest.param(
        "bedrock.invoke-stream", {"inputTokenCount": 1, "outputTokenCount": 5}, usage(input=1, output=5), id="metrics"
    ),
    pytest.param(
        "bedrock.invoke-stream",
        {"inputTextTokenCount": 1, "totalOutputTextTokenCount": 5},
        usage(input=1, output=5),
        id="Titan",
    ),
    pytest.param(
        "bedrock.invoke-stream",
        {"prompt_token_count": 1, "generation_token_count": 5},
        usage(input=1, output=5),
        id="Llama",
    ),
    pytest.param("ollama.chat", {"prompt_eval_count": 1, "eval_count": 5}, usage(input=1, output=5), id="Ollama"),
    pytest.param(
        "watsonx.generation",
        {"input_token_count": 1, "generated_token_count": 5},
        usage(input=1, output=5),
        id="watsonx",
    ),
    pytest.param(
        "replicate.predictions",
        {"input_token_count": 1, "output_token_count": 5},
        usage(input=1, output=5),
        id="Replicate",
    ),
    pytest.param(
        "cohere.chat-v2",
        {"billed_units": {"input_tokens": 1, "output_tokens": 4}, "tokens": {"input_tokens": 9, "output_tokens": 5}},
        usage(input=9, output=5),
        id="Cohere's tokens, not what it bills",
    ),
    pytest.param("cohere.chat-v2", {"billed_units": {"input_tokens": 1}}, usage(input=1), id="Cohere's bill alone"),
    pytest.param(None, {"tokens_evaluated": 1, "tokens_predicted": 5}, usage(input=1, output=5), id="llama.cpp"),
    pytest.param(
        "openai.chat",
        {"prompt_tokens": 12.0, "completion_tokens": True},
        usage(input=12),
        id="a whole float counts, true doesn't",
    ),
    pytest.param("openai.transcriptions", {"type": "duration", "seconds": 3}, usage(), id="seconds are no tokens"),
]


@pytest.mark.parametrize(("api", "raw", "expected"), SHAPES)
def test_a_providers_usage_in_our_terms(api, raw, expected):
    assert normalise_usage(api, raw) == expected
