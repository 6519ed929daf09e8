# shellcheck shell=bash
# Output for people: one line per step, and errors with their remedy.

started_at=${EPOCHREALTIME/./}

say() {
    printf '%s\n' "$*"
}

# A step begins; the time since the start helps to see what is slow.
step() {
    local ms=$(((${EPOCHREALTIME/./} - started_at) / 1000))
    printf '[%3d.%d s] %s\n' $((ms / 1000)) $((ms % 1000 / 100)) "$*"
}

fail() {
    printf 'studio: %s\n' "$*" >&2
    exit 1
}

# Runs a command into a log; shows the log's end when it fails: logged LOG WHAT COMMAND...
logged() {
    local log=$1 what=$2
    shift 2
    printf '\n## %s\n' "$*" >>"$log"
    "$@" >>"$log" 2>&1 && return
    tail -n 25 "$log" >&2
    fail "$what failed; its output is in $log"
}

# The value as a JSON string.
json_string() {
    local value=${1//\\/\\\\}
    printf '"%s"' "${value//\"/\\\"}"
}
