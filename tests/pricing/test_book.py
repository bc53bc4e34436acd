"""addons/pricing/book.py: what a call cost. Expected dollars are worked out from the data file's own rows."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from addons.pricing import table
from addons.pricing.book import PriceBook, tier_of
from addons.pricing.own import OwnPrice
from addons.pricing.rates import rates_from
from addons.protocols.usage import normalise_usage
from tests.protocols.recorded import Recording, recordings, summed, told

BOOK = PriceBook()
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
USAGE = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}


def models_of(price_list: str) -> list[dict[str, Any]]:
    return json.loads((table.FOLDER / f"{price_list}.json").read_bytes())["models"]


def row(price_list: str, model_id: str) -> dict[str, Any]:
    """The price list's row as it stands there."""
    (found,) = (one for one in models_of(price_list) if one["id"] == model_id)
    return found


def prices(price_list: str, model_id: str, number: int = -1) -> dict[str, Any]:
    return row(price_list, model_id)["prices"][number][1]


@pytest.mark.parametrize(
    ("provider", "model", "price_list", "model_id"),
    [
        pytest.param("anthropic", "claude-haiku-4-5-20251001", "anthropic", "claude-haiku-4-5", id="dated"),
        pytest.param("anthropic", "claude-opus-4-1", "anthropic", "claude-opus-4-1", id="Claude"),
        pytest.param("anthropic", "claude-fable-5-1", "anthropic", "claude-fable-5-1", id="one more specific"),
        pytest.param("openai", "gpt-5-2025-08-07", "openai", "gpt-5", id="GPT, dated"),
        pytest.param("openai", "gpt-5.3-codex-2026-02-05", "openai", "gpt-5.3-codex", id="an unknown date"),
        pytest.param("openai", "GPT-5-Codex", "openai", "gpt-5", id="capitals"),
        pytest.param("openai", "gpt-4o-2024-05-13", "openai", "gpt-4o-2024-05-13", id="a date with a price of its own"),
        pytest.param("google", "models/gemini-2.5-flash-lite", "google", "gemini-2.5-flash-lite", id="Gemini"),
        pytest.param("vertex", "claude-opus-4-5@20251101", "google", "claude-opus-4-5", id="Claude on Vertex"),
        pytest.param(
            "bedrock",
            "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            "aws",
            "regional.anthropic.claude-haiku-4-5-20251001-v1:0",
            id="Bedrock, of a region",
        ),
        pytest.param(
            "bedrock",
            "arn:aws:bedrock:us-east-1:1:inference-profile/global.anthropic.claude-opus-4-5-20251101-v1:0",
            "aws",
            "global.anthropic.claude-opus-4-5-v1:0",
            id="Bedrock, an ARN",
        ),
        pytest.param("azure", "gpt-4.1-2025-04-14", "openai", "gpt-4.1", id="Azure"),
        pytest.param("openrouter", "moonshotai/kimi-k2", "openrouter", "moonshotai/kimi-k2", id="OpenRouter"),
        pytest.param("moonshot", "kimi-k2-0905-preview", "moonshotai", "kimi-k2-0905-preview", id="Moonshot"),
        pytest.param("xai", "grok-4-0709", "x-ai", "grok-4-0709", id="xAI"),
        pytest.param("groq", "openai/gpt-oss-120b", "groq", "openai/gpt-oss-120b", id="a vendor before the name"),
        pytest.param("vercel-gateway", "anthropic/claude-haiku-4.5", "anthropic", "claude-haiku-4-5", id="a gateway"),
        pytest.param("llm.corp.example", "claude-haiku-4-5", "anthropic", "claude-haiku-4-5", id="a company's gateway"),
        pytest.param(
            "huggingface", "deepseek-ai/DeepSeek-R1:novita", "huggingface_novita", "deepseek-ai/DeepSeek-R1", id="HF"
        ),
    ],
)
def test_a_model_has_the_price_of_its_row(provider, model, price_list, model_id):
    rates = BOOK.rates_of(provider, model, NOW)
    assert rates == rates_from(prices(price_list, model_id))
    assert BOOK.cost_usd(provider, model, USAGE, NOW) == pytest.approx(
        rates.with_input(1_000_000).input + rates.with_input(1_000_000).output
    )


