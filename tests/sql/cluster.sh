# shellcheck shell=bash
# A private PostgreSQL for tests: cluster_start, cluster_stop, cluster_database NAME. It listens on a unix socket in a
# directory of its own, $cluster, and nowhere else.

cluster=

# initdb refuses root, so root borrows the user postgres.
cluster_as_owner() {
    if [ "$(id -u)" = 0 ]; then
        (cd "$cluster" && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
    else
        "$@"
    fi
}

cluster_start() {
    local bin
    bin=$(pg_config --bindir 2>/dev/null || true)
    [ -x "$bin/initdb" ] || bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort -V | tail -n 1)
    [ -n "$bin" ] || { echo "initdb is missing: install postgresql" >&2; return 1; }
    cluster_bin=$bin
    cluster=$(mktemp -d /tmp/coagent-sql.XXXXXX)
    [ "$(id -u)" != 0 ] || chown postgres: "$cluster"
    chmod 755 "$cluster"
    cluster_as_owner "$bin/initdb" -D "$cluster/data" -A trust -U postgres --locale=C.UTF-8 -E UTF8 >"$cluster/initdb.log" &&
        cluster_as_owner "$bin/pg_ctl" -s -w -D "$cluster/data" -l "$cluster/postgres.log" -o \
            "-k $cluster -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
             -c max_wal_size=4GB -c autovacuum=off" start >/dev/null &&
        cluster_psql postgres -c 'create role coagent login' -c 'create role coagent_app login'
}

# cluster_restart_encrypted PORT: again with TLS on the loopback address, on the same sockets' directory.
cluster_restart_encrypted() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -keyout "$cluster/data/server.key" -out "$cluster/data/server.crt" 2>/dev/null || return 1
    chmod 600 "$cluster/data/server.key"
    [ "$(id -u)" != 0 ] || chown postgres: "$cluster/data/server.key" "$cluster/data/server.crt"
    cluster_as_owner "$cluster_bin/pg_ctl" -s -w -D "$cluster/data" -m fast -l "$cluster/postgres.log" -o \
        "-k $cluster -p $1 -c listen_addresses=127.0.0.1 -c ssl=on -c fsync=off" restart >/dev/null
}

cluster_stop() {
    [ -n "$cluster" ] || return 0
    [ ! -f "$cluster/data/postmaster.pid" ] ||
        cluster_as_owner "$cluster_bin/pg_ctl" -s -D "$cluster/data" -m immediate stop >/dev/null 2>&1
    rm -rf "$cluster"
    cluster=
}

# Who comes with psql finds the functions of the build without naming their schema.
cluster_database() {
    cluster_psql postgres -c "create database $1 owner coagent" \
        -c "alter database $1 set search_path = $(cat "${build:?}/sql/functions.name"), public"
}

# cluster_psql DATABASE ARGUMENT...: as the superuser, quiet, stopping at the first error.
cluster_psql() {
    local database=$1
    shift
    psql -X -q -At -v ON_ERROR_STOP=1 -h "$cluster" -U postgres -d "$database" "$@"
}
