"""addons/reports/call_book.py: calls through a session's exchanges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.reports.call_book import Announced, Answered, Asked, CallBook
from addons.reports.call_cycle import Exchange, Result, State, Violation


def told(call_id: str | None, raw: str = "{}", is_json: bool | None = None, kind: str = "client") -> Announced:
    return Announced(call_id, "Bash", kind, len(raw), raw == "{}" if is_json is None else is_json)


def digest(text: str) -> int:
    return int.from_bytes(text.encode())


def at(second: int) -> datetime:
    return datetime(2026, 11, 26, 12) + timedelta(seconds=second)


def result(call_id: str | None, text: str = "out", is_error: bool = False) -> Result:
    return Result(call_id, digest(text), len(text), is_error)


class Session:
    """Exchanges one after the other."""

    def __init__(self) -> None:
        self.book = CallBook()
        self.number = 0

    def exchange(
        self,
        *calls: Announced,
        results: Sequence[Result] = (),
        latest: int | None = None,
        mentioned: Sequence[str] = (),
        doubled: Sequence[str] = (),
        whole: bool = True,
        session: str = "s",
        agent: str | None = None,
        purpose: str = "main",
        goes_on_from: str | None = None,
    ) -> str:
        """Gives its flow id. It begins at ten times its number, and ends five later."""
        self.number += 1
        flow_id = f"f{self.number}"
        exchange = Exchange(flow_id, self.number, session, agent, purpose)
        named = dict.fromkeys(mentioned, "Bash")
        is_latest = len(results) if latest is None else latest
        self.book.asked(Asked(exchange, at(10 * self.number), goes_on_from, named, results, is_latest, doubled))
        self.book.answered(Answered(flow_id, at(10 * self.number + 5), whole, f"resp-{flow_id}", calls))
        return flow_id

    def found(self) -> list[tuple[str | None, State, tuple[Violation, ...]]]:
        return [(call.call_id, call.state, call.violations) for call in self.book.close()]


def test_a_call_is_returned_by_the_next_request():
    session = Session()
    session.exchange(told("c1"))
    session.exchange(results=[result("c1", "four", is_error=True)], mentioned=("c1",))
    (call,) = session.book.close()
    assert call.announced_in
    assert call.returned_in
    assert (call.announced_in.flow_id, call.returned_in.flow_id) == ("f1", "f2")
    assert (call.state, call.violations) == (State.RETURNED, ())
    assert call.result == result("c1", "four", is_error=True)
    assert (call.complete_at, call.returned_at) == (at(15), at(20))


@pytest.mark.parametrize(
    ("again", "violations"),
    [
        pytest.param({"results": [result("c1")]}, (), id="the conversation is sent whole each time"),
        pytest.param({"results": [result("c1", "[cleared]")]}, (), id="the client cuts old results short"),
        pytest.param(
            {"results": [result("c1")], "doubled": ["c1"]},
            (Violation.DUPLICATE_RESULT,),
            id="twice in one",
        ),
        pytest.param(
            {"results": [result("c1")], "goes_on_from": "resp-f1"}, (), id="a request that had failed is sent again"
        ),
        pytest.param(
            {"results": [result("c1", "else")], "goes_on_from": "resp-f2"},
            (Violation.DUPLICATE_RESULT,),
            id="another one in a request that sends only what is new",
        ),
    ],
)
def test_results_that_come_again(again, violations):
    session = Session()
    session.exchange(told("c1"))
    session.exchange(results=[result("c1")])
    session.exchange(**again)
    assert session.found() == [("c1", State.RETURNED, violations)]


def test_a_result_without_a_call():
    session = Session()
    session.exchange(results=[result("nobodys")])
    session.exchange(results=[result("nobodys")])
    (call,) = session.book.close()
    assert call.returned_in
    assert (call.announced_in, call.returned_in.flow_id) == (None, "f1")
    assert call.violations == (Violation.RESULT_WITHOUT_CALL,)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"mentioned": ("old",)}, id="the conversation has it"),
        pytest.param({"goes_on_from": "resp-before"}, id="the response before is not in the log"),
    ],
)
def test_a_call_from_before_the_log_is_no_violation(request_):
    session = Session()
    session.exchange(results=[result("old")], **request_)
    assert session.found() == []


def test_a_result_without_a_call_in_a_request_that_goes_on_from_a_known_response():
    session = Session()
    session.exchange()
    session.exchange(results=[result("nobodys")], goes_on_from="resp-f1")
    assert session.found() == [("nobodys", State.RETURNED, (Violation.RESULT_WITHOUT_CALL,))]


def test_a_call_that_is_never_answered_though_the_session_went_on():
    session = Session()
    session.exchange(told("c1"), told("c2"))
    session.exchange(results=[result("c2")])
    assert session.found() == [
        ("c1", State.COMPLETE, (Violation.NEVER_ANSWERED,)),
        ("c2", State.RETURNED, ()),
    ]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param({"purpose": "title"}, id="a title is made"),
        pytest.param({"agent": "a1", "purpose": "subagent"}, id="a sub-agent works"),
        pytest.param({"session": "another"}, id="another session works"),
    ],
)
def test_what_is_no_going_on(after):
    session = Session()
    session.exchange(told("c1"))
    session.exchange(**after)
    assert session.found() == [("c1", State.COMPLETE, ())]


@pytest.mark.parametrize("kind", ["server", "mcp"])
def test_what_the_provider_runs_needs_no_answer(kind):
    session = Session()
    session.exchange(told("c1", kind=kind))
    session.exchange()
    assert session.found() == [("c1", State.COMPLETE, ())]


def test_a_result_may_come_late():
    session = Session()
    session.exchange(told("c1"))
    session.exchange()
    session.exchange(results=[result("c1")])
    assert session.found() == [("c1", State.RETURNED, ())]


def test_a_session_that_is_resumed_under_another_id():
    session = Session()
    session.exchange(told("c1"))
    session.exchange(results=[result("c1")], session="resumed")
    assert session.found() == [("c1", State.RETURNED, ())]


@pytest.mark.parametrize(
    ("call", "whole", "state", "violations"),
    [
        pytest.param(told("c", '{"a": 1'), True, State.COMPLETE, (Violation.ARGUMENTS_NO_JSON,), id="no JSON"),
        pytest.param(told("c", ""), True, State.COMPLETE, (), id="no arguments at all"),
        pytest.param(told("c", "*** Patch", kind="custom"), True, State.COMPLETE, (), id="free-form"),
        pytest.param(told("c", '{"a": 1'), False, State.STREAMING, (), id="cut off inside"),
        pytest.param(told("c", ""), False, State.ANNOUNCED, (), id="cut off before"),
        pytest.param(told("c"), False, State.COMPLETE, (), id="cut off after"),
    ],
)
def test_arguments(call, whole, state, violations):
    session = Session()
    session.exchange(call, whole=whole)
    assert session.found() == [("c", state, violations)]


def test_calls_of_an_answer_that_broke_off_are_forgotten():
    """The client asks again; nobody waits for their results."""
    session = Session()
    session.exchange(told("c1"), told("c2", '{"a'), whole=False)
    session.exchange(told("c3"))
    assert [violations for *_, violations in session.found()] == [(), (), ()]


def test_a_result_of_a_call_that_was_cut_off():
    session = Session()
    session.exchange(told("c1", '{"a'), whole=False)
    session.exchange(results=[result("c1")])
    assert session.found() == [("c1", State.RETURNED, (Violation.UNFINISHED_ANSWERED,))]


def test_an_id_that_is_used_again():
    """As small servers do, which count anew in each answer."""
    session = Session()
    session.exchange(told("call_0"))
    session.exchange(told("call_0"), results=[result("call_0", "one")])
    session.exchange(told("call_0"), results=[result("call_0", "two")])
    session.exchange()
    assert [(call.violations, call.result and call.result.digest) for call in session.book.close()] == [
        ((), digest("one")),
        ((Violation.ID_REUSED,), digest("two")),
        (
            (
                Violation.ID_REUSED,
                Violation.NEVER_ANSWERED,
            ),
            None,
        ),
    ]


def test_the_same_id_in_two_sessions_is_two_calls():
    session = Session()
    session.exchange(told("call_0"))
    session.exchange(told("call_0"), session="another")
    session.exchange(results=[result("call_0", "first")])
    session.exchange(results=[result("call_0", "second")], session="another")
    assert [(call.violations, call.result) for call in session.book.close()] == [
        ((), result("call_0", "first")),
        ((), result("call_0", "second")),
    ]


def test_calls_without_ids_are_answered_in_their_order():
    session = Session()
    session.exchange(told(None), told(None))
    session.exchange(told(None), results=[result(None, "one"), result(None, "two")])
    session.exchange(results=[result(None, "one"), result(None, "two"), result(None, "three")], latest=1)
    assert [call.result and call.result.digest for call in session.book.close()] == [
        digest(text) for text in ("one", "two", "three")
    ]


def test_an_end_whose_beginning_is_not_in_the_log():
    book = CallBook()
    book.answered(Answered("f", at(1), True, "r", [told("c")]))
    assert book.close() == []


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=6),
    st.sampled_from(["whole conversations", "only what is new"]),
    st.booleans(),
)
def test_a_session_as_it_should_be_violates_nothing(numbers_of_calls, form, is_retried):
    """Any number of calls an answer, answered all, in either form of request."""
    session = Session()
    past: list[Result] = []
    last: list[Result] = []
    response: str | None = None
    for turn, calls in enumerate(numbers_of_calls):
        chained = form == "only what is new" and response is not None
        past += last
        sent = {
            "results": last if chained else past,
            "latest": len(last),
            "goes_on_from": response if chained else None,
        }
        if is_retried:
            session.exchange(whole=False, **sent)
        ids = [f"c{turn}.{number}" for number in range(calls)]
        response = f"resp-{session.exchange(*map(told, ids), **sent)}"
        last = [result(call_id) for call_id in ids]
    session.exchange(results=last if response and form == "only what is new" else past + last, goes_on_from=None)
    assert [call.violations for call in session.book.close()] == [()] * sum(numbers_of_calls)
    assert all(call.state is State.RETURNED for call in session.book.calls)
