"""The house: data flows one way, and only some rooms know mitmproxy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob("addons/**/*.py"), *ROOT.glob("renderers/**/*.py")])

MAY_IMPORT = {
    "renderers": {"renderers", "addons.protocols.events"},
    "addons.wire": {"addons.wire"},
    "addons.redaction": {"addons.redaction", "addons.wire"},
    "addons.protocols": {"addons.protocols", "addons.wire"},
    "addons.identity": {"addons.identity", "addons.protocols", "addons.wire"},
    "addons.pricing": {"addons.pricing"},
    "addons.sinks": {"addons.sinks", "addons.wire", "addons.protocols"},
    "addons.request_parts": {"addons.sinks", "addons.protocols", "addons.wire"},
    "addons.web": {"addons.web", "addons.asking", "addons.reports", "addons.protocols.events", "renderers"},
    "addons.reports": {
        "addons.reports",
        "addons.request_parts",
        "addons.sources",
        "addons.pricing",
        "addons.sinks",
        "addons.protocols",
        "addons.wire",
        "renderers",
    },
    "addons.sources": {
        "addons.sources",
        "addons.request_parts",
        "addons.pricing",
        "addons.sinks",
        "addons.protocols",
        "addons.wire",
    },
    "addons.capture": {
        *("addons.capture", "addons.screens", "addons.options", "addons.bodies.changes", "addons.faults"),
        *("addons.identity", "addons.redaction", "addons.redis_stream", "addons.pricing", "addons.request_parts"),
        *("addons.sinks", "addons.protocols", "addons.wire", "renderers.sanitise"),
    },
    "addons.screens": {"addons.screens", "addons.sources", "addons.faults", "addons.protocols.events", "renderers"},
    "addons.redis_stream": {
        *("addons.redis_stream", "addons.faults", "addons.sources", "addons.pricing", "addons.sinks", "addons.wire"),
        "renderers.sanitise",
    },
}
"""For each room that data flows through: which of ours it may import. The rest of `addons` puts them together."""

KNOW_MITMPROXY = {
    *("addons/commands", "addons/flows"),
    *("addons/capture/tap.py", "addons/capture/flow_view.py"),
    *("addons/agent.py", "addons/console_view.py", "addons/listening.py", "addons/reach.py"),
    *("addons/report_address.py", "addons/web_page.py"),
}
"""Rooms and files."""


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: mitmproxy scripts have no relative imports"
            found.update({f"{node.module}.{alias.name}" for alias in node.names})
    return found


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] != "addons":
        return parts[0]
    room = ".".join(parts[:2])
    return room if len(parts) > 2 or room in MAY_IMPORT else parts[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_what_lies_before_it(path):
    allowed = MAY_IMPORT.get(room_of(path))
    if allowed is None:
        return
    ours = {name for name in imports_of(path) if name.split(".")[0] in ("addons", "renderers")}
    strangers = {name for name in ours if not any(name == one or name.startswith(f"{one}.") for one in allowed)}
    assert not strangers


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_outer_room_knows_mitmproxy(path):
    place = path.relative_to(ROOT)
    if KNOW_MITMPROXY & {place.as_posix(), place.parent.as_posix()}:
        return
    assert not {name for name in imports_of(path) if name.split(".")[0].startswith("mitmproxy")}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_shadows_a_package_of_the_same_name(path):
    dependencies = {"mitmproxy", "orjson", "redis", "rich", "duckdb", "zstandard", "brotli"}
    assert path.stem not in (sys.stdlib_module_names | dependencies) - {"__init__"}


def test_a_report_loads_nothing_that_takes_long():
    """Each of these takes longer to load than a small report takes to answer."""
    code = """
import sys
from addons.reports import shell, stretches, tariffs
from addons.reports.modes import usage
heavy = {"mitmproxy", "duckdb", "rich", "redis", "orjson", "zstandard", "dataclasses", "inspect", "ipaddress"}
print(*sorted(heavy & set(sys.modules)))
"""
    told = subprocess.run(
        [sys.executable, "-P", "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert told.stdout == "\n", told.stderr
