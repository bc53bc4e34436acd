"""The command machine: what kind of call this is, told as early as it is evident (SPEC S2.1, S2.2).

In: a call's name, then its argument deltas. Out: a state, and for a recognised call the row of `KNOWN_PATTERNS` that it
fits. The base machine is the table `TRANSITIONS`; a dialect is a row. A row whose tool name says all is recognised
before the first delta. Others are told by the sub-state: the deltas so far without quotes, line feeds and tabs. The
trial lasts for `args_sub_deltas` deltas; the one after them, or the end, is the last that is tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import Final, NamedTuple

from addons.protocols.events import ToolKind
from renderers.tool_views import catalogue as views
from renderers.tool_views.sheet import Sheet, ToolView
from renderers.view_options import MIN_SUB_DELTAS


class State(StrEnum):
    PROVISIONAL = "provisional"
    RECOGNISED = "recognised"
    FALLBACK = "fallback"


class Sign(Enum):
    NAME = "name"
    SHAPE = "shape"
    LIMIT = "limit"
    END = "end"


TRANSITIONS: Mapping[tuple[State, Sign], State] = {
    (State.PROVISIONAL, Sign.NAME): State.RECOGNISED,
    (State.PROVISIONAL, Sign.SHAPE): State.RECOGNISED,
    (State.PROVISIONAL, Sign.LIMIT): State.FALLBACK,
    (State.PROVISIONAL, Sign.END): State.FALLBACK,
}
"""What is not in it does not happen: a call that has been told is never told anew."""

MOST_SUB_STATE_CHARS: Final = 4096
"""Arguments that come in one piece may be long; what they are stands at their beginning."""

MOST_WHY_CHARS: Final = 80

STRIPPED: Final = str.maketrans("", "", "\"'`\n\r\t")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A row. `tool` is matched against the whole name; with a `shape`, the sub-state has to begin with it too."""

    dialect: str
    view: Callable[[Sheet], ToolView]
    tool: str = r".*"
    shape: str = ""
    kinds: tuple[ToolKind, ...] = ()
    """Empty: any."""
    one_line: bool = False
    """The header is all there is to show."""
    names_file: bool = False
    """The header says which file, without which the rest means little."""


def _words(words: str) -> str:
    """Any of the words, as they are written."""
    return "|".join(re.escape(word) for word in words.split())


def _first_key(keys: str) -> str:
    """An object that begins with one of the keys."""
    return rf"\s*\{{\s*(?:{_words(keys)})\s*:"


_EDITOR_COMMANDS = ("create", "view", "str_replace", "insert", "undo_edit")
_NO_EDITOR_COMMAND = (
    rf"(?!(?:{'|'.join(_EDITOR_COMMANDS)})\s*[,}}])"
    rf"(?!(?:{'|'.join(sorted({word[:size] for word in _EDITOR_COMMANDS for size in range(len(word) + 1)}))})\Z)"
)
"""The sub-state has no quotes: a word is an editor's command if it is the whole value, and may be while it is cut."""

