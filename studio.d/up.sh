# shellcheck shell=bash
# The commands up, down, restart and reset.

port_is_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

start_supervisor() {
    local tied=()
    $detach || tied=(setpriv --pdeathsig TERM --)
    setsid "${tied[@]}" "$checkout/studio.d/supervise" "$state" "$port" \
        </dev/null >>"$data/log/supervisor.log" 2>&1 8>&- 9>&- &
    supervisor=$!
    until is_running; do
        kill -0 $supervisor 2>/dev/null || fail "the supervisor did not start; see $data/log/supervisor.log"
        sleep 0.02
    done
}

status_of() {
    curl -sS -k -m 5 -o /dev/null -w '%{http_code}' "${@:2}" "$url$1" 2>/dev/null || true
}

# Ready is: the health check finds the database and nchan, and the second pool has its database, too: it gets as far as
# missing the body of a log-in.
wait_for_site() {
    local i
    for ((i = 0; i < 300; i++)); do
        [ "$(status_of /api/health)" = 200 ] && [ "$(status_of /api/auth/login -X POST)" = 415 ] && return
        sleep 0.1
    done
    tail -n 5 "$data"/log/{supervisor,pool,front,front-error}.log >&2
    fail "the site does not respond at $url; the logs are in $data/log"
}

stop_studio() {
    local pid
    if pid=$(running_pid supervisor); then
        signal_all TERM "$pid"
        wait_gone 45 "$pid" || signal_all KILL "$pid"
    fi
    rm -f "$state/studio.json"
    kill_leftovers
}

install_everything() {
    local log=$1
    install_packages "$log" "${packages_build[@]}" "${packages_run[@]}"
    create_users
    place_data
    build_program "$log"
    install_program "$log"
    create_cluster "$log"
    configure_cluster
    take_certificate
    name_addresses
    write_settings
    write_nginx
}

start_everything() {
    local log=$1
    step "Starting"
    start_supervisor
    trap 'trap "" INT TERM HUP; stop_studio' EXIT
    wait_for_postgres
    prepare_database "$log"
    kill -s USR1 "$supervisor"
    wait_for_site
    write_studio_json
}

announce() {
    step "Ready"
    say ""
    say "  $url"
    say "  log in as $admin_email with the password $admin_password"
    say ""
}

studio_up() {
    local log
    read_options up "$@"
    mkdir -p "$state"
    lock_state
    find_data
    if is_running; then
        say "The studio is already running: see $state/studio.json, or stop it with ./studio down"
        return
    fi
    kill_leftovers
    rm -f "$state/studio.json" "$data"/run/*.hold
    remove_orphans
    port_is_free || fail "port $port is in use by another program; choose another with --port"
    log=$state/up.log
    : >"$log"
    trap 'exit 130' INT TERM HUP
    install_everything "$log"
    start_everything "$log"
    announce
    exec 9>&-
    if $detach; then
        trap - EXIT
        say "Stop the studio with ./studio down${state:+ --state $state}"
        return
    fi
    say "Ctrl-C stops the studio."
    trap 'say ""; step "Stopping"; exit 0' INT TERM HUP
    wait "$supervisor"
}

studio_down() {
    read_options down "$@"
    [ -d "$state" ] || fail "there is no studio in $state"
    lock_state 60
    find_data
    stop_studio
    say "Stopped; the data is kept in $data"
}

# With the settings that it was started with, in the background.
studio_restart() {
    local pages sources=()
    read_options restart "$@"
    find_data
    [ -f "$data/conf/coagent.conf" ] || fail "there is no studio in $state"
    pages=$data/app/share/coagent/htdocs
    cmp -s "$pages/index.html" "$pages/pack/index.html" || sources=(--sources)
    studio_down --state "$state"
    recall_settings
    studio_up --detach --state "$state" --port "${port:-8080}" "${sources[@]}"
}

studio_reset() {
    local name
    read_options reset "$@"
    [ -d "$state" ] || fail "there is no studio in $state"
    lock_state 60
    find_data
    stop_studio
    for name in postgres run conf log app tmp store studio.json up.log .lock; do
        rm -rf "${state:?}/$name"
    done
    [ "$data" = "$state" ] || rm -rf "${data:?}"
    rmdir --ignore-fail-on-non-empty "$state"
    say "Removed; the next ./studio up creates a new studio"
}
