"""Every provider's usage object in the terms of LOGFORMAT.md (OpenTelemetry's GenAI conventions).

In: the provider's own fields, merged over the stream. Out: seven counters, each None where it was not told. The shape
decides, as a gateway may report in the terms of the model that it asked; the dialect only where two shapes fit.

Whether the prompt's counter has the cached tokens in it differs: OpenAI, Gemini, DeepSeek, Ollama include them;
Anthropic and Bedrock count them beside it. `input_tokens` is ALL input. Gemini's `toolUsePromptTokenCount` (what its
own tools put into the prompt) stays out of it, as it is out of the provider's own prompt counter; `usage_raw` has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from addons.protocols.values import obj, objs

type Path = tuple[str, ...]

FIELDS = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation_5m_input_tokens",
    "cache_creation_1h_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """An object is of this shape if it has one of `marks` and none of `unless`. The first path that is told counts.

    `…_if_any`: fields that hosts fill with zero whether or not they count such tokens, so that zero tells nothing.
    """

    marks: tuple[str, ...]
    input: tuple[Path, ...]
    output: tuple[Path, ...]
    cache_read: tuple[Path, ...] = ()
    cache_creation: tuple[Path, ...] = ()
    reasoning: tuple[Path, ...] = ()
    cache_read_if_any: tuple[Path, ...] = ()
    cache_creation_if_any: tuple[Path, ...] = ()
    cache_is_beside_input: bool = False
    reasoning_is_beside_output: bool = False
    unless: tuple[str, ...] = ()


ANTHROPIC = Shape(
    marks=("cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation"),
    unless=("input_tokens_details",),
    input=(("input_tokens",),),
    output=(("output_tokens",),),
    cache_read=(("cache_read_input_tokens",),),
    cache_creation=(("cache_creation_input_tokens",),),
    reasoning=(("output_tokens_details", "thinking_tokens"),),
    cache_is_beside_input=True,
)

SHAPES: tuple[Shape, ...] = (
    # Gemini
    Shape(
        marks=("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount"),
        input=(("promptTokenCount",),),
        output=(("candidatesTokenCount",),),
        cache_read=(("cachedContentTokenCount",),),
        reasoning=(("thoughtsTokenCount",),),
        reasoning_is_beside_output=True,
    ),
    # Gemini Interactions
    Shape(
        marks=("total_input_tokens", "total_output_tokens"),
        input=(("total_input_tokens",),),
        output=(("total_output_tokens",),),
        cache_read=(("total_cached_tokens",),),
        reasoning=(("total_thought_tokens",), ("total_reasoning_tokens",)),
        reasoning_is_beside_output=True,
    ),
    # Bedrock Converse, Amazon Nova
    Shape(
        marks=("inputTokens", "outputTokens"),
        input=(("inputTokens",),),
        output=(("outputTokens",),),
        cache_read=(("cacheReadInputTokens",),),
        cache_creation=(("cacheWriteInputTokens",),),
        cache_read_if_any=(("cacheReadInputTokenCount",),),
        cache_creation_if_any=(("cacheWriteInputTokenCount",),),
        cache_is_beside_input=True,
    ),
    # Bedrock's invocation metrics
    Shape(
        marks=("inputTokenCount", "outputTokenCount"),
        input=(("inputTokenCount",),),
        output=(("outputTokenCount",),),
        cache_read=(("cacheReadInputTokenCount",),),
        cache_creation=(("cacheWriteInputTokenCount",),),
        cache_is_beside_input=True,
    ),
    # Amazon Titan
    Shape(
        marks=("inputTextTokenCount", "totalOutputTextTokenCount"),
        input=(("inputTextTokenCount",),),
        output=(("totalOutputTextTokenCount",),),
    ),
    # Ollama
    Shape(marks=("prompt_eval_count", "eval_count"), input=(("prompt_eval_count",),), output=(("eval_count",),)),
    # Llama on Bedrock
    Shape(
        marks=("prompt_token_count", "generation_token_count"),
        input=(("prompt_token_count",),),
        output=(("generation_token_count",),),
    ),
    # watsonx, Replicate
    Shape(
        marks=("input_token_count", "generated_token_count", "output_token_count"),
        input=(("input_token_count",),),
        output=(("generated_token_count",), ("output_token_count",)),
    ),
    # llama.cpp
    Shape(
        marks=("tokens_evaluated", "tokens_predicted"),
        input=(("tokens_evaluated",),),
        output=(("tokens_predicted",),),
    ),
    # Cohere
    Shape(
        marks=("billed_units", "tokens"),
        input=(("tokens", "input_tokens"), ("billed_units", "input_tokens")),
        output=(("tokens", "output_tokens"), ("billed_units", "output_tokens")),
        cache_read=(("cached_tokens",),),
    ),
    # Chat completions
    Shape(
        marks=("prompt_tokens", "completion_tokens"),
        input=(("prompt_tokens",),),
        output=(("completion_tokens",),),
        cache_read=(
            ("prompt_tokens_details", "cached_tokens"),
            ("prompt_cache_hit_tokens",),
            ("cached_tokens",),
            ("num_cached_tokens",),
        ),
        cache_creation=(
            ("prompt_tokens_details", "cache_write_tokens"),
            ("prompt_tokens_details", "cache_creation_tokens"),
        ),
        cache_read_if_any=(("cache_read_input_tokens",),),
        cache_creation_if_any=(("cache_creation_input_tokens",),),
        reasoning=(("completion_tokens_details", "reasoning_tokens"), ("reasoning_tokens",)),
    ),
    ANTHROPIC,
    # OpenAI Responses, transcriptions; Anthropic's first models
    Shape(
        marks=("input_tokens", "output_tokens"),
        input=(("input_tokens",),),
        output=(("output_tokens",),),
        cache_read=(("input_tokens_details", "cached_tokens"),),
        cache_creation=(("input_tokens_details", "cache_write_tokens"),),
        reasoning=(("output_tokens_details", "reasoning_tokens"), ("output_tokens_details", "thinking_tokens")),
    ),
)


def normalise_usage(api: str | None, raw: dict[str, Any] | None) -> dict[str, int | None]:
    """All of FIELDS. On `anthropic.messages` look-alikes tell the same counts in OpenAI's words too."""
    usage: dict[str, int | None] = dict.fromkeys(FIELDS)
    if not raw:
        return usage
    if api == "anthropic.messages" and "input_tokens" in raw:
        shape: Shape | None = ANTHROPIC
    else:
        shape = next((shape for shape in SHAPES if _fits(shape, raw)), None)
    if shape is None:
        return usage
    read = _cache(raw, shape.cache_read, shape.cache_read_if_any)
    creation = _cache(raw, shape.cache_creation, shape.cache_creation_if_any)
    reasoning = _first(raw, shape.reasoning)
    told, output = _first(raw, shape.input), _first(raw, shape.output)
    usage["cache_read_input_tokens"] = read
    usage["cache_creation_input_tokens"] = creation
    usage["cache_creation_5m_input_tokens"] = _lasting(raw, "5m")
    usage["cache_creation_1h_input_tokens"] = _lasting(raw, "1h")
    usage["input_tokens"] = _sum((told, read, creation)) if shape.cache_is_beside_input and told is not None else told
    usage["output_tokens"] = _sum((output, reasoning)) if shape.reasoning_is_beside_output else output
    usage["reasoning_output_tokens"] = reasoning
    return usage