KNOWN_PATTERNS: tuple[Pattern, ...] = (
    # By name.
    Pattern("codex javascript", views.javascript, _words("exec"), r"\s*(?!\{)\S", ("custom",)),
    Pattern("apply_patch text", views.patch_text, _words("apply_patch"), r"\s*(?!\{)\S", ("custom",)),
    Pattern("apply_patch", views.patch, _words("apply_patch apply_patch_call patch"), r"\s*\{"),
    Pattern("apply_patch text", views.patch_text, _words("apply_patch patch"), r"\s*\*"),
    Pattern("mcp", views.json, r".+", kinds=("mcp",)),
    Pattern("mcp", views.json, r"mcp__.+"),
    Pattern(
        "shell",
        views.shell,
        _words(
            "Bash bash shell shell_call local_shell local_shell_call shell_command exec_command exec container.exec "
            "run_shell_command run_command run_in_terminal execute_command execute_bash bash_code_execution "
            "run_terminal_cmd developer__shell PowerShell powershell write_stdin monitor Monitor"
        ),
    ),
    Pattern(
        "edit",
        views.edit,
        _words(
            "Edit MultiEdit NotebookEdit edit multiedit multi_edit replace replace_string_in_file edit_file "
            "multi_replace_string_in_file str_replace search_replace"
        ),
        names_file=True,
    ),
    Pattern(
        "text editor",
        views.edit,
        _words(
            "str_replace_based_edit_tool str_replace_editor text_editor_code_execution developer__text_editor "
            "str_replace_based_edit"
        ),
        names_file=True,
    ),
    Pattern("write", views.write, _words("Write write write_file create_file write_to_file"), names_file=True),
    Pattern(
        "read",
        views.read,
        _words(
            "Read NotebookRead read_file read_many_files view_image LS ls list_directory list_dir BashOutput TaskOutput"
        ),
        one_line=True,
    ),
    Pattern(
        "search",
        views.search,
        _words(
            "Grep Glob grep glob search_file_content grep_search grep_files file_search codebase_search "
            "ToolSearch tool_search_tool_bm25 tool_search_tool_regex tool_search_call file_search_call"
        ),
        one_line=True,
    ),
    Pattern(
        "web",
        views.web,
        _words(
            "WebSearch WebFetch web_search web_search_call web_fetch websearch webfetch google_web_search "
            "google_search nova_grounding"
        ),
        one_line=True,
    ),
    Pattern(
        "to-do list", views.todo_list, _words("TodoWrite todowrite update_plan write_todos todo_write manage_todo_list")
    ),
    Pattern(
        "sub-agent",
        views.subagent,
        _words(
            "Task Agent task agent spawn_agent delegate_to_agent invoke_agent runSubagent new_task followup_task "
            "send_message SendMessage send_input ExitPlanMode exit_plan_mode"
        ),
    ),
    Pattern("question", views.question, _words("AskUserQuestion request_user_input request_user_input_async ask_user")),
    Pattern(
        "facts",
        views.facts,
        _words(
            "Skill skill activate_skill SlashCommand TaskCreate TaskUpdate TaskGet TaskList TaskStop task_stop "
            "KillShell KillBash wait wait_agent sleep list_agents ListAgents close_agent interrupt_agent "
            "list_background_processes read_background_output update_topic EnterPlanMode enter_plan_mode "
            "ScheduleWakeup"
        ),
        one_line=True,
    ),
    Pattern("program", views.program, _words("code_execution code_interpreter_call code_interpreter")),
    # By a name that others use too, and the first key.
    Pattern("read", views.read, _words("read view list"), _first_key("filePath file_path path"), one_line=True),
    Pattern("search", views.search, _words("search"), _first_key("query pattern"), one_line=True),
    Pattern("web", views.web, _words("fetch"), _first_key("url"), one_line=True),
    Pattern("write", views.write, _words("create"), _first_key("path file_path filePath"), names_file=True),
    # By the shape of the arguments, whatever the tool is called.
    Pattern("bash -lc", views.shell, shape=r"\s*\{\s*(?:command|cmd|argv)\s*:\s*\[\s*[^\s\{\[\]]"),
    Pattern(
        "bash -lc",
        views.shell,
        shape=r"\s*\{[^{}\[\]]*?\b(?:command|cmd|argv)\s*:\s*\[\s*(?:\S*/)?(?:bash|sh|zsh|dash|pwsh|powershell)\s*,\s*-",
    ),
    Pattern(
        "text editor",
        views.edit,
        shape=rf"\s*\{{\s*command\s*:\s*(?:{'|'.join(_EDITOR_COMMANDS)})\s*[,}}]",
        names_file=True,
    ),
    Pattern("command", views.shell, shape=rf"\s*\{{\s*(?:command|cmd)\s*:\s*{_NO_EDITOR_COMMAND}[^\s\{{\[]"),
    Pattern("apply_patch", views.patch, shape=r"\s*\{\s*(?:input|patch|patchText)\s*:\s*\*\*\* Begin Patch"),
    Pattern("apply_patch text", views.patch_text, shape=r"\s*\*\*\* Begin Patch"),
    Pattern("edit", views.edit, shape=r"\s*\{[^{}\[\]]*?\b(?:old_string|oldString|old_str)\s*:", names_file=True),
    Pattern("to-do list", views.todo_list, shape=_first_key("todos plan") + r"\s*\[\s*\{"),
    Pattern("codex javascript", views.javascript, shape=r"(?!\s*\{).*\btools\.\w+\s*\(", kinds=("custom",)),
)
"""Tried from the top; the first row that fits is it."""

