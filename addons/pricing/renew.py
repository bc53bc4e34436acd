"""Make the files in prices/ anew from a release of the package genai-prices.

Its home is https://github.com/pydantic/genai-prices, its licence MIT.

    pip download --no-deps genai-prices && .venv/bin/python -m addons.pricing.renew genai_prices-*.whl

In: a wheel. Out: a file for each price list that sellers.py names, and one with the package's version and licence. The
package itself brings an HTTP client and pydantic with it and takes long to import, so its data is read, not run:
data.py is one expression of constructor calls.
"""

from __future__ import annotations

import ast
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from decimal import Decimal
from email.parser import Parser
from pathlib import Path
from typing import Any

import orjson

from addons.pricing import sellers, table

KINDS: dict[str, tuple[str, int]] = {
    "input_mtok": ("input", 1),
    "cache_read_mtok": ("cache_read", 1),
    "cache_write_mtok": ("cache_write_5m", 1),
    "cache_write_1h_mtok": ("cache_write_1h", 1),
    "output_mtok": ("output", 1),
    "output_reasoning_mtok": ("reasoning", 1),
    "web_searches_kcount": ("web_search", 1000),
    "requests_kcount": ("request", 1000),
}
"""The package's prices to ours, and by what to divide. Prices of audio, pictures and pages are left out."""

FREE = {"input": 0.0, "output": 0.0}

type Object = dict[str, Any]


def renewed(wheel: Path) -> Object:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        text = {
            wanted: packed.read(next(name for name in names if name.endswith(wanted))).decode()
            for wanted in ("genai_prices/data.py", ".dist-info/METADATA", "/LICENSE")
        }
    about = Parser().parsestr(text[".dist-info/METADATA"])
    providers = {provider["id"]: provider for provider in _providers(text["genai_prices/data.py"])}
    return {
        "source": {
            "package": about["Name"],
            "version": about["Version"],
            "url": f"https://pypi.org/project/{about['Name']}/{about['Version']}/",
            "licence": text["/LICENSE"],
        },
        "lists": {name: _price_list(providers[name]) for name in _wanted(providers)},
    }


def _wanted(names: Iterable[str]) -> list[str]:
    ours = {name for lists in sellers.PRICE_LISTS.values() for name in lists}
    return sorted(name for name in names if name in ours or name.startswith(f"{sellers.HUGGINGFACE}_"))


def _price_list(provider: Object) -> Object:
    also = {"also": provider["fallback_model_providers"]} if provider.get("fallback_model_providers") else {}
    return {**also, "models": [_row(model) for model in provider["models"]]}


def _row(model: Object) -> Object:
    told = model["prices"] if isinstance(model["prices"], list) else [{"prices": model["prices"]}]
    # Nothing priced at all is how a free model stands there; of some it means that nobody knew.
    free = FREE if model["id"].endswith(":free") else {}
    prices = [[_when(one.get("constraint")), _prices(one["prices"]) or free] for one in told]
    offers = [
        [next(iter(one["when"].values())), _when(one.get("constraint")), _prices(one["prices"])]
        for one in model.get("price_variants") or ()
    ]
    row = {
        "id": model["id"],
        "match": list(_rules(model["match"])),
        "window": model.get("context_window"),
        "deprecated": model.get("deprecated"),
        "prices": prices if any(one for _, one in prices) else None,
        "offers": [offer for offer in offers if offer[2]],
    }
    return {name: value for name, value in row.items() if value}


def _rules(clause: Object) -> Iterator[list[Any]]:
    """Any of them fits. The package compares without regard to capitals, except in patterns."""
    (kind,) = clause.keys() - {"class"}
    if kind == "or_":
        for one in clause[kind]:
            yield from _rules(one)
    elif kind == "and_":
        yield ["&", [rule for one in clause[kind] for rule in _rules(one)]]
    else:
        sign = {"equals": "=", "starts_with": "^", "ends_with": "$", "contains": "~", "regex": "/"}[kind]
        yield [sign, clause[kind] if kind == "regex" else clause[kind].lower()]


def _when(constraint: Object | None) -> Object | None:
    if constraint is None:
        return None
    if "start_date" in constraint:
        return {"from": constraint["start_date"].isoformat()}
    return {"daily": [constraint[name].strftime("%H:%M") for name in ("start_time", "end_time")]}


def _prices(told: Object) -> Object:
    return {ours: _price(told[theirs], per) for theirs, (ours, per) in KINDS.items() if told.get(theirs) is not None}


def _price(told: Any, per: int) -> float | list[Any]:
    if isinstance(told, Decimal):
        return float(told / per)
    return [float(told["base"] / per), *([tier["start"], float(tier["price"] / per)] for tier in told["tiers"])]


# -- reading data.py without running it --------------------------------------------------------------------------------

_VALUES: dict[str, Callable[..., Any]] = {
    "Decimal": Decimal,
    "datetime.date": date,
    "datetime.time": lambda *clock, **_: time(*clock),
}


def _providers(source: str) -> list[Object]:
    (found,) = (node.value for node in ast.parse(source).body if isinstance(node, ast.AnnAssign) and node.value)
    providers: list[Object] = _value(found)
    return providers


def _value(node: ast.expr) -> Any:
    """A constructor's call becomes an object of its arguments."""
    match node:
        case ast.List(elts):
            return [_value(one) for one in elts]
        case ast.Dict(keys, values):
            return {_value(key): _value(value) for key, value in zip(keys, values, strict=True) if key}
        case ast.Call(func, args, keywords):
            name = ast.unparse(func)
            told = {keyword.arg: _value(keyword.value) for keyword in keywords if keyword.arg}
            make = _VALUES.get(name)
            return make(*map(_value, args), **told) if make else {"class": name, **told}
        case ast.Attribute():
            # datetime.UTC, the only one
            return None
        case _:
            return ast.literal_eval(node)


def as_files(data: Object) -> dict[str, bytes]:
    """By name. JSON, a model a line, so that a renewal can be read as a difference."""
    files = {table.SOURCE: orjson.dumps(data["source"], option=orjson.OPT_APPEND_NEWLINE)}
    for name, found in data["lists"].items():
        rows = b",\n".join(orjson.dumps(row) for row in found["models"])
        rest = orjson.dumps({key: value for key, value in found.items() if key != "models"})[1:-1]
        files[f"{name}.json"] = b"{" + rest + (b"," if rest else b"") + b'"models":[\n' + rows + b"\n]}\n"
    return files


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not zipfile.is_zipfile(arguments[0]):
        sys.stderr.write("Name the wheel: pip download --no-deps genai-prices\n")
        return 2
    data = renewed(Path(arguments[0]))
    for old in table.FOLDER.glob("*.json"):
        old.unlink()
    for name, text in as_files(data).items():
        (table.FOLDER / name).write_bytes(text)
    models = sum(len(found["models"]) for found in data["lists"].values())
    sys.stdout.write(f"{table.FOLDER}: {models} models of genai-prices {data['source']['version']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
