"""The agents' side: sends an agent's recorded requests through the proxy, one after the other.

In: the exchanges and the proxy's port. Out: nothing on the screen; `Altered` when an answer is not what the upstream
sent, byte for byte.
"""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Iterable

from addons.demo.recording import Exchange


class Altered(Exception):
    """An answer came back other than it was recorded."""


async def play(exchanges: Iterable[Exchange], proxy_port: int, speed: float) -> None:
    """`speed` divides every pause."""
    for exchange in exchanges:
        await asyncio.sleep(exchange.after_s / speed)
        status, answer = await asyncio.to_thread(_post, exchange, proxy_port)
        if (status, answer) != (200, exchange.answer):
            raise Altered(
                f"{exchange.url} answered with status {status} and {len(answer)} bytes, "
                f"the recording has status 200 and {len(exchange.answer)} bytes"
            )


def _post(exchange: Exchange, proxy_port: int) -> tuple[int, bytes]:
    """Status and body. Blocks until the answer has ended; the proxy's end ends it too."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy_port)
    try:
        connection.request("POST", exchange.url, exchange.body, exchange.headers)
        response = connection.getresponse()
        return response.status, response.read()
    except http.client.IncompleteRead as cut:
        return response.status, cut.partial
    finally:
        connection.close()
