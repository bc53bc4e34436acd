"""The provider's side: a small HTTP server that answers each recorded request with its recorded events, at their pace.

In: the exchanges. Out: a listening socket. It plays the proxy that mitmdump's upstream mode speaks to (absolute URLs,
RFC 9112 section 3.2.2), so that the agents' URLs keep their providers' hosts. A request finds its answer by its URL and
bytes: one that the way here had changed would get status 404.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from addons.demo.recording import Exchange

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
_UNKNOWN = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Upstream:
    """`speed` divides every pause."""

    def __init__(self, exchanges: Iterable[Exchange], speed: float) -> None:
        self._answers = {(exchange.url, exchange.body): exchange for exchange in exchanges}
        self._speed = speed

    async def start(self) -> int:
        """The port on 127.0.0.1. It serves until the event loop ends."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The proxy goes away whenever it likes: between requests, and in the middle of an answer at Ctrl-C.
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                exchange = self._answers.get(await _read_request(reader))
                if exchange is None:
                    writer.write(_UNKNOWN)
                else:
                    await self._answer(exchange, writer)
                await writer.drain()
        writer.close()

    async def _answer(self, exchange: Exchange, writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD)
        for event in exchange.events:
            await asyncio.sleep(event.wait_s / self._speed)
            writer.write(b"%x\r\n%b\r\n" % (len(event.wire), event.wire))
            await writer.drain()
        writer.write(b"0\r\n\r\n")


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The URL and the body."""
    start, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in fields)}
    return start.split(" ")[1], await reader.readexactly(int(headers.get("content-length", "0")))
