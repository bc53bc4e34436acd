#!/usr/bin/env bash
#
# mitmagent's front door: prepares .venv on first use, then starts mitmproxy with the addons, or a client routed through
# it. In this order: the tables, the commands, the routing, the environment's preparation, the dispatch.
#
# Written for bash 3.2 too (macOS): no associative arrays, no mapfile. Once .venv is prepared only builtins and a fork or
# two stand between the call and the program that it executes.

set -euo pipefail

# --- Tables -----------------------------------------------------------------------------------------------------------

# A row a command: name, arguments, what it does. --help prints it; `command_NAME` carries it out.
# shellcheck disable=SC2016 # the $(…) is an example to type, not one to expand
COMMANDS='
  web     | [OPTION…] | mitmweb: its page on 127.0.0.1:9115, the proxy on 127.0.0.1:9110 (also without a command)
  dump    | [OPTION…] | mitmdump: text in this terminal, the same proxy
  console | [OPTION…] | mitmproxy in this terminal, the same proxy
  replay  | FILE      | show a log again: at its recorded pace, N times as fast (--speed N), or at once (--speed inf)
  follow  | [FILE]    | show what goes on in a log while another proxy writes it, as tail -f does
  report  | MODE …    | a question about the log: tokens, sessions, errors and more; without a mode, what can be asked
  export  | WHAT PATH | events, requests or a session as JSON lines for analysis elsewhere (export --help)
  watch   | [ADDRESS] | show a Redis stream: what all proxies send that feed it (--from start, --from N for the last N)
  drain   | [ADDRESS] | write a Redis stream into a log folder of its own, for reports (--log-dir DIR)
  redis   | COMMAND…  | look after a Redis stream: info, read, trim, delete, backfill (redis --help)
  demo    | [OPTION…] | a recorded conversation through the real proxy: no network, no key (demo --help)
  run     | CMD…      | start a client routed through the proxy and return its exit status
  env     |           | print that routing as exports, to be evaluated: eval "$(./launch.sh env)"
  setup   |           | only prepare the environment, .venv
  test    | [OPTION…] | ruff, mypy and pytest; options go to pytest'

# Curl reads only the lower-case http_proxy. ALL_PROXY is left alone: no client needs it, and some stall on it.
PROXY_VARIABLES='HTTPS_PROXY https_proxy HTTP_PROXY http_proxy'

# A row a variable that names a file of trusted certificates, and who reads it.
CA_VARIABLES='
  NODE_EXTRA_CA_CERTS   | Node, Bun: Claude Code, Gemini CLI, opencode, Qwen Code
  CODEX_CA_CERTIFICATE  | Codex
  SSL_CERT_FILE         | OpenSSL, Go, Rust, Python, Ruby
  NIX_SSL_CERT_FILE     | the same, as Nix builds them
  REQUESTS_CA_BUNDLE    | requests, pip
  CURL_CA_BUNDLE        | curl
  GIT_SSL_CAINFO        | git
  AWS_CA_BUNDLE         | AWS command line and SDKs
  DENO_CERT             | Deno'

# Where Debian, Fedora, SUSE, and macOS, Alpine and the BSDs keep the certificates that they trust.
SYSTEM_CA_BUNDLES='/etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem'

# --- Commands ---------------------------------------------------------------------------------------------------------

