"""A plain HTTP/1.1 client for the laboratory: what it reads is what was on the wire, only the chunking undone.

In: a URL, headers, a body, the proxy. Out: an `http.client` response over CONNECT and TLS (https) or in absolute form
(http), to be read piece by piece; content encodings stay as they are.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

TIMEOUT_S = 60.0
READ_BYTES = 65536


class WireClient:
    """One connection to one origin through the proxy; requests in turn. A context manager."""

    def __init__(self, proxy_port: int, ca_file: Path | None, origin: str) -> None:
        """`origin` is scheme, host and port of a URL; what follows is ignored."""
        url = urlsplit(origin)
        assert url.hostname is not None
        self._absolute = url.scheme == "http"
        self.connection: http.client.HTTPConnection
        if self._absolute:
            self.connection = http.client.HTTPConnection("127.0.0.1", proxy_port, timeout=TIMEOUT_S)
        else:
            context = ssl.create_default_context(cafile=ca_file)
            self.connection = http.client.HTTPSConnection("127.0.0.1", proxy_port, timeout=TIMEOUT_S, context=context)
            self.connection.set_tunnel(url.hostname, url.port or 443)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        """Sends a request; returns when the response's head is there."""
        target = urlsplit(url)
        path = url if self._absolute else target.path + (f"?{target.query}" if target.query else "")
        self.connection.request("POST", path, body, {"content-type": "application/json", **headers})
        return self.connection.getresponse()

    def read_until_cut(self, response: http.client.HTTPResponse, length: int | None = None) -> bytes:
        """The body as far as it comes, however it ends; with `length` no more than what brings that many bytes."""
        got = bytearray()
        with contextlib.suppress(OSError, http.client.HTTPException):
            while (length is None or len(got) < length) and (piece := response.read1(READ_BYTES)):
                got += piece
        return bytes(got)

    def peer_issuer(self) -> str:
        """The common name of who issued the certificate that this client was shown."""
        self.connection.connect()
        assert isinstance(self.connection.sock, ssl.SSLSocket)
        names = self.connection.sock.getpeercert() or {}
        issuer = names["issuer"]
        assert isinstance(issuer, tuple)
        return next(str(pair[1]) for part in issuer for pair in part if pair[0] == "commonName")
