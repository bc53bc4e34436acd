"""What a candidate's value must look like beyond its shape, so that look-alikes pass.

In: a candidate's decoded value. Out: whether it is a secret. Kebab-case words (`sk-folding-cube`), placeholders
(`YOUR_API_KEY`, `ghp_xxxx…`), file names and prose are none; nothing here measures entropy of text that no rule named.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final

from addons.wire.json_text import parse_json

_PIECES: Final = re.compile(r"[A-Za-z0-9]{10,}")
_ALL_PIECES: Final = re.compile(r"[A-Za-z0-9]+")
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NUMBERS: Final = re.compile(r"[0-9]+")
_DIGEST: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONG_VALUE: Final = 20
_FEW_DIGITS: Final = 8
"""A made-up number has no more different digits: `11111111-2222-…`."""
_MASKED_END: Final = re.compile(r"[xX]{10,}$")
_MASK: Final = re.compile(r"[xX*.•_-]*")
_SHORTEST_PASSWORD: Final = 4
_SHORTEST_NO_WORD: Final = 8
_VOWELS: Final = re.compile(r"[aeiouyAEIOUY]")
_UNSPEAKABLE: Final = re.compile(r"[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ]{5}")
_NO_WORD: Final = re.compile(r"[b-df-hj-np-tv-xz]{5}")
"""The same in small letters: abbreviations have no vowels (`HTTPS`)."""
_SHORT_WORDS: Final = frozenset(
    (
        *("a", "an", "api", "at", "by", "db", "do", "go", "http", "https", "id", "in", "is", "it", "js", "key", "my"),
        *("no", "of", "on", "or", "sdk", "to", "up", "url"),
    )
)
_HUMP: Final = re.compile(r"[a-z][A-Z]")
_MARKS_OF_PASSWORDS: Final = re.compile(r"[!@#%^&*]")
_OTHERS: Final = re.compile(r"[^A-Za-z0-9_-]+")
_EXAMPLE_ENDS: Final = ("EXAMPLE", "EXAMPLEKEY")
"""AWS documents its keys with these, and scanners let them pass."""
_PLACEHOLDERS: Final = frozenset(
    [
        "password",
        "passwd",
        "passphrase",
        "pass",
        "pwd",
        "passw0rd",
        "secret",
        "changeme",
        "changeit",
        "change-me",
        "example",
        "token",
        "apikey",
        "api_key",
        "api-key",
        "your-password",
        "your_password",
        "yourpassword",
        "my-password",
        "mypassword",
        "user",
        "username",
        "admin",
        "test",
        "none",
        "null",
        "redacted",
        "x-oauth-basic",
        "hash",
        "postgres",
        "root",
        "guest",
        "minioadmin",
    ]
)
_PLACEHOLDER: Final = re.compile(
    r"%\w+%|(?i:your|my|the)[_-]|(?:[A-Z]+[_-])*(?:PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|KEY)$"
)
"""Of an option's value: a variable of Windows, `your-registry-password`, `DB_PASSWORD`."""
_PLACEHOLDER_STARTS: Final = ("hash:", "$", "{", "<", "[", "(", "%s", "*", "…", "...")


def not_masked(value: str) -> bool:
    """Documentation writes `ghp_xxxxxxxx`: nothing but x in its last piece."""
    return _MASKED_END.search(value) is None


def aws_access_key(value: str) -> bool:
    return not_masked(value) and not value.endswith(_EXAMPLE_ENDS)


def mixed(value: str) -> bool:
    """Letters of both cases that are no words: enough behind a known beginning that is none itself."""
    return value.lower() != value and value.upper() != value and not _is_wordy(value)


def has_letter_and_digit(value: str) -> bool:
    return 0 < _digits(value) < len(value)


def scrambled(value: str) -> bool:
    """The same where it might be a name in code as well."""
    return len(value) >= 20 and mixed(value) and _changes(value, 0.3)


def bearer(value: str) -> bool:
    return looks_random_with_digits(value) or scrambled(value)


def looks_random(value: str) -> bool:
    """One unbroken piece that is long, or that mixes kinds of characters as words don't; or many short ones that do."""
    return any(_is_random(piece, 16) for piece in _PIECES.findall(value)) or _is_random_in_pieces(value, 1)


def looks_random_with_digits(value: str) -> bool:
    """The same for prefixes that words may have too: a piece without any digit is a word."""
    return any(_is_random(piece, 17) for piece in _PIECES.findall(value) if _digits(piece)) or _is_random_in_pieces(
        value
    )


