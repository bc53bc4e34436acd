"""From the rows of `call_moments` to calls with their lives (SPEC S3.25).

In: a row where an exchange begins and one where it ends, in the order of time. Out: the calls, or the results, that the
question's filters leave in. All exchanges are followed, whatever was asked for: a result may come in one that was not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from addons.reports.call_book import Announced, Answered, Asked, CallBook, Returned
from addons.reports.call_cycle import Call, Exchange, Result
from addons.reports.call_facts import MOMENT_COLUMNS
from addons.reports.letting_go import drain, handed_out
from addons.reports.mode import Row


def calls_of(rows: Iterable[Row]) -> Iterator[Call]:
    """In the order in which they were announced."""
    book = _book(rows)
    calls = book.close()
    drain(book.returned)
    return (call for call in handed_out(calls) if of(call).is_wanted)


def returned_of(rows: Iterable[Row]) -> Iterator[Returned]:
    """Results, in the order of the requests that brought them."""
    book = _book(rows)
    drain(book.calls)
    return (returned for returned in handed_out(book.returned) if returned.exchange.is_wanted)


def results_of(rows: Iterable[Row]) -> Iterator[Row]:
    """For each call where it was announced, and at which place there: its result's size, is_error, exit code."""
    places: dict[str, int] = {}
    for call in calls_of(rows):
        if call.announced_in is not None:
            flow_id = call.announced_in.flow_id
            place = places[flow_id] = places.get(flow_id, -1) + 1
            result = call.result
            yield flow_id, place, *((result.chars, result.is_error, result.exit_code) if result else (None,) * 3)


def of(call: Call) -> Exchange:
    """The exchange that announced it; of a result without a call the one that brought it."""
    exchange = call.announced_in or call.returned_in
    assert exchange is not None
    return exchange


def _book(rows: Iterable[Row]) -> CallBook:
    book = CallBook()
    names = MOMENT_COLUMNS.split(", ")
    for row in rows:
        told = dict(zip(names, row, strict=True))
        if told["what"] == 0:
            book.asked(_asked(told))
        else:
            book.answered(_answered(told))
    book.forget()
    return book


def _asked(told: Mapping[str, Any]) -> Asked:
    exchange = Exchange(
        told["flow_id"],
        told["idx"],
        told["session_id"] or "",
        told["agent_id"],
        told["purpose"],
        told["session_number"],
        told["api"],
        told["is_wanted"],
    )
    elements = told["elements"] or ()
    return Asked(
        exchange,
        told["moment"],
        told["previous_response_id"],
        {call["call_id"]: call["tool"] or "" for element in elements for call in element["calls"] if call["call_id"]},
        [_result(result, element["is_new"]) for element in elements for result in element["results"]],
        sum(len(element["results"]) for element in elements if element["is_latest"]),
        told["doubled"] or (),
    )


def _result(told: Mapping[str, Any], is_new: bool) -> Result:
    return Result(
        told["call_id"] or None,
        told["digest"],
        told["chars"],
        told["is_error"],
        told["head"] or "",
        told["exit_code"],
        told["tool"] or "",
        is_new,
    )


def _answered(told: Mapping[str, Any]) -> Answered:
    calls = [
        Announced(call["call_id"] or None, call["tool"], call["kind"], call["argument_chars"], call["is_json"])
        for call in told["announced"] or ()
    ]
    return Answered(told["flow_id"], told["moment"], told["is_whole"], told["response_id"], calls)
