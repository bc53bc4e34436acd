"""Syntax colour for files while they are being written: comments, strings, numbers, keywords.

In: pieces of a file's text, cut anywhere, and the file's path (by whose suffix the language is told). Out: styled text
on a sheet. One table of languages; the scanner knows no grammar. Held back: a word only while it may still become a
keyword, and the first character of a comment mark; both end with the next character. A piece so long that colouring it
would hold up the screen is plain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from renderers.tool_views.sheet import Sheet

PLAIN_CHARS = 20_000
"""A longer piece is plain: colour takes more than a second for a megabyte, and nobody reads that as it comes."""


@dataclass(frozen=True, slots=True)
class Language:
    suffixes: str
    keywords: str
    line_comment: str = ""
    block_comment: tuple[str, str] | None = None
    quotes: str = "\"'"
    long_quotes: tuple[str, ...] = ()
    """Quotes that run over lines."""


_C_BLOCK = ("/*", "*/")

LANGUAGES: tuple[Language, ...] = (
    Language(
        "py pyi",
        "False None True and as assert async await break case class continue def del elif else except finally for from "
        "global if import in is lambda match nonlocal not or pass raise return try while with yield",
        "#",
        long_quotes=('"""', "'''"),
    ),
    Language(
        "js jsx ts tsx mjs cjs mts cts vue svelte",
        "as async await break case catch class const continue default delete do else enum export extends false finally "
        "for from function if implements import in instanceof interface let new null of return static super switch "
        "this throw true try type typeof undefined var void while yield",
        "//",
        _C_BLOCK,
        long_quotes=("`",),
    ),
    Language(
        "rs",
        "as async await break const continue crate else enum extern false fn for if impl in let loop match mod move "
        "mut pub ref return self static struct super trait true type unsafe use where while",
        "//",
        _C_BLOCK,
        quotes='"',
    ),
    Language(
        "go",
        "break case chan const continue default defer else fallthrough false for func go goto if import interface map "
        "nil package range return select struct switch true type var",
        "//",
        _C_BLOCK,
        long_quotes=("`",),
    ),
    Language(
        "c h cc cpp hpp cxx java kt kts scala cs swift dart php",
        "abstract auto bool boolean break case catch char class const continue default do double else enum extends "
        "extern false final finally float fn for fun func if implements import in int interface let long namespace new "
        "null nullptr override package private protected public return short static struct super switch template this "
        "throw true try typedef typename union unsigned using val var virtual void volatile when where while",
        "//",
        _C_BLOCK,
    ),
    Language(
        "sh bash zsh",
        "case do done elif else esac export fi for function if in local return select set shift then until while",
        "#",
    ),
    Language("rb", "begin class def do else elsif end false if module nil require rescue return self then true", "#"),
    Language("yaml yml toml ini cfg conf", "false no null true yes", "#"),
    Language("json jsonc json5", "false null true", "//", quotes='"'),
    Language("css scss less", "", "", _C_BLOCK),
    Language(
        "sql",
        "AND AS BY CREATE DELETE DROP FROM GROUP INSERT INTO JOIN LEFT LIMIT NOT NULL ON OR ORDER SELECT SET TABLE "
        "UPDATE VALUES WHERE",
        "--",
        _C_BLOCK,
        quotes="'",
    ),
    Language("lua", "and do else elseif end false for function if in local nil not or return then true while", "--"),
)


def language_of(path: str) -> Language | None:
    """The language of the file at `path`; None where it has none that we know."""
    name = path.rpartition("/")[2].rpartition("\\")[2]
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    return _by_suffix().get(suffix)


@cache
def _by_suffix() -> dict[str, Language]:
    return {suffix: language for language in LANGUAGES for suffix in language.suffixes.split()}


class _Tables:
    """What the scanner needs of a language, computed once."""

    def __init__(self, language: Language) -> None:
        self.keywords = frozenset(language.keywords.split())
        self.beginnings = frozenset(word[:size] for word in self.keywords for size in range(1, len(word) + 1))
        ends = {mark: re.compile(f"\\\\|{re.escape(mark)}") for mark in language.long_quotes}
        ends |= {mark: re.compile(rf"\\|{re.escape(mark)}|\n") for mark in language.quotes}
        self.string_ends = ends
        self.line_comment = language.line_comment
        self.block_comment = language.block_comment
        marks = [*ends, *filter(None, (language.line_comment, *(language.block_comment or ())[:1]))]
        # The longest first: """ before ".
        self.marks = re.compile("|".join(map(re.escape, sorted(marks, key=len, reverse=True))))
        self.unfinished = frozenset(mark[:size] for mark in marks for size in range(1, len(mark)))
        starts = re.escape("".join({mark[0] for mark in marks}))
        self.code = re.compile(rf"([^\W\d]\w*)|(\d\w*)|([{starts}])|[^\w{starts}]+")


