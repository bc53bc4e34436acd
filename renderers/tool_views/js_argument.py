"""A call's argument in a JavaScript program, as the JSON that it means: `{cmd: "ls " + x, n: 1}` is
`{"cmd":"ls ${x}","n":1}`.

In: tokens from the object's opening bracket on, cut anywhere. Out: JSON text, as far as it is certain; a string's text
at once. What is no literal stands in the string as `${…}`, as it would in a template.
"""

from __future__ import annotations

import json
import re

from renderers.tool_views.js_grammar import Token
from renderers.tool_views.js_strings import JsString

_LITERALS = {"true": "true", "false": "false", "null": "null", "undefined": "null"}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


class JsArgument:
    """`is_over` when the outermost bracket has closed."""

    def __init__(self) -> None:
        self._closers: list[str] = []
        self._comma = ""
        """A comma that stands before whatever comes next; a last one is none of JSON's."""
        self._key = ""
        self._in_key = False
        """What comes is a key, or a shorthand for one and its value."""
        self._expression = ""
        """What has come of the value and is no string."""
        self._depth = 0
        """Brackets that are open in the expression."""
        self._is_text = False
        """The value's JSON string is open."""
        self._string: JsString | None = None
        self._slash = ""
        self._quoted = False
        """A string within an expression's brackets."""
        self.is_over = False

    def take(self, token: Token, text: str) -> str:
        if self._slash and token is not Token.COMMENT:
            # It began no comment.
            slash, self._slash = self._slash, ""
            return self._word(slash) + self.take(token, text)
        self._slash = ""
        match token:
            case Token.SLASH:
                self._slash = text
                return ""
            case Token.STRING | Token.CLOSE_STRING | Token.CUT_STRING:
                return self._in_string(token, text)
            case Token.OPEN_STRING:
                return self._string_begins(text)
            case Token.OPEN:
                return self._opens(text)
            case Token.CLOSE:
                return self._closes(text)
            case Token.COMMENT | Token.END_COMMENT:
                return ""
            case _:
                return self._word(text)

    def close(self) -> str:
        """The program was cut off: what has been held back."""
        rest = "" if self._string is None else _escaped(self._string.close())
        return rest + (self._key if self._in_key else self._expression_text())

    # -- strings -----------------------------------------------------------------------------------------------------

    def _string_begins(self, quote: str) -> str:
        if self._depth:
            self._quoted = True
            self._expression += quote
            return ""
        self._string = JsString(raw=quote == "`" and self._expression.strip().endswith("String.raw"))
        if self._in_key:
            return ""
        self._expression = self._expression.strip().removesuffix("String.raw")
        return self._open_text() + self._expression_text()

    def _in_string(self, token: Token, text: str) -> str:
        if self._quoted:
            self._quoted = token is Token.STRING
            self._expression += text
            return ""
        if self._string is None:
            return ""
        said = self._string.feed(text) if token is Token.STRING else self._string.close()
        if token is not Token.STRING:
            self._string = None
        if self._in_key:
            self._key += said
            return ""
        return _escaped(said)

    def _open_text(self) -> str:
        if self._is_text:
            return ""
        self._is_text = True
        return self._next() + '"'

    # -- structure ---------------------------------------------------------------------------------------------------

    def _opens(self, bracket: str) -> str:
        if self._depth or bracket == "(" or self._expression.strip() or self._is_text or self._in_key:
            self._depth += 1
            self._expression += bracket
            return ""
        begin = self._next()
        self._closers.append("}" if bracket == "{" else "]")
        self._in_key = bracket == "{"
        self._expression = ""
        return begin + bracket

    def _closes(self, bracket: str) -> str:
        if self._depth:
            self._depth -= 1
            self._expression += bracket
            return ""
        value = self._value_ends()
        self._comma = ""
        closer = self._closers.pop()
        self._in_key = False
        self._is_text = False
        self.is_over = not self._closers
        return value + closer

    def _word(self, text: str) -> str:
        """Words, blanks, and all other characters."""
        if not self._depth and text == ",":
            value = self._value_ends()
            self._comma = ","
            self._in_key = self._closers[-1] == "}"
            return value
        if not self._depth and text == ":" and self._in_key:
            self._in_key = False
            key, self._key = self._key, ""
            return f'{self._next()}"{_escaped(key)}":'
        if self._in_key:
            self._key += text.strip()
        else:
            self._expression += text
        return ""

    def _value_ends(self) -> str:
        if self._in_key:
            # A shorthand: the key is the value too.
            name, self._key = self._key + self._expression.strip(), ""
            self._expression = ""
            return f'{self._next()}"{_escaped(name)}":"${{{_escaped(name)}}}"' if name else ""
        word = self._expression.strip()
        if not self._is_text and (word in _LITERALS or _NUMBER.fullmatch(word)):
            self._expression = ""
            return self._next() + _LITERALS.get(word, word)
        if not self._is_text and not word:
            self._expression = ""
            return ""
        text = self._open_text() + self._expression_text() + '"'
        self._is_text = False
        return text

    def _next(self) -> str:
        comma, self._comma = self._comma, ""
        return comma

    def _expression_text(self) -> str:
        """What is no string, between the strings that it is added to."""
        expression, self._expression = self._expression.strip().strip("+").strip(), ""
        return f"${{{_escaped(expression)}}}" if expression else ""


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
