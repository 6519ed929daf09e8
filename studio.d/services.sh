# shellcheck shell=bash
# The processes of a studio. A supervisor (studio.d/supervise) starts them, starts again what ends by itself, and plays
# cron for the runner. Every service leads a session of its own, and ends with the supervisor even if that is killed.

web_memory=1073741824 # of nchan's worker: slow readers are buffered without bound

# The environment of a service; that of "up" reaches it through coagent.conf only.
service_command() {
    local nginx=(nginx -e "$data/log/$1-error.log" -c "$data/conf/nginx/$1.conf")
    case $1 in
    postgres) service_user=$db_user service=("$pg_bin/postgres" -D "$data/postgres/data") ;;
    nchan) service_user=$web_user service=(prlimit --data="$web_memory" -- "${nginx[@]}") ;;
    front) service_user=$web_user service=("${nginx[@]}") ;;
    pool) service_user=$app_user service=("$data/app/sbin/coagent-fcgi" --pool fast) ;;
    wait) service_user=$app_user service=("$data/app/sbin/coagent-fcgi" --pool wait) ;;
    runner) service_user=$app_user service=("$data/app/sbin/coagent-runner") ;;
    esac
}

# Sockets that a killed process has left would be in its successor's way.
remove_sockets() {
    case $1 in
    nchan) rm -f "$data"/run/nchan-*.sock ;;
    pool | wait) rm -f "$data/run/$1.sock" ;;
    esac
}

# The kernel sends a signal at the parent's death only if that comes later than the wish for it; so look once more.
# shellcheck disable=SC2016
if_parent_lives='read -r _ _ _ parent _ </proc/$$/stat; [ "$parent" = "$1" ] || exit 0; shift; exec "$@"'

# Becomes the service; called in a subshell of the supervisor.
become_service() {
    local death=TERM environment identity=()
    [ "$1" = postgres ] && death=INT
    environment=(PATH="$PATH" LANG=C.UTF-8 HOME="$data/tmp" TMPDIR="$data/tmp" COAGENT_CONFIG="$data/conf/coagent.conf")
    [ -z "${ASAN_OPTIONS:-}" ] || environment+=(ASAN_OPTIONS="$ASAN_OPTIONS")
    [ -z "${UBSAN_OPTIONS:-}" ] || environment+=(UBSAN_OPTIONS="$UBSAN_OPTIONS")
    service_command "$1"
    ! am_root || identity=(--reuid "$service_user" --regid "$service_group" --clear-groups)
    umask 007
    ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)" # a socket of a browser is a file
    cd "$data/tmp" || exit
    exec </dev/null >>"$data/log/$1.log" 2>&1
    exec setsid env -i --default-signal=INT,QUIT "${environment[@]}" \
        setpriv "${identity[@]}" --no-new-privs --pdeathsig $death -- \
        sh -c "$if_parent_lives" sh $$ "${service[@]}"
}

# Everything that runs a program of this state, executors too, which are nobody's children, and every nginx that was
# started in its tmp folder: a worker outlives a master that is killed.
own_processes() {
    local folder
    { # processes that end meanwhile are no failure
        find /proc/[0-9]*/exe -lname "$data/app/*" -printf '%h\n' 2>/dev/null || true
        find /proc/[0-9]*/cwd -lname "$data/tmp" -printf '%h\n' 2>/dev/null || true
    } | while read -r folder; do
        case $(readlink "$folder/exe" || true) in
        "$data/app/"* | */nginx) printf '%s\n' "${folder#/proc/}" ;;
        esac
    done
}

postgres_pid() {
    local folder=$data/postgres/data pid
    { read -r pid <"$folder/postmaster.pid"; } 2>/dev/null || return 1
    [ "$(readlink "/proc/$pid/cwd")" = "$folder" ] && printf '%s\n' "$pid"
}

# Pids of the live processes in the session that a service leads; they outlive it when only the service is killed.
session_processes() {
    local stat line leader=$1
    for stat in /proc/[0-9]*/stat; do
        { read -r line <"$stat"; } 2>/dev/null || continue
        # shellcheck disable=SC2086 # state, parent, group, session ...
        set -- ${line##*) }
        [ "$1" != Z ] && [ "$4" = "$leader" ] && printf '%s\n' "${line%% *}"
    done
}

signal_all() {
    local signal=$1
    shift
    [ $# -eq 0 ] || kill -s "$signal" "$@" 2>/dev/null || true
}

# Waits until none of the pids lives, at most so many seconds: wait_gone SECONDS PID...
wait_gone() {
    local pid tries=$(($1 * 20))
    shift
    for pid in "$@"; do
        while process_mark "$pid" >/dev/null; do
            ((tries-- > 0)) || return 1
            sleep 0.05
        done
    done
}

# The services whose marks are still true, with their sessions.
marked_processes() {
    local file mark now
    for file in "$data"/run/*.mark; do
        case $file in
        */'*'.mark | */supervisor.mark | */postgres.mark) continue ;;
        esac
        read -r mark <"$file"
        now=$(process_mark "${mark%% *}" || true)
        if [ -z "$now" ] || [ "$now" = "$mark" ]; then
            session_processes "${mark%% *}"
        fi
    done
}

# Ends everything of this state that runs without a supervisor, or after it. PostgreSQL is asked, not killed; it needs no
# more than a moment once its clients are gone.
kill_leftovers() {
    local pids postgres
    mapfile -t pids < <(marked_processes; own_processes)
    signal_all TERM "${pids[@]}"
    wait_gone 3 "${pids[@]}" || signal_all KILL "${pids[@]}"
    if postgres=$(postgres_pid); then
        signal_all INT "$postgres"
        wait_gone 20 "$postgres" || signal_all QUIT "$postgres"
        wait_gone 5 "$postgres" || fail "PostgreSQL (pid $postgres) does not stop; see $data/log/postgres.log"
    fi
    rm -f "$data"/run/*.mark
}