@pytest.mark.parametrize(
    ("provider", "model", "usage"),
    [
        pytest.param("anthropic", "claude-lab", USAGE, id="a model that no list has"),
        pytest.param("anthropic", None, USAGE, id="no model"),
        pytest.param("anthropic", "claude-haiku-4-5", None, id="no usage"),
        pytest.param("anthropic", "claude-haiku-4-5", dict.fromkeys(USAGE), id="usage that tells nothing"),
        pytest.param("ollama", "gpt-5", USAGE, id="self-hosted"),
        pytest.param("localhost", "claude-haiku-4-5", USAGE, id="on this machine"),
        pytest.param("127.0.0.1", "claude-haiku-4-5", USAGE, id="an address"),
        pytest.param("llm.corp.example", "gpt-oss-120b", USAGE, id="an open model on a host that no table has"),
        pytest.param("opencode", "claude-haiku-4-5", USAGE, id="a seller with prices of its own"),
        pytest.param("huggingface", "deepseek-ai/DeepSeek-R1", USAGE, id="HF: nobody knows who serves"),
        pytest.param("", "", USAGE, id="empty names"),
    ],
)
def test_what_is_not_known_is_none(provider, model, usage):
    assert BOOK.cost_usd(provider, model, usage, NOW) is None


def test_each_token_is_charged_once():
    """Anthropic's cache reads and writes are parts of LOGFORMAT's input; the hour's a part of the writes."""
    price = prices("anthropic", "claude-haiku-4-5")
    usage = normalise_usage(
        "anthropic.messages",
        {
            "input_tokens": 100,
            "cache_read_input_tokens": 2_000,
            "cache_creation_input_tokens": 30_000,
            "cache_creation": {"ephemeral_5m_input_tokens": 10_000, "ephemeral_1h_input_tokens": 20_000},
            "output_tokens": 400,
        },
    )
    expected = (
        100 * price["input"]
        + 2_000 * price["cache_read"]
        + 10_000 * price["cache_write_5m"]
        + 20_000 * price["cache_write_1h"]
        + 400 * price["output"]
    ) / 1e6
    assert BOOK.cost_usd("anthropic", "claude-haiku-4-5", usage, NOW) == pytest.approx(expected)


def test_openais_cached_tokens_and_reasoning_are_inside():
    price = prices("openai", "gpt-5")
    usage = normalise_usage(
        "openai.responses",
        {
            "input_tokens": 1_000,
            "input_tokens_details": {"cached_tokens": 600},
            "output_tokens": 500,
            "output_tokens_details": {"reasoning_tokens": 450},
        },
    )
    expected = (400 * price["input"] + 600 * price["cache_read"] + 500 * price["output"]) / 1e6
    assert BOOK.cost_usd("openai", "gpt-5", usage, NOW) == pytest.approx(expected)


def test_reasoning_that_is_priced_apart():
    price = prices("perplexity", "sonar-deep-research")
    usage = {"input_tokens": 10, "output_tokens": 100, "reasoning_output_tokens": 60}
    expected = (10 * price["input"] + 40 * price["output"] + 60 * price["reasoning"]) / 1e6
    assert BOOK.cost_usd("perplexity", "sonar-deep-research", usage, NOW) == pytest.approx(expected)


@pytest.mark.parametrize(("tokens", "step"), [(200_000, "below"), (200_001, "above")])
def test_a_long_prompt_is_charged_at_its_step_as_a_whole(tokens, step):
    price = prices("anthropic", "claude-sonnet-4-5")
    assert [price["input"][1][0], price["output"][1][0]] == [200_000, 200_000]
    of_input, of_output = (
        (price["input"][0], price["output"][0]) if step == "below" else (price["input"][1][1], price["output"][1][1])
    )
    usage = {"input_tokens": tokens, "output_tokens": 1_000}
    expected = (tokens * of_input + 1_000 * of_output) / 1e6
    assert BOOK.cost_usd("anthropic", "claude-sonnet-4-5", usage, NOW) == pytest.approx(expected)