command_web() {
  prepare
  # With options the ports may be others: mitmproxy itself then says what is taken.
  (($#)) || need_free "$AGENT_PORT" AGENT_PORT
  (($#)) || need_free "$AGENT_WEB_PORT" AGENT_WEB_PORT
  # Who says it themselves is not contradicted: mitmproxy refuses an option that is told twice.
  [[ $* == *web[_-]open[_-]browser* ]] || at_a_desktop || set -- --set web_open_browser=false "$@"
  start mitmweb --web-host 127.0.0.1 --web-port "$AGENT_WEB_PORT" "$@"
}

command_dump() {
  prepare
  (($#)) || need_free "$AGENT_PORT" AGENT_PORT
  start mitmdump "$@"
}

command_console() {
  prepare
  (($#)) || need_free "$AGENT_PORT" AGENT_PORT
  start mitmproxy "$@"
}

# What comes before mitmdump's own options is ours, in any order.
command_replay() {
  local file='' speed=1
  while (($#)); do
    case $1 in
      -h | --help) about replay && exit ;;
      --speed) (($# > 1)) || die 2 "--speed needs a number, or inf: $SELF replay FILE --speed 10" && speed=$2 && shift ;;
      --speed=*) speed=${1#*=} ;;
      -?*) break ;;
      *) [[ -z $file ]] || die 2 "replay takes one file, not also '$1'" && file=$1 ;;
    esac
    shift
  done
  [[ -n $file ]] || die 2 "replay needs a file, such as: $SELF replay $DEFAULT_LOG" \
    "or - for standard input"
  prepare
  view "file:$file" "$speed" "$@"
}

command_follow() {
  local file=$DEFAULT_LOG
  case ${1-} in
    -h | --help) about follow && exit ;;
    -?* | '') ;;
    *) file=$1 && shift ;;
  esac
  prepare
  view "file:$file" follow "$@"
}

# What comes before mitmdump's own options is ours, in any order.
command_watch() {
  local from=now address=env:AGENT_REDIS_URL
  while (($#)); do
    case $1 in
      -h | --help) about watch && exit ;;
      --from) (($# > 1)) || die 2 "--from needs now, start, a number or an id: $SELF watch --from 5" && from=$2 && shift ;;
      --from=*) from=${1#*=} ;;
      env:*) address=$1 ;;
      *://*) export AGENT_REDIS_URL=$1 ;;
      -?*) break ;;
      *) die 2 "watch takes the address of a Redis: $SELF watch redis://HOST:6379" ;;
    esac
    shift
  done
  [[ -n ${AGENT_REDIS_URL-} || $address != env:AGENT_REDIS_URL ]] ||
    die 2 "watch needs the address of a Redis: $SELF watch redis://HOST:6379" 'or export AGENT_REDIS_URL'
  prepare
  view "$address" follow --set agent_source_from="$from" "$@"
}

command_drain() {
  local word
  for word; do [[ $word != -h && $word != --help ]] || { about drain && exit; }; done
  stream_tool drain "$@"
}

command_redis() {
  (($#)) || die 2 "redis needs a command, such as: $SELF redis info redis://HOST:6379" "what there is: $SELF redis --help"
  stream_tool "$@"
}

# An address may have a password: in the environment other users of this machine can't read it.
stream_tool() {
  local words=() word
  for word; do
    case $word in
      redis://* | rediss://* | unix://*) export AGENT_REDIS_URL=$word ;;
      *) words+=("$word") ;;
    esac
  done
  prepare
  PYTHONPATH=$ROOT exec "$VENV/bin/python" -P -m addons.redis_shell "${words[@]}"
}

command_report() {
  ask_log addons.reports "$@"
}

command_export() {
  ask_log addons.export_shell "$@"
}

command_demo() {
  prepare
  cd "$ROOT"
  exec "$VENV/bin/python" -m addons.demo "$@"
}

command_run() {
  case ${1-} in
    --) shift ;;
    -h | --help) about run && exit ;;
  esac
  (($#)) || die 2 "run needs a command to start, such as: $SELF run claude"
  listens "$AGENT_PORT" || die 2 "no proxy listens on 127.0.0.1:$AGENT_PORT" \
    "start it in another terminal: $SELF" \
    "or say where it listens: AGENT_PORT=9999 $SELF run …"
  need_certificate
  type -P -- "$1" >/dev/null || die 127 "$1: command not found"
  route set_variable
  exec -- "$@"
}

command_env() {
  case ${1-} in -h | --help) about env && exit ;; esac
  (($# == 0)) || die 2 "env takes no arguments; to start a command: $SELF run CMD…"
  need_certificate
  route print_variable
}

command_setup() {
  case ${1-} in -h | --help) about setup && exit ;; esac
  (($# == 0)) || die 2 'setup takes no arguments'
  prepare
  say "$VENV is ready: $(describe_venv)"
}

# Every step runs, whatever the one before it said, so that one run shows everything.
command_test() {
  case ${1-} in -h | --help) about test && exit ;; esac
  prepare
  cd "$ROOT"
  local failed=''
  step ruff check
  step ruff format --check
  step mypy
  step pytest "$@"
  [[ -z $failed ]] || die 1 "failed:$failed"
}

step() {
  printf '\n== %s\n' "$*"
  "$VENV/bin/$1" "${@:2}" || failed="$failed [$*]"
}

usage() {
  local name arguments what
  printf 'mitmagent: watch what coding agents think, run and spend, live, inside mitmproxy.\n\n'
  printf 'Usage: ./launch.sh [COMMAND] [ARGUMENT…]\n'
  while IFS='|' read -r name arguments what; do
    printf '%s%s%s\n' "$name" "$arguments" "$what"
  done <<<"$COMMANDS"
  cat <<'HELP'

Options go to mitmproxy: ./launch.sh dump --set agent_intercept=all. `./launch.sh dump --options` lists them.

Environment:
  AGENT_PORT      the proxy's port (9110)
  AGENT_WEB_PORT  the port of mitmweb's page (9115)
  AGENT_LOG_DIR   the log's folder (~/centralized-logs)
  NO_PROXY        is yours: `run` and `env` leave it as it is. Unset, local models (Ollama, LM Studio) are captured too;
                  NO_PROXY=127.0.0.1,localhost leaves them out.

It takes two terminals:
  ./launch.sh
  ./launch.sh run claude
HELP
}

# Help of one command: its row, and what it takes.
about() {
  local name arguments what
  while IFS='|' read -r name arguments what; do
    read -r name <<<"$name"
    [[ $name != "$1" ]] || printf 'Usage: ./launch.sh %s%s\n\n %s\n\n' "$name" "${arguments%"${arguments##*[! ]}"}" "$what"
  done <<<"$COMMANDS"
  case $1 in
    replay) cat <<'HELP' ;;
  FILE        a sse_lines.jsonl: the log's, a client's, a session's, a rotated or compressed one; - is standard input
  --speed N   N times the recorded pace (1); inf: all at once
  OPTION…     go to mitmdump, behind the file: --set agent_details=thinking=hide

  ./launch.sh replay ~/centralized-logs/all-mitm-sse/sse_lines.jsonl --speed 10
  ./launch.sh replay sse_lines.20261120T081500Z.jsonl.zst --speed inf | less -R
HELP
    follow) cat <<'HELP' ;;
  FILE        a sse_lines.jsonl (that of AGENT_LOG_DIR, else ~/centralized-logs/all-mitm-sse/sse_lines.jsonl)
  OPTION…     go to mitmdump: --set agent_show_time=true

  Exchanges that go on are shown from their beginning. Ctrl-C ends it; the proxy that writes notices nothing.
HELP
    watch) cat <<'HELP' ;;
  ADDRESS     redis://HOST:6379, rediss://… (TLS), unix://…, or env:NAME, a variable that has it (AGENT_REDIS_URL)
  --from X    now (with the exchanges that go on), start, a number (the last so many exchanges), or an entry's id
  OPTION…     go to mitmdump: --set agent_redis_stream=NAME

  ./launch.sh watch redis://box:6379 --from 5
HELP
    drain) cat <<'HELP' ;;
  ADDRESS         as of watch; best exported as AGENT_REDIS_URL, where it has a password
  --log-dir DIR   the folder to write: one of its own, which no proxy writes
  --group NAME    who reads, for several drains of one stream: each group gets everything
  --once          end when nothing more is there
  --set X=VALUE   an option of mitmagent: --set agent_redis_stream=NAME

  Each record gets in once and in order, also when the drain is killed: it goes on where it was.
  ./launch.sh drain redis://box:6379 --log-dir ~/fleet-logs
  ./launch.sh report tokens --group-by host --log-dir ~/fleet-logs
HELP
    run) cat <<'HELP' ;;
  CMD…        the client and its arguments; behind -- also one whose name begins with a dash

  Sets what routes a client, and what makes it trust the proxy's certificate, for this command only. The proxy has to
  run: AGENT_PORT says where (9110). NO_PROXY is left as it is.

  ./launch.sh run claude
  ./launch.sh run codex exec 'Say hello'
HELP
    env) cat <<'HELP' ;;
  eval "$(./launch.sh env)"     routes whatever this shell starts from then on
HELP
    setup) cat <<'HELP' ;;
  Makes .venv beside launch.sh in the versions of uv.lock, with uv, or with venv and pip. Every other command does the
  same when it has to; this one starts nothing. Without Python 3.12 or newer it fetches uv, which brings one.
HELP
    test) cat <<'HELP' ;;
  OPTION…     go to pytest: -k redaction, -x, tests/wire

  All four steps run, whatever the one before said; the status is 0 when all are clean. Those of tests/e2e that need a
  program which is not there (Redis, a browser, tmux, the agents' clients) say so and are skipped.
HELP
  esac
}

