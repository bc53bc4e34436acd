"""A session's dollars are the same in a report as on the live screen: one rule for what costs money, told twice."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from addons.pricing.book import PriceBook
from addons.protocols.events import ExchangeEnded
from addons.sinks import layout
from renderers.spending import Spending
from tests.reports.asking import by_engine, rows_of
from tests.reports.made import NOON, MadeLog

MODEL = "claude-sonnet-4-5"
COUNTED = {"input_tokens": 300, "output_tokens": 20}


@pytest.mark.parametrize(
    ("purpose", "status", "usage", "model", "unpriced"),
    [
        pytest.param("main", 200, COUNTED, MODEL, 0, id="a call"),
        pytest.param("warmup", 200, {"input_tokens": 300, "output_tokens": 0}, MODEL, 0, id="a warm-up"),
        pytest.param("title", 200, COUNTED, MODEL, 0, id="a title"),
        pytest.param("main", 200, COUNTED, "nobody-1", 1, id="a model without a price"),
        pytest.param("main", 200, {}, MODEL, 1, id="answered, and nothing was counted"),
        pytest.param("main", 429, {}, MODEL, 0, id="refused"),
        pytest.param("main", None, {}, MODEL, 0, id="never answered"),
        pytest.param("main", 529, COUNTED, MODEL, 0, id="failed, though tokens were counted"),
        pytest.param("count_tokens", 200, {}, MODEL, 0, id="only counted tokens"),
    ],
)
def test_one_rule(tmp_path: Path, purpose, status, usage, model, unpriced):
    log = MadeLog(tmp_path)
    log.call("before", usage=COUNTED)
    log.call("asked", at=1, purpose=purpose, status=status, usage=usage, model=model)
    live = Spending()
    for flow_id, its in (("before", ("main", 200, COUNTED, MODEL)), ("asked", (purpose, status, usage, model))):
        live.add(_ended(flow_id, *its[1:], NOON), its[0])
    for rows in by_engine(tmp_path, "sessions").values():
        (told,) = rows
        assert (told["cost"], told["unpriced_calls"]) == (pytest.approx(live.cost_usd), live.unpriced)
    assert live.unpriced == unpriced


def test_what_a_log_has_twice_costs_as_often_as_its_tokens_count(tmp_path: Path):
    """Such as two logs put together: dollars and tokens tell the same."""
    log = MadeLog(tmp_path)
    request = {"model": MODEL, "messages": [], "service_tier": "auto"}
    log.call("a", usage=COUNTED, request=request, usage_raw={"service_tier": "standard", "speed": "standard"})
    once = rows_of(tmp_path, "cost")[0]
    for name in (layout.ENDS, layout.FLOWS):
        log.append_torn(name, (log.folder / name).read_bytes())
    for engine, (tokens,) in by_engine(tmp_path, "tokens").items():
        (cost,) = rows_of(tmp_path, "cost", f"--engine={engine}")
        assert (cost["calls"], cost["cost"]) == (tokens["calls"], pytest.approx(once["cost"] * tokens["calls"]))


def _ended(flow_id: str, status: int | None, usage: dict[str, int], model: str, at: datetime) -> ExchangeEnded:
    cost_usd = PriceBook().cost_usd("anthropic", model, usage, at)
    return ExchangeEnded(flow_id, "complete", None, status, model, None, dict(usage), 1000.0, 100.0, cost_usd)