FALLBACK_VIEW: Final = Pattern("json", views.json)


class Transition(NamedTuple):
    before: State
    after: State
    why: str
    delta_index: int
    """The delta that decided, counted from 1; 0 is the name alone, before any delta."""


class CommandFsm:
    """One call's machine. It shows nothing: it says what the call is."""

    def __init__(self, name: str, kind: ToolKind, args_sub_deltas: int = MIN_SUB_DELTAS) -> None:
        if args_sub_deltas < MIN_SUB_DELTAS:
            raise ValueError(
                f"args_sub_deltas={args_sub_deltas}: a call can't be told from fewer than {MIN_SUB_DELTAS} deltas"
            )
        self.state = State.PROVISIONAL
        self.pattern = FALLBACK_VIEW
        self.sub_state = ""
        self.transitions: list[Transition] = []
        self._limit = args_sub_deltas
        self._deltas = 0
        self._kind = kind
        self._candidates: tuple[Pattern, ...] = ()
        self.named(name)

    def named(self, name: str) -> State:
        """The call's name has become known (an empty one is none)."""
        if self.state is State.PROVISIONAL:
            self._candidates = candidates(name, self._kind)
            if name and self._candidates and not self._candidates[0].shape:
                self._go(Sign.NAME, f"{self._candidates[0].dialect}: the tool is {name}", self._candidates[0])
            elif self._deltas:
                self._try()
        return self.state

    def feed(self, delta: str) -> State:
        if self.state is not State.PROVISIONAL:
            return self.state
        self._deltas += 1
        if len(self.sub_state) < MOST_SUB_STATE_CHARS:
            self.sub_state += delta[:MOST_SUB_STATE_CHARS].translate(STRIPPED)
        if self._try() is State.PROVISIONAL and self._deltas > self._limit:
            self._go(Sign.LIMIT, f"no known pattern in {self._limit} deltas", FALLBACK_VIEW)
        return self.state

    def end(self) -> State:
        """No more deltas will come."""
        if self.state is State.PROVISIONAL:
            self._go(Sign.END, "no known pattern until the end", FALLBACK_VIEW)
        return self.state

    @property
    def limit(self) -> int:
        return self._limit

    @property
    def deltas(self) -> int:
        """Deltas that the trial has seen."""
        return self._deltas

    def _try(self) -> State:
        if not self.sub_state.strip():
            return self.state
        for pattern in self._candidates:
            if not pattern.shape or _regex(pattern.shape).match(self.sub_state):
                self._go(Sign.SHAPE, f"{pattern.dialect}: {self.sub_state[:MOST_WHY_CHARS]}", pattern)
                break
        return self.state

    def _go(self, sign: Sign, why: str, pattern: Pattern) -> None:
        after = TRANSITIONS[self.state, sign]
        self.transitions.append(Transition(self.state, after, why, self._deltas))
        self.state = after
        self.pattern = pattern


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def candidates(name: str, kind: ToolKind) -> tuple[Pattern, ...]:
    """The rows that a call of this name may fit."""
    return tuple(
        pattern
        for pattern in KNOWN_PATTERNS
        if (not pattern.kinds or kind in pattern.kinds) and _regex(pattern.tool).fullmatch(name)
    )