# --- Starting mitmproxy -----------------------------------------------------------------------------------------------

# The address is said here, and not left to the addons, so that mitmproxy's own 8080 is never opened.
start() {
  exec "$VENV/bin/$1" -s "$ROOT/addons/all.py" --listen-host 127.0.0.1 --listen-port "$AGENT_PORT" "${@:2}"
}

# A viewer listens nowhere, and says only what concerns it.
view() {
  exec "$VENV/bin/mitmdump" -n -s "$ROOT/addons/all.py" --set termlog_verbosity=alert \
    --set agent_source="$1" --set agent_source_speed="$2" "${@:3}"
}

# Bytecode goes into .venv, also where Python is told to write none: without it starting takes longer than answering.
# -P: what lies in the current folder is none of ours.
ask_log() {
  prepare
  unset PYTHONDONTWRITEBYTECODE
  export PYTHONPATH=$ROOT PYTHONPYCACHEPREFIX=$VENV/bytecode
  exec "$VENV/bin/python" -P -m "$@"
}

listens() {
  (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

need_free() {
  ! listens "$1" || die 1 "port $1 is taken already, perhaps by another mitmagent; choose another: $2=$(($1 + 10)) $SELF"
}

# Someone sits here who would see a browser's window open.
at_a_desktop() {
  [[ -t 1 && -z ${SSH_CONNECTION-} ]] && [[ -n ${DISPLAY-}${WAYLAND_DISPLAY-} || $OSTYPE == darwin* ]]
}

# --- Routing a client -------------------------------------------------------------------------------------------------

# Calls $1 with the name and value of each variable that routes a client.
route() {
  local name
  renew_bundle
  for name in $PROXY_VARIABLES; do "$1" "$name" "http://127.0.0.1:$AGENT_PORT"; done
  while read -r name _; do
    [[ -z $name ]] || "$1" "$name" "$BUNDLE"
  done <<<"$CA_VARIABLES"
  "$1" NODE_USE_ENV_PROXY 1 # Node 24's own fetch ignores the variables above without it
}

set_variable() { export "$1=$2"; }

print_variable() { printf 'export %s=%q\n' "$1" "$2"; }

need_certificate() {
  [[ -f $CERTIFICATE ]] || die 2 "$CERTIFICATE is missing: mitmproxy makes it at its first start" "start it once: $SELF"
}

# What a routed client trusts, in one file: mitmproxy's certificate, the system's, and what the user's variables add.
# Its first line names the files that it was made from; it is made anew when they are others or one has changed.
renew_bundle() {
  local sources="$CERTIFICATE" name file header='' stale=''
  add_source "${SSL_CERT_FILE-}" || add_system_source
  while read -r name _; do
    [[ -z $name ]] || add_source "${!name-}" || true
  done <<<"$CA_VARIABLES"
  [[ ! -f $BUNDLE ]] || IFS= read -r header <"$BUNDLE"
  local IFS=:
  for file in $sources; do
    [[ $BUNDLE -nt $file ]] || stale=yes
  done
  [[ $header == "# mitmagent: $sources" && -z $stale ]] || write_bundle
}

# Adds a file to $sources of renew_bundle, once; false when there is none, or it is our own from a surrounding `run`.
add_source() {
  [[ -f $1 && $1 != "$BUNDLE" ]] || return 1
  case ":$sources:" in
    *":$1:"*) ;;
    *) sources="$sources:$1" ;;
  esac
}

