"""launch.sh, in a checkout whose path has blanks and whose programs only say how they were called.

Nothing here needs a network: the environment is a stand-in, and so are uv and Python where preparing it is the subject.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = (ROOT / "launch.sh").read_text()
COMMANDS = re.findall(r"^  ([a-z]+)", SCRIPT.partition("COMMANDS='")[2].partition("'\n\n")[0], re.MULTILINE)

ECHO = '#!/bin/sh\nprintf "%s" "${0##*/}"; for argument in "$@"; do printf " [%s]" "$argument"; done; echo\n'
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nmitmproxy\n-----END CERTIFICATE-----\n"
PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
CA_VARIABLES = ("NODE_EXTRA_CA_CERTS", "CODEX_CA_CERTIFICATE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO")


def program(path: Path, text: str = ECHO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@dataclass
class Checkout:
    """A copy of launch.sh with a home of its own, and `bin` before the system's programs."""

    folder: Path
    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def launch(self) -> Path:
        return self.folder / "launch.sh"

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"

    @property
    def bundle(self) -> Path:
        return self.home / ".cache/mitmagent/ca-bundle.pem"

    def environment(self, **more: str) -> dict[str, str]:
        base = {"HOME": str(self.home), "PATH": f"{self.home / 'bin'}:/usr/bin:/bin", "PYENV_ROOT": str(self.home)}
        return base | self.variables | more

    def __call__(self, *arguments: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        return self.start(str(self.launch), *arguments, cwd=cwd, **more)

    def start(self, *command: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=cwd or self.home, env=self.environment(**more), capture_output=True, text=True, timeout=60
        )

    def exports(self, **more: str) -> dict[str, str]:
        """The environment of a shell that has evaluated `launch.sh env`."""
        shell = self.start("sh", "-c", f"eval \"$('{self.launch}' env)\"; env", **more)
        return dict(line.partition("=")[::2] for line in shell.stdout.splitlines())

    def trust(self) -> None:
        path = self.home / ".mitmproxy/mitmproxy-ca-cert.pem"
        path.parent.mkdir()
        path.write_text(CERTIFICATE)

    def make_ready(self) -> None:
        for name in ("python", "mitmdump", "mitmweb", "mitmproxy", "ruff", "mypy", "pytest"):
            program(self.venv / "bin" / name)
        (self.venv / ".mitmagent-ready").write_text(f"{self.folder}\n")


@pytest.fixture
def unprepared(tmp_path: Path) -> Checkout:
    folder, home = tmp_path / "a check out", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    for name in ("launch.sh", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, folder)
        os.utime(folder / name, (0, 0))
    return Checkout(folder.resolve(), home)


@pytest.fixture
def checkout(unprepared: Checkout) -> Checkout:
    unprepared.make_ready()
    return unprepared


@pytest.fixture
def routed(checkout: Checkout) -> Iterator[Checkout]:
    """With mitmproxy's certificate in place, and something that listens where the proxy would."""
    checkout.trust()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        checkout.variables["AGENT_PORT"] = str(listener.getsockname()[1])
        yield checkout


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


# -- Help and refusals -----------------------------------------------------------------------------------------------


def test_the_table_and_the_functions_name_the_same_commands() -> None:
    assert sorted(COMMANDS) == sorted(re.findall(r"^command_([a-z]+)\(\)", SCRIPT, re.MULTILINE))


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_lists_every_command_and_variable(unprepared: Checkout, word: str) -> None:
    done = unprepared(word)
    assert (done.returncode, done.stderr) == (0, "")
    listed = re.findall(r"^  ([a-z]+) ", done.stdout, re.MULTILINE)
    assert listed == COMMANDS
    assert all(name in done.stdout for name in ("AGENT_PORT", "AGENT_WEB_PORT", "AGENT_LOG_DIR", "NO_PROXY"))


@pytest.mark.parametrize("word", ["--help", "-h"])
@pytest.mark.parametrize(
    ("name", "tells"),
    [
        ("replay", "--speed N"),
        ("follow", "AGENT_LOG_DIR"),
        ("watch", "--from X"),
        ("drain", "--log-dir DIR"),
        ("run", "./launch.sh run claude"),
        ("env", 'eval "$(./launch.sh env)"'),
        ("setup", "uv.lock"),
        ("test", "go to pytest"),
    ],
)
def test_a_command_has_a_help_of_its_own(unprepared: Checkout, name: str, word: str, tells: str) -> None:
    done = unprepared(name, word)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: ./launch.sh {name}")
    assert tells in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        pytest.param(
            ["dmup"], {}, "no command 'dmup'; did you mean dump, drain, demo?", id="a slip names what is near"
        ),
        pytest.param(["xyz"], {}, "no command 'xyz'", id="nothing near"),
        pytest.param(["in it"], {}, "no command 'in it'", id="a blank in it"),
        pytest.param(["run"], {}, "run needs a command", id="run without a command"),
        pytest.param(["env", "x"], {}, "env takes no arguments", id="env with one"),
        pytest.param(["setup", "x"], {}, "setup takes no arguments", id="setup with one"),
        pytest.param(["replay"], {}, "replay needs a file", id="replay without one"),
        pytest.param(["replay", "a", "b"], {}, "one file, not also 'b'", id="replay with two"),
        pytest.param(["replay", "a", "--speed"], {}, "--speed needs a number", id="a speed that is missing"),
        pytest.param(["watch"], {}, "watch needs the address of a Redis", id="watch without one"),
        pytest.param(["watch", "box"], {}, "watch takes the address of a Redis", id="watch with something else"),
        pytest.param(["watch", "--from"], {}, "--from needs now, start", id="a beginning that is missing"),
        pytest.param(["redis"], {}, "redis needs a command", id="redis without a command"),
        pytest.param([], {"AGENT_PORT": "http"}, "AGENT_PORT=http is no port", id="a port that is a word"),
        pytest.param([], {"AGENT_WEB_PORT": "65536"}, "AGENT_WEB_PORT=65536 is no port", id="a port out of range"),
    ],
)
def test_refusals_say_why_with_status_2(
    checkout: Checkout, arguments: list[str], variables: dict[str, str], said: str
) -> None:
    done = checkout(*arguments, **variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize("command", ["env", "run"])
def test_without_mitmproxys_certificate_it_says_how_to_get_one(checkout: Checkout, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = checkout(command, *["true"][: command == "run"], AGENT_PORT=str(listener.getsockname()[1]))
    assert done.returncode == 2
    assert "mitmproxy-ca-cert.pem is missing" in done.stderr


# -- Starting mitmproxy ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["dump"], "mitmdump {proxy}", id="dump"),
        pytest.param(["dump", "--set", "a=b c"], "mitmdump {proxy} [--set] [a=b c]", id="dump with an option"),
        pytest.param(["console"], "mitmproxy {proxy}", id="console"),
        pytest.param(["web"], "mitmweb {proxy} {web}", id="web"),
        pytest.param([], "mitmweb {proxy} {web}", id="no command"),
        pytest.param(["-w", "x"], "mitmweb {proxy} {web} [-w] [x]", id="an option without a command"),
        pytest.param(["demo", "--fast"], "python [-m] [addons.demo] [--fast]", id="demo"),
    ],
)
def test_what_is_started(checkout: Checkout, arguments: list[str], expected: str) -> None:
    """A browser's window is opened only for someone at a desktop: never here."""
    port, web_port = free_port(), free_port()
    done = checkout(*arguments, AGENT_PORT=port, AGENT_WEB_PORT=web_port)
    script = checkout.folder / "addons/all.py"
    proxy = f"[-s] [{script}] [--listen-host] [127.0.0.1] [--listen-port] [{port}]"
    web = f"[--web-host] [127.0.0.1] [--web-port] [{web_port}] [--set] [web_open_browser=false]"
    assert (done.returncode, done.stdout) == (0, expected.format(proxy=proxy, web=web) + "\n")


