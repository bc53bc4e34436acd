"""A command that comes as a list of words: of `["bash", "-lc", "make"]` the script, of `["ls", "-a"]` all words.

In: pieces of the words, with their index. Out: text to show. A word waits only while it may turn out to be a shell or
one of its options.
"""

from __future__ import annotations

SHELLS = frozenset(
    ("bash", "sh", "zsh", "dash", "fish", "ksh", "pwsh", "pwsh.exe", "powershell", "powershell.exe", "cmd", "cmd.exe")
)
"""Programs that take a script as an argument: the last part of their path, in lower case."""

SCRIPT_OPTIONS = frozenset(("-c", "-lc", "-ic", "-cl", "-lic", "-ilc", "-command", "/c"))
"""Options after which the script comes, in lower case."""

_SHELL_CHARS = 64
"""A longer word is no shell and no option."""


class ArgumentList:
    def __init__(self) -> None:
        self._waits = True
        self._held: list[str] = []
        self._word = ""
        self._index: int | None = None

    def piece(self, index: int, piece: str) -> str:
        if not self._waits:
            gap = " " if self._index not in (None, index) else ""
            self._index = index
            return gap + piece
        self._index = index
        self._word += piece
        is_option = self._word[0] in "-/"
        return "" if len(self._word) <= _SHELL_CHARS and (is_option or not self._held) else self._released()

    def end(self) -> str:
        """The word has ended."""
        if not self._waits:
            return ""
        if not self._held and self._word.replace("\\", "/").rpartition("/")[2].lower() not in SHELLS:
            return self._released()
        if self._held and self._word.lower() in SCRIPT_OPTIONS:
            self._waits = False
            self._index = None
            return ""
        self._held.append(self._word)
        self._word = ""
        return ""

    def close(self) -> str:
        """The list has ended, or will never go on: what was held."""
        return self._released() if self._waits else ""

    def _released(self) -> str:
        self._waits = False
        words = [*self._held, self._word]
        return " ".join(word for word in words if word)
