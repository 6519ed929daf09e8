-- Scripts: the head, which people edit, and its immutable versions, which run.
create table scripts (
    id uuid primary key default uuid_v7(),
    name citext not null check (char_length(name) between 1 and 80),
    description text not null default '' check (char_length(description) <= 2000),
    kind text not null check (kind in ('sh', 'python', 'node', 'playbook', 'terraform', 'aws')),
    visibility text not null default 'team' check (visibility in ('private', 'team')),
    owner_id uuid not null references principals,
    latest int not null default 1,               -- the number of the newest version
    network boolean not null default false,      -- granted by who may: stays granted whatever the next version does
    mapping_id uuid references mappings,
    limits jsonb not null default '{}',          -- narrower than the configured ones: memory_mb, cpu_seconds, wall_seconds …
    label text check (char_length(label) between 1 and 40), -- runs only where the runner has this label
    retriable boolean not null default false,    -- may run again when its runner died: at least once, else at most once
    version int not null default 1,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index scripts_name on scripts (name) where deleted_at is null;
create index scripts_owner on scripts (owner_id, id);
create index scripts_mapping on scripts (mapping_id) where mapping_id is not null;

create table script_versions (
    script_id uuid not null references scripts,
    number int not null,
    code text not null check (octet_length(code) <= 524288),
    parameters jsonb not null default '{}',      -- what it takes: a small subset of JSON Schema
    note text not null default '' check (char_length(note) <= 200),
    author_id uuid not null references principals,
    created_at timestamptz not null default now(),
    primary key (script_id, number)
);
revoke update, delete, truncate on script_versions from coagent_app;

-- What a script keeps from one run to the next (the state of terraform), sealed by the runner.
create table script_states (
    script_id uuid primary key references scripts,
    sealed text not null,
    updated_at timestamptz not null default now()
);

-- Everybody sees the scripts of the team; a private one, its owner and who may manage scripts.
create function script_shows(s scripts) returns boolean language sql stable as $$
    select s.deleted_at is null and (s.visibility = 'team' or s.owner_id = caller_id() or caller_may('scripts.manage'))
$$;

create function script_is_editable(s scripts) returns boolean language sql stable as $$
    select s.owner_id = caller_id() or caller_may('scripts.manage')
$$;

-- What each kind needs, and how Debian 12 gets it.
create function script_kinds()
returns table (place int, kind text, name text, interpreter text, install text) language sql immutable as $$
    values (1, 'sh', 'Shell', 'bash', 'apt install bash'),
           (2, 'python', 'Python', 'python3', 'apt install python3'),
           (3, 'node', 'Node.js', 'node', 'apt install nodejs'),
           (4, 'playbook', 'Ansible playbook', 'ansible-playbook', 'apt install ansible'),
           (5, 'terraform', 'Terraform', 'tofu or terraform', 'see https://opentofu.org/docs/intro/install/deb/'),
           (6, 'aws', 'AWS commands', 'aws', 'apt install awscli')
$$;

-- Raises when runners are there (with this label, if one is asked for) and none of them can execute the kind. While no
-- runner is there nobody knows, and the run waits for one.
create function check_interpreter(the_kind text, the_label text) returns void language plpgsql as $$
declare
    needed record;
    present boolean;
    fitting boolean;
    able boolean;
begin
    select count(*) > 0, coalesce(bool_or(the_label is null or the_label = any (labels)), false),
           coalesce(bool_or((the_label is null or the_label = any (labels)) and interpreters ? the_kind), false)
    into present, fitting, able
    from runners where seen_at > now() - interval '10 minutes';
    if present and not fitting then
        perform raise_outcome('CA422', format('No runner has the label "%s" at present.', the_label), 'label');
    elsif present and not able then
        select * into needed from script_kinds() k where k.kind = the_kind;
        perform raise_outcome('CA422', format('%s is not installed where scripts run. On the runner''s host: %s.',
                                              needed.interpreter, needed.install), 'kind');
    end if;
end $$;

-- What the runners that are there allow a run at most, by the names of check_limits: the least of those that it may get
-- to. Empty while none is there.
create function runner_limits(the_label text) returns jsonb language plpgsql stable as $$
begin
    return (select coalesce(jsonb_object_agg(narrowest.key, narrowest.value), '{}')
            from (select l.key, min(l.value::bigint) as value
                  from runners r cross join jsonb_each_text(r.sandbox -> 'limits') l
                  where r.seen_at > now() - interval '10 minutes' and (the_label is null or the_label = any (r.labels))
                  group by l.key) as narrowest);
end $$;

-- Limits of a script or of one run, which the runner narrows its own by: raises, or returns them as they are.
create function check_limits(given jsonb) returns jsonb language plpgsql immutable as $$
declare
    known constant text[] := array['memory_mb', 'cpu_seconds', 'wall_seconds', 'processes', 'disk_mb', 'open_files', 'output_mb'];
    key text;
    value jsonb;
begin
    for key, value in select * from jsonb_each(given) loop
        if not key = any (known) then
            perform raise_outcome('CA422', format('There is no limit "%s": %s are known.', left(key, 40),
                                                  array_to_string(known, ', ')), 'limits');
        elsif jsonb_typeof(value) <> 'number' or value::numeric <> trunc(value::numeric)
              or not value::numeric between 1 and 1000000 then
            perform raise_outcome('CA422', format('The limit %s must be a whole number from 1 to 1000000.', key), 'limits');
        end if;
    end loop;
    return given;
end $$;

-- The narrower of two sets of limits, each by itself.
create function narrow_limits(a jsonb, b jsonb) returns jsonb language sql immutable as $$
    select coalesce(jsonb_object_agg(key, least), '{}')
    from (select key, min(value::numeric) as least
          from (select * from jsonb_each(a) union all select * from jsonb_each(b)) as both_sets group by key) as narrowed
$$;

-- The script, locked for a change by the caller; raises when it is invisible, not the caller's, or newer than was seen
-- (seen null: the change does not depend on what was there).
create function script_for_edit(wanted uuid, seen int) returns scripts language plpgsql as $$
declare
    script scripts;
begin
    select * into script from scripts where id = wanted for no key update;
    if not found or not script_shows(script) then
        perform raise_outcome('CA404', 'There is no such script.');
    elsif not script_is_editable(script) then
        perform raise_outcome('CA403', 'Only its owner, or who may manage scripts, may change this script.');
    elsif seen <> script.version then
        perform raise_outcome('CA409', 'This script was changed in the meantime. Load it again.', 'version');
    end if;
    return script;
end $$;

-- What may not be granted by whoever writes a script: raises unless the caller may. Returns what was asked for.
create function grant_network(wanted boolean) returns boolean language plpgsql as $$
begin
    if wanted and not caller_may('scripts.network') then
        perform raise_outcome('CA403', 'Only who may grant the network may let a script use it.', 'network');
    end if;
    return wanted;
end $$;

-- A mapping that the caller may attach: raises when it is invisible. Null gives null. It stays until the transaction ends.
create function usable_mapping(wanted uuid) returns uuid language plpgsql as $$
declare
    mapping mappings;
begin
    if wanted is null then
        return null;
    end if;
    select * into mapping from mappings where id = wanted for key share;
    if not found or not mapping_shows(mapping) then
        perform raise_outcome('CA422', 'There is no such mapping.', 'mapping');
    end if;
    return wanted;
end $$;

create function add_script_version(script uuid, number int, code text, parameters jsonb, note text)
returns void language plpgsql as $$
begin
    if octet_length(code) > 524288 then
        perform raise_outcome('CA422', 'A script has at most 512 KiB.', 'code');
    elsif code ~ '^\s*$' then
        perform raise_outcome('CA422', 'Must not be empty.', 'code');
    end if;
    insert into script_versions (script_id, number, code, parameters, note, author_id)
    values (script, number, code, parameters, coalesce(note, ''), caller_id());
end $$;

-- body: the checked fields, and as JSON text besides, because that keeps the order of the parameters. Returns the id.
create function script_create(body json) returns uuid language plpgsql as $$
declare
    b jsonb := body;
    made scripts;
begin
    perform check_interpreter(b ->> 'kind', b ->> 'label');
    insert into scripts (name, description, kind, visibility, owner_id, network, mapping_id, limits, label, retriable)
    values (b ->> 'name', coalesce(b ->> 'description', ''), b ->> 'kind', coalesce(b ->> 'visibility', 'team'), caller_id(),
            grant_network(coalesce((b ->> 'network')::boolean, false)), usable_mapping((b ->> 'mapping')::uuid),
            check_limits(coalesce(b -> 'limits', '{}')), b ->> 'label', coalesce((b ->> 'retriable')::boolean, false))
    returning * into made;
    perform add_script_version(made.id, 1, b ->> 'code', check_parameter_schema(body -> 'parameters'), b ->> 'note');
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.create', 'script', made.id::text,
            jsonb_build_object('name', made.name, 'kind', made.kind, 'visibility', made.visibility, 'network', made.network));
    return made.id;
