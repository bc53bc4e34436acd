"""README.md tells the truth: its tables are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from addons.options import OPTIONS
from addons.reports.catalogue import modes
from tests.reports.examples import examples_in, made_examples

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def options_table() -> str:
    rows = [
        f"| `{option.name}` | {f'`{option.default}`' if option.default else ''} | {option.help} |" for option in OPTIONS
    ]
    return "\n".join(["| option | default | |", "|---|---|---|", *rows])


def reports_table() -> str:
    rows = [f"| `{f'{mode.name} {mode.argument}'.strip()}` | {mode.summary} |" for mode in modes().values()]
    return "\n".join(["| report | what it tells |", "|---|---|", *rows])


@pytest.mark.parametrize(("name", "table"), [("options", options_table()), ("reports", reports_table())])
def test_the_tables_are_those_of_the_code(name, table):
    """To renew one, paste what this prints between the marks."""
    found = re.search(rf"<!-- {name}:.*?-->\n(.*?)\n?<!-- /{name} -->", README, re.DOTALL)
    assert found
    assert found[1] == table


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return made_examples()


@pytest.mark.parametrize("mode", modes())
def test_each_report_has_an_example_which_is_what_it_shows(made, mode):
    """To renew them: `python -m tests.reports.examples`."""
    assert examples_in(README).get(mode) == made[mode]


def test_no_example_is_empty(made):
    assert [mode for mode, shown in made.items() if len(shown.splitlines()) < 4] == []


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:addons|renderers|tests)/[\w/.]*)`", README))))
def test_rooms_that_it_names_exist(path):
    assert (ROOT / path).exists()


def test_its_commands_are_launch_shs():
    told = set(re.findall(r"\./launch\.sh (\w+)", README))
    table = (ROOT / "launch.sh").read_text()
    assert {name for name in told if not re.search(rf"^  {name} +\|", table, re.MULTILINE)} == set()
