"""What a session has cost, by the rule that reports follow too (SPEC S3.26): what costs money is what usage says.

In: exchanges that have ended, side traffic (titles, warm-ups) as well, since it is billed. Out: dollars, and of how
many exchanges nobody knows them.
"""

from __future__ import annotations

from addons.protocols.events import ExchangeEnded

_LEAST_REFUSAL = 400


class Spending:
    def __init__(self) -> None:
        self.cost_usd: float | None = None
        """None until an exchange had a price."""
        self.unpriced = 0

    def add(self, ended: ExchangeEnded, purpose: str = "main") -> None:
        if ended.cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + ended.cost_usd
        elif not _was_free(ended, purpose):
            self.unpriced += 1


def _was_free(ended: ExchangeEnded, purpose: str) -> bool:
    """No tokens were told of, and none were to be expected: it was refused, never answered, or only counted."""
    if any(ended.usage.get(name) is not None for name in ("input_tokens", "output_tokens")):
        return False
    return purpose == "count_tokens" or ended.status is None or ended.status >= _LEAST_REFUSAL