def test_cached_tokens_count_for_the_step():
    usage = {"input_tokens": 250_000, "cache_read_input_tokens": 249_000, "output_tokens": 0}
    price = prices("anthropic", "claude-sonnet-4-5")
    expected = (1_000 * price["input"][1][1] + 249_000 * price["cache_read"][1][1]) / 1e6
    assert BOOK.cost_usd("anthropic", "claude-sonnet-4-5", usage, NOW) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("at", "number"),
    [
        pytest.param(datetime(2026, 3, 12, 23, 59, tzinfo=UTC), 0, id="the day before"),
        pytest.param(datetime(2026, 3, 13, tzinfo=UTC), 1, id="the day"),
        pytest.param(datetime(2026, 3, 13, 1, tzinfo=timezone(timedelta(hours=2))), 0, id="the day is UTC's"),
    ],
)
def test_a_price_holds_from_its_day(at, number):
    assert row("anthropic", "claude-sonnet-4-6")["prices"][1][0] == {"from": "2026-03-13"}
    expected = rates_from(prices("anthropic", "claude-sonnet-4-6", number))
    assert BOOK.rates_of("anthropic", "claude-sonnet-4-6", at) == expected


@pytest.mark.parametrize(("hour", "number"), [(0, -1), (2, 0), (16, 0), (20, -1)])
def test_a_price_of_some_hours_of_the_day(hour, number):
    """The last one that holds; its night goes past midnight."""
    entry = table.Entry(
        {
            "id": "m",
            "prices": [[None, {"input": 1, "output": 1}], [{"daily": ["16:30", "00:30"]}, {"input": 0, "output": 0}]],
        }
    )
    rates = entry.rates(datetime(2026, 1, 1, hour, 15, tzinfo=UTC), None)
    assert rates == rates_from([{"input": 1, "output": 1}, {"input": 0, "output": 0}][number])


@pytest.mark.parametrize(
    ("provider", "model", "usage_raw", "request_body", "tier"),
    [
        pytest.param("anthropic", "claude-opus-5", {"service_tier": "batch"}, None, "batch", id="batch"),
        pytest.param("anthropic", "claude-opus-5", {"speed": "fast"}, None, "fast", id="fast"),
        pytest.param("openai", "gpt-5.4", {}, {"service_tier": "priority"}, "priority", id="as asked for"),
        pytest.param("openai", "gpt-5.4", {}, {"service_tier": "flex"}, "flex", id="flex"),
    ],
)
def test_a_service_tier_has_its_own_price(provider, model, usage_raw, request_body, tier):
    offer = next(one for of, _, one in row(provider, model)["offers"] if of == tier)
    listed = prices(provider, model)
    assert offer != listed
    expected = rates_from({**listed, **offer})
    assert BOOK.rates_of(provider, model, NOW, tier_of(usage_raw, request_body)) == expected
    assert BOOK.cost_usd(provider, model, USAGE, NOW, usage_raw=usage_raw, request=request_body) == pytest.approx(
        expected.with_input(1_000_000).input + expected.with_input(1_000_000).output
    )


@pytest.mark.parametrize(
    ("usage_raw", "request_body"),
    [
        (None, None),
        ({"service_tier": "standard"}, {"service_tier": "priority"}),
        ({"service_tier": None}, {"service_tier": "auto"}),
        ({"serviceTier": "standard"}, {"service_tier": "flex"}),
        ({"service_tier": 7}, None),
    ],
)
def test_the_normal_tier(usage_raw, request_body):
    """What the answer says counts before what was asked for."""
    assert tier_of(usage_raw, request_body) is None


def test_a_tier_without_a_price_has_the_list_price():
    listed = BOOK.rates_of("anthropic", "claude-haiku-4-5", NOW)
    assert BOOK.rates_of("anthropic", "claude-haiku-4-5", NOW, "priority") == listed


