"""The user's own prices: a JSON file of models and what they cost, before the table's.

In: option `agent_prices`, else the environment's AGENT_PRICES: a path. Out: rows, or ValueError that says what is wrong
and what to write. `{"my-model-*": {"input": 3, "output": 15, "cache_read": 0.3, "context_window": 200000}}`: a model's
name, `*` for any characters, capital or small; dollars per million tokens. The first that fits counts.
"""

from __future__ import annotations

import json
import math
import os
import re
from fnmatch import translate
from pathlib import Path
from typing import Any, NamedTuple

from addons.pricing.rates import TOKEN_KINDS, Rates, rates_from

VARIABLE = "AGENT_PRICES"
WINDOW = "context_window"

_EXAMPLE = 'write such as {"my-model-*": {"input": 3, "output": 15}}, in dollars per million tokens'


class OwnPrice(NamedTuple):
    """`rates` None: only the window is given, the price is the table's. `window` None: the other way round."""

    model: re.Pattern[str]
    rates: Rates | None
    window: int | None


def own_prices(text: str) -> tuple[OwnPrice, ...]:
    """`text` is the file's path; empty: the environment's, else none."""
    path = text or os.environ.get(VARIABLE, "")
    if not path:
        return ()
    try:
        return _rows(json.loads(Path(path).expanduser().read_bytes()))
    except OSError as error:
        wrong = f"it can't be read ({error.strerror}); name a JSON file"
    except UnicodeDecodeError:
        wrong = f"it is no JSON, which is UTF-8; {_EXAMPLE}"
    except json.JSONDecodeError as error:
        wrong = f"it is no JSON ({error.msg}, line {error.lineno}); {_EXAMPLE}"
    except ValueError as error:
        wrong = str(error)
    raise ValueError(wrong if text else f"the environment's {VARIABLE}, {path}: {wrong}")


def _rows(told: Any) -> tuple[OwnPrice, ...]:
    if not isinstance(told, dict):
        raise ValueError(f"it holds no object of models; {_EXAMPLE}")
    return tuple(_row(model, prices) for model, prices in told.items())


def _row(model: str, told: Any) -> OwnPrice:
    if not isinstance(told, dict) or not told:
        raise ValueError(f"{model!r} has no object of prices; {_EXAMPLE}")
    for name, price in told.items():
        if name not in (*TOKEN_KINDS, WINDOW):
            raise ValueError(f"{model!r} has {name!r}; use {', '.join(TOKEN_KINDS)} and {WINDOW}")
        if isinstance(price, bool) or not isinstance(price, int | float) or not 0 <= price < math.inf:
            raise ValueError(f"{model!r}: {name} is no number of at least 0; {_EXAMPLE}")
    window = told.get(WINDOW)
    if window is not None and (not isinstance(window, int) or not window):
        raise ValueError(f"{model!r}: {WINDOW} is a whole number of tokens, such as 200000")
    prices = {name: float(price) for name, price in told.items() if name != WINDOW}
    if prices and not {"input", "output"} <= prices.keys():
        raise ValueError(f"{model!r} needs a price for both input and output; {_EXAMPLE}")
    return OwnPrice(re.compile(translate(model), re.IGNORECASE), rates_from(prices) if prices else None, window)
