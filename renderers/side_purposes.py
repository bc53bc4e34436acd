"""What is no conversation: logged, not shown (SPEC S4.4).

In: nothing. Out: the purposes of such exchanges.
"""

from __future__ import annotations

SIDE_PURPOSES = frozenset({"title", "router", "warmup", "count_tokens", "other"})
