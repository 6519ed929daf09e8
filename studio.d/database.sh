# shellcheck shell=bash
# A PostgreSQL cluster of its own: a unix socket, no TCP. Where the users differ, the running program's may be role
# coagent_app only; the owner's role is for whoever runs ./studio and for the cluster's own user.

pg_bin=/usr/lib/postgresql/15/bin

create_cluster() {
    [ -f "$data/postgres/data/PG_VERSION" ] && return
    step "Making the PostgreSQL cluster"
    rm -rf "$data/postgres/data"
    logged "$1" "initdb" as "$db_user" $pg_bin/initdb -D "$data/postgres/data" -U postgres --auth=peer \
        --encoding=UTF8 --locale=C.UTF-8 --no-instructions
}

configure_cluster() {
    local folder=$data/postgres/data file user
    cat >"$folder/studio.conf" <<TEXT
listen_addresses = ''
unix_socket_directories = '$data/run'
unix_socket_permissions = 0770
max_connections = 200
shared_buffers = 128MB
log_line_prefix = '%m [%p] %u %e '
log_timezone = UTC
timezone = UTC
TEXT
    cat >"$folder/pg_hba.conf" <<'TEXT'
local all all peer map=studio
TEXT
    {
        for user in "$db_user" "$(id -un)"; do
            printf 'studio %s %s\n' "$user" postgres "$user" coagent "$user" coagent_app
        done
        printf 'studio %s coagent_app\n' "$app_user"
    } >"$folder/pg_ident.conf"
    grep -q studio.conf "$folder/postgresql.conf" || echo "include 'studio.conf'" >>"$folder/postgresql.conf"
    am_root || return 0
    for file in studio.conf pg_hba.conf pg_ident.conf; do
        chown "$db_user:$service_group" "$folder/$file"
    done
}

wait_for_postgres() {
    local i
    for ((i = 0; i < 300; i++)); do
        $pg_bin/pg_isready -q -h "$data/run" -U postgres -d postgres && return
        is_running || break
        sleep 0.1
    done
    tail -n 15 "$data/log/postgres.log" >&2
    fail "PostgreSQL did not start; see $data/log/postgres.log"
}

# Reads what PostgreSQL has logged since the last call. Whether it cannot load one of its libraries: that happens when
# its package was upgraded, for the server that runs is the old program, and each new connection loads the new files. The
# SQLSTATE is that of a missing file, or that of an error that set none; an error which our functions raise has another.
watch_postgres_log() {
    exec 7<"$data/log/postgres.log"
    cat <&7 >/dev/null # what is there already is about an earlier server
}

postgres_misses_library() {
    local line found=1
    while IFS= read -r -u 7 line; do
        [[ $line != *' '@(58P01|XX000)\ @(ERROR|FATAL):\ \ could\ not\ @(load library|access file)\ * ]] || found=0
    done
    return $found
}

owner_psql() {
    psql -X -q -v ON_ERROR_STOP=1 -h "$data/run" -U postgres "$@"
}

create_roles() {
    owner_psql -d postgres -f "$data/app/share/coagent/sql/roles.sql"
}

ctl() {
    env -i PATH="$PATH" LANG=C.UTF-8 COAGENT_CONFIG="$data/conf/coagent.conf" "$data/app/sbin/coagentctl" "$@"
}

create_admin() {
    ctl create-admin --email "$admin_email" --name Administrator --password-stdin <<<"$admin_password"
}

prepare_database() {
    local log=$1
    logged "$log" "making the database" create_roles
    step "Bringing the database schema up to date"
    logged "$log" "coagentctl migrate" ctl migrate
    logged "$log" "coagentctl create-admin" create_admin
}
