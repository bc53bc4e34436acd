"""MCP over streamable HTTP: JSON-RPC messages, as SSE frames or as one body.

In: frames. Out: a result's text content, and its end; a result without text (a list of tools) has only the end.
Requests and notifications of the server on the way are proof of life. Sources: JSON-RPC 2.0,
https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#streamable-http
"""

from __future__ import annotations

from typing import Any

from addons.protocols.decoder import Decoder
from addons.protocols.values import obj, objs


class McpDecoder(Decoder):
    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        if value.get("jsonrpc") is None:
            self.unknown(value, event)
        elif "method" in value:
            self.answer.heartbeat()
        else:
            self.answer.started(None, value.get("id"))
            for index, part in enumerate(objs(obj(value.get("result")).get("content"))):
                if part.get("type") == "text":
                    self.answer.text(str(index), part.get("text"))
            self.in_stream_error(value)
            if "result" in value:
                self.answer.finish()
