"""Relations: what queries read, as views over facts, already without what the filters leave out.

In: which relations a mode reads, the filters as SQL. Out: the facts that they stand on, and the views' SQL. `calls`
is a row an exchange, whether it has ended or not, numbered in the order in which the exchanges began (`exchanges` are
all of them, whatever the filters say); `answers` is a row an exchange that has ended, from its end record alone, so
that sums need not read anything else (`numbered_answers`: with their sessions' numbers). `new_contents` is a row for
each content that is new in its session, with its call: content is JSON as text, null where its blob is gone. `priced`
are answers with what they cost; `call_moments` is what the lives of tool calls are told by.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from addons.reports import call_facts
from addons.reports.costs import COST, JOIN, SLOT_S, TIER
from addons.reports.facts import FACTS, USAGE_FIELDS, Fact

CLIENT_RUNS = "'client', 'custom'"
"""Kinds of calls whose results a client sends."""

_USAGE = ", ".join(f"ends.{name}" for name in USAGE_FIELDS)
STARTED = "ends.ended - to_microseconds(coalesce(round(ends.duration_ms * 1000), 0)::BIGINT)"


def _once(fact: str, *columns: str) -> str:
    """A row a flow, also where a log has its record twice: nothing that it is joined to may be counted more often."""
    told = ", ".join(f"any_value({name}) AS {name}" for name in columns)
    return f"SELECT flow_id, {told} FROM {fact} GROUP BY flow_id"


class Relation(NamedTuple):
    """`reads`: facts and other relations. `sql` has {filters} where those apply, {only} for what a named file has, and
    {answers} for the relation of that name or a wider one, which is then there beside what it `reads`. `prepare` names
    what is to be made before, in `preparing`; without `sql`, that is all."""

    name: str
    reads: tuple[str, ...]
    sql: str = ""
    prepare: str = ""


RELATIONS: dict[str, Relation] = {
    relation.name: relation
    for relation in (
        Relation("session_numbers", ("numbers",), prepare="session_numbers"),
        Relation(
            "answers",
            ("ends",),
            f"""SELECT * FROM (SELECT ends.* EXCLUDE (_file), {STARTED} AS started FROM ends)
                WHERE {{filters}} AND {{only}}""",
        ),
        Relation(
            "numbered_answers",
            ("ends", "session_numbers"),
            f"""SELECT * FROM (
                SELECT ends.* EXCLUDE (_file), {STARTED} AS started, session_number
                FROM ends LEFT JOIN session_numbers USING (session_id)) WHERE {{filters}} AND {{only}}""",
        ),
        Relation(
            "exchanges",
            ("flows", "ends", "outcomes", "session_numbers"),
            f"""
                SELECT row_number() OVER (ORDER BY started, flow_id) AS idx, * FROM (
                    SELECT coalesce(ends.flow_id, flows.flow_id) AS flow_id,
                        coalesce({STARTED}, flows.answered) AS started, ends.ended,
                        coalesce(ends.session_id, flows.session_id) AS session_id,
                        flows.session_source, flows.agent_id, flows.parent_id,
                        coalesce(ends.client, flows.client) AS client,
                        coalesce(ends.provider, flows.provider) AS provider,
                        coalesce(ends.purpose, flows.purpose) AS purpose,
                        coalesce(outcomes.api, flows.api) AS api,
                        coalesce(outcomes.host, flows.host) AS host,
                        coalesce(ends.model, flows.model) AS model, flows.model AS model_requested,
                        flows.transport, flows.method, flows.url, flows.http_version,
                        coalesce(ends.status, flows.status) AS status, flows.request_bytes,
                        outcomes."end", outcomes.error, outcomes.response_id, outcomes.stop_reason, outcomes.events,
                        outcomes.bytes, outcomes.dropped, ends.duration_ms, outcomes.ttft_ms,
                        ends.flow_id IS NOT NULL AS has_ended, {_USAGE}
                    FROM flows FULL JOIN ends ON flows.flow_id = ends.flow_id
                        LEFT JOIN outcomes ON outcomes.flow_id = ends.flow_id)
                LEFT JOIN session_numbers USING (session_id) WHERE {{only}}""",
        ),
        Relation("calls", ("exchanges",), "SELECT * FROM exchanges WHERE {filters}"),
        Relation(
            "call_moments",
            ("exchanges", "calls", "tool_calls", "conversations", "call_items"),
            call_facts.moments_of("calls"),
        ),
        # Exchanges with calls whose results no id tells: they have none, as Gemini's, or one that others have, too.
        Relation(
            "unclear_calls",
            ("calls", "tool_calls"),
            f"""SELECT * FROM calls WHERE flow_id IN (
                SELECT flow_id FROM tool_calls WHERE kind IN ({CLIENT_RUNS}) AND (coalesce(id, '') = ''
                    OR id IN (SELECT id FROM tool_calls GROUP BY id HAVING count(*) > 1)))""",
        ),
        Relation(
            "unclear_moments",
            ("exchanges", "unclear_calls", "tool_calls", "conversations", "call_items"),
            call_facts.moments_of("unclear_calls"),
        ),
        Relation("followed", ("unclear_moments",), prepare="followed"),
        Relation(
            "new_contents",
            ("calls", "contents", "blobs"),
            """SELECT calls.*, position, hash, kind, content FROM calls JOIN (
                SELECT flow_id, position, hash FROM contents QUALIFY
                    row_number() OVER (PARTITION BY session_id, hash ORDER BY answered, flow_id, position) = 1
                ) USING (flow_id) LEFT JOIN (SELECT hash, kind, content FROM blobs) USING (hash)""",
        ),
        Relation(
            "billed",
            ("ends", "terms", "tiers"),
            f"""SELECT *, {TIER} AS tier,
                CASE WHEN price_changes(provider, model) THEN epoch(started)::BIGINT // {SLOT_S} ELSE 0 END AS slot
                FROM {{answers}}
                    LEFT JOIN ({_once("terms", "speed", "service_tier", "web_searches", "told_cost")}) USING (flow_id)
                    LEFT JOIN ({_once("tiers", "asked_speed", "asked_service_tier")}) USING (flow_id)""",
            prepare="slots",
        ),
        Relation(
            "priced",
            ("billed",),
            f"SELECT billed.*, {COST} AS cost FROM billed {JOIN}",
            prepare="tariffs",
        ),
        Relation(
            "priced_calls",
            ("calls", "priced"),
            "SELECT calls.*, cost FROM calls LEFT JOIN (SELECT flow_id, cost FROM priced) USING (flow_id)",
        ),
        # An exchange's frames may have been read in parts; between two parts there is a pause as well.
        Relation(
            "stalls",
            ("pauses",),
            """SELECT flow_id, max(greatest(pause_ms, between_ms)) AS pause_ms FROM (
                SELECT flow_id, pause_ms, first_ms - lag(last_ms) OVER (PARTITION BY flow_id ORDER BY first_ms)
                    AS between_ms FROM pauses) GROUP BY flow_id""",
        ),
        Relation(
            "returns",
            ("call_items", "tool_calls", "followed"),
            """SELECT flow_id, place, result_chars, is_error, exit_code FROM tool_calls JOIN (
                    SELECT result.call_id AS id, max(result.chars) AS result_chars,
                        bool_or(result.is_error) AS is_error, max(result.exit_code) AS exit_code
                    FROM (SELECT unnest(results) AS result FROM call_items) GROUP BY result.call_id) USING (id)
                WHERE flow_id NOT IN (SELECT flow_id FROM followed)
                UNION ALL SELECT * FROM followed""",
        ),
        # What is new in a request follows the model's last words. One that only repeats the last one is a retry.
        Relation(
            "prompts",
            ("calls", "conversations", "said"),
            """WITH asked AS (
                SELECT calls.*, items FROM calls JOIN conversations USING (flow_id)
                QUALIFY items IS DISTINCT FROM
                    lag(items) OVER (PARTITION BY session_id, agent_id ORDER BY started, flow_id)),
            told AS (
                SELECT flow_id, place, is_models, typed FROM (
                    SELECT flow_id, unnest(items) AS item, generate_subscripts(items, 1) AS place FROM asked)
                JOIN said USING (item))
            SELECT asked.* EXCLUDE (items), prompt FROM asked JOIN (
                SELECT flow_id, arg_max(typed, place) AS prompt FROM (
                    SELECT *, max(place) FILTER (is_models) OVER (PARTITION BY flow_id) AS answered_at FROM told)
                WHERE typed IS NOT NULL AND place > coalesce(answered_at, 0) GROUP BY flow_id) USING (flow_id)""",
        ),
        # A turn has ended where the model asks for nothing more.
        Relation(
            "idles",
            ("answered_calls", "tool_calls"),
            f"""SELECT * FROM answered_calls WHERE "end" = 'complete' AND agent_id IS NULL AND flow_id NOT IN (
                SELECT flow_id FROM tool_calls WHERE kind IN ({CLIENT_RUNS}))""",
        ),
        Relation(
            "turns",
            ("prompts", "idles", "calls", "replies"),
            """SELECT asked.*,
                    CASE WHEN rests.ended < coalesce(next_started, 'infinity') THEN rests.ended END AS idle_at,
                    rests.flow_id AS idle_flow_id, rests.stop_reason AS idle_reason, replies.text AS reply
                FROM (
                    SELECT *, lead(started) OVER (PARTITION BY session_id ORDER BY started, flow_id) AS next_started
                    FROM prompts) asked
                ASOF LEFT JOIN (SELECT flow_id, session_id, ended, stop_reason FROM idles) rests
                    ON asked.session_id = rests.session_id AND asked.started <= rests.ended
                LEFT JOIN replies ON rests.flow_id = replies.flow_id""",
        ),
        Relation("log_files", (), prepare="log_files"),
        Relation("answered_calls", ("calls",), "SELECT * FROM calls WHERE has_ended"),
    )
}


def relations_of(names: Iterable[str]) -> list[Relation]:
    """These relations and those that they read, each behind what it reads."""
    found: dict[str, Relation] = {}
    for name in names:
        if name in RELATIONS:
            found |= {each.name: each for each in relations_of(RELATIONS[name].reads)}
            found[name] = RELATIONS[name]
    return list(found.values())


def facts_of(names: Iterable[str]) -> list[Fact]:
    """The facts that these relations and facts stand on, each once."""
    read = {*names, *(name for relation in relations_of(names) for name in relation.reads)}
    return [fact for fact in FACTS.values() if fact.name in read]
