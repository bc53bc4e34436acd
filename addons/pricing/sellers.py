"""Whose price list counts for a call, and by which names a model may stand in it.

In: the provider as in `identity/hosts.py` and the model as on the wire. Out: `(price list, spelling of the model)`, to
be tried in order. Price lists are named as the files in prices/. One row a provider.

A subscription's calls (a ChatGPT log-in, a Claude plan) have the price that the API asks for the same: what they are
worth, not what is billed. Other hosts than those in the tables have no price: who serves open models, or counts in
units of its own, decides what they cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

PRICE_LISTS: dict[str, tuple[str, ...]] = {
    "anthropic": ("anthropic",),
    "avian": ("avian",),
    "azure": ("azure",),
    "baseten": ("baseten",),
    "bedrock": ("aws",),
    "cerebras": ("cerebras",),
    "cloudflare": ("cloudflare",),
    "cohere": ("cohere",),
    "deepseek": ("deepseek",),
    "fireworks": ("fireworks",),
    "github-copilot": ("github-copilot",),
    "google": ("google",),
    "groq": ("groq",),
    "llama": ("meta",),
    "minimax": ("minimax",),
    "mistral": ("mistral",),
    "moonshot": ("moonshotai",),
    "novita": ("novita",),
    "openai": ("openai",),
    "openrouter": ("openrouter",),
    "ovhcloud": ("ovhcloud",),
    "perplexity": ("perplexity",),
    "together": ("together",),
    "vertex": ("google",),
    "xai": ("x-ai",),
    "zai": ("zai", "zhipuai"),
}

HUGGINGFACE = "huggingface"
"""Its router has a price list for each who serves: `deepseek-ai/DeepSeek-V3:together`."""

ONLY_THE_MAKER_SERVES: tuple[tuple[str, str], ...] = (
    ("anthropic", r"claude-"),
    ("openai", r"gpt-(?!oss)|chatgpt-|codex-|o[134](?:-|$)"),
    ("google", r"gemini-"),
    ("x-ai", r"grok-"),
)
"""Price list, and how names of models begin whose weights nobody else has: whoever passes them on, they cost this."""

PASSES_ON = frozenset({"cloudflare", "helicone", "openrouter", "portkey", "vercel-gateway"})
"""Who hands calls to the maker at the maker's price. So do hosts that no table knows: gateways of companies."""

MAKERS_AT_OPENROUTER: dict[str, str] = {
    "alibaba": "qwen",
    "anthropic": "anthropic",
    "deepseek": "deepseek",
    "google": "google",
    "minimax": "minimax",
    "mistral": "mistralai",
    "moonshot": "moonshotai",
    "openai": "openai",
    "perplexity": "perplexity",
    "vertex": "google",
    "xai": "x-ai",
    "zai": "z-ai",
}
"""How OpenRouter calls them. Its price list tells windows that the makers' own leave out."""

_ENDING = re.compile(r"(?:[-@]20\d\d-?[01]\d-?[0-3]\d|@default|-v\d+(?::\d+)?|\[1m\])$")
"""A date, a version of Bedrock, a mark of Claude Code."""


def places_to_look(provider: str, model: str) -> Iterator[tuple[str, str]]:
    spellings = _spellings(model.lower())
    lists = PRICE_LISTS.get(provider, ())
    if provider == HUGGINGFACE:
        name, _, served_by = model.lower().rpartition(":")
        lists, spellings = (f"{HUGGINGFACE}_{served_by}",), [name]
    for spelling in spellings:
        for price_list in lists:
            yield price_list, spelling
    if provider in PASSES_ON or _is_gateway(provider):
        for price_list, names in ONLY_THE_MAKER_SERVES:
            for spelling in spellings:
                if re.match(names, spelling):
                    yield price_list, spelling


def places_to_look_for_a_window(provider: str, model: str) -> Iterator[tuple[str, str]]:
    yield from places_to_look(provider, model)
    maker = MAKERS_AT_OPENROUTER.get(provider)
    if maker:
        for spelling in _spellings(model.lower()):
            yield "openrouter", f"{maker}/{spelling}"


def _spellings(model: str) -> list[str]:
    """As it stands; without date; without what stands before it: a vendor, `models/`, an ARN's beginning."""
    last = model.rpartition("/")[2]
    return list(dict.fromkeys((model, _ENDING.sub("", model), last, _ENDING.sub("", last))))


def _is_gateway(provider: str) -> bool:
    """An unknown host is its own provider. On this machine it serves what it likes under any name."""
    if "." not in provider:
        return False
    from ipaddress import ip_address  # only here: it takes longer to import than the rest of this room

    try:
        ip_address(provider)
    except ValueError:
        return True
    return False
