"""How the tests of this room ask: words in, rows out, as a shell's user types and reads them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from addons.reports.formats import formatted
from addons.reports.question import ENGINES, parse_words
from addons.reports.report import Report, answer

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def ask(log_dir: Path, *words: str) -> Report:
    return answer(parse_words([*words, "--tz=utc"], NOW), log_dir)


def rows_of(log_dir: Path, *words: str) -> list[dict[str, Any]]:
    """Of the jsonl form."""
    return [json.loads(line) for line in lines_of(log_dir, *words, "--format=jsonl")]


def lines_of(log_dir: Path, *words: str, width: int | None = None) -> list[str]:
    report = ask(log_dir, *words)
    try:
        return list(formatted(report, width))
    finally:
        report.close()


def by_engine(log_dir: Path, *words: str) -> dict[str, list[dict[str, Any]]]:
    return {engine: rows_of(log_dir, *words, f"--engine={engine}") for engine in ENGINES}
