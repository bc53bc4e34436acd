"""addons/pricing/own.py: the user's own prices."""

from __future__ import annotations

import json

import pytest

from addons.pricing.own import own_prices
from addons.pricing.rates import rates_from

GOOD = {"my-model-*": {"input": 3, "output": 15, "cache_read": 0.3, "context_window": 200_000}}


def written(tmp_path, text):
    path = tmp_path / "prices.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    return path


def test_a_file_of_prices(tmp_path):
    (row,) = own_prices(str(written(tmp_path, GOOD)))
    assert row.rates == rates_from({"input": 3.0, "output": 15.0, "cache_read": 0.3})
    assert row.window == 200_000
    assert [bool(row.model.match(name)) for name in ("my-model-7", "MY-MODEL-7", "my-model", "not-my-model-7")] == [
        True,
        True,
        False,
        False,
    ]


def test_none_is_given(monkeypatch):
    monkeypatch.delenv("AGENT_PRICES", raising=False)
    assert own_prices("") == ()


def test_the_environment_names_it(tmp_path, monkeypatch):
    monkeypatch.setenv("AGENT_PRICES", str(written(tmp_path, GOOD)))
    assert len(own_prices("")) == 1


def test_the_option_counts_before_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("AGENT_PRICES", "/nowhere")
    assert len(own_prices(str(written(tmp_path, GOOD)))) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{", "no JSON", id="no JSON"),
        pytest.param("[]", "no object of models", id="a list"),
        pytest.param({"m": 3}, "'m' has no object of prices", id="no object"),
        pytest.param({"m": {}}, "'m' has no object of prices", id="empty"),
        pytest.param({"m": {"inptu": 3, "output": 1}}, "'m' has 'inptu'; use input, cache_read", id="a word too many"),
        pytest.param({"m": {"input": "3", "output": 1}}, "'m': input is no number", id="text"),
        pytest.param({"m": {"input": True, "output": 1}}, "'m': input is no number", id="a switch"),
        pytest.param({"m": {"input": -1, "output": 1}}, "'m': input is no number", id="below zero"),
        pytest.param({"m": {"input": 1}}, "'m' needs a price for both input and output", id="half a price"),
        pytest.param({"m": {"context_window": 0}}, "context_window is a whole number", id="no window"),
        pytest.param({"m": {"context_window": 0.5}}, "context_window is a whole number", id="half a token"),
    ],
)
def test_a_bad_file_is_refused(tmp_path, text, expected):
    with pytest.raises(ValueError, match=expected):
        own_prices(str(written(tmp_path, text)))


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "prices.json"
    path.write_bytes(b'{"m\xff": {"input": 1, "output": 1}}')
    with pytest.raises(ValueError, match="it is no JSON, which is UTF-8; write such as"):
        own_prices(str(path))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match="can't be read"):
        own_prices(str(tmp_path / "none.json"))


def test_a_bad_file_of_the_environments_is_named(monkeypatch):
    monkeypatch.setenv("AGENT_PRICES", "/nowhere")
    with pytest.raises(ValueError, match="the environment's AGENT_PRICES, /nowhere"):
        own_prices("")
