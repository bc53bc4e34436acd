"""`agent_report`: a report on standard output, as the shell's form prints it, when the proxy ends.

In: the option's words, the log's folder. Out: text; whatever is wrong is said, as in the shell.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from addons.reports.shell import main


def print_report(words: Sequence[str], log_dir: Path) -> None:
    """The folder that the words name comes before the proxy's own."""
    main([*words[:1], f"--log-dir={log_dir}", *words[1:]])
