"""What no row knows: arguments as pretty-printed JSON, or as the text they are.

In: argument text. Out: `JsonStreamFormatter`'s spans, on lines of their own; what is no JSON stays as it is.
`agent_function_only` shows nothing of it: there is no recognised command in it.
"""

from __future__ import annotations

from renderers.json_stream import JsonStreamFormatter
from renderers.tool_views.sheet import Sheet


class JsonView:
    def __init__(self, sheet: Sheet) -> None:
        sheet.line()
        self._sheet = sheet
        self._json = JsonStreamFormatter(sheet.indent)

    def feed(self, text: str) -> None:
        if not self._sheet.content_only:
            self._sheet.add(*self._json.feed(text))

    def close(self) -> None:
        if not self._sheet.content_only:
            self._sheet.add(*self._json.close())