def _fits(shape: Shape, raw: dict[str, Any]) -> bool:
    return any(name in raw for name in shape.marks) and not any(name in raw for name in shape.unless)


def _lasting(raw: dict[str, Any], ttl: str) -> int | None:
    """Tokens written to the cache for so long: Anthropic's object, or Bedrock's list."""
    told = _count(obj(raw.get("cache_creation")).get(f"ephemeral_{ttl}_input_tokens"))
    if told is not None:
        return told
    return next(
        (_count(row.get("inputTokens")) for row in objs(raw.get("cacheDetails")) if row.get("ttl") == ttl), None
    )


def _cache(raw: dict[str, Any], paths: Iterable[Path], if_any: Iterable[Path]) -> int | None:
    told = _first(raw, paths)
    return told if told is not None else _first(raw, if_any) or None


def _first(raw: dict[str, Any], paths: Iterable[Path]) -> int | None:
    return next((count for path in paths if (count := _at(raw, path)) is not None), None)


def _at(raw: dict[str, Any], path: Path) -> int | None:
    for name in path[:-1]:
        raw = obj(raw.get(name))
    return _count(raw.get(path[-1]))


def _count(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _sum(counts: Iterable[int | None]) -> int | None:
    told = [count for count in counts if count is not None]
    return sum(told) if told else None
