"""The HTTP/2 side of the local upstream (RFC 9113).

In: a TLS connection whose ALPN said `h2`, and the function that answers requests. Out: the same answers as over
HTTP/1.1; a cut is a stream reset (INTERNAL_ERROR), a reset drops the connection. WebSockets stay on HTTP/1.1.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset, WindowUpdated
from h2.exceptions import ProtocolError

from tests.e2e.answers import Answer, Ending, Request, WebSocket

READ_BYTES = 65536


@dataclass(slots=True)
class _Incoming:
    fields: dict[str, str]
    headers: tuple[tuple[str, str], ...]
    body: bytearray = field(default_factory=bytearray)


class _Http2:
    def __init__(self, writer: asyncio.StreamWriter, host: str, answer: Callable[[Request], Answer]) -> None:
        self.connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.writer = writer
        self.host = host
        self.answer = answer
        self.incoming: dict[int, _Incoming] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.window_grew = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader) -> None:
        self.connection.initiate_connection()
        await self.flush()
        try:
            while data := await reader.read(READ_BYTES):
                for event in self.connection.receive_data(data):
                    self.take(event)
                await self.flush()
        except ProtocolError:
            pass  # the other side is told by the frame that `flush` sends below
        finally:
            for task in self.tasks.values():
                task.cancel()

    async def flush(self) -> None:
        self.writer.write(self.connection.data_to_send())
        await self.writer.drain()

    def take(self, event: object) -> None:
        if isinstance(event, RequestReceived):
            pairs = tuple((str(name), str(value)) for name, value in event.headers)
            fields = {name: value for name, value in pairs if name.startswith(":")}
            self.incoming[event.stream_id] = _Incoming(fields, tuple(p for p in pairs if not p[0].startswith(":")))
        elif isinstance(event, DataReceived):
            self.incoming[event.stream_id].body += event.data
            self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self.tasks[event.stream_id] = asyncio.create_task(self.respond(event.stream_id))
        elif isinstance(event, WindowUpdated):
            self.window_grew.set()
        elif isinstance(event, StreamReset) and (task := self.tasks.get(event.stream_id)):
            task.cancel()

    async def respond(self, stream: int) -> None:
        incoming = self.incoming.pop(stream)
        fields = incoming.fields
        answer = self.answer(
            Request(fields[":method"], "https", self.host, fields[":path"], incoming.headers, bytes(incoming.body), "2")
        )
        assert not isinstance(answer, WebSocket), "WebSockets are asked for over HTTP/1.1"
        if answer.ending is Ending.SILENT:
            return
        self.connection.send_headers(stream, [(":status", str(answer.status)), *answer.headers])
        await self.flush()
        for delay_s, piece in answer.chunks:
            await asyncio.sleep(delay_s)
            await self.send(stream, piece)
        if answer.ending is Ending.COMPLETE:
            self.connection.end_stream(stream)
        elif answer.ending is Ending.CUT:
            self.connection.reset_stream(stream, ErrorCodes.INTERNAL_ERROR)
        elif answer.ending is Ending.RESET:
            self.writer.transport.abort()
            return
        await self.flush()

    async def send(self, stream: int, piece: bytes) -> None:
        while piece:
            room = min(self.connection.local_flow_control_window(stream), self.connection.max_outbound_frame_size)
            if room <= 0:
                self.window_grew.clear()
                await self.window_grew.wait()
                continue
            self.connection.send_data(stream, piece[:room])
            piece = piece[room:]
            await self.flush()


async def serve_h2(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, answer: Callable[[Request], Answer]
) -> None:
    """Serves one HTTP/2 connection until the other side closes it."""
    await _Http2(writer, host, answer).serve(reader)
