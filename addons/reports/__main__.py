"""`python -m addons.reports MODE …`: the shell's form, started so that DuckDB opens while Python imports the rest."""

from __future__ import annotations

import sys

from addons.reports.database import open_ahead

if __name__ == "__main__":
    open_ahead()
    from addons.reports.shell import leave, main

    leave(main(sys.argv[1:]))