@pytest.mark.parametrize(
    ("arguments", "path", "speed", "rest"),
    [
        pytest.param(["replay", "a b"], "a b", "1", "", id="replay"),
        pytest.param(["replay", "x", "--speed", "10"], "x", "10", "", id="a speed"),
        pytest.param(["replay", "--speed=inf", "x"], "x", "inf", "", id="a speed before the file"),
        pytest.param(["replay", "-", "--set", "a=b"], "-", "1", " [--set] [a=b]", id="standard input, an option"),
        pytest.param(["follow"], "{home}/centralized-logs/all-mitm-sse/sse_lines.jsonl", "follow", "", id="follow"),
        pytest.param(["follow", "x", "-q"], "x", "follow", " [-q]", id="follow a file"),
        pytest.param(["follow", "-q"], "/logs/all-mitm-sse/sse_lines.jsonl", "follow", " [-q]", id="AGENT_LOG_DIR"),
    ],
)
def test_viewers_listen_nowhere(checkout: Checkout, arguments: list[str], path: str, speed: str, rest: str) -> None:
    log_dir = {"AGENT_LOG_DIR": "/logs"} if path.startswith("/logs") else {}
    done = checkout(*arguments, **log_dir)
    start = f"mitmdump [-n] [-s] [{checkout.folder}/addons/all.py] [--set] [termlog_verbosity=alert]"
    source = f"[--set] [agent_source=file:{path.format(home=checkout.home)}] [--set] [agent_source_speed={speed}]"
    assert (done.returncode, done.stdout) == (0, f"{start} {source}{rest}\n")