@cache
def _tables(language: Language) -> _Tables:
    return _Tables(language)


class Syntax:
    """A file's text in colour."""

    def __init__(self, sheet: Sheet, language: Language) -> None:
        self._sheet = sheet
        self._tables = _tables(language)
        self._held = ""
        self._is_plain = False
        self._end: re.Pattern[str] | None = None
        """Inside a string or comment: what ends it."""
        self._role = "code"
        self._escaped = False
        self._word: str | None = None
        """The role in which an unfinished word or number goes on; None: no word is open."""

    def feed(self, piece: str) -> None:
        if self._is_plain or len(piece) > PLAIN_CHARS:
            # Plain to the end: whether what follows is inside a string would have to be found out.
            self._is_plain = True
            self._sheet.say("code", self._held + piece)
            self._held = ""
        else:
            self._scan(self._held + piece, final=False)

    def close(self) -> None:
        self._scan(self._held, final=True)

    def _scan(self, text: str, *, final: bool) -> None:
        self._held = ""
        at = 0
        while at < len(text):
            at = self._code(text, at, final) if self._end is None else self._quoted(text, at, final)
            if at < 0:
                return

    def _code(self, text: str, at: int, final: bool) -> int:
        """One token outside of strings and comments. Returns where the next begins, -1 when all is used or held."""
        if self._word is not None:
            rest = _WORD.match(text, at)
            end = rest.end() if rest else at
            self._sheet.say(self._word, text[at:end])
            if end < len(text):
                self._word = None
            return end
        token = self._tables.code.match(text, at)
        if token is None:
            self._sheet.say("code", text[at])
            return at + 1
        end, last = token.end(), token.end() == len(text)
        if token[3]:
            return self._mark(text, at, final)
        role = "code"
        if token[1]:
            if last and not final and token[1] in self._tables.beginnings:
                self._held = token[1]
                return -1
            role = "keyword" if token[1] in self._tables.keywords else "code"
        elif token[2]:
            role = "number"
        self._sheet.say(role, text[at:end])
        if last and (token[1] or token[2]):
            self._word = role
        return end

    def _mark(self, text: str, at: int, final: bool) -> int:
        """A character that may begin a string or a comment."""
        tables = self._tables
        rest = text[at : at + 3]
        if not final and len(rest) < 3 and rest in tables.unfinished:
            self._held = rest
            return -1
        found = tables.marks.match(text, at)
        if found is None:
            self._sheet.say("code", text[at])
            return at + 1
        mark = found[0]
        if mark == tables.line_comment:
            self._role, self._end = "comment", _LINE_END
        elif tables.block_comment and mark == tables.block_comment[0]:
            self._role, self._end = "comment", re.compile(re.escape(tables.block_comment[1]))
        else:
            self._role, self._end = "string", tables.string_ends[mark]
        self._sheet.say(self._role, mark)
        return found.end()

    def _quoted(self, text: str, at: int, final: bool) -> int:
        assert self._end is not None
        if self._escaped:
            self._escaped = False
            self._sheet.say(self._role, text[at])
            return at + 1
        found = self._end.search(text, at)
        if found is None:
            # The end mark may be cut: its beginning waits.
            keep = 0 if final else self._cut_mark(text, at)
            self._sheet.say(self._role, text[at : len(text) - keep])
            self._held = text[len(text) - keep :] if keep else ""
            return -1
        self._sheet.say(self._role, text[at : found.end()])
        if found[0] == "\\":
            self._escaped = True
        else:
            self._end, self._role = None, "code"
        return found.end()

    def _cut_mark(self, text: str, at: int) -> int:
        """How many characters at the end of `text` may begin the mark that ends the string or comment."""
        marks = [mark for mark, end in self._tables.string_ends.items() if end is self._end]
        block = self._tables.block_comment
        if not marks and self._end is not _LINE_END and block:
            marks = [block[1]]
        for size in (2, 1):
            tail = text[max(at, len(text) - size) :]
            if len(tail) == size and any(len(mark) > size and mark.startswith(tail) for mark in marks):
                return size
        return 0


_WORD = re.compile(r"\w+")
_LINE_END = re.compile(r"\n")