end $$;

-- Changes what the body names. Other code or other parameters make a new version.
create function script_edit(wanted uuid, body json) returns uuid language plpgsql as $$
declare
    b jsonb := body;
    old scripts := script_for_edit(wanted, (b ->> 'version')::int);
    newest script_versions;
    code text;
    parameters jsonb;
    changed boolean;
begin
    select * into newest from script_versions where script_id = old.id and number = old.latest;
    code := coalesce(b ->> 'code', newest.code);
    parameters := case when b ? 'parameters' then check_parameter_schema(body -> 'parameters') else newest.parameters end;
    changed := code is distinct from newest.code or parameters is distinct from newest.parameters;
    if b ->> 'kind' <> old.kind then
        perform raise_outcome('CA422', 'A script stays of its kind. Make a new one.', 'kind');
    elsif changed or b ? 'label' then
        perform check_interpreter(old.kind, case when b ? 'label' then b ->> 'label' else old.label end);
    end if;
    update scripts as s set
        name = coalesce(b ->> 'name', s.name), description = coalesce(b ->> 'description', s.description),
        visibility = coalesce(b ->> 'visibility', s.visibility),
        network = case when (b ->> 'network')::boolean and not s.network then grant_network(true)
                       else coalesce((b ->> 'network')::boolean, s.network) end,
        mapping_id = case when b ? 'mapping' and (b ->> 'mapping')::uuid is distinct from s.mapping_id
                          then usable_mapping((b ->> 'mapping')::uuid) else s.mapping_id end,
        limits = check_limits(coalesce(b -> 'limits', s.limits)),
        label = case when b ? 'label' then b ->> 'label' else s.label end,
        retriable = coalesce((b ->> 'retriable')::boolean, s.retriable),
        latest = s.latest + changed::int, version = s.version + 1, updated_at = now()
    where s.id = old.id;
    if changed then
        perform add_script_version(old.id, old.latest + 1, code, parameters, b ->> 'note');
    end if;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.edit', 'script', old.id::text, b - 'version' - 'code' - 'parameters'
            || case when changed then jsonb_build_object('number', old.latest + 1) else '{}' end);
    return old.id;
