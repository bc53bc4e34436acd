"""A local upstream that stands for any host: what mitmproxy talks to in place of the internet.

In: HTTP/1.1 and, over TLS, HTTP/2 (RFC 9112, 9113), WebSocket upgrades (RFC 6455), asked directly (a reverse proxy's
upstream) or as an HTTP proxy (CONNECT and absolute-form targets, RFC 9110 section 9.3.6; TLS is terminated here with a
certificate of the laboratory's CA). Out: what the handler says, each chunk a write of its own, faults included.
Every request is kept in `requests`.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import h11
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, TextMessage
from wsproto.events import Request as UpgradeRequest
from wsproto.extensions import Extension, PerMessageDeflate

from tests.e2e.answers import Answer, Ending, Handler, Request, Response, WebSocket
from tests.e2e.authority import Authority
from tests.e2e.upstream_h2 import serve_h2

READ_BYTES = 65536
PLAIN_PORT = 80


class Upstream:
    """The server, in a thread with an event loop of its own. A context manager."""

    def __init__(self, handler: Handler, authority: Authority) -> None:
        self.handler = handler
        self.authority = authority
        self.requests: list[Request] = []
        self.faults: list[BaseException] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="upstream", daemon=True)
        self._listening = threading.Event()
        self._stopping = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_for(self, condition: Callable[[list[Request]], bool], timeout_s: float = 30.0) -> None:
        """Waits until the requests so far fulfil the condition; TimeoutError after `timeout_s`."""
        limit = time.monotonic() + timeout_s
        while not condition(self.requests):
            if time.monotonic() > limit:
                raise TimeoutError(f"upstream saw only {[request.target for request in self.requests]}")
            time.sleep(0.01)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen())

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._stopping.wait()
        server.close()
        # What is still open is cancelled by the runner: stalled answers must not keep the laboratory.

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve_http1(reader, writer, "http", "")
        except (ConnectionError, TimeoutError, ssl.SSLError, h11.RemoteProtocolError):
            pass  # the other side went away, which is its right and often the test
        except Exception as error:
            self.faults.append(error)
        finally:
            writer.close()

    async def _serve_http1(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, scheme: str, authority: str
    ) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
        while request := await _read_request(connection, reader, scheme, authority):
            if request.method == "CONNECT":
                writer.write(connection.send(h11.Response(status_code=200, headers=[], reason=b"OK")) or b"")
                return await self._serve_tunnel(reader, writer, request.target)
            answer = self._answer(request)
            if isinstance(answer, WebSocket):
                return await _serve_websocket(reader, writer, request, answer)
            if not await _respond(connection, reader, writer, answer, head_only=request.method == "HEAD"):
                return None
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return None
            connection.start_next_cycle()
        return None

    async def _serve_tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str) -> None:
        host, _, port = target.rpartition(":")
        if int(port) == PLAIN_PORT:
            return await self._serve_http1(reader, writer, "http", host)
        await writer.start_tls(self.authority.context(host.strip("[]")))
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        if tls.selected_alpn_protocol() == "h2":
            return await serve_h2(reader, writer, host, self._answer)
        return await self._serve_http1(reader, writer, "https", host)

    def _answer(self, request: Request) -> Answer:
        self.requests.append(request)
        return self.handler(request)


async def _read_request(
    connection: h11.Connection, reader: asyncio.StreamReader, scheme: str, authority: str
) -> Request | None:
    """The next request with its body; None when the other side has closed instead. Targets lose their origin."""
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(READ_BYTES))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            break
        else:
            return None
    headers = tuple((name.decode(), value.decode("latin-1")) for name, value in head.headers)
    target, method = head.target.decode("latin-1"), head.method.decode()
    if method != "CONNECT" and (absolute := urlsplit(target)).scheme:
        authority = absolute.netloc
        target = target.split(absolute.netloc, 1)[1] or "/"
    host = authority or dict(headers).get("host", "")
    return Request(method, scheme, host, target, headers, bytes(body), head.http_version.decode())


async def _respond(
    connection: h11.Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    answer: Response,
    head_only: bool,
) -> bool:
    """Sends the answer; False when the connection is of no more use."""
    if answer.ending is Ending.SILENT:
        await reader.read(1)
        return False
    head = h11.Response(status_code=answer.status, headers=list(answer.headers))
    writer.write(connection.send(head) or b"")
    await writer.drain()
    for delay_s, piece in () if head_only else answer.chunks:
        if delay_s:
            await asyncio.sleep(delay_s)
        writer.write(connection.send(h11.Data(data=piece)) or b"")
        await writer.drain()
    if answer.ending is Ending.COMPLETE:
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        return True
    if answer.ending is Ending.STALL:
        await reader.read(1)
    elif answer.ending is Ending.RESET:
        raw: socket.socket = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    return False


async def _serve_websocket(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request, answer: WebSocket
) -> None:
    connection = WSConnection(ConnectionType.SERVER)
    connection.initiate_upgrade_connection(
        [(name.encode(), value.encode("latin-1")) for name, value in request.headers], request.target
    )
    async for event in _websocket_events(connection, reader):
        if isinstance(event, UpgradeRequest):
            extensions: list[Extension] = [PerMessageDeflate()] if answer.deflate else []
            writer.write(connection.send(AcceptConnection(extensions=extensions)))
        elif isinstance(event, Ping):
            writer.write(connection.send(event.response()))
        elif isinstance(event, CloseConnection):
            writer.write(connection.send(event.response()))
            return
        elif isinstance(event, str):
            for delay_s, text in answer.on_text(event):
                if delay_s:
                    await asyncio.sleep(delay_s)
                if text is None:
                    return
                if text:
                    writer.write(connection.send(TextMessage(data=text)))
                    await writer.drain()


async def _websocket_events(connection: WSConnection, reader: asyncio.StreamReader) -> AsyncIterator[object]:
    """wsproto's events, except that text comes as whole messages (str)."""
    parts: list[str] = []
    for event in connection.events():
        yield event
    while data := await reader.read(READ_BYTES):
        connection.receive_data(data)
        for event in connection.events():
            if not isinstance(event, TextMessage):
                yield event
                continue
            parts.append(event.data)
            if event.message_finished:
                yield "".join(parts)
                parts.clear()
