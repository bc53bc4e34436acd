"""Sessions for requests that name none (SPEC S4.4)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.identity.conversations import EMPTY_FOR_S, ConversationGrouper


def play(*requests, grouper=None):
    """The sessions of requests one second apart, as numbers in order of appearance. A request is its messages in one
    word, with `beside` where it is no turn."""
    grouper = grouper or ConversationGrouper()
    seen = {}
    found = []
    for second, request in enumerate(requests):
        words, beside = (request, False) if isinstance(request, str) else request
        session = grouper.assign("client", "credential", tuple(words), float(second), beside=beside)
        found.append(seen.setdefault(session, len(seen)))
    return found


BESIDE = True

PLAYS = [
    ("one conversation", ["a", "abc", "abcde"], [0, 0, 0]),
    ("a retry continues its own", ["a", "a", "abc", "abc"], [0, 0, 0, 0]),
    ("another first message", ["a", "x", "abc", "xyz"], [0, 1, 0, 1]),
    ("interleaved with a common beginning", ["a", "abc", "a", "abcde", "axy"], [0, 0, 1, 0, 1]),
    ("a sub-request in parallel", ["abc", "s", "stu", "abcde"], [0, 1, 1, 0]),
    ("a history that was cut", ["abcde", "cdefg"], [0, 1]),
    ("a history that was edited", ["abc", "axc"], [0, 1]),
    ("a shorter one is new", ["abc", "a"], [0, 1]),
    ("the one that reaches furthest", ["ab", "a", "ab", "abc"], [0, 1, 0, 0]),
    ("a side call goes to the newest", ["a", ("zzz", BESIDE), "abc"], [0, 0, 0]),
    ("side calls change nothing", ["a", ("abcd", BESIDE), "abx"], [0, 0, 0]),
    ("a side call that comes first", [("r", BESIDE), "a", "abc"], [0, 0, 0]),
    ("a side call between two", ["a", "x", ("r", BESIDE), "abc", ("r", BESIDE)], [0, 1, 1, 0, 0]),
    ("no messages at all", ["", "", "a"], [0, 0, 0]),
]


@pytest.mark.parametrize(("requests", "sessions"), [pytest.param(*row[1:], id=row[0]) for row in PLAYS])
def test_grouping(requests, sessions):
    assert play(*requests) == sessions


def test_clients_and_credentials_are_kept_apart():
    grouper = ConversationGrouper()
    first = grouper.assign("codex", "one", ("a",), 1.0)
    assert first != grouper.assign("codex", "two", ("a", "b"), 2.0)
    assert first != grouper.assign("qwen-code", "one", ("a", "b"), 3.0)
    assert first == grouper.assign("codex", "one", ("a", "b"), 4.0)


def test_an_early_side_call_waits_only_so_long():
    grouper = ConversationGrouper()
    router = grouper.assign("gemini-cli", "c", ("r",), 0.0, beside=True)
    assert grouper.assign("gemini-cli", "c", ("a",), EMPTY_FOR_S + 1) != router


def test_the_id_is_the_same_when_read_again():
    def first():
        return ConversationGrouper().assign("c", "k", ("a", "b"), 12.5)

    assert first() == first()
    assert first().startswith("derived-")
    assert len(first()) == len("derived-") + 16
    assert first() != ConversationGrouper().assign("c", "k", ("a", "b"), 12.75)


def test_two_conversations_of_one_moment_differ():
    grouper = ConversationGrouper()
    assert len({grouper.assign("c", "k", messages, 0.0) for messages in (("a", "b"), ("a", "x"), ("a", "y"))}) == 3


def test_the_longest_silent_is_forgotten():
    grouper = ConversationGrouper(conversations=2)
    assert play("a", "x", "ab", "m", "abc", "xy", grouper=grouper) == [0, 1, 0, 2, 0, 3]


def test_a_response_names_its_session():
    grouper = ConversationGrouper(links=2)
    for number in range(3):
        grouper.link(f"resp_{number}", f"session-{number}")
    assert [grouper.by_response(f"resp_{number}") for number in range(3)] == [None, "session-1", "session-2"]


def test_a_sub_agents_sub_agent_belongs_to_the_root():
    """opencode names only the parent."""
    grouper = ConversationGrouper()
    assert grouper.root("ses_root", None) == "ses_root"
    assert grouper.root("ses_root", "ses_child") == "ses_root"
    assert grouper.root("ses_child", "ses_grandchild") == "ses_root"
    assert grouper.root("ses_grandchild", "ses_last") == "ses_root"
    assert grouper.root("ses_other", None) == "ses_other"


@settings(max_examples=100)
@given(st.data())
def test_conversations_that_never_say_the_same_never_mix(data):
    """However they interleave, and whatever is retried."""
    grouper = ConversationGrouper()
    said = {name: [f"{name}0"] for name in "pqr"}
    sessions = {}
    for now in range(data.draw(st.integers(1, 25))):
        name = data.draw(st.sampled_from("pqr"))
        if data.draw(st.booleans()):
            said[name] += [f"{name}{len(said[name])}", f"{name}{len(said[name]) + 1}"]
        session = grouper.assign("c", "k", said[name], float(now))
        assert sessions.setdefault(name, session) == session
    assert len(set(sessions.values())) == len(sessions)
