"""Where everything is: the names of the log folder (SPEC S4.7, LOGFORMAT.md "Where").

In: the root folder, clients, session ids. Out: paths. Names that begin with a dot are the store's own bookkeeping.
"""

from __future__ import annotations

import re
from pathlib import Path

MAIN = "all-mitm-sse"
SESSIONS = "sse_logs"

FLOWS = "sse_flows.jsonl"
LINES = "sse_lines.jsonl"
ENDS = "sse_flow_ends.jsonl"
BLOBS = "sse_blobs.jsonl"
RESPONSES = "sse_responses.log"
ERRORS = "sse_logger.error"
TRANSCRIPT = "transcript.md"

LOCK = ".lock"
MAINTENANCE_LOCK = ".maintenance.lock"
COMPACTION_DUE = ".compaction-due"
SESSION_NUMBERS = ".sessions.jsonl"
JOURNAL_PREFIX = ".open-"

ROTATED_NAMES = (FLOWS, LINES, ENDS, RESPONSES, ERRORS)
"""What rotates in the main folder. Blobs don't: they are compacted, since a kept request may refer to any of them."""

CLIENT_FOLDERS = {"claude-code": "claude", "codex": "codex", "gemini-cli": "gemini"}

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME = 100


def main_folder(root: Path) -> Path:
    return root / MAIN


def client_folder(root: Path, client: str) -> Path:
    return root / (CLIENT_FOLDERS.get(client) or safe_name(client, taken=(MAIN, *CLIENT_FOLDERS.values())))


def session_folder(root: Path, session_id: str) -> Path:
    return root / MAIN / SESSIONS / safe_name(session_id)


def safe_name(text: str, taken: tuple[str, ...] = ()) -> str:
    """`text` as a folder's name: one path component, not hidden, bounded. Where that changes it, a hash of the original
    keeps different ones apart."""
    name = _UNSAFE.sub("_", text).lstrip(".")[:_LONGEST_NAME]
    if name == text and name and name not in taken:
        return name
    import hashlib  # only here: reports start without it

    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name}-{digest}"


def live_files(root: Path) -> list[Path]:
    """Every existing file that rotates: those of the main folder and the clients' copies."""
    candidates = [root / MAIN / name for name in ROTATED_NAMES]
    candidates += [folder / LINES for folder in client_folders(root)]
    return [path for path in candidates if path.is_file()]


def client_folders(root: Path) -> list[Path]:
    """Those with a client's lines in them. The root may hold other folders, which are none of ours."""
    pattern = f"{Path(LINES).stem}*"
    try:
        return sorted(path for path in root.iterdir() if path.name != MAIN and any(path.glob(pattern)))
    except OSError:
        return []
