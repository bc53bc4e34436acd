"""addons/pricing/renew.py: a release of genai-prices becomes the files in prices/."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from addons.pricing import table
from addons.pricing.renew import as_files, main, renewed

VARIABLE = "GENAI_PRICES_WHEEL"

DATA = """
import datetime
from decimal import Decimal
from .types import *
providers: list[Provider] = [
    Provider(id='nobody-asked', name='X', models=[]),
    Provider(
        id='anthropic',
        name='Anthropic',
        fallback_model_providers=['openai'],
        models=[
            ModelInfo(
                id='m-1',
                match=ClauseOr(
                    or_=[
                        ClauseEquals(equals='M-1'),
                        ClauseAnd(and_=[ClauseContains(contains='m'), ClauseRegex(regex='^m-\\\\d$')]),
                    ]
                ),
                context_window=1000,
                deprecated=True,
                prices=[
                    ConditionalPrice(
                        prices=ModelPrice(
                            input_mtok=TieredPrices(base=Decimal('3'), tiers=[Tier(start=200, price=Decimal('6'))]),
                            output_mtok=Decimal('0.15'),
                            web_searches_kcount=Decimal('10'),
                            input_audio_mtok=Decimal('7'),
                        )
                    ),
                    ConditionalPrice(
                        constraint=StartDateConstraint(start_date=datetime.date(2026, 3, 13)),
                        prices=ModelPrice(input_mtok=Decimal('1'), output_mtok=Decimal('2')),
                    ),
                    ConditionalPrice(
                        constraint=TimeOfDateConstraint(
                            start_time=datetime.time(16, 30, tzinfo=datetime.UTC),
                            end_time=datetime.time(0, 30, tzinfo=datetime.UTC),
                        ),
                        prices=ModelPrice(input_mtok=Decimal('0.5'), output_mtok=Decimal('1')),
                    ),
                ],
                price_variants=[
                    PriceVariant(when={'processing': 'batch'}, prices=ModelPrice(input_mtok=Decimal('0.25'))),
                    PriceVariant(when={'service_tier': 'default'}, prices=ModelPrice()),
                ],
            ),
            ModelInfo(id='m-2:free', match=ClauseStartsWith(starts_with='M-2'), prices=ModelPrice()),
            ModelInfo(id='m-3', match=ClauseEndsWith(ends_with='-3'), prices=ModelPrice()),
        ],
    ),
]
"""

EXPECTED = {
    "source": {
        "package": "genai-prices",
        "version": "9.9",
        "url": "https://pypi.org/project/genai-prices/9.9/",
        "licence": "MIT, so to speak",
    },
    "lists": {
        "anthropic": {
            "also": ["openai"],
            "models": [
                {
                    "id": "m-1",
                    "match": [["=", "m-1"], ["&", [["~", "m"], ["/", "^m-\\d$"]]]],
                    "window": 1000,
                    "deprecated": True,
                    "prices": [
                        [None, {"input": [3.0, [200, 6.0]], "output": 0.15, "web_search": 0.01}],
                        [{"from": "2026-03-13"}, {"input": 1.0, "output": 2.0}],
                        [{"daily": ["16:30", "00:30"]}, {"input": 0.5, "output": 1.0}],
                    ],
                    "offers": [["batch", None, {"input": 0.25}]],
                },
                {"id": "m-2:free", "match": [["^", "m-2"]], "prices": [[None, {"input": 0.0, "output": 0.0}]]},
                {"id": "m-3", "match": [["$", "-3"]]},
            ],
        }
    },
}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "genai_prices-9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("genai_prices/data.py", DATA)
        packed.writestr("genai_prices-9.9.dist-info/METADATA", "Name: genai-prices\nVersion: 9.9\n\nText\n")
        packed.writestr("genai_prices-9.9.dist-info/licenses/LICENSE", "MIT, so to speak")
    return path


def test_what_a_release_says(wheel: Path):
    assert renewed(wheel) == EXPECTED


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_files_are_written_in_place_of_those_before(wheel: Path, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(table, "FOLDER", tmp_path / "prices")
    table.FOLDER.mkdir()
    (table.FOLDER / "sells-no-more.json").touch()
    assert main([str(wheel)]) == 0
    assert written(table.FOLDER) == as_files(EXPECTED)
    assert as_files(EXPECTED).keys() == {"source.json", "anthropic.json"}
    assert "3 models of genai-prices 9.9" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["nothing.whl"]])
def test_no_wheel(arguments, capsys):
    assert main(arguments) == 2
    assert "pip download" in capsys.readouterr().err


def test_a_model_has_a_line(wheel: Path):
    assert as_files(renewed(wheel))["anthropic.json"].count(b'\n{"id":') == 3


@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no wheel of genai-prices")
def test_the_files_are_what_their_release_says():
    data = renewed(Path(os.environ[VARIABLE]))
    assert data["source"]["version"] == table.source()["version"], "another release than the files are made from"
    assert as_files(data) == written(table.FOLDER)


def test_the_files_tell_their_source():
    assert table.source()["package"] == "genai-prices"
    assert "Permission is hereby granted" in table.source()["licence"]