WITH_PASSWORD = "redis://:hunter2@box:6379"


@pytest.mark.parametrize(
    ("arguments", "variables", "source", "rest"),
    [
        pytest.param(["watch", WITH_PASSWORD], {}, "env:AGENT_REDIS_URL", "now]", id="an address"),
        pytest.param(
            ["watch"], {"AGENT_REDIS_URL": WITH_PASSWORD}, "env:AGENT_REDIS_URL", "now]", id="the environment's"
        ),
        pytest.param(["watch", "env:FLEET", "--from", "5"], {}, "env:FLEET", "5]", id="another variable, a beginning"),
        pytest.param(
            ["watch", "--from=start", "unix:///s", "-q"], {}, "env:AGENT_REDIS_URL", "start] [-q]", id="an option"
        ),
    ],
)
def test_a_watcher_has_no_password_in_its_arguments(
    checkout: Checkout, arguments: list[str], variables: dict[str, str], source: str, rest: str
) -> None:
    """Other users of the machine can read them."""
    program(checkout.venv / "bin/mitmdump", ECHO + 'echo "$AGENT_REDIS_URL"\n')
    done = checkout(*arguments, **variables)
    start = f"mitmdump [-n] [-s] [{checkout.folder}/addons/all.py] [--set] [termlog_verbosity=alert]"
    options = f"[--set] [agent_source={source}] [--set] [agent_source_speed=follow] [--set] [agent_source_from={rest}"
    url = next((word for word in arguments if "://" in word), variables.get("AGENT_REDIS_URL", ""))
    assert (done.returncode, done.stdout) == (0, f"{start} {options}\n{url}\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["drain", WITH_PASSWORD, "--log-dir", "a b"], "[drain] [--log-dir] [a b]", id="drain"),
        pytest.param(["redis", "trim", WITH_PASSWORD, "2d"], "[trim] [2d]", id="a command"),
        pytest.param(["redis", "info", "env:FLEET"], "[info] [env:FLEET]", id="a variable"),
    ],
)
def test_what_looks_after_a_stream_has_no_password_in_its_arguments(
    checkout: Checkout, arguments: list[str], expected: str
) -> None:
    """It finds the checkout's modules, and those of no other folder."""
    program(checkout.venv / "bin/python", ECHO + 'echo "$PYTHONPATH $AGENT_REDIS_URL"\n')
    done = checkout(*arguments)
    url = WITH_PASSWORD if WITH_PASSWORD in arguments else ""
    called = f"python [-P] [-m] [addons.redis_shell] {expected}"
    assert (done.returncode, done.stdout) == (0, f"{called}\n{checkout.folder} {url}\n")