def named_secret(value: str) -> bool:
    """The value of something that is called a secret: strict, because code is full of such names."""
    return _is_secret(value) if len(value) >= _LONG_VALUE else _is_short_secret(value)


def header_secret(value: str) -> bool:
    """The same behind a name that leaves no doubt."""
    return (len(value) >= 16 and _is_secret(value)) or _is_short_secret(value)


def _is_short_secret(value: str) -> bool:
    """Of 12 to 19 characters: mixed as in no identifier, number of a version, date or name of a branch."""
    pieces = _ALL_PIECES.findall(value)
    digits, length = _digits(value), len("".join(pieces))
    if digits == 0 or digits == length or length < 12 or len(pieces) > 3 or "." in value:
        return False
    if value.lower() != value and value.upper() != value:
        return _changes(value, 0.34) and not _is_identifier(value)
    return len(pieces) == 1 and digits >= 2 and len(_NUMBERS.findall(value)) >= 2 and _changes(value, 0.34)


def _is_secret(value: str) -> bool:
    if _UUID.fullmatch(value):
        return len(set(value)) > _FEW_DIGITS
    is_random = any(
        not _is_identifier(piece) if _digits(piece) else len(piece) >= 20 and _is_scrambled(piece)
        for piece in _PIECES.findall(value)
        if len(piece) >= 16 and not piece.isdigit()
    )
    return is_random or _is_random_in_pieces(value) or (len(value) >= 24 and mixed(value) and _changes(value, 0.36))


def named_password(value: str) -> bool:
    """The value of something that is called a password: code and prose are full of such names, people's passwords of
    words. One with a digit among its letters, which is no identifier with a number (`password1Field`)."""
    if not url_password(value):
        return False
    if not _digits(value):
        return len(value) >= 16 and mixed(value) and _changes(value, 0.33)
    return _digits(value) < len(value) and not any(
        _is_identifier(piece) and len(piece) > 2 * _digits(value) for piece in _ALL_PIECES.findall(value)
    )


def literal_password(value: str) -> bool:
    """The same of a value that is no code for sure, because it is in quotes or in a variable of the environment: what
    reads like an identifier is none then. Paths and names with dots are what forms and translations have there."""
    if "/" in value or "." in value:
        return named_password(value)
    return url_password(value) and (has_letter_and_digit(value) or (mixed(value) and _changes(value, 0.3)))


def setting_password(value: str) -> bool:
    """What stands alone behind `password: ` or `password=` may still be code: no variable has such marks, or ends like
    this."""
    if not literal_password(value):
        return False
    digits_at_end = len(value) - len(value.rstrip("0123456789"))
    is_name = _HUMP.search(value) is not None or "pass" in value.lower() or digits_at_end in (1, 2)
    return not is_name or _MARKS_OF_PASSWORDS.search(value) is not None


def marked_password(value: str) -> bool:
    """What stands behind `password = ` may be any expression: only marks tell it from one."""
    return setting_password(value) and _MARKS_OF_PASSWORDS.search(value) is not None


def flag_password(value: str) -> bool:
    return named_password(value) or setting_password(value)


def option_password(value: str) -> bool:
    """A command line's."""
    return url_password(value) and not value.startswith("-") and _PLACEHOLDER.match(value) is None


def generated(value: str) -> bool:
    """A long value of letters, digits and all kinds of marks, as frameworks make them; no path and no sentence."""
    marks = len(_OTHERS.findall(value))
    return _digits(value) + marks >= 4 and 3 * (_runs(value) + marks) >= len(value) and not _is_wordy(value)


def begins_with_number(value: str) -> bool:
    """Dotted base64, of which the first part is a number: whose token it is."""
    head = value.partition(".")[0]
    return base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).isdigit()


def named_identity(value: str) -> bool:
    return named_secret(value) and not _DIGEST.fullmatch(value)


def torn(value: str) -> bool:
    """The beginning of a key, or as much as there is of it: no word and no name in code."""
    return any(
        (mixed(piece) and _UNSPEAKABLE.search(piece) is not None)
        or (has_letter_and_digit(piece) and (piece.upper() == piece or not _is_identifier(piece)))
        or (_is_scrambled(piece) and not _is_identifier(piece))
        for piece in _ALL_PIECES.findall(value)
        if len(piece) >= _SHORTEST_NO_WORD
    )


def aws_secret(value: str) -> bool:
    if value.lower() == value or value.upper() == value or value.endswith(_EXAMPLE_ENDS):
        return False
    return _digits(value) > 0 or mixed(value)


