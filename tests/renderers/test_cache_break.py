"""renderers/cache_break.py: what changed before the cache point, what it costs, whether it was so."""

from __future__ import annotations

import pytest

from addons.protocols.events import RequestPart
from renderers.cache_break import Cached, CacheWatch, cache_point, find_break

SIZE_BYTES = 8_000


def parts(line: str) -> tuple[RequestPart, ...]:
    """`t1 s1 m1 m2*`: a kind's first letter and the content; a star is a cache mark."""
    kinds = {"t": "tool", "s": "system", "m": "message"}
    return tuple(RequestPart(kinds[w[0]], w.rstrip("*"), SIZE_BYTES, w.endswith("*")) for w in line.split())  # type: ignore[arg-type]


def usage(read: int | None, written: int | None = 0, total: int = 20_000) -> dict[str, int | None]:
    return {"input_tokens": total, "cache_read_input_tokens": read, "cache_creation_input_tokens": written}


@pytest.mark.parametrize(
    ("line", "expected"),
    [("t1 s1* m1 m2* m3", 4), ("t1 s1 m1", 3), ("", 0)],
    ids=["behind the last mark", "no mark: the provider caches by itself", "nothing"],
)
def test_the_cache_point(line, expected):
    assert cache_point(parts(line)) == expected


@pytest.mark.parametrize(
    ("before", "after", "what", "tokens"),
    [
        pytest.param("t1 s1 m1*", "t1 s1 m1 m2*", None, None, id="the conversation goes on"),
        pytest.param("t1 s1 m1* m2", "t1 s1 m1 m3*", None, None, id="a change behind the cache point"),
        pytest.param("t1 s1 m1*", "t1 s1*", None, None, id="a prefix of what is cached"),
        pytest.param("t1 s1 m1*", "t1 s2 m1*", "system block 1 of 1 changed", 8_000, id="system"),
        pytest.param("t1 t2 s1 m1*", "t1 t3 s1 m1*", "tool definition 2 of 2 changed", 9_000, id="tool"),
        pytest.param("t1 s1*", "t1 t2 s1*", "a tool definition is new", 6_000, id="a tool more"),
        pytest.param("t1 t2 s1*", "t1 s1*", "a tool definition is gone", 8_000, id="a tool less"),
        pytest.param(
            "t1 t2 s1*",
            "t0 t1 t2 s1*",
            "tool definition 1 changed, there are 3, there were 2",
            12_000,
            id="others",
        ),
        pytest.param("s1 m1 m2 m3*", "s1 m9 m4*", "message 1 of 2 changed", 9_000, id="compacted"),
    ],
)
def test_what_changed(before, after, what, tokens):
    found = find_break(Cached("m", parts(before), 12_000), "m", parts(after))
    assert (found and found.what, found and found.tokens) == (what, tokens)


def test_another_model_has_another_cache():
    found = find_break(Cached("a", parts("s1*"), 12_000), "b", parts("s1*"))
    assert found is not None
    assert found.what == "the model changed from a to b"


def test_what_is_too_short_to_be_cached_is_no_alarm():
    assert find_break(Cached("m", parts("s1*"), 900), "m", parts("s2*")) is None


def test_without_usage_the_tokens_are_estimated_from_the_size():
    found = find_break(Cached("m", parts("s1*"), None), "m", parts("s2*"))
    assert found is not None
    assert found.tokens == SIZE_BYTES // 4


def two_calls(watch: CacheWatch, after: str, second: dict[str, int | None]) -> tuple[str, str]:
    watch.started("a", "", "m", parts("t1 s1 m1*"))
    watch.ended("a", usage(2_000, 10_000))
    alarm = watch.started("b", "", "m", parts(after))
    return alarm, watch.ended("b", second)


def test_alarm_and_confirmation():
    alarm, verdict = two_calls(CacheWatch(), "t1 s2 m1*", usage(4_000, 8_000))
    assert alarm == (
        "cache break: system block 1 of 1 changed, before the cache point; about 8,000 tokens to be read anew"
    )
    assert verdict == (
        "cache break confirmed: system block 1 of 1 changed; 8,000 tokens were read anew, 4,000 came from the cache"
    )


def test_withdrawn_and_from_then_on_silent():
    watch = CacheWatch()
    alarm, verdict = two_calls(watch, "t1 s2 m1*", usage(12_000, 0))
    assert alarm
    assert verdict == "no cache break: 12,000 tokens came from the cache all the same"
    assert watch.started("c", "", "m", parts("t1 s3 m1*")) == ""
    assert watch.ended("c", usage(12_000, 0)) == ""


def test_a_silent_place_speaks_again_when_it_matters():
    watch = CacheWatch()
    two_calls(watch, "t1 s2 m1*", usage(12_000, 0))
    watch.started("c", "", "m", parts("t1 s3 m1*"))
    assert watch.ended("c", usage(0, 12_000)).startswith("cache break confirmed")
    assert watch.started("d", "", "m", parts("t1 s4 m1*")).startswith("cache break:")


def test_agents_of_a_session_have_caches_of_their_own():
    watch = CacheWatch()
    watch.started("a", "", "m", parts("s1*"))
    watch.ended("a", usage(0, 12_000))
    assert watch.started("b", "other", "m", parts("s2*")) == ""


def test_a_request_that_failed_has_cached_nothing():
    watch = CacheWatch()
    watch.started("a", "", "m", parts("t1 s1 m1*"))
    watch.ended("a", usage(2_000, 10_000))
    watch.started("b", "", "m", parts("t1 s2 m1*"))
    assert watch.ended("b", {}) == ""
    assert watch.started("c", "", "m", parts("t1 s1 m1*")) == ""


def test_what_was_never_written_to_the_cache_cannot_be_lost():
    """Without a cache mark, where the provider counts what it writes: it wrote nothing."""
    watch = CacheWatch()
    watch.started("1", "", "m", parts("s1 m1"))
    watch.ended("1", usage(read=0, written=0))
    assert watch.started("2", "", "m", parts("s1 m2")) == ""


def test_without_parts_nothing_is_said():
    watch = CacheWatch()
    assert watch.started("a", "", "m", ()) == ""
    assert watch.ended("a", usage(0)) == ""
