"""README's examples, one of each report: `python -m tests.reports.examples` writes them into README anew.

In: the catalogue's modes, the example log. Out: for each what a shell shows, between two marks in README.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from addons.pricing.book import PriceBook
from addons.reports.catalogue import modes
from addons.reports.formats import formatted
from addons.reports.question import parse_words
from addons.reports.report import answer
from tests.reports.example_log import ASKED_AT, write_example_log

README = Path(__file__).parents[2] / "README.md"

WIDTH = 110
"""Of the terminal that a page is."""

WORDS: Mapping[str, str] = {
    "token_usage": "--last 4",
    "call_index": "--last 5",
    "config": "--session 1",
    "envelope": "--client codex",
    "headers": "--client codex",
    "telemetry": "--session 3",
    "conversation_growth": "--session 1",
    "reasoning_presence": "--client codex",
    "deltas": "--last 2",
    "contents": "--session 2",
    "context": "1",
    "growth": "1",
}
"""What is asked besides, where the whole answer would be long."""

_PART = re.compile(r"(<!-- examples: .*? -->\n)(.*)(<!-- /examples -->)", re.DOTALL)
_EXAMPLE = re.compile(r"<details><summary><code>([\w-]+)</code></summary>\n\n```\n(.*?)```\n\n</details>\n", re.DOTALL)


def made_examples() -> dict[str, str]:
    """By mode."""
    with tempfile.TemporaryDirectory() as folder:
        root = write_example_log(Path(folder))
        return {mode: _shown(root, f"{mode} {WORDS.get(mode, '')}".strip()) for mode in modes()}


def examples_in(text: str) -> dict[str, str]:
    """Those that README has now."""
    part = _PART.search(text)
    return dict(_EXAMPLE.findall(part[2])) if part else {}


def _shown(root: Path, words: str) -> str:
    report = answer(parse_words([*words.split(), "--tz=utc"], ASKED_AT), root, book=PriceBook())
    try:
        return f"$ ./launch.sh report {words}\n{''.join(formatted(report, WIDTH))}"
    finally:
        report.close()


def main() -> None:
    made = "".join(
        f"<details><summary><code>{mode}</code></summary>\n\n```\n{shown}```\n\n</details>\n"
        for mode, shown in made_examples().items()
    )
    README.write_text(_PART.sub(lambda found: found[1] + made + found[3], README.read_text()))


if __name__ == "__main__":
    main()
