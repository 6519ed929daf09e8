# shellcheck shell=bash
# The supervisor's two clocks. How long something lasts is told by one that nobody sets; when the runner is due, as cron
# would say, by the clock of the wall, which may be set back.

# Microseconds since the machine started, into now.
clock() {
    local uptime
    read -r uptime _ </proc/uptime
    now=$((10#${uptime/./} * 10000))
}

# Whether the minute is another one than at the last call: after a clock was set back, too.
runner_minute=
is_another_minute() {
    local minute=$((EPOCHSECONDS / 60))
    [ "$minute" != "$runner_minute" ] || return 1
    runner_minute=$minute
}