def test_web_searches_cost_besides():
    price = prices("anthropic", "claude-haiku-4-5")
    raw = {"server_tool_use": {"web_search_requests": 3}}
    with_them = BOOK.cost_usd("anthropic", "claude-haiku-4-5", USAGE, NOW, usage_raw=raw)
    assert with_them == pytest.approx(price["input"] + price["output"] + 3 * price["web_search"])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param({"cost": 0.25}, 0.25, id="told"),
        pytest.param({"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.5}}, 0.5, id="own key"),
        pytest.param({"cost": 0.25, "cost_details": {"upstream_inference_cost": 0.5}}, 0.25, id="OpenRouter's key"),
    ],
)
def test_openrouter_tells_what_a_call_cost(raw, expected):
    assert BOOK.cost_usd("openrouter", "nobody/knows-it", USAGE, NOW, usage_raw=raw) == expected


@pytest.mark.parametrize("served_by", ["../huggingface_novita", "novita/../../openai", "nobody"])
def test_a_name_from_the_wire_opens_no_file_but_a_price_list(served_by):
    assert BOOK.cost_usd("huggingface", f"gpt-5:{served_by}", USAGE, NOW) is None
    assert table.find("source", "gpt-5") is None


def test_a_free_model_costs_nothing():
    free = next(one["id"] for one in models_of("openrouter") if one["id"].endswith(":free"))
    assert BOOK.cost_usd("openrouter", free, USAGE, NOW) == 0.0


@pytest.mark.parametrize(
    ("provider", "model", "price_list", "model_id"),
    [
        ("anthropic", "claude-opus-4-5-20251101", "anthropic", "claude-opus-4-5"),
        ("openai", "gpt-5-2025-08-07", "openai", "gpt-5"),
        ("moonshot", "kimi-k2-0905-preview", "moonshotai", "kimi-k2-0905-preview"),
        ("google", "gemini-2.5-pro", "openrouter", "google/gemini-2.5-pro"),
    ],
    ids=["Claude", "GPT", "Kimi", "Gemini: only OpenRouter's list tells"],
)
def test_the_context_window(provider, model, price_list, model_id):
    assert BOOK.context_window(provider, model) == row(price_list, model_id)["window"]


@pytest.mark.parametrize("model", [None, "claude-lab", ""])
def test_an_unknown_window(model):
    assert BOOK.context_window("anthropic", model) is None


class TestOwnPrices:
    OWN = PriceBook(
        (
            OwnPrice(re.compile("(?i)only-a-window$"), None, 5_000),
            OwnPrice(re.compile("(?i)claude-.*"), rates_from({"input": 1.0, "output": 2.0}), None),
        )
    )

    def test_come_before_the_table(self):
        assert self.OWN.cost_usd("anthropic", "claude-haiku-4-5", USAGE, NOW) == 3.0

    def test_price_what_no_table_has(self):
        assert self.OWN.cost_usd("localhost", "Claude-of-mine", USAGE, NOW) == 3.0

    def test_leave_the_rest_to_the_table(self):
        assert self.OWN.cost_usd("openai", "gpt-5", USAGE, NOW) == BOOK.cost_usd("openai", "gpt-5", USAGE, NOW)
        assert self.OWN.context_window("anthropic", "claude-opus-4-5") == BOOK.context_window(
            "anthropic", "claude-opus-4-5"
        )

    def test_come_before_what_the_host_tells(self):
        assert self.OWN.cost_usd("openrouter", "claude-x", USAGE, NOW, usage_raw={"cost": 9.0}) == 3.0

    def test_may_be_a_window_only(self):
        assert self.OWN.context_window("localhost", "only-a-window") == 5_000
        assert self.OWN.cost_usd("localhost", "only-a-window", USAGE, NOW) is None


def test_many_names_are_not_remembered_for_ever():
    book = PriceBook()
    for number in range(10_000):
        book.context_window("anthropic", f"made-up-{number}")
        book.rates_of("anthropic", f"made-up-{number}")
    assert max(len(book._found), len(book._windows)) <= 4096


@pytest.mark.parametrize("recording", recordings())
def test_a_recorded_stream_costs_something_or_is_unknown(recording: Recording):
    summary = summed(told(recording.api, *recording.frames))
    usage = normalise_usage(recording.api, summary.usage_raw)
    provider = recording.name.partition("/")[0]
    cost_usd = BOOK.cost_usd(provider, summary.model, usage, NOW, usage_raw=summary.usage_raw)
    assert cost_usd is None or cost_usd > 0 or not any(usage.values())
