"""A script for mitmproxy, loaded after our own: makes one named function fail once.

In: `$LAB_FAULT_AT`, `module:Class.method`. Out: the function's `$LAB_FAULT_CALL`th call raises MemoryError, the error
that may strike anywhere; all others work.
"""

from __future__ import annotations

import importlib
import itertools
import os
from typing import Any

_module_name, _, _place = os.environ["LAB_FAULT_AT"].partition(":")
_class_name, _, _method = _place.partition(".")
_owner = getattr(importlib.import_module(_module_name), _class_name)
_original = getattr(_owner, _method)
_calls = itertools.count(1)
_failing_call = int(os.environ["LAB_FAULT_CALL"])


def _failing(*args: Any, **kwargs: Any) -> Any:
    if next(_calls) == _failing_call:
        raise MemoryError("a payload")
    return _original(*args, **kwargs)


setattr(_owner, _method, _failing)
