# shellcheck shell=bash
# A studio's state: the folder given by --state, the users that its processes run as, and who is running now.
#
#   STATE/studio.json       how to reach and log in to the running studio
#   STATE/postgres run conf log app tmp store
# The last seven are symbolic links into /var/lib/coagent-studio when the processes' users cannot enter STATE (a checkout
# below /root, a private temporary folder) or when its path is too long for a unix socket.

service_group=coagent
hidden_states=/var/lib/coagent-studio
longest_path=80 # a socket's path may have 107 bytes

am_root() {
    [ "$(id -u)" = 0 ]
}

# Started by root, each part gets a user of its own; started by anybody else, everything runs as that user.
service_users() {
    app_user=coagent db_user=postgres web_user=www-data
    am_root && return
    app_user=$(id -un)
    db_user=$app_user web_user=$app_user service_group=$(id -gn)
}

create_users() {
    am_root || return 0
    getent group $service_group >/dev/null || groupadd --system $service_group
    getent passwd "$app_user" >/dev/null ||
        useradd --system --gid $service_group --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin "$app_user"
}

# as USER COMMAND...: without root's powers, and without a way back to them.
as() {
    local user=$1
    shift
    if am_root; then
        setpriv --reuid "$user" --regid $service_group --clear-groups --no-new-privs -- "$@"
    else
        "$@"
    fi
}

# Reads --state (and --port, --detach for "up") into state, port, detach.
read_options() {
    local command=$1
    shift
    state=$checkout/.studio port=8080 detach=false packed=yes
    while [ $# -gt 0 ]; do
        case $command:$1 in
        *:--state) state=${2:?"--state needs a folder"} && shift ;;
        *:--state=*) state=${1#*=} ;;
        up:--port) port=${2:?"--port needs a number"} && shift ;;
        up:--port=*) port=${1#*=} ;;
        up:--detach) detach=true ;;
        up:--sources) packed=no ;;
        *) fail "unknown option $1 for $command (see ./studio help)" ;;
        esac
        shift
    done
    if ! [[ $port =~ ^[1-9][0-9]{3,4}$ ]] || ((port < 1024 || port > 65535)); then
        fail "--port takes a number from 1024 to 65535"
    fi
    state=$(realpath -m -- "$state")
    [[ $state != *[[:space:]\"\'\;\{\}\$\\]* ]] || fail "the path of a state folder must not contain white space or any of \" ' ; { } \$ \\"
    service_users
}

can_all_enter() {
    local user
    ((${#1} <= longest_path)) || return 1
    for user in "$app_user" "$db_user" "$web_user"; do
        as "$user" test -x "$1" || return 1
    done
}

# Where the parts keep their things: STATE itself, or a folder of its own under /var/lib.
find_data() {
    data=$state
    if [ -L "$state/run" ]; then
        data=$(dirname "$(readlink "$state/run")")
    fi
}

place_data() {
    local name
    mkdir -p "$state"
    find_data
    if [ "$data" = "$state" ] && ! can_all_enter "$state"; then
        am_root || fail "the path of the state folder is too long for unix sockets; choose a shorter one with --state"
        data=$hidden_states/$(printf '%s' "$state" | sha256sum | cut -c 1-12)
    fi
    mkdir -p "$data"
    chmod 755 "$data"
    for name in postgres run conf log app tmp store; do
        mkdir -p "$data/$name"
        [ "$data" = "$state" ] || ln -sfn "$data/$name" "$state/$name"
    done
    [ "$data" = "$state" ] || printf '%s\n' "$state" >"$data/belongs-to"
    # nginx makes its sockets open to all, so the folder has to be closed
    chmod 770 "$data/run" "$data/log" "$data/tmp" "$data/store"
    chmod 750 "$data/conf"
    am_root || return 0
    chown "$db_user:$service_group" "$data/postgres"
    chgrp $service_group "$data/run" "$data/conf" "$data/log" "$data/tmp" "$data/store"
}

# Folders under /var/lib whose STATE was removed by hand.
remove_orphans() {
    local folder owner
    am_root || return 0
    for folder in "$hidden_states"/*; do
        [ -f "$folder/belongs-to" ] || continue
        read -r owner <"$folder/belongs-to"
        [ -L "$owner/run" ] || (data=$folder && kill_leftovers && rm -rf "$folder")
    done
}

# A process is named by "pid start-time", so that a pid that came again is not taken for it.
process_mark() {
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    stat=${stat##*) }
    # shellcheck disable=SC2086
    set -- "$1" $stat
    [ "$2" != Z ] && printf '%s %s\n' "$1" "${21}"
}

# The pid in run/NAME.pid if that very process still lives.
running_pid() {
    local file=$data/run/$1.mark mark
    [ -f "$file" ] && read -r mark <"$file" && [ "$(process_mark "${mark%% *}")" = "$mark" ] && printf '%s\n' "${mark%% *}"
}

is_running() {
    running_pid supervisor >/dev/null
}

# One command at a time works on a state; the lock goes with the process that holds it.
lock_state() {
    exec 9>"$state/.lock"
    flock -w "${1:-5}" 9 || fail "another ./studio command is working on $state"
}

write_studio_json() {
    local file=$state/studio.json mark pids='' name
    for mark in "$data"/run/*.mark; do
        [ -f "$mark" ] || continue
        name=$(basename "$mark" .mark)
        pids+="${pids:+, }$(json_string "$name"): $(cut -d ' ' -f 1 "$mark")"
    done
    {
        printf '{\n'
        printf '  "url": %s,\n' "$(json_string "$url")"
        printf '  "admin_email": %s,\n' "$(json_string "$admin_email")"
        printf '  "admin_password": %s,\n' "$(json_string "$admin_password")"
        printf '  "database_url": %s,\n' "$(json_string "$database_owner_url")"
        printf '  "pids": {%s}\n' "$pids"
        printf '}\n'
    } >"$file.new"
    chmod 600 "$file.new"
    mv "$file.new" "$file"
}
