"""The script for mitmproxy: `mitmdump -s addons/all.py`.

In: nothing. Out: the name `addons`, the list that mitmproxy registers.
"""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent

if __name__.startswith("__mitmproxy_script__"):
    # mitmproxy leaves this folder first on the path, where any file of ours would shadow a package of the same name;
    # what belongs there is the folder above, in which `addons` and `renderers` are packages.
    _rest = [entry for entry in sys.path if Path(entry or ".").resolve() not in (_HERE, _HERE.parent)]
    sys.path[:] = [str(_HERE.parent), *_rest]
    # mitmproxy reloads this file when it changes, but not what it imports.
    for _name in [name for name in sys.modules if name.split(".")[0] in ("addons", "renderers")]:
        del sys.modules[_name]

from addons.agent import Agent  # noqa: E402  (needs the path above)

# Importing from the package has bound the name `addons` to it, and mitmproxy reads the list by that name.
addons = [Agent()]
