"""renderers/tool_views/js_argument.py: a JavaScript object as the JSON that it means; JSON means itself."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers.scanner import Scanner
from renderers.tool_views.js_argument import JsArgument
from renderers.tool_views.js_grammar import JAVASCRIPT, State
from tests.renderers.json_cuts import cut, json_texts, places


def meant(*pieces: str) -> str:
    scanner, argument = Scanner(JAVASCRIPT, State.CODE, State.CODE), JsArgument()
    out = ""
    for piece in pieces:
        for token, text in scanner.feed(piece):
            assert not argument.is_over
            out += argument.take(token, text)
    return out if argument.is_over else out + argument.close()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param("{cmd: 'ls'}", {"cmd": "ls"}, id="a bare key, single quotes"),
        pytest.param("{'a b': `x\ny`, }", {"a b": "x\ny"}, id="a quoted key, a template, a comma behind"),
        pytest.param("{a: undefined, b: -1.5e3, c: true}", {"a": None, "b": -1500.0, "c": True}, id="literals"),
        pytest.param("{cmd}", {"cmd": "${cmd}"}, id="shorthand"),
        pytest.param("{...rest, a: 1}", {"...rest": "${...rest}", "a": 1}, id="spread"),
        pytest.param("{cmd: 'wc ' + f + ' -l'}", {"cmd": "wc ${f} -l"}, id="a sum"),
        pytest.param("{cmd: f(1, 'x)') }", {"cmd": "${f(1, 'x)')}"}, id="a call with a bracket in a string"),
        pytest.param("{cmd: String.raw`\\n` + x}", {"cmd": "\\n${x}"}, id="raw"),
        pytest.param("{a: [1, [2], {b: []}]}", {"a": [1, [2], {"b": []}]}, id="nested"),
        pytest.param("{a: xs.map(x => ({b: x}))}", {"a": "${xs.map(x => ({b: x}))}"}, id="brackets of an expression"),
        pytest.param("{a: 1, // one\n /* two: */ b: 2}", {"a": 1, "b": 2}, id="comments"),
        pytest.param("{a: '\\u{1f469}\\x41\\\n'}", {"a": "👩A"}, id="JavaScript's own escapes"),
        pytest.param("{}", {}, id="empty"),
    ],
)
def test_what_an_object_means(script, expected):
    assert json.loads(meant(script)) == json.loads(meant(*script)) == expected


@given(json_texts(), places)
@settings(max_examples=300)
def test_json_means_itself(text, at):
    assert json.loads(meant(*cut(f'{{"a":{text}}}', at))) == {"a": json.loads(text)}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param("{cmd: 'ls -", '{"cmd":"ls -', id="in a string"),
        pytest.param("{cmd: 'ls' + fo", '{"cmd":"ls${fo}', id="in a sum"),
        pytest.param("{cm", "{cm", id="in a key"),
    ],
)
def test_what_is_cut_off_is_told_as_far_as_it_came(script, expected):
    assert meant(script) == meant(*script) == expected


@given(st.lists(st.sampled_from([*"{}[](),:'\"`\\+- \n/*.", "a", "1", "${", "String.raw", "null"]), max_size=20))
def test_garbage_raises_nothing_and_the_cut_does_not_matter(tokens):
    script = "{" + "".join(tokens)

    def until_over(pieces: list[str]) -> str:
        scanner, argument, out = Scanner(JAVASCRIPT, State.CODE, State.CODE), JsArgument(), ""
        for piece in pieces:
            for token, text in scanner.feed(piece):
                if not argument.is_over:
                    out += argument.take(token, text)
        return out + ("" if argument.is_over else argument.close())

    assert until_over([script]) == until_over(list(script))
