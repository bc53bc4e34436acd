"""A few requests, read from the log once more and put together, for what no narrow fact can tell.

In: which log, flow ids. Out: for each its body, redacted as the log is; what is not in the log any more is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from addons.reports.exporting.reading import ExportedLog, Wanted
from addons.reports.log_files import files_beside, files_of
from addons.reports.question import Question
from addons.sinks import layout

_ANY = Wanted(0, datetime.fromtimestamp(0, UTC), None)


def whole_requests(question: Question, flow_ids: Iterable[str]) -> dict[str, Any]:
    files = files_beside(question.file) if question.file else files_of(question.log_dir or Path())
    log = ExportedLog(files, dict.fromkeys(flow_ids, _ANY), question.file, lambda _done, _total: None)
    return {flow["flow_id"]: log.request(flow) for flow in log.records(layout.FLOWS)}
