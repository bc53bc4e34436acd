"""Where the proxy listens when nobody said: 127.0.0.1:9110, and nowhere else (SPEC S4.11).

In: mitmproxy's options at start. Out: the mode `regular@127.0.0.1:9110` in place of the default, which would be open to
the whole network. mitmproxy opens its default port before scripts are loaded, so the move can only happen afterwards;
what the user sets stands.
"""

from __future__ import annotations

import socket
from typing import Any

from mitmproxy.proxy import mode_specs

HOST = "127.0.0.1"
PORT = 9110

TCP_TIMEOUT_S = 3600
"""mitmproxy cuts a connection that is silent for ten minutes, even in mid-answer; models think for longer."""


def wants_default_address(options: Any) -> bool:
    return bool(
        options.server and options.listen_port is None and not options.listen_host and list(options.mode) == ["regular"]
    )


def move_to_default_address(options: Any) -> None:
    """Raises OSError when the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, PORT))
    options.update(mode=[f"regular@{HOST}:{PORT}"])


def raise_timeout(options: Any) -> None:
    if not options.has_changed("tcp_timeout"):
        options.update(tcp_timeout=TCP_TIMEOUT_S)


def route_hint(options: Any) -> str:
    """How an agent gets here: the address of the first mode."""
    mode = mode_specs.ProxyMode.parse(options.mode[0] if options.mode else "regular")
    host = mode.listen_host(options.listen_host)
    address = f"http://{HOST if host in ('', '0.0.0.0', '::') else host}:{mode.listen_port(options.listen_port)}"
    if isinstance(mode, mode_specs.ReverseMode):
        return f"give it the base URL {address}"
    port = mode.listen_port(options.listen_port)
    variable = "" if port == PORT else f"AGENT_PORT={port} "
    return f"{variable}./launch.sh run claude, or HTTPS_PROXY={address}"
