# shellcheck shell=bash
# coagentctl migrate, status and create-admin, on databases of their own. Part of tests/run-sql.
: "${top:?}" "${build:?}" "${cluster:?}"

# fails_saying SENTENCE COMMAND...: the command must fail and say this.
fails_saying() {
    local sentence=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "it did not fail: $output"
        return 1
    fi
    case $output in
        *"$sentence"*) return 0 ;;
        *) printf 'it said: %s\n' "$output"; return 1 ;;
    esac
}

migrates_from_two_hosts() {
    local one two other=0
    ctl twice migrate >"$cluster/one" 2>&1 & one=$!
    ctl twice migrate >"$cluster/two" 2>&1 & two=$!
    wait "$one" || other=1
    wait "$two" || other=1
    cat "$cluster/one" "$cluster/two"
    [ "$other" = 0 ] &&
        [ "$(cat "$cluster/one" "$cluster/two" | grep -c '^applied ')" = \
          "$(cluster_psql twice -c 'select count(*) from schema_migrations')" ]
}

changes_nothing_again() {
    local before
    before=$(cluster_psql twice -c 'select * from schema_migrations order by 1')
    ctl twice migrate | grep -q 'up to date' || return 1
    [ "$before" = "$(cluster_psql twice -c 'select * from schema_migrations order by 1')" ]
}

# A failing migration must leave neither its own work nor its record behind: the first one meets a table in its way.
undoes_a_failed_migration() {
    cluster_database obstructed
    cluster_psql obstructed -c 'set role coagent' -c 'create table users (obstacle int)'
    fails_saying "0001_create_principals failed and was rolled back" ctl obstructed migrate || return 1
    [ "$(cluster_psql obstructed -c "select to_regclass('principals') is null, (select count(*) from schema_migrations)")" = 't|0' ]
}

makes_an_administrator() {
    local first second
    first=$(echo 'a quite long pass phrase' | ctl admins create-admin --email Root@Example.com --password-stdin --json) || return 1
    second=$(ctl admins create-admin --email root@example.com --json </dev/null) || return 1
    printf '%s\n%s\n' "$first" "$second"
    [[ $first == *'"created" : true'* && $second == *'"created" : false'* && $second == *'"role" : "admin"'* ]] &&
        [ "$(cluster_psql admins -c "select count(*) from agents join providers p on p.id = provider_id
                                      where p.kind = 'command'")" = 1 ]
}

promotes_a_disabled_user() {
    cluster_psql admins -c "with p as (insert into principals (kind, handle, name) values ('user', 'eve', 'Eve') returning id)
                             insert into users (id, email, password_hash, disabled_at)
                             select id, 'eve@example.com', 'x', now() from p"
    ctl admins create-admin --email eve@example.com </dev/null || return 1
    [ "$(cluster_psql admins -c "select role, disabled_at is null, password_hash from users
                                  where email = 'eve@example.com'")" = 'admin|t|x' ]
}

migrate_as_program() {
    unset DATABASE_OWNER_URL
    ctl_at "host=$cluster user=coagent_app dbname=twice" migrate
}

# A database of 2026-11-26, when functions stood among the tables, with a room, a script, a mapping and a run in it.
makes_old_database() {
    cluster_database old
    {
        echo 'set role coagent;'
        /usr/bin/python3 -c 'import lzma, sys; sys.stdout.buffer.write(lzma.open(sys.argv[1]).read())' \
            "$top/tests/sql/before-functions.sql.xz"
    } | cluster_psql old -f - >/dev/null
    # names and an address that would not be taken any more
    cluster_psql old -c "insert into scripts (name, kind, visibility, owner_id)
                         select normalize(v, NFC), kind, visibility, owner_id from scripts, unnest(array[U&'H\0435llo', U&'Hel\200Blo']) v
                         where name = 'Hello'" \
        -c "insert into providers (name, kind) select v, 'command' from unnest(array['twin', 'Twin', U&'tw\0456n']) v" \
        -c "update users set email = normalize('zo' || U&'\00E9' || '@example.com', NFD)
            where id = (select id from users order by id limit 1)"
}

takes_over_old_database() {
    ctl old migrate || return 1
    dump_schema old >"$cluster/old.sql"
    dump_schema twice >"$cluster/fresh.sql"
    diff -u "$cluster/fresh.sql" "$cluster/old.sql" &&
        [ "$(cluster_psql old -c "select (room_answer(id)).document::json ->> 'name', last_seq from rooms" \
            -c 'select name from scripts join runs on runs.script_id = scripts.id' -c 'select value from mapping_entries' \
            -c "select convert_from(bytes, 'UTF8') from run_output" \
            -c "select count(*), count(distinct twin) from scripts where name_key(name::text) = 'hello'" \
            -c "select count(*), count(distinct twin) from providers where name_key(name) = 'twin'" \
            -c "select count(*) from users where email = U&'zo\00E9@example.com'")" = $'Workshop|2\nHello\neu\nhi\n3|3\n3|3\n1' ] &&
        ctl old migrate | grep 'up to date'
}

make_weak_administrator() {
    echo short | ctl admins create-admin --email weak@example.com --password-stdin
}

run_migrate_tests() {
    cluster_database twice
    check "status of a database without a schema fails and says what to do" \
        fails_saying "Run coagentctl migrate" ctl twice status
    check "two hosts that migrate at once apply each migration once" migrates_from_two_hosts
    check "migrate is safe to run again" changes_nothing_again
    check "status of a database that is up to date is well" ctl twice status --json
    cluster_psql twice -c "insert into schema_migrations values (9999, '9999_future', 'x')"
    check "migrate refuses a database that is newer than the program" \
        fails_saying "newer than this program" ctl twice migrate
    cluster_psql twice -c "delete from schema_migrations where number = 9999"
    check "a database from before the functions had schemas of their own is made" makes_old_database
    check "and is taken over with its data" takes_over_old_database
    check "a failed migration leaves nothing behind" undoes_a_failed_migration
    cluster_psql twice -c "update schema_migrations set checksum = 'edited' where number = 2"
    check "migrate refuses a migration that was edited after it was applied" \
        fails_saying "was changed after it was applied" ctl twice migrate
    check "migrate as the program's role says what is missing" \
        fails_saying "DATABASE_OWNER_URL" migrate_as_program
    cluster_database admins
    ctl admins migrate >/dev/null
    check "create-admin makes one administrator however often it runs, and the built-in agent" makes_an_administrator
    check "create-admin enables and promotes a user and keeps the password" promotes_a_disabled_user
    check "create-admin refuses a weak password" \
        fails_saying "characters" make_weak_administrator
    check "an unknown command is refused" fails_saying "unknown command" ctl admins dance
}