end $$;

-- Its name is free again, its live runs stop, its history stays. Returns what is to be published after the commit.
create function remove_script(wanted uuid) returns setof announced language plpgsql as $$
declare
    script scripts;
begin
    perform from scripts where id = wanted for update; -- no run of it begins from here on
    script := script_for_edit(wanted, null);
    update scripts set deleted_at = now(), mapping_id = null where id = script.id;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.delete', 'script', script.id::text, jsonb_build_object('name', script.name));
    return query select * from cancel_runs(array(
        select id from runs where script_id = script.id and state in ('queued', 'running', 'waiting')), 'The script was deleted.');
end $$;

-- The newest run of a script among those that the caller may see; null when there is none.
create function script_last_run(s scripts) returns json language plpgsql stable as $$
declare
    run runs;
begin
    if script_is_editable(s) or caller_may('runs.manage') then
        select * into run from runs where script_id = s.id order by id desc limit 1;
    else
        select * into run from runs where script_id = s.id and asked_by = caller_id() order by id desc limit 1;
    end if;
    return case when run.id is not null
                then json_build_object('id', run.id, 'state', run.state, 'queued_at', api_time(run.queued_at)) end;
end $$;

-- A script as lists show it, and whole, with the code and the parameters of its newest version.
create function script_item(s scripts) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'id', s.id, 'name', s.name, 'description', s.description, 'kind', s.kind, 'visibility', s.visibility,
        'owner', principal_json(s.owner_id), 'latest', s.latest, 'network', s.network,
        'mapping', (select jsonb_build_object('id', m.id, 'name', m.name) from mappings m where m.id = s.mapping_id),
        'limits', s.limits, 'label', s.label, 'retriable', s.retriable, 'version', s.version,
        'created_at', api_time(s.created_at), 'updated_at', api_time(s.updated_at),
        'editable', script_is_editable(s), 'last_run', script_last_run(s))
$$;

create function script_json(s scripts) returns jsonb language sql stable as $$
    select script_item(s) || jsonb_build_object('code', v.code, 'parameters', v.parameters, 'runner_limits', runner_limits(s.label))
    from script_versions v where v.script_id = s.id and v.number = s.latest
$$;

create function script_version_item(v script_versions) returns jsonb language sql stable as $$
    select jsonb_build_object('number', v.number, 'author', principal_json(v.author_id), 'note', v.note,
                              'created_at', api_time(v.created_at), 'size', octet_length(v.code))
$$;
