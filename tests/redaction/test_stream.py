"""A secret over any number of frames, in every dialect: replaced once, all else verbatim, none lost or held long."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.redaction.channel import HOLD_HINT_S, HOLD_PREFIX_S
from addons.redaction.finder import Found, secrets
from addons.redaction.leaves import leaves
from addons.redaction.redactor import Redactor
from addons.redaction.shape_cache import ShapeCache
from addons.redaction.stream import StreamRedactor
from addons.wire.frame import Frame
from addons.wire.transport import Transport, framer_for
from tests.redaction.samples import BASIC, BY_NAME, PEM, SAMPLES, SECRET, Sample, hashed, made_up
from tests.wire.cuts import Recording, drain_whole, recordings

KEY = BY_NAME["github"].secret
LATE = (
    "azure",
    "azure devops",
    "azure ad",
    "mailchimp, mailgun",
    "mailchimp, mailgun: with two dashes",
    "terraform",
    "z.ai",
    "airtable",
    "discord bot",
)
"""Told by what is in their middle."""
type Dialect = tuple[Callable[[str], Frame], Callable[[Frame], str]]


def dialect(template: object, pick: Callable[[object], str], event: str | None = None) -> Dialect:
    """How a piece of text becomes a frame, and how it is read from it again."""

    def frame(piece: str) -> Frame:
        return Frame(json.dumps(template).replace('"PIECE"', json.dumps(piece)), event)

    return frame, lambda frame: pick(json.loads(frame.data or ""))


def _bedrock(piece: str) -> Frame:
    inner = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
    encoded = base64.b64encode(json.dumps(inner).encode()).decode()
    return Frame(json.dumps({"bytes": encoded, "p": "abcdefghijk"}), "chunk")


def _bedrock_text(frame: Frame) -> str:
    inner = json.loads(base64.b64decode(json.loads(frame.data or "")["bytes"]))
    return str(inner["delta"]["text"])


def at(*path: str | int) -> Callable[[object], str]:
    def pick(value: object) -> str:
        for step in path:
            value = value[step]  # type: ignore[index]
        return str(value)

    return pick


def _chat(delta: object) -> object:
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": delta, "finish_reason": None}], "obfuscation": "aB3"}


DIALECTS: dict[str, Dialect] = {
    "anthropic text": dialect(
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "PIECE"}},
        at("delta", "text"),
        "content_block_delta",
    ),
    "anthropic arguments": dialect(
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "PIECE"}},
        at("delta", "partial_json"),
        "content_block_delta",
    ),
    "chat content": dialect(_chat({"content": "PIECE"}), at("choices", 0, "delta", "content")),
    "chat arguments": dialect(
        _chat({"tool_calls": [{"index": 1, "function": {"arguments": "PIECE"}}]}),
        at("choices", 0, "delta", "tool_calls", 0, "function", "arguments"),
    ),
    "responses": dialect(
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "PIECE"},
        at("delta"),
        "response.output_text.delta",
    ),
    "gemini": dialect(
        {"candidates": [{"content": {"parts": [{"text": "PIECE"}], "role": "model"}, "finishReason": "STOP"}]},
        at("candidates", 0, "content", "parts", 0, "text"),
    ),
    "bedrock invoke": (_bedrock, _bedrock_text),
    "bedrock converse": dialect({"contentBlockIndex": 0, "delta": {"text": "PIECE"}, "p": "ab"}, at("delta", "text")),
    "ollama": dialect({"message": {"role": "assistant", "content": "PIECE"}, "done": False}, at("message", "content")),
    "ollama generate": dialect({"response": "PIECE", "done": False}, at("response")),
    "completions": dialect({"choices": [{"index": 0, "text": "PIECE"}]}, at("choices", 0, "text")),
    "unknown shape": dialect({"seq": {"x": [{"y": ["PIECE"]}]}, "z": 1}, at("seq", "x", 0, "y", 0)),
    "a bare string": dialect("PIECE", str),
    "no JSON": (lambda piece: Frame(piece, "output"), lambda frame: frame.data or ""),
}
every_dialect = pytest.mark.parametrize(("frame_of", "text_of"), DIALECTS.values(), ids=DIALECTS)


def through(frames: list[Frame], gap_s: float = 0.0) -> list[Frame]:
    """What comes out of a stream; all of it, in order, each frame under its own stamp."""
    stream: StreamRedactor[int] = StreamRedactor(Redactor())
    out = []
    for number, frame in enumerate(frames):
        out += stream.feed(frame, number, number * gap_s)
    out += stream.close()
    assert [stamp for _, stamp in out] == list(range(len(frames)))
    return [frame for frame, _ in out]


def pieces(text: str, cuts: list[int]) -> list[str]:
    return [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]


@every_dialect
def test_cut_at_every_place(frame_of: Callable[[str], Frame], text_of: Callable[[Frame], str]) -> None:
    text = f'say "{KEY}"!'
    for cut in range(1, len(text)):
        first, second = through([frame_of(text[:cut]), frame_of(text[cut:])])
        assert text_of(first) + text_of(second) == f'say "{hashed(KEY)}"!'
        if len('say "') < cut < len(text) - 2:
            assert text_of(first) == f'say "{hashed(KEY)}'


@every_dialect
@pytest.mark.parametrize("length", [1, 3, 7])
def test_over_many_frames(frame_of: Callable[[str], Frame], text_of: Callable[[Frame], str], length: int) -> None:
    text = f"first {SECRET} then {PEM} and Basic {BASIC}, at last 'sk-' alone: sk-"
    frames = [frame_of(text[start : start + length]) for start in range(0, len(text), length)]
    assert "".join(map(text_of, through(frames))) == Redactor().text(text)


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
@pytest.mark.parametrize("length", [1, 4, 11])
def test_every_rule_over_frames(sample: Sample, length: int) -> None:
    """Formats without a telling beginning show less than 16 characters of it, and never the rest."""
    frame_of, text_of = DIALECTS["anthropic text"]
    text = f'{{"a": "{sample.text}"}}'
    shown = "".join(
        map(text_of, through([frame_of(piece) for piece in pieces(text, [*range(length, len(text), length)])]))
    )
    assert hashed(sample.value or sample.secret) in shown
    assert sample.secret[min(15, len(sample.secret) // 2) :] not in shown
    if sample.name not in LATE:
        assert shown == f'{{"a": "{sample.redacted}"}}'


def test_escapes_of_arguments_may_be_cut_themselves() -> None:
    frame_of, text_of = DIALECTS["anthropic arguments"]
    arguments = '{"command": "echo \\u0073\\u006b-' + SECRET[3:] + '\\nls"}'
    expected = '{"command": "echo ' + hashed(SECRET) + '\\nls"}'
    for cut in range(1, len(arguments)):
        out = through([frame_of(arguments[:cut]), frame_of(arguments[cut:])])
        assert "".join(map(text_of, out)) == expected


@pytest.mark.parametrize("length", range(1, 8))
def test_a_key_with_line_numbers_in_escaped_arguments_may_be_cut_anywhere(length: int) -> None:
    """As tools show files: the arrow is an escape, and a piece may end in it."""
    frame_of, text_of = DIALECTS["anthropic arguments"]
    numbered = "\n".join(f"     {number}\u2192{line}" for number, line in enumerate(PEM.splitlines(), 1))
    arguments = json.dumps({"content": f"{numbered}\nafter"})
    whole = Redactor().text(arguments)
    assert json.loads(whole)["content"].startswith("     1\u2192hash:")
    for first in range(1, length + 1):
        cut = pieces(arguments, [*range(first, len(arguments), length)])
        assert "".join(map(text_of, through([frame_of(piece) for piece in cut]))) == whole


def test_a_blocks_first_text_belongs_to_its_deltas() -> None:
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": KEY[:9]}}
    frame_of, text_of = DIALECTS["anthropic text"]
    start = Frame(json.dumps(block), "content_block_start")
    delta = Frame((frame_of(KEY[9:]).data or "").replace('"index": 1', '"index": 0'), "content_block_delta")
    first, second = through([start, delta])
    assert json.loads(first.data or "")["content_block"]["text"] == hashed(KEY)
    assert text_of(second) == ""


def test_parallel_blocks_and_pings_in_between() -> None:
    frame_of, text_of = DIALECTS["chat arguments"]

    def call(index: int, piece: str) -> Frame:
        return Frame((frame_of(piece).data or "").replace('[{"index": 1', f'[{{"index": {index}'))

    ping = Frame('{"type": "ping"}', "ping")
    comment = Frame(None, comment="keep-alive")
    frames: list[Frame] = []
    for place in range(0, len(KEY), 5):
        frames += [call(0, KEY[place : place + 5]), ping, call(1, SECRET[place * 3 : place * 3 + 15]), comment]
    out = through(frames)
    assert "".join(map(text_of, out[0::4])) == hashed(KEY)
    assert "".join(map(text_of, out[2::4])) == hashed(SECRET)
    assert out[1::4] == [ping] * len(out[1::4])
    assert out[3::4] == [comment] * len(out[3::4])


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(
            {"candidates": [{"content": {"parts": [{"functionCall": {"name": "x", "args": {"a": "LIST"}}}]}}]},
            id="gemini",
        ),
        pytest.param(
            {"message": {"tool_calls": [{"function": {"name": "x", "arguments": {"a": "LIST"}}}]}}, id="ollama"
        ),
        pytest.param(
            {"type": "response.output_item.done", "item": {"action": {"type": "exec", "command": "LIST"}}},
            id="responses",
        ),
    ],
)
def test_a_list_of_arguments_is_read_as_a_command(call: object) -> None:
    """Behind a frame of the same shape, too."""

    def frame(*arguments: str) -> Frame:
        return Frame(json.dumps(call).replace('"LIST"', json.dumps(arguments)))

    plain = [frame("docker", "images", "-f", "label=x"), frame("docker", "ps", "--format", "json")]
    out = through([*plain, frame("docker", "login", "-p", KEY[4:]), plain[0]])
    assert out == [*plain, frame("docker", "login", "-p", hashed(KEY[4:])), plain[0]]


def test_only_the_secrets_literal_is_rewritten() -> None:
    data = '{ "b" : 1.50, "a":"caf\\u00e9 \\/", "é": [ "x ' + KEY + '" , null],"n":12345678901234567890  }'
    (frame,) = through([Frame(data)])
    assert frame.data == data.replace(KEY, hashed(KEY))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(f'{{"{KEY}": 1}}', f'{{"{hashed(KEY)}": 1}}', id="member name"),
        pytest.param(f'{{"id": "{KEY}"}}', f'{{"id": "{hashed(KEY)}"}}', id="identifier"),
        pytest.param(f'{{"a": "{KEY}", "a": "b"}}', f'{{"a": "{hashed(KEY)}", "a": "b"}}', id="repeated member"),
        pytest.param(
            json.dumps({"k": {"aws_secret_access_key": BY_NAME["aws secret key"].secret}}),
            json.dumps({"k": {"aws_secret_access_key": hashed(BY_NAME["aws secret key"].secret)}}),
            id="told by its member name",
        ),
        pytest.param("[" * 3000 + f'"{KEY}"' + "]" * 3000, "[" * 3000 + f'"{hashed(KEY)}"' + "]" * 3000, id="deep"),
        pytest.param(f"no JSON {KEY}", f"no JSON {hashed(KEY)}", id="text"),
        pytest.param(f'{{"broken": "{KEY}"', f'{{"broken": "{hashed(KEY)}"', id="broken JSON"),
    ],
)
def test_one_frame(data: str, expected: str) -> None:
    (frame,) = through([Frame(data)])
    assert frame.data == expected


def test_comments_events_and_ids() -> None:
    (frame,) = through([Frame("x", event=f"e {KEY}", comment=KEY, id=KEY)])
    assert frame == Frame("x", event=f"e {hashed(KEY)}", comment=hashed(KEY), id=hashed(KEY))


def test_ordinary_text_is_not_held() -> None:
    frame_of, _ = DIALECTS["anthropic text"]
    stream: StreamRedactor[None] = StreamRedactor(Redactor())
    for piece in ("Hello", ", the", " answer", " to life", " is 42.", " Basic", " or of api_key", " here\n"):
        assert len(stream.feed(frame_of(piece), None, 0.0)) == 1, piece


def test_the_public_beginning_of_a_format_is_held_for_a_while_only() -> None:
    frame_of, text_of = DIALECTS["anthropic text"]
    stream: StreamRedactor[None] = StreamRedactor(Redactor())
    assert stream.feed(frame_of("it is s"), None, 0.0) == []
    assert stream.tick(HOLD_HINT_S / 2) == []
    assert [text_of(frame) for frame, _ in stream.tick(HOLD_HINT_S)] == ["it is s"]
    assert stream.feed(frame_of("k-ant-"), None, 1.0) == []
    assert [text_of(frame) for frame, _ in stream.tick(1.0 + HOLD_PREFIX_S)] == ["k-ant-"]
    assert stream.feed(frame_of(SECRET[7:40]), None, 3.0) == []
    assert stream.tick(1000.0) == [], "what has begun to be a secret is never shown"
    out = stream.feed(frame_of(SECRET[40:] + " ok"), None, 1001.0)
    assert [text_of(frame) for frame, _ in out] == [hashed(SECRET), " ok"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            Frame('{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"http://h:8080"}}'),
            Frame('{"type":"content_block_stop","index":0}'),
            id="anthropic block",
        ),
        pytest.param(
            Frame('{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"http://h:8080"}'),
            Frame('{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"http://h:8080"}'),
            id="responses part",
        ),
        pytest.param(
            Frame('{"choices":[{"index":0,"delta":{"content":"http://h:8080"}}]}'),
            Frame('{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f"}}]}}]}'),
            id="chat goes over to a tool call",
        ),
        pytest.param(
            Frame('{"choices":[{"index":0,"delta":{"reasoning_content":"http://h:8080"}}]}'),
            Frame('{"choices":[{"index":0,"delta":{"content":"So","reasoning_content":null}}]}'),
            id="chat goes over from reasoning to text",
        ),
        pytest.param(Frame('{"response":"http://h:8080"}'), Frame("[DONE]"), id="done"),
        pytest.param(
            Frame('{"contentBlockIndex":2,"delta":{"text":"http://h:8080"}}', "contentBlockDelta"),
            Frame('{"contentBlockIndex":2,"p":"abc"}', "contentBlockStop"),
            id="converse block",
        ),
    ],
)
def test_the_end_of_a_text_releases_it(first: Frame, second: Frame) -> None:
    stream: StreamRedactor[int] = StreamRedactor(Redactor())
    assert stream.feed(first, 1, 0.0) == []
    assert stream.feed(second, 2, 0.0) == [(first, 1), (second, 2)]


@pytest.mark.parametrize("start", ["sk_live_", "ghp_", "API_KEY=", "curl -H 'Authorization: Bearer "])
@pytest.mark.parametrize("length", [1, 3, 7, 100])
def test_a_key_that_the_streams_end_tears_is_replaced_by_what_came_of_it(start: str, length: int) -> None:
    torn = made_up(12, seed="torn")
    is_format = start.endswith("_")
    frame_of, text_of = DIALECTS["anthropic text"]
    text = f"run {start}{torn}"
    frames = [frame_of(text[place : place + length]) for place in range(0, len(text), length)]
    expected = f"run {hashed(start + torn)}" if is_format else f"run {start}{hashed(torn)}"
    assert "".join(map(text_of, through(frames))) == expected


def test_an_endless_run_is_not_held_for_ever() -> None:
    frame_of, text_of = DIALECTS["anthropic text"]
    stream: StreamRedactor[None] = StreamRedactor(Redactor())
    head = "-----BEGIN PRIVATE KEY-----\n"
    out = [
        frame
        for number in range(400)
        for frame, _ in stream.feed(frame_of((head if not number else "") + "A" * 64 + "\n"), None, 0.0)
    ]
    assert len(out) > 300
    shown = "".join(map(text_of, out))
    assert shown.startswith("hash:")
    assert "AAAA" not in shown


def test_switched_off() -> None:
    stream: StreamRedactor[int] = StreamRedactor(Redactor(enabled=False))
    frame = Frame(f'{{"a": "{KEY}"}}')
    assert stream.feed(frame, 1, 0.0) == [(frame, 1)]
    assert stream.close() == []


CURL = BY_NAME["password of curl's user"].text
COPILOT = BY_NAME["github copilot"].text
GOOGLE = BY_NAME["google access token"].text


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(["c", f"{CURL} {CURL[:21]}"[1:], CURL[21:]], id="a second password begins on the line"),
        pytest.param([f"mysql {CURL}", f" -p{KEY[4:24]} x"], id="an option behind another program's password"),
        pytest.param(["Bearer " + COPILOT[:37], COPILOT[37:]], id="a token's end that is not its format's"),
        pytest.param(["https://u:p" + PEM[:29], PEM[29:]], id="a key block right behind a word"),
        pytest.param([GOOGLE[:25], GOOGLE[25:] + "."], id="a full stop behind what is a secret in its first piece"),
    ],
)
def test_cut_there_it_is_as_whole(cut: list[str]) -> None:
    frame_of, text_of = DIALECTS["a bare string"]
    shown = "".join(map(text_of, through([frame_of(piece) for piece in cut])))
    assert shown == Redactor().text("".join(cut))
    assert "hash:" in shown


@pytest.mark.parametrize(
    "text",
    [
        "IDEMPOTENCY_KEY=d524fb6f-94a1-4a33-875c-ea84b3d088c6, ",
        "CACHE_KEY=0123456789abcdef0123456789abcdef ",
        '{"next_token": "aG9XdUtzQ2xYb2RLd0FzV2x4cTE5ODc2NTQzMjE="}',
        "page-token: 0123456789abcdef0123456789abcdef ",
        'my_next_page_token = "0123456789abcdef0123456789abcdef" ',
        'nextToken: "0123456789abcdef0123456789abcdef" ',
    ],
)
def test_a_name_that_tells_of_no_secret_may_be_cut_anywhere(text: str) -> None:
    frame_of, text_of = DIALECTS["anthropic text"]
    for cut in range(1, len(text)):
        assert "".join(map(text_of, through([frame_of(text[:cut]), frame_of(text[cut:])]))) == text


def test_a_whole_string_whose_name_tells_follows_any_other() -> None:
    secret = BY_NAME["value of a key's name"].secret
    frames = stringwise("see ABC", f"AZURE_OPENAI_KEY={secret}", ".")
    assert through(frames) == stringwise("see ABC", f"AZURE_OPENAI_KEY={hashed(secret)}", ".")


PLANTED = st.sampled_from([*(sample.text for sample in SAMPLES if sample.name not in LATE), SECRET[:30]])
FILLER = st.text(alphabet='sk-antAIzaeyJ \n\\u0"%2:/=@.,xB-', max_size=12) | st.sampled_from(
    ["\\n", "Bearer ", "api_key=", "https://u:p"]
)


def within(inner: list[Found], outer: list[Found], offset: int) -> bool:
    return all(any(o.start <= i.start + offset and i.end + offset <= o.end for o in outer) for i in inner)


@settings(max_examples=150)
@given(st.lists((PLANTED | FILLER | FILLER).filter(bool), max_size=8), st.data(), st.sampled_from(sorted(DIALECTS)))
def test_joined_pieces_are_the_redacted_whole(parts: list[str], data: st.DataObject, name: str) -> None:
    """A cut may make a secret of what isn't one in the whole, because it begins or ends there: it is none the less.
    Two secrets with nothing in between are nobody's: where one ends is anyone's guess."""
    seams = ["", *(" " if min(len(one), len(next_one)) > 12 else "" for one, next_one in pairwise(parts))]
    text = "".join(seam + part for seam, part in zip(seams, parts, strict=False))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(text) - 1)), max_size=30))) if len(text) > 1 else []
    cut = pieces(text, cuts)
    frame_of, text_of = DIALECTS[name]
    shown = "".join(map(text_of, through([frame_of(piece) for piece in cut])))
    whole = secrets(text)
    alone = [secrets(piece) for piece in cut]
    if all(within(found, whole, begin) for found, begin in zip(alone, [0, *cuts], strict=True)):
        assert shown == Redactor().text(text)
    for source, found in ((text, whole), *zip(cut, alone, strict=True)):
        for secret in found:
            value = source[secret.start : secret.end]
            assert len(value) < 12 or shown.count(value) <= text.count(value) - 1


def stringwise(*strings: str) -> list[Frame]:
    return [Frame(json.dumps({"result": {"content": [{"type": "text", "text": string}]}})) for string in strings]


ENCODED = base64.b64encode(f"token: {SECRET}".encode()).decode()
ENCODED_CLEAN = base64.b64encode(f"token: {hashed(SECRET)}".encode()).decode()
AWS = BY_NAME["aws access key"].secret
VALUE = BY_NAME["value of a secret's name"].secret


def variables(value: str) -> Frame:
    """Arguments that come parsed, as Gemini's and Ollama's do."""
    variables = [{"name": "LOG_LEVEL", "value": "debug"}, {"name": "SERVICE_API_KEY", "value": value}]
    return Frame(json.dumps({"functionCall": {"name": "deploy", "args": {"env": variables}}}))


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        pytest.param(stringwise("file listed", KEY), stringwise("file listed", hashed(KEY)), id="results"),
        pytest.param([Frame("hello"), Frame(KEY)], [Frame("hello"), Frame(hashed(KEY))], id="plain lines"),
        pytest.param(
            [Frame(json.dumps({"parts": [{"text": "abc"}, {"text": KEY}]}))],
            [Frame(json.dumps({"parts": [{"text": "abc"}, {"text": hashed(KEY)}]}))],
            id="parts of one frame",
        ),
        pytest.param(
            stringwise("retry 1", f"{KEY} is revoked"), stringwise("retry 1", f"{hashed(KEY)} is revoked"), id="errors"
        ),
        pytest.param(stringwise("abc", KEY, KEY, "!"), stringwise("abc", hashed(KEY), "", "!"), id="one after another"),
        pytest.param(stringwise("abc", KEY, f" {KEY}"), stringwise("abc", hashed(KEY), f" {hashed(KEY)}"), id="again"),
        pytest.param(stringwise(AWS, "DONE"), stringwise(hashed(AWS), "DONE"), id="known length, then a word"),
        pytest.param(stringwise("abc", AWS, "DONE"), stringwise("abc", hashed(AWS), "DONE"), id="between words"),
        pytest.param(stringwise("abc=", ENCODED, "."), stringwise("abc=", ENCODED_CLEAN, "."), id="base64"),
        pytest.param(stringwise("abc", ENCODED, "."), stringwise("abc", ENCODED_CLEAN, "."), id="base64 after a word"),
        pytest.param(
            [Frame(json.dumps({"api_key": value})) for value in ("not set", VALUE)],
            [Frame(json.dumps({"api_key": value})) for value in ("not set", hashed(VALUE))],
            id="told by its member name",
        ),
        pytest.param([variables(VALUE)], [variables(hashed(VALUE))], id="told by the name beside it"),
        pytest.param(
            stringwise("abc", KEY[:35], KEY[35:] + "!"), stringwise("abc", hashed(KEY[:35]), "!"), id="with its rest"
        ),
        pytest.param(
            stringwise(SECRET[:30] + "a", KEY, " ok"),
            stringwise(hashed(SECRET[:30] + "a" + KEY), "", " ok"),
            id="within",
        ),
    ],
)
def test_whole_strings_one_after_another(frames: list[Frame], expected: list[Frame]) -> None:
    """They look like pieces of one text, but where each begins, a secret may begin."""
    assert through(frames) == expected


def test_a_hash_is_whole_though_a_first_letter_is_out() -> None:
    frame_of, text_of = DIALECTS["anthropic text"]
    secret = BY_NAME["hugging face"].secret
    stream: StreamRedactor[None] = StreamRedactor(Redactor())
    assert stream.feed(frame_of("it is h"), None, 0.0) == []
    assert len(stream.tick(HOLD_HINT_S)) == 1
    out = stream.feed(frame_of(secret[1:] + " ok"), None, 1.0)
    assert [text_of(frame) for frame, _ in out] == [f"{hashed(secret)} ok"]


@pytest.mark.parametrize("before", ["t  (", "X=", "A/", "-", "base64,"])
def test_base64_cut_at_every_place(before: str) -> None:
    text = f"{before}{ENCODED} ok."
    for cut in range(1, len(text)):
        first, second = through([Frame(text[:cut]), Frame(text[cut:])])
        shown = f"{first.data}{second.data}"
        assert shown.startswith(before)
        assert shown.endswith(ENCODED_CLEAN[12:] + " ok."), "the hash, but for what a cut group of four takes of it"
        assert ENCODED[24:32] not in shown
        if cut <= len(before) + 8:
            assert shown == f"{before}{ENCODED_CLEAN} ok."


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from(["Hello", " the", "s", " s", "k-", " a.b", "\n", '"', "%2", "é", "[32m"]) | PLANTED | FILLER
    ),
    st.sampled_from(sorted(DIALECTS)),
    st.sampled_from([0.0, 0.02, 0.5]),
)
def test_frames_of_a_known_shape_are_treated_like_all(texts: list[str], name: str, gap_s: float) -> None:
    """The short cut decides as the long way does, and at the same moment."""
    frame_of, _ = DIALECTS[name]
    short: StreamRedactor[int] = StreamRedactor(Redactor())
    long: StreamRedactor[int] = StreamRedactor(Redactor())
    for number, text in enumerate(("Hello", " you", *texts)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(StreamRedactor, "_passes", lambda *_: False)
            expected = long.feed(frame_of(text), number, number * gap_s)
        assert short.feed(frame_of(text), number, number * gap_s) == expected
    assert short.close() == long.close()


@pytest.mark.parametrize(
    ("first", "second", "known"),
    [
        pytest.param('{"a": "x", "n": 1, "m": 2}', '{"a": "y", "n": 17, "m": 2}', True, id="another text and count"),
        pytest.param('{"a": "x", "n": 1}', '{"a": "x", "n": true}', False, id="another kind of value"),
        pytest.param('{"a": "x"}', '{"b": "x"}', False, id="another name"),
        pytest.param('{"type": "x", "a": "b"}', '{"type": "y", "a": "b"}', False, id="another type"),
        pytest.param('{"index": 1, "a": "b"}', '{"index": 2, "a": "b"}', False, id="another block"),
        pytest.param('{"id": "x", "a": "b"}', '{"id": "y", "a": "b"}', True, id="another identifier"),
        pytest.param('{"a": "x"}', '{"a": "\\n"}', True, id="an escape"),
        pytest.param('{"a": "x"}', '{"a": "say \\"b\\": \\\\"}', True, id="escaped quotation marks and a backslash"),
        pytest.param('{"a": "x"}', '{"a": "\\x"}', False, id="an escape that is none"),
        pytest.param('{"a": "x"}', '{"\\u0061": "x"}', False, id="an escape in a name"),
        pytest.param('{"a":{"b":"x"}}', '{"a":{"b":"x"}      }', True, id="blanks behind it"),
        pytest.param('{"a": "x", "n": 1}', '{"a": "x", "n": 2}', True, id="another count at the end"),
        pytest.param(
            '{"a": {"b": "x", "n": 1}}', '{"a": {"b": "x", "n": 2}', False, id="a bracket less behind a count"
        ),
        pytest.param('{"api_key": "x"}', '{"api_key": "y"}', False, id="a telling name"),
        pytest.param('{"bytes": "x"}', '{"bytes": "y"}', False, id="perhaps a payload"),
    ],
)
def test_shapes(first: str, second: str, known: bool) -> None:
    cache = ShapeCache()
    cache.learn(None, first, leaves(json.loads(first), None))
    assert (cache.strings(None, second) is not None) is known
    assert cache.strings("another event", second) is None


def test_a_known_shape_gives_the_strings_without_their_escapes() -> None:
    cache = ShapeCache()
    first = '{"id": "1", "a": "x"}'
    cache.learn(None, first, leaves(json.loads(first), None))
    found = cache.strings(None, '{"id": "\\u0031", "a": "\\"\\ud83d"}')
    assert found is not None
    assert ([text for _, text in found.pieces], found.singles) == (['"\ud83d'], ["1"])


TRANSPORTS: dict[str, Transport] = {
    "text/event-stream": "sse",
    "newline-delimited JSON": "ndjson",
    "application/vnd.amazon.eventstream": "eventstream",
    "JSON array (streamed)": "json",
    "single JSON object": "json",
}


@pytest.mark.parametrize("recording", recordings(*TRANSPORTS))
def test_recorded_streams_pass_unchanged(recording: Recording) -> None:
    transport = TRANSPORTS[recording.format]
    frames = drain_whole(framer_for(transport, recording.body[:64]), recording.body)
    assert frames
    assert through(frames, gap_s=0.02) == frames