@pytest.mark.parametrize(
    ("command", "variable"), [("dump", "AGENT_PORT"), ("console", "AGENT_PORT"), ("web", "AGENT_WEB_PORT")]
)
def test_a_port_in_use_is_named_with_a_way_out(checkout: Checkout, command: str, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = checkout(command, **{"AGENT_PORT": free_port(), "AGENT_WEB_PORT": free_port(), variable: port})
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr
    assert f"{variable}=" in done.stderr


@pytest.mark.parametrize(
    ("value", "expected"), [("logs here", "{cwd}/logs here"), ("/logs", "/logs"), ("~/logs", "~/logs")]
)
def test_the_log_folder_does_not_depend_on_where_a_command_runs(checkout: Checkout, value: str, expected: str) -> None:
    program(checkout.venv / "bin/python", '#!/bin/sh\necho "$AGENT_LOG_DIR"\n')
    done = checkout("demo", cwd=checkout.home, AGENT_LOG_DIR=value)
    assert done.stdout == expected.format(cwd=checkout.home) + "\n"


def test_it_is_called_by_a_link_from_elsewhere(checkout: Checkout) -> None:
    """Two links, the second one relative, and a working directory that is neither's."""
    (checkout.home / "bin").mkdir()
    (checkout.home / "bin/first").symlink_to(checkout.launch)
    (checkout.home / "bin/agents").symlink_to("first")
    done = checkout.start("agents", "dump", AGENT_PORT=free_port())
    assert f"[{checkout.folder}/addons/all.py]" in done.stdout


def test_it_is_called_by_its_bare_name(checkout: Checkout) -> None:
    done = checkout.start("bash", "launch.sh", "dump", cwd=checkout.folder, AGENT_PORT=free_port())
    assert f"[{checkout.folder}/addons/all.py]" in done.stdout


# -- Routing a client ------------------------------------------------------------------------------------------------


def test_env_can_be_evaluated(checkout: Checkout) -> None:
    """In any POSIX shell, blanks in the path or not."""
    checkout.trust()
    exports = checkout.exports(XDG_CACHE_HOME=str(checkout.home / "my cache"), AGENT_PORT="4321")
    bundle = str(checkout.home / "my cache/mitmagent/ca-bundle.pem")
    assert {name: exports.get(name) for name in PROXY_VARIABLES} == dict.fromkeys(
        PROXY_VARIABLES, "http://127.0.0.1:4321"
    )
    assert {name: exports.get(name) for name in CA_VARIABLES} == dict.fromkeys(CA_VARIABLES, bundle)
    assert exports["NODE_USE_ENV_PROXY"] == "1"
    assert "NO_PROXY" not in exports


def test_the_bundle_has_everything_that_was_trusted_before(checkout: Checkout) -> None:
    """mitmproxy's certificate, the system's or what replaces them, and what the user's own variables add."""
    checkout.trust()
    (checkout.home / "system.pem").write_text("system")
    (checkout.home / "company.pem").write_text("company")
    system, company = str(checkout.home / "system.pem"), str(checkout.home / "company.pem")
    checkout.exports(SSL_CERT_FILE=system, NODE_EXTRA_CA_CERTS=company, GIT_SSL_CAINFO=company)
    header, *lines = checkout.bundle.read_text().split("\n")
    assert header.startswith("# mitmagent: ")
    assert "\n".join(lines) == f"{CERTIFICATE}\nsystem\ncompany\n"


def test_the_bundle_is_renewed_when_a_source_changes_and_only_then(checkout: Checkout) -> None:
    checkout.trust()
    system = checkout.home / "system.pem"
    system.write_text("old")
    os.utime(system, (0, 0))
    os.utime(checkout.home / ".mitmproxy/mitmproxy-ca-cert.pem", (0, 0))
    checkout.exports(SSL_CERT_FILE=str(system))
    made = checkout.bundle.stat().st_ino
    checkout.exports(SSL_CERT_FILE=str(system))
    assert checkout.bundle.stat().st_ino == made

    later = checkout.bundle.stat().st_mtime + 10
    system.write_text("new")
    os.utime(system, (later, later))
    checkout.exports(SSL_CERT_FILE=str(system))
    assert "new" in checkout.bundle.read_text()


def test_a_routed_client_that_routes_another_does_not_nest_the_bundle(checkout: Checkout) -> None:
    checkout.trust()
    first = checkout.exports()
    text = checkout.bundle.read_text()
    assert checkout.exports(**{name: first[name] for name in CA_VARIABLES}) | {"_": ""} == first | {"_": ""}
    assert checkout.bundle.read_text() == text


def test_run_hands_over_arguments_variables_and_directory(routed: Checkout) -> None:
    done = routed("run", "sh", "-c", 'echo "$PWD|$1|$HTTPS_PROXY|$NO_PROXY"', "sh", "a  b", NO_PROXY="example.com")
    port = routed.variables["AGENT_PORT"]
    assert done.stdout == f"{routed.home}|a  b|http://127.0.0.1:{port}|example.com\n"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        pytest.param(["true"], 0, id="success"),
        pytest.param(["sh", "-c", "exit 7"], 7, id="its own status"),
        pytest.param(["sh", "-c", "kill -TERM $$"], -15, id="ended by a signal"),
        pytest.param(["--", "sh", "-c", "exit 3"], 3, id="after two dashes"),
        pytest.param(["no-such-agent"], 127, id="not installed"),
    ],
)
def test_run_returns_the_clients_status(routed: Checkout, command: list[str], status: int) -> None:
    assert routed("run", *command).returncode == status