add_system_source() {
  local file
  for file in $SYSTEM_CA_BUNDLES "$VENV"/lib/python3*/site-packages/certifi/cacert.pem; do
    ! add_source "$file" || return 0
  done
  say 'found no certificates of the system: a routed client will trust only what goes through the proxy'
}

write_bundle() {
  local file
  mkdir -p "${BUNDLE%/*}"
  {
    printf '# mitmagent: %s\n' "$sources"
    for file in $sources; do
      cat "$file"
      echo
    done
  } >"$BUNDLE.$$"
  mv -f "$BUNDLE.$$" "$BUNDLE"
}

# --- The environment --------------------------------------------------------------------------------------------------

# Ready: prepared in this place, and since the project file and the lock last changed.
is_ready() {
  [[ -x $VENV/bin/python && -x $VENV/bin/mitmdump && -f $STAMP ]] || return 1
  [[ ! $ROOT/pyproject.toml -nt $STAMP && ! $ROOT/uv.lock -nt $STAMP ]] && ! was_moved
}

prepare() {
  ! is_ready || return 0
  trap 'say "interrupted; the next start goes on from here"; exit 130' INT
  if ! (trap 'exit 130' INT && cd "$ROOT" && take_lock && { is_ready || make_ready; }); then
    [[ -f $STAMP && -x $VENV/bin/mitmdump ]] || die 1 "could not prepare $VENV; what failed is said above." \
      'mitmagent needs Python 3.12 or newer, or uv, which brings one (https://docs.astral.sh/uv):' \
      '  Debian, Ubuntu: apt install python3 python3-venv      macOS: brew install uv' \
      'When it is there, start again: the preparation goes on from here.'
    say 'could not bring .venv up to date (above); going on with it as it was'
  fi
  trap - INT
}