def databricks(value: str) -> bool:
    """Documentation counts: `dapi0123456789abcdef…`."""
    return "0123456789abcdef" not in value and looks_random_with_digits(value)


def _is_identifier(piece: str) -> bool:
    """`UserTokenService2Impl`: words in a row, with a number or two among them."""
    words, numbers = _WORDS.findall(piece), _NUMBERS.findall(piece)
    return (
        bool(words)
        and len(numbers) <= 2
        and len("".join(words)) >= 4 * len(words)
        and len("".join(numbers)) <= 5
        and _NO_WORD.search(piece) is None
    )


def _is_scrambled(piece: str) -> bool:
    """Letters whose case changes as it does in no row of words."""
    return 5 * len(_WORDS.findall(piece)) > 2 * len(piece)


def is_word(text: str) -> bool:
    """A word, a name or a number, rather than the rest of a key; all that is short."""
    return len(text) < _SHORTEST_NO_WORD or text.isdigit() or (_digits(text) == 0 and not starts_as_no_word(text))


def starts_as_no_word(piece: str) -> bool:
    """Whether somewhere letters of both cases and perhaps digits are mixed as in no name: `aB3dE`, `getElementById`
    is none. What it says of a beginning stands whatever follows."""
    if piece.lower() == piece or piece.upper() == piece:
        return False
    return any(_is_no_word(piece[:length]) for length in range(_SHORTEST_NO_WORD, len(piece) + 1))


def _is_no_word(piece: str) -> bool:
    return 3 * _runs(piece) >= len(piece) and piece != piece.lower()


def _is_random_in_pieces(value: str, least_digits: int = 2) -> bool:
    """Base64 may have its `-`, `_`, `+` and `/` anywhere."""
    joined = "".join(_ALL_PIECES.findall(value))
    return len(joined) >= 16 and _digits(joined) >= least_digits and joined.upper() != joined and _is_no_word(joined)


def _is_wordy(value: str) -> bool:
    """Whether all in it are words that can be spoken (`Your-Token-Goes-Here`)."""
    return all(
        word.lower() in _SHORT_WORDS
        or (len(word) > 2 and _VOWELS.search(word) is not None and _UNSPEAKABLE.search(word) is None)
        for word in _WORDS.findall(value)
    )


def _changes(value: str, least: float) -> bool:
    """How often the kind of character does."""
    return _runs(value) >= least * len("".join(_ALL_PIECES.findall(value)))


def _runs(value: str) -> int:
    """Of letters as in one word, and of digits."""
    return len(_WORDS.findall(value)) + len(_NUMBERS.findall(value))


def _digits(piece: str) -> int:
    return sum(character.isdigit() for character in piece)


def _is_random(piece: str, sure_length: int) -> bool:
    if piece.isdigit() or _MASK.fullmatch(piece):
        return False
    length, digits = len(piece), _digits(piece)
    if length >= sure_length or (length >= 12 and digits >= 2 and not piece.isdigit()):
        return True
    return length >= 10 and digits >= 1 and piece.lower() != piece and piece.upper() != piece


def jwt(value: str) -> bool:
    """RFC 7515, section 4: the first part is a JSON object that names the algorithm; or two JSON objects in a row."""
    header, _, rest = value.partition(".")
    if len(rest) < 10:
        return False
    return rest.startswith("eyJ") or _names_algorithm(header)


def _names_algorithm(header: str) -> bool:
    try:
        fields: Any = parse_json(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except ValueError:
        return False
    return isinstance(fields, dict) and "alg" in fields


def basic_credentials(value: str) -> str | None:
    """`user:password` of Basic authentication (RFC 7617), None when it is not that."""
    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded if ":" in decoded and decoded.isprintable() else None


def basic(value: str) -> bool:
    return basic_credentials(value) is not None


def basic_password(value: str) -> str:
    """What of Basic credentials is the secret: the password, or the user where that is the key (Stripe's way)."""
    user, _, password = (basic_credentials(value) or value).partition(":")
    return password if password and password.lower() not in _PLACEHOLDERS else user or value


def url_password(value: str) -> bool:
    return (
        len(value) >= _SHORTEST_PASSWORD
        and value.lower() not in _PLACEHOLDERS
        and not value.startswith(_PLACEHOLDER_STARTS)
        and _MASK.fullmatch(value) is None
    )


def decoded_lines(value: str) -> str:
    """A key block's value with its line ends as they are when no JSON escapes them."""
    return re.sub(r"\\+([nrt])", lambda found: {"n": "\n", "r": "\r", "t": "\t"}[found[1]], value)