def test_run_without_a_proxy_says_how_to_start_one(checkout: Checkout) -> None:
    checkout.trust()
    port = free_port()
    done = checkout("run", "touch", "started", AGENT_PORT=port)
    assert done.returncode == 2
    assert f"no proxy listens on 127.0.0.1:{port}" in done.stderr
    assert f"another terminal: {checkout.launch}" in done.stderr
    assert not (checkout.home / "started").exists()


# -- Preparing the environment ---------------------------------------------------------------------------------------

UV = """#!/bin/sh
[ "$1" = --version ] && exit
[ "$1 $2" = "python find" ] && exit 1
echo "$*" >>"$HOME/uv-calls"
sleep 0.3
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
cp "$HOME/stand-in" "$UV_PROJECT_ENVIRONMENT/bin/python"
cp "$HOME/stand-in" "$UV_PROJECT_ENVIRONMENT/bin/mitmdump"
"""
NO_PYTHON = "#!/bin/sh\nexit 1\n"


@pytest.fixture
def with_uv(unprepared: Checkout) -> Checkout:
    """A uv that works, and no Python that would do."""
    program(unprepared.home / "stand-in", '#!/bin/sh\n[ "$1" = - ] && exit 1; echo stand-in\n')
    program(unprepared.home / "bin/uv", UV)
    for name in ("python3", "python3.12", "python3.13", "python3.14"):
        program(unprepared.home / "bin" / name, NO_PYTHON)
    return unprepared


def uv_calls(checkout: Checkout) -> list[str]:
    path = checkout.home / "uv-calls"
    return path.read_text().splitlines() if path.exists() else []


def test_the_first_start_prepares_and_the_second_does_not(with_uv: Checkout) -> None:
    for _ in range(2):
        done = with_uv("dump", AGENT_PORT=free_port())
        assert (done.returncode, done.stdout) == (0, "stand-in\n")
    assert uv_calls(with_uv) == ["sync --locked --quiet"]


def test_it_tells_what_it_does_on_standard_error(with_uv: Checkout) -> None:
    done = with_uv("setup")
    assert done.stdout == ""
    assert "preparing .venv" in done.stderr
    assert "is ready" in done.stderr


def test_a_python_that_is_there_is_preferred_to_a_download(with_uv: Checkout) -> None:
    program(with_uv.home / "bin/python3.12", "#!/bin/sh\necho /somewhere/python3.12\n")
    with_uv("setup")
    assert uv_calls(with_uv) == ["sync --locked --quiet --python /somewhere/python3.12"]


