-- Runs of scripts: what they are given, how they end, and what they leave behind.
alter table runs
    add script_id uuid references scripts,
    add script_version int,
    add mapping_id uuid references mappings on delete set null,
    add via text not null default 'api' check (via in ('api', 'ui', 'room', 'job', 'mcp', 'agent', 'workflow')),
    add label text,                              -- only a runner that has it may claim the run
    add alone uuid,                              -- while it runs, no other run with the same: a script that keeps a state
    add dry_run boolean not null default false,
    add network boolean not null default false,
    add limits jsonb not null default '{}',
    add exit_code int,
    add signal int,
    add ended_by text check (ended_by in ('exit', 'signal', 'memory', 'cpu_time', 'wall_time', 'output', 'processes', 'disk',
                                          'cancelled', 'start', 'lost')),
    add output_bytes bigint not null default 0,
    add output_truncated boolean not null default false,
    add retry_of uuid references runs on delete set null,
    add constraint runs_script_version foreign key (script_id, script_version) references script_versions,
    add constraint runs_of_scripts check ((kind = 'script') = (script_id is not null));
create unique index runs_alone on runs (alone) where state = 'running' and alone is not null;
create index runs_script on runs (script_id, id) where script_id is not null;
create index runs_script_live on runs (script_id) where script_id is not null and state in ('queued', 'running', 'waiting');
create index runs_script_asked on runs (script_id, asked_by, id) where script_id is not null;
create index runs_mapping_live on runs (mapping_id) where mapping_id is not null and state in ('queued', 'running', 'waiting');
create index runs_retry on runs (retry_of) where retry_of is not null;
-- Written once, read rarely: compressing it would cost more time than it saves space.
alter table run_output alter bytes set storage external;

-- What a run has left in its folder "out".
create table files (
    id uuid primary key default uuid_v7(),
    run_id uuid references runs on delete cascade,
    path text not null check (octet_length(path) between 1 and 1024),
    media_type text not null default 'application/octet-stream',
    size bigint not null,
    sha256 text not null,
    created_at timestamptz not null default now()
);
create index files_run on files (run_id, path) where run_id is not null;

create table file_chunks (
    file_id uuid not null references files on delete cascade,
    position bigint not null,                    -- byte offset in the file
    bytes bytea not null,
    primary key (file_id, position)
);
alter table file_chunks alter bytes set storage external;

-- The hosts that execute runs, as each told last.
create table runners (
    host text primary key,
    interpreters jsonb not null default '{}',    -- kind -> {"path","version"}; an absent kind is not installed
    labels text[] not null default '{}',
    sandbox jsonb not null default '{}',         -- {"ok","message","limits"}
    seen_at timestamptz not null default now()
);

-- The runs of a script get its mapping whoever asks for them. Raises when that has become private since: then neither who
-- owns the script, and could have it write anything, nor the caller may use it any more. It stays until the transaction ends.
create function prove_own_mapping(script scripts) returns void language plpgsql as $$
declare
    mapping mappings;
begin
    select * into mapping from mappings where id = script.mapping_id for key share;
    if found and not mapping_shows(mapping) and not mapping_shows_to(mapping, script.owner_id) then
        perform raise_outcome('CA422', 'The mapping of this script has become private. The script needs another one.', 'mapping');
    end if;
end $$;

-- Raises when so many runs wait for the caller that another would help nobody. It looks at an index, no further than the
-- limit.
create function prove_queue_has_room() returns void language plpgsql as $$
begin
    if exists (select from runs where asked_by = caller_id() and state = 'queued' offset 9999) then
        perform raise_outcome('CA429', '10,000 of your runs are waiting already. Ask again when some of them have ended.', '', 10);
    end if;
end $$;

-- Queues a run of a script that the caller sees. via says how it was asked for; wish may name "version" (absent: the
-- newest), "mapping" (absent: the script's own; null: none), "dry_run", "limits" (narrower than the script's), "network"
-- (false: without, though granted) and "retry_of". In a room, whose member the caller must be, it leaves a run event,
-- which answers the_trigger. Announcing it is the caller's part.
create function queue_script_run(wanted uuid, given jsonb, wish jsonb, the_via text, the_room uuid default null,
                                 the_trigger bigint default null)
returns runs language plpgsql as $$
declare
    script scripts;
    chosen script_versions;
    made runs;
begin
    select * into script from scripts where id = wanted for key share; -- against a deletion at the same time
    if not found or not script_shows(script) then
        perform raise_outcome('CA404', 'There is no such script.');
    end if;
    select * into chosen from script_versions
    where script_id = script.id and number = coalesce((wish ->> 'version')::int, script.latest);
    if not found then
        perform raise_outcome('CA422', 'There is no such version of this script.', 'version');
    end if;
    perform check_interpreter(script.kind, script.label);
    perform prove_queue_has_room();
    if wish ? 'mapping' and (wish ->> 'mapping')::uuid is distinct from script.mapping_id then
        script.mapping_id := usable_mapping((wish ->> 'mapping')::uuid);
    else
        perform prove_own_mapping(script);
    end if;
    perform prove_place_of_run(the_room);
    insert into runs (kind, asked_by, room_id, trigger_seq, inputs, retriable, script_id, script_version, mapping_id, via,
                      label, dry_run, network, limits, retry_of)
    values ('script', caller_id(), the_room, the_trigger, check_parameters(chosen.parameters, given), script.retriable,
            script.id, chosen.number, script.mapping_id, the_via, script.label, coalesce((wish ->> 'dry_run')::boolean, false),
            script.network and coalesce((wish ->> 'network')::boolean, true),
            narrow_limits(script.limits, check_limits(coalesce(wish -> 'limits', '{}'))), (wish ->> 'retry_of')::uuid)
    returning * into made;
    if the_room is not null then
        perform append_event(the_room, 'run', caller_id(), made.id, the_trigger, null, run_notice(made));
    end if;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.run', 'script', script.id::text,
            jsonb_build_object('name', script.name, 'run', made.id, 'version', chosen.number, 'via', the_via,
                               'dry_run', made.dry_run));
    perform pg_notify('run_queued', made.id::text);
    return made;
end $$;

-- Raises unless the caller may let a run speak in this room. Null: it speaks in none.
create function prove_place_of_run(room uuid) returns void language plpgsql as $$
begin
    if room is null then
        return;
    end if;
    perform prove_room(room, 'member', true);
    if room_is_busy(room) then
        perform raise_outcome('CA409', 'Too many runs are under way in this room. Ask again when some have ended.');
    end if;
end $$;