# On descriptor 9 of the subshell that prepares: the kernel frees the lock when that has ended, however it ended.
take_lock() {
  mkdir -p "$TOOLS" && printf '*\n' >"$TOOLS/.gitignore" && exec 9>>"$TOOLS/lock" || return 1
  lock_descriptor -n && return
  say 'another start is preparing .venv; waiting for it'
  lock_descriptor
}

# macOS has no flock, but Perl. Without either two first starts at once are on their own.
lock_descriptor() {
  if has flock; then
    flock "$@" 9
  elif has perl; then
    perl -e 'use Fcntl ":flock"; open(my $f, ">>&=", 9) or die $!; exit !flock($f, LOCK_EX | (@ARGV ? LOCK_NB : 0))' -- "$@"
  fi
}

make_ready() {
  local uv python
  ! was_moved || rm -rf "$VENV"
  if ! matches_lock; then
    say 'preparing .venv, which takes up to a minute or so …'
    uv=$(find_uv || fetch_uv) || uv=''
    python=$(find_python "$uv") || python=''
    sync_with_uv "$uv" "$python" || install_with_pip "$python" || return 1
    say "prepared: $(describe_venv)"
  fi
  printf '%s\n' "$ROOT" >"$STAMP"
}

# Its scripts name the place where it was made.
was_moved() {
  local prepared_for=''
  [[ -f $STAMP ]] && IFS= read -r prepared_for <"$STAMP" && [[ $prepared_for != "$ROOT" ]]
}

# A file whose date alone has changed, or a .venv that somebody made by hand, costs no network.
matches_lock() {
  [[ -x $VENV/bin/mitmdump ]] && read_lock "$VENV/bin/python" matches 2>/dev/null
}

find_uv() {
  local uv
  for uv in uv "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv" "$TOOLS/uv/bin/uv"; do
    # A version manager's shim can be there and fail.
    ! "$uv" --version >/dev/null 2>&1 || { echo "$uv" && return; }
  done
  return 1
}

# Any Python with venv or pip will do to fetch uv, which in turn brings the Python that is needed.
fetch_uv() {
  local python
  python=$(find_python '') || python=python3
  say 'no uv here: fetching it into .venv-tools'
  {
    { "$python" -m venv "$TOOLS/uv" && "$TOOLS/uv/bin/python" -m pip install --quiet uv; } ||
      "$python" -m pip install --quiet --upgrade --target "$TOOLS/uv" uv
  } >&2
  find_uv
}

# Prefers a Python that is there to one that uv ($1; may be empty) would download: not every network lets it.
find_python() {
  local candidate
  for candidate in python3.13 python3.12 python3.14 python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/{3.13,3.1[2-9]}*/bin/python3 /opt/homebrew/bin/python3.1[2-9]; do
    # The base interpreter's own path: past a shim, and past a virtual environment that happens to be active.
    ! "$candidate" -c '
import sys, sysconfig
if sys.version_info < (3, 12) or sysconfig.get_config_var("Py_GIL_DISABLED"):
    sys.exit(1)
print(sys._base_executable)' 2>/dev/null || return 0
  done
  [[ -n $1 ]] && "$1" python find --no-python-downloads --no-project '>=3.12' 2>/dev/null
}

sync_with_uv() {
  [[ -n $1 ]] || return 1
  # shellcheck disable=SC2086 # no --python at all when there is none: uv then brings the one in .python-version
  env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT="$VENV" "$1" sync --locked --quiet ${2:+--python "$2"} >&2
}

