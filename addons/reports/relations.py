"""Relations: what queries read, as views over facts, already without what the filters leave out.

In: which relations a mode reads, the filters as SQL. Out: the facts that they stand on, and the views' SQL. `calls`
is a row an exchange, whether it has ended or not, numbered in the order in which the exchanges began; `answers` is a
row an exchange that has ended, from its end record alone, so that sums need not read anything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from addons.reports.facts import FACTS, USAGE_FIELDS

_USAGE = ", ".join(f"ends.{name}" for name in USAGE_FIELDS)
_STARTED = "ends.ended - to_microseconds(coalesce(round(ends.duration_ms * 1000), 0)::BIGINT)"


@dataclass(frozen=True, slots=True)
class Relation:
    """`reads`: facts and other relations. `sql` has {filters} where those apply."""

    name: str
    reads: tuple[str, ...]
    sql: str


RELATIONS: dict[str, Relation] = {
    relation.name: relation
    for relation in (
        Relation(
            "session_numbers",
            ("numbers",),
            "SELECT session_id, min(number) AS session_number FROM numbers GROUP BY session_id",
        ),
        Relation(
            "answers",
            ("ends", "session_numbers"),
            f"""SELECT * FROM (
                SELECT ends.* EXCLUDE (_file), {_STARTED} AS started, session_number
                FROM ends LEFT JOIN session_numbers USING (session_id)) WHERE {{filters}}""",
        ),
        Relation(
            "calls",
            ("flows", "ends", "session_numbers"),
            f"""SELECT * FROM (
                SELECT row_number() OVER (ORDER BY started, flow_id) AS idx, * FROM (
                    SELECT coalesce(ends.flow_id, flows.flow_id) AS flow_id,
                        coalesce({_STARTED}, flows.answered) AS started, ends.ended,
                        coalesce(ends.session_id, flows.session_id) AS session_id,
                        flows.session_source, flows.agent_id, flows.parent_id,
                        coalesce(ends.client, flows.client) AS client,
                        coalesce(ends.provider, flows.provider) AS provider,
                        coalesce(ends.purpose, flows.purpose) AS purpose,
                        coalesce(ends.api, flows.api) AS api,
                        coalesce(ends.model, flows.model) AS model, flows.model AS model_requested,
                        flows.transport, flows.method, flows.url, flows.http_version,
                        coalesce(ends.status, flows.status) AS status, flows.request_bytes,
                        ends."end", ends.error, ends.response_id, ends.stop_reason, ends.events, ends.bytes,
                        ends.dropped, ends.duration_ms, ends.ttft_ms, {_USAGE}
                    FROM flows FULL JOIN ends ON flows.flow_id = ends.flow_id)
                LEFT JOIN session_numbers USING (session_id)) WHERE {{filters}}""",
        ),
        Relation("answered_calls", ("calls",), 'SELECT * FROM calls WHERE "end" IS NOT NULL'),
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


def facts_of(names: Iterable[str]) -> list[str]:
    """The facts that these relations stand on, each once, in the order of `FACTS`."""
    read = {*names, *(name for relation in relations_of(names) for name in relation.reads)}
    return [name for name in FACTS if name in read]
