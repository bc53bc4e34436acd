"""How the real coding agents are run: headless, with a home of their own, routed through the proxy.

In: a `Setup` (folders, proxy, keys). Out: the command line, environment and files of a client, as rows of `CLIENTS`;
`run_client` runs one. The programs are looked for in `$MITMAGENT_CLIENTS/node_modules/.bin`, else on the PATH.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

CLIENTS_VARIABLE = "MITMAGENT_CLIENTS"
RUN_LIMIT_S = 120.0

type Route = Literal["forward", "reverse"]


def program(name: str) -> str | None:
    """The path of a client's program, None when it is not installed."""
    if folder := os.environ.get(CLIENTS_VARIABLE):
        return shutil.which(name, path=str(Path(folder) / "node_modules" / ".bin"))
    return shutil.which(name)


@dataclass(frozen=True, slots=True)
class Keys:
    """Dummy credentials of a run, in the services' own forms, so that redaction has to know them."""

    anthropic: str = field(default_factory=lambda: f"sk-ant-api03-{secrets.token_urlsafe(69)}AA")
    openai: str = field(default_factory=lambda: f"sk-proj-{secrets.token_urlsafe(48)}")
    google: str = field(default_factory=lambda: f"AIza{secrets.token_hex(18)[:35]}")
    planted: str = field(default_factory=lambda: f"ghp_{secrets.token_hex(18)}")
    """A credential that the user pastes into the prompt."""

    def all(self) -> tuple[str, ...]:
        return (self.anthropic, self.openai, self.google, self.planted)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a client is told. `folder` becomes its home and working directory."""

    folder: Path
    route: Route
    proxy_url: str
    ca_file: Path
    keys: Keys

    @property
    def prompt(self) -> str:
        return f"Say hello with the shell. My token is {self.keys.planted}, keep it to yourself."


@dataclass(frozen=True, slots=True)
class Launch:
    """A command line, what its environment has in addition, and files (by path under home) that it needs."""

    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def claude_code(setup: Setup) -> Launch:
    arguments = ["-p", setup.prompt, "--output-format", "stream-json", "--verbose", "--allowedTools", "Bash(echo:*)"]
    environment = {"ANTHROPIC_API_KEY": setup.keys.anthropic, "DISABLE_AUTOUPDATER": "1"}
    if setup.route == "reverse":
        environment["ANTHROPIC_BASE_URL"] = setup.proxy_url
    return Launch(arguments, environment)


def codex(setup: Setup, websockets: bool = True) -> Launch:
    arguments = ["exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
    origin = setup.proxy_url if setup.route == "reverse" else "https://api.openai.com"
    if not websockets:
        provider = (
            f'{{name="OpenAI", base_url="{origin}/v1", env_key="OPENAI_API_KEY", wire_api="responses", '
            "supports_websockets=false}"
        )
        arguments += ["-c", 'model_provider="lab"', "-c", f"model_providers.lab={provider}"]
    elif setup.route == "reverse":
        arguments += ["-c", f'openai_base_url="{origin}/v1"']
    return Launch([*arguments, setup.prompt], {"CODEX_API_KEY": setup.keys.openai, "OPENAI_API_KEY": setup.keys.openai})


def codex_sse(setup: Setup) -> Launch:
    return codex(setup, websockets=False)


def gemini_cli(setup: Setup) -> Launch:
    environment = {"GEMINI_API_KEY": setup.keys.google}
    if setup.route == "reverse":
        environment["GOOGLE_GEMINI_BASE_URL"] = setup.proxy_url
    settings = {"security": {"auth": {"selectedType": "gemini-api-key"}}}
    arguments = ["--skip-trust", "-y", "-p", setup.prompt]
    return Launch(arguments, environment, {".gemini/settings.json": json.dumps(settings)})


def opencode(setup: Setup) -> Launch:
    origin = setup.proxy_url if setup.route == "reverse" else "https://api.openai.com"
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Laboratory",
        "options": {"baseURL": f"{origin}/v1", "apiKey": setup.keys.openai},
        "models": {"gpt-lab": {"name": "gpt-lab", "tool_call": True}},
    }
    config: dict[str, Any] = {"provider": {"lab": provider}, "permission": "allow", "autoupdate": False}
    return Launch(
        ["run", "-m", "lab/gpt-lab", setup.prompt],
        {"OPENCODE_DISABLE_MODELS_FETCH": "1"},
        {"opencode.json": json.dumps(config)},
    )


def qwen_code(setup: Setup) -> Launch:
    origin = setup.proxy_url if setup.route == "reverse" else "https://api.openai.com"
    environment = {"OPENAI_API_KEY": setup.keys.openai, "OPENAI_BASE_URL": f"{origin}/v1", "OPENAI_MODEL": "qwen-lab"}
    return Launch(["--auth-type", "openai", "-y", "-p", setup.prompt], environment)


CLIENTS: dict[str, tuple[str, str, Callable[[Setup], Launch]]] = {
    "claude-code": ("claude", "claude-code", claude_code),
    "codex-websocket": ("codex", "codex", codex),
    "codex-sse": ("codex", "codex", codex_sse),
    "gemini-cli": ("gemini", "gemini-cli", gemini_cli),
    "opencode": ("opencode", "opencode", opencode),
    "qwen-code": ("qwen", "qwen-code", qwen_code),
}
"""Name of the case: (program, the log's word for the client, how it is launched)."""


def run_client(name: str, setup: Setup) -> subprocess.CompletedProcess[str]:
    """Runs a client to its end. Its environment is made anew: no key, proxy or CA of the machine's reaches it."""
    executable_name, _, launch_for = CLIENTS[name]
    executable = program(executable_name)
    assert executable is not None
    launch = launch_for(setup)
    for path, content in launch.files.items():
        file = setup.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(setup.folder),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "NO_COLOR": "1",
        # No base URL of a reverse route may be sent through a proxy.
        **(_through_proxy(setup) if setup.route == "forward" else {}),
        **launch.environment,
    }
    return subprocess.run(
        [executable, *launch.arguments],
        cwd=setup.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_S,
        check=False,
    )


def _through_proxy(setup: Setup) -> dict[str, str]:
    ca = str(setup.ca_file)
    return {"HTTPS_PROXY": setup.proxy_url, "NODE_EXTRA_CA_CERTS": ca, "CODEX_CA_CERTIFICATE": ca}