install_with_pip() {
  [[ -n $1 ]] || return 1
  say 'going on without uv: with venv and pip, in the versions of uv.lock'
  { "$VENV/bin/python" -m pip --version >/dev/null 2>&1 || "$1" -m venv --clear "$VENV"; } &&
    read_lock "$VENV/bin/python" requirements >"$TOOLS/requirements.txt" &&
    read_lock "$VENV/bin/python" constraints >"$TOOLS/constraints.txt" &&
    "$VENV/bin/python" -m pip install --quiet -r "$TOOLS/requirements.txt" -c "$TOOLS/constraints.txt" >&2
}

# Python $1 reads uv.lock in the current folder. `requirements`: what the project asks for; `constraints`: in which
# versions; `matches`: is this what is installed beside this Python?
read_lock() {
  "$1" - "$2" <<'PYTHON'
import re, sys, tomllib
from importlib import metadata
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text())
requirements = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
locked = [p for p in tomllib.loads(Path("uv.lock").read_text())["package"] if "registry" in p["source"]]

if sys.argv[1] == "requirements":
    print(*requirements, sep="\n")
elif sys.argv[1] == "constraints":
    for package in locked:
        markers = " or ".join(f"({marker})" for marker in package.get("resolution-markers", []))
        print(f"{package['name']}=={package['version']}", *([";", markers] if markers else []))
else:
    installed = {re.sub("[-_.]+", "-", d.name).lower(): d.version for d in metadata.distributions()}
    names = {p["name"] for p in locked}
    right = {p["name"] for p in locked if installed.get(p["name"]) == p["version"]}
    asked = {re.match("[a-z0-9-]+", requirement)[0] for requirement in requirements}
    sys.exit(not (asked <= right and names & installed.keys() <= right))
PYTHON
}

describe_venv() {
  "$VENV/bin/python" -c 'import platform as p, importlib.metadata as m; print("Python", p.python_version() + ", mitmproxy", m.version("mitmproxy"))'
}

# --- Dispatch ---------------------------------------------------------------------------------------------------------

# A line an argument.
say() {
  printf 'mitmagent: %s\n' "$1" >&2
  (($# == 1)) || printf '           %s\n' "${@:2}" >&2
}

# Exit status $1; the other arguments are lines to print.
die() {
  say "${@:2}"
  exit "$1"
}

has() { type -P -- "$1" >/dev/null; }

# The checkout's root, also when launch.sh was called through a symbolic link.
find_root() {
  local source=$SELF
  while [[ -L $source ]]; do
    local target
    target=$(readlink "$source")
    [[ $target == /* ]] || target="${source%/*}/$target"
    source=$target
  done
  ROOT=$(CDPATH='' cd -P "${source%/*}" && pwd)
}

need_port() {
  if ! [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || (($2 > 65535)); then
    die 2 "$1=$2 is no port; give a number from 1 to 65535"
  fi
}

unknown_command() {
  local name near=''
  while read -r name _; do
    [[ -z $name || ${name:0:1} != "${1:0:1}" ]] || near="${near:+$near, }$name"
  done <<<"$COMMANDS"
  die 2 "there is no command '$1'${near:+; did you mean $near?}" "what there is: $SELF --help"
}

main() {
  SELF=${BASH_SOURCE[0]}
  [[ $SELF == */* ]] || SELF=./$SELF
  find_root
  VENV=$ROOT/.venv
  STAMP=$VENV/.mitmagent-ready
  TOOLS=$ROOT/.venv-tools
  CERTIFICATE=$HOME/.mitmproxy/mitmproxy-ca-cert.pem
  BUNDLE=${XDG_CACHE_HOME:-$HOME/.cache}/mitmagent/ca-bundle.pem
  AGENT_PORT=${AGENT_PORT:-9110}
  AGENT_WEB_PORT=${AGENT_WEB_PORT:-9115}
  need_port AGENT_PORT "$AGENT_PORT"
  need_port AGENT_WEB_PORT "$AGENT_WEB_PORT"
  # Absolute, since some commands change to the checkout's root.
  [[ ${AGENT_LOG_DIR:-/} == [/~]* ]] || export AGENT_LOG_DIR="$PWD/$AGENT_LOG_DIR"

  DEFAULT_LOG=${AGENT_LOG_DIR:-$HOME/centralized-logs}/all-mitm-sse/sse_lines.jsonl

  case ${1-} in
    -h | --help | help) usage ;;
    '' | -*) command_web "$@" ;;
    *[!a-z]*) unknown_command "$1" ;;
    *)
      declare -F "command_$1" >/dev/null || unknown_command "$1"
      "command_$1" "${@:2}"
      ;;
  esac
}

main "$@"
