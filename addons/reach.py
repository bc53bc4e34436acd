"""Which connections are opened: the reach of the interception.

In: mitmproxy's TLS ClientHello. Out: the decision to leave a connection as it is (SPEC S4.10): hosts that are no LLM's
pass untouched and undecrypted, each named once, with the option that would capture it. Reverse mode and plain HTTP
always count as asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from mitmproxy import tls
from mitmproxy.proxy import mode_specs

from addons import faults
from addons.identity.hosts import is_llm_host
from addons.options import Settings

_NAMED_AT_MOST = 500

_log = logging.getLogger("mitmagent")


class Reach:
    """One hook; remembers which hosts it has named."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._named: set[str] = set()

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        with faults.guard("tls_clienthello"):
            settings = self._settings()
            if settings.intercept == "all" or isinstance(data.context.client.proxy_mode, mode_specs.ReverseMode):
                return
            address = data.context.server.address
            host = data.client_hello.sni or (address[0] if address else "")
            if is_llm_host(host, settings.hosts):
                return
            data.ignore_connection = True
            if host not in self._named and len(self._named) < _NAMED_AT_MOST:
                self._named.add(host)
                _log.info("mitmagent: %s passes undecrypted; --set agent_hosts=%s would capture it", host, host)
