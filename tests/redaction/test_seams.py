"""A secret cut by the line break of two `data:` lines or of two comments, and lines that only look like one."""

from __future__ import annotations

import pytest

from addons.redaction.redactor import Redactor
from addons.redaction.seams import without_cut_secrets
from addons.redaction.stream import StreamRedactor
from addons.wire.frame import Frame
from tests.redaction.samples import BY_NAME, JWT, PEM, SECRET, hashed

KEYS = [SECRET, BY_NAME["github"].secret, BY_NAME["slack app"].secret, BY_NAME["aws access key"].secret, JWT]


@pytest.mark.parametrize("key", KEYS)
def test_cut_at_every_place_no_dozen_characters_are_left(key: str) -> None:
    for cut in range(1, len(key)):
        shown = Redactor().text(without_cut_secrets(f"see {key[:cut]}\n{key[cut:]} there"))
        assert "hash:" in shown
        assert shown.count("\n") == 1
        assert not any(key[at : at + 12] in shown for at in range(8, len(key) - 11))


@pytest.mark.parametrize("member", ["data", "comment"])
def test_of_one_event(member: str) -> None:
    stream: StreamRedactor[None] = StreamRedactor(Redactor())
    frame = Frame(**{"data": None, member: f"see {SECRET[:40]}\n{SECRET[40:70]}\n{SECRET[70:]} there"})
    ((out, _),) = stream.feed(frame, None, 0.0) + stream.close()
    assert getattr(out, member) == f"see {hashed(SECRET)}\n\n there"


def test_in_a_string_of_json_that_the_break_makes_none() -> None:
    stream: StreamRedactor[None] = StreamRedactor(Redactor())
    ((out, _),) = stream.feed(Frame(f'{{"a": "{SECRET[:40]}\n{SECRET[40:]}"}}'), None, 0.0) + stream.close()
    assert out.data == f'{{"a": "{hashed(SECRET)}\n"}}'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("no line break", id="one line"),
        pytest.param("first\nsecond\n", id="words"),
        pytest.param(f"A_TOKEN={'0f1e' * 10}\nB_NAME=b2\nC=3", id="variables"),
        pytest.param(f"{SECRET}\nDone: 12 files", id="a word behind a key"),
        pytest.param(f"{SECRET}\n{SECRET}\n", id="keys, a line each"),
        pytest.param(PEM, id="a key block"),
        pytest.param("sk-\nlearn-something-like-this\nfc-\nbold", id="look-alikes"),
        pytest.param("token:\nhello_world_identifier_2", id="a name, then a word"),
    ],
)
def test_lines_that_belong_to_nothing_stay(text: str) -> None:
    assert without_cut_secrets(text) == text