@pytest.mark.parametrize("name", ["pyproject.toml", "uv.lock"])
def test_a_newer_project_file_prepares_again(with_uv: Checkout, name: str) -> None:
    with_uv("setup")
    later = (with_uv.venv / ".mitmagent-ready").stat().st_mtime + 10
    os.utime(with_uv.folder / name, (later, later))
    with_uv("setup")
    assert len(uv_calls(with_uv)) == 2


def test_a_moved_checkout_is_prepared_anew(with_uv: Checkout) -> None:
    """The programs in .venv name the place where they were made."""
    with_uv("setup")
    moved = with_uv.folder.rename(with_uv.folder.with_name("moved"))
    (moved / ".venv/old").touch()
    Checkout(moved, with_uv.home)("setup")
    assert len(uv_calls(with_uv)) == 2
    assert not (moved / ".venv/old").exists()


def test_a_shim_that_fails_is_no_uv(with_uv: Checkout) -> None:
    """As pyenv leaves one behind: there, executable, and good for nothing."""
    (with_uv.home / ".local/bin").mkdir(parents=True)
    (with_uv.home / "bin/uv").rename(with_uv.home / ".local/bin/uv")
    program(with_uv.home / "bin/uv", "#!/bin/sh\nexit 127\n")
    assert with_uv("setup").returncode == 0
    assert len(uv_calls(with_uv)) == 1


def test_two_first_starts_do_not_collide(with_uv: Checkout) -> None:
    starts = [
        subprocess.Popen([with_uv.launch, "setup"], env=with_uv.environment(), stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    outputs = [start.communicate(timeout=60)[1] for start in starts]
    assert [start.returncode for start in starts] == [0, 0, 0], outputs
    assert len(uv_calls(with_uv)) == 1


def test_an_interrupted_preparation_is_taken_up_again(with_uv: Checkout) -> None:
    working = (with_uv.home / "bin/uv").read_text()
    program(with_uv.home / "bin/uv", UV.replace("sleep 0.3", "kill -INT 0; sleep 5"))
    stopped = subprocess.run(
        [with_uv.launch, "setup"],
        env=with_uv.environment(),
        capture_output=True,
        text=True,
        start_new_session=True,
        # Where the tests run in the background of a script, it would be ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        timeout=60,
    )
    assert stopped.returncode == 130
    assert "interrupted" in stopped.stderr
    program(with_uv.home / "bin/uv", working)
    assert with_uv("setup").returncode == 0


def test_without_uv_and_python_it_says_what_to_install(with_uv: Checkout) -> None:
    program(with_uv.home / "bin/uv", "#!/bin/sh\nexit 1\n")
    done = with_uv("setup")
    assert done.returncode == 1
    assert "Python 3.12 or newer, or uv" in done.stderr


def test_what_was_prepared_serves_on_when_an_update_fails(with_uv: Checkout) -> None:
    """After a pull, without a network."""
    with_uv("setup")
    os.utime(with_uv.folder / "uv.lock", (4e9, 4e9))
    program(with_uv.home / "bin/uv", "#!/bin/sh\n[ $1 = --version ]\n")
    done = with_uv("dump", AGENT_PORT=free_port())
    assert (done.returncode, done.stdout) == (0, "stand-in\n")
    assert "going on with it as it was" in done.stderr


# -- The checks of the project itself --------------------------------------------------------------------------------


@pytest.mark.parametrize("failing", ["ruff", "mypy", "pytest", None])
def test_every_step_of_test_runs_whatever_fails(checkout: Checkout, failing: str | None) -> None:
    if failing:
        program(checkout.venv / "bin" / failing, ECHO + "exit 5\n")
    done = checkout("test", "-k", "one or two")
    steps = [line for line in done.stdout.splitlines() if line and not line.startswith("==")]
    assert steps == ["ruff [check]", "ruff [format] [--check]", "mypy", "pytest [-k] [one or two]"]
    assert done.returncode == (1 if failing else 0)
    assert bool(failing) == ("failed:" in done.stderr)


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
@pytest.mark.parametrize("name", ["launch.sh", ".ci/run"])
def test_shellcheck_has_nothing_to_say(name: str) -> None:
    done = subprocess.run(["shellcheck", ROOT / name], capture_output=True, text=True)
    assert done.stdout == ""
