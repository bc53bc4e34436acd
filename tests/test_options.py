"""addons/options.py: what values mean, and what is said of those that mean nothing."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from addons.options import OPTIONS, complaint_about_unknown, parse_settings

DEFAULTS = {option.name: option.default for option in OPTIONS}


def parse(**changed: str):
    return parse_settings({**DEFAULTS, **changed}.__getitem__)


def test_the_defaults_are_valid():
    settings = parse()
    assert settings.intercept == "llm"
    assert settings.redact
    assert settings.keep_bodies == 2 << 20
    assert settings.rotate_size == 256 << 20
    assert settings.total_size == 20 << 30


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("agent_intercept", "some", "use llm or all"),
        ("agent_redact", "yes", "use true or false"),
        ("agent_keep_bodies", "abc", "such as 2m"),
        ("agent_keep_bodies", "-1", "such as 2m"),
        ("agent_rotate_days", "0", "above 0"),
        ("agent_rotate_days", "soon", "above 0"),
        ("agent_hosts", "https://x.com/", "without scheme"),
        ("agent_timezone", "Mars/Base", "Europe/Paris"),
        ("agent_source", "/var/log/lines.jsonl", "file:PATH"),
        ("agent_source", "file:", "file:PATH"),
        ("agent_total_size", "1k", "use at least 1m"),
        ("agent_rotate_size", "1", "use at least 4k"),
        ("agent_source_speed", "fast", "inf for at once"),
        ("agent_source_speed", "-1", "inf for at once"),
        ("agent_source_speed", "nan", "inf for at once"),
    ],
)
def test_a_bad_value_is_refused_with_option_value_and_remedy(name, value, hint):
    with pytest.raises(ValueError, match=f"^{name}={value}: ") as refused:
        parse(**{name: value})
    assert hint in str(refused.value)


def test_what_is_wrong_with_details_is_said_without_a_second_name():
    with pytest.raises(ValueError, match=r"^agent_details=tool=loud: tool=loud: must be one of hide, one_line, full"):
        parse(agent_details="tool=loud")


def test_a_log_dir_that_is_a_file_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(ValueError, match="is a file; name a folder"):
        parse(agent_log_dir=str(path))


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("10", 10), ("2k", 2048), ("1.5m", 3 << 19), ("1G", 1 << 30), ("3mb", 3 << 20)]
)
def test_sizes(text, size):
    assert parse(agent_keep_bodies=text).keep_bodies == size


def test_hosts_may_be_separated_by_commas_or_blanks():
    assert parse(agent_hosts="a.com, *.b.com").hosts == ("a.com", "*.b.com")


def test_the_environment_names_the_log_folder_and_the_option_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("AGENT_LOG_DIR", str(tmp_path / "env"))
    assert parse().log_dir == tmp_path / "env"
    assert parse(agent_log_dir=str(tmp_path / "set")).log_dir == tmp_path / "set"
    monkeypatch.delenv("AGENT_LOG_DIR")
    assert parse().log_dir == Path("~/centralized-logs").expanduser()


@pytest.mark.parametrize(
    ("text", "path"),
    [("", None), ("file:-", Path("-")), ("file:a b.jsonl", Path("a b.jsonl")), ("file:~/x", Path.home() / "x")],
)
def test_sources(text, path):
    assert parse(agent_source=text).source == path


@pytest.mark.parametrize(
    ("text", "speed"), [("follow", None), ("1", 1.0), ("0.5", 0.5), ("0", math.inf), ("inf", math.inf)]
)
def test_speeds(text, speed):
    assert parse(agent_source_speed=text).source_speed == speed


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("agent_hsots", "agent_hosts"),
        ("agent_tz", "agent_timezone"),
        ("agent_dir", "agent_log_dir"),
        ("agent_logdir", "agent_log_dir"),
        ("agent_redis", "agent_redis_url"),
    ],
)
def test_an_unknown_option_gets_the_nearest_name(name, nearest):
    assert complaint_about_unknown([name, "view_order"]) == f"there is no option {name}; did you mean {nearest}?"


def test_an_option_of_another_is_none_of_ours():
    assert complaint_about_unknown(["agent_hosts", "other"]) is None


def test_a_bad_file_of_prices_is_refused_with_its_name(tmp_path):
    path = tmp_path / "prices.json"
    path.write_text('{"my-model": {"input": "3", "output": 15}}')
    with pytest.raises(ValueError, match=rf"^agent_prices={path}: 'my-model': input is no number of at least 0; write"):
        parse(agent_prices=str(path))
