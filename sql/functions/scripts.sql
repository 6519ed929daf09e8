-- Everybody sees the scripts of the team; a private one, its owner and who may manage scripts.
create function script_shows(s scripts) returns boolean language sql stable as $$
    select s.deleted_at is null and (s.visibility = 'team' or s.owner_id = caller_id() or caller_may('scripts.manage'))
$$;

create function script_is_editable(s scripts) returns boolean language sql stable as $$
    select s.owner_id = caller_id() or caller_may('scripts.manage')
$$;

-- The script, locked for a change that the guard has permitted; raises when it was deleted since.
create function script_lock(wanted uuid) returns scripts language plpgsql as $$
declare
    script scripts;
begin
    select * into script from scripts where id = wanted and deleted_at is null for no key update;
    if not found then
        perform raise_outcome('CA404', 'Script not found.');
    end if;
    return script;
end $$;

-- The script that a command means: the caller's own of this name, else the one of the team, else OWNER/NAME of any that
-- the caller sees. So no script of somebody else's is ever taken for one's own, and the private ones of others, which those
-- see who manage scripts, run only by their full names. No row: there is none.
create function script_named(wanted text) returns setof scripts language plpgsql stable as $$
declare
    key constant text := name_key(wanted);
    slash constant int := strpos(wanted, '/');
    full_names text;
begin
    return query
        select * from scripts where owner_id = caller_id() and name_key(name::text) = key and deleted_at is null
        order by name = wanted::citext desc, twin limit 1;
    if not found then
        return query
            select * from scripts where name_key(name::text) = key and visibility = 'team' and deleted_at is null
            order by name = wanted::citext desc, twin limit 1;
    end if;
    if not found and slash > 0 then
        return query
            select s.* from scripts s
            where s.owner_id = (select id from principals where handle = left(wanted, slash - 1)::citext)
                  and name_key(s.name::text) = name_key(substr(wanted, slash + 1)) and script_shows(s)
            order by s.name = substr(wanted, slash + 1)::citext desc, twin limit 1;
    end if;
    if not found then
        select string_agg(full_name, ', ') into full_names
        from (select p.handle || '/' || s.name as full_name from scripts s join principals p on p.id = s.owner_id
              where name_key(s.name::text) = key and script_shows(s) order by s.id limit 3) as others;
        if full_names is not null then
            perform raise_outcome('CA422', format('Specify whose script you mean: %s.', full_names), 'text');
        end if;
    end if;
end $$;

-- Raises when a script may not get this name: a slash separates its owner from it.
create function check_script_name(wanted text) returns text language plpgsql immutable as $$
begin
    if strpos(wanted, '/') > 0 then
        perform raise_outcome('CA422', 'Must not contain a slash, because OWNER/NAME specifies whose script is meant.', 'name');
    end if;
    return wanted;
end $$;

-- What may not be granted by whoever writes a script: raises unless the caller may. Returns what was asked for.
create function grant_network(wanted boolean) returns boolean language plpgsql as $$
begin
    if wanted and not caller_may('scripts.network') then
        perform raise_outcome('CA403', 'You need the permission "scripts.network" to enable internet access.', 'network');
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
        perform raise_outcome('CA422', 'Mapping not found.', 'mapping');
    end if;
    return wanted;
end $$;

-- files: all that the version has.
create function add_script_version(script uuid, number int, code text, parameters jsonb, note text, files script_file[])
returns void language plpgsql as $$
begin
    if octet_length(code) > 524288 then
        perform raise_outcome('CA422', 'A script can have at most 512 KiB.', 'code');
    elsif code ~ '^\s*$' then
        perform raise_outcome('CA422', 'Must not be empty.', 'code');
    end if;
    insert into script_versions (script_id, number, code, parameters, note, author_id, file_count, file_bytes)
    values (script, number, code, parameters, coalesce(note, ''), caller_id(), cardinality(files),
            (select coalesce(sum(f.size), 0) from unnest(files) f));
end $$;

-- The body of a change of a script, whose code ends its lines as the interpreters on this system expect: with LF. A shell
-- takes the CR of a file from Windows for a part of each command.
create function with_unix_lines(body json) returns jsonb language sql immutable as $$
    select case when strpos(body ->> 'code', E'\r\n') > 0
                then jsonb_set(body::jsonb, '{code}', to_jsonb(replace(body ->> 'code', E'\r\n', E'\n'))) else body::jsonb end
$$;

-- Raises when a script (null: a new one) may not get this name, because of another one of its owner (null: of none), or of
-- one that everybody sees, if it is one.
create function script_check_name(me uuid, wanted text, the_owner uuid, the_visibility text) returns void
language plpgsql stable as $$
begin
    perform refuse_taken_name('script', wanted, (
        select name from scripts where owner_id = the_owner and name_key(name::text) = name_key(wanted) and deleted_at is null
                                     and id is distinct from me order by name = wanted::citext desc limit 1));
    perform refuse_taken_name('shared script', wanted, (
        select name from scripts where the_visibility = 'team' and name_key(name::text) = name_key(wanted) and visibility = 'team'
                                     and deleted_at is null and id is distinct from me order by name = wanted::citext desc limit 1));
end $$;

-- body: the checked fields, and as JSON text besides, because that keeps the order of the parameters.
create function script_create(body json) returns setof announced language plpgsql as $$
declare
    b jsonb := with_unix_lines(body);
    made scripts;
    files script_file[];
begin
    perform check_first_line(b ->> 'kind', b ->> 'program');
    perform check_interpreter(b ->> 'kind', b ->> 'label');
    perform script_check_name(null, b ->> 'name', caller_id(), coalesce(b ->> 'visibility', 'team'));
    insert into scripts (name, description, kind, visibility, owner_id, network, api, mapping_id, limits, label, retriable, cache)
    values (check_script_name(b ->> 'name'), coalesce(b ->> 'description', ''), b ->> 'kind', coalesce(b ->> 'visibility', 'team'),
            caller_id(), grant_network(coalesce((b ->> 'network')::boolean, false)), coalesce(b ->> 'api', 'none'),
            usable_mapping((b ->> 'mapping')::uuid),
            check_limits(coalesce(b -> 'limits', '{}')), b ->> 'label', coalesce((b ->> 'retriable')::boolean, false),
            coalesce((b ->> 'cache')::boolean, false))
    returning * into made;
    files := wanted_script_files(made, b);
    perform add_script_version(made.id, 1, b ->> 'code', coalesce(b -> 'parameters', '{}'), b ->> 'note', files);
    perform keep_script_files(made.id, 1, files);
    perform grant_networks(made.id, b -> 'networks');
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.create', 'script', made.id::text,
            jsonb_build_object('name', made.name, 'kind', made.kind, 'visibility', made.visibility, 'network', made.network,
                               'api', made.api, 'networks', script_networks_json(made.id)));
    return next announced_answer(script_json(made)::json);
end $$;

-- Changes what the body names, if its version is the present one. Other code, parameters or files make a new
-- version. An upload has no version: it only adds one to those that stay.
create function script_edit(wanted uuid, body json) returns setof announced language plpgsql as $$
declare
    b jsonb := with_unix_lines(body);
    old scripts := script_lock(wanted);
    before constant jsonb := script_item(old) - 'last_run';
    edited scripts;
    newest script_versions;
    code text;
    parameters jsonb;
    files script_file[];
    moved boolean := false; -- the files
    changed boolean;
begin
    if (b ->> 'version')::int <> old.version then
        return next announced_stale(script_json(old)::json);
        return;
    end if;
    select * into newest from script_versions where script_id = old.id and number = old.latest;
    code := coalesce(b ->> 'code', newest.code);
    parameters := coalesce(b -> 'parameters', newest.parameters);
    if b ?| array['files', 'files_of', 'replace_files'] then
        files := wanted_script_files(old, b);
        moved := script_files_differ(files, script_files_of(old.id, old.latest));
    end if;
    changed := moved or code is distinct from newest.code or parameters is distinct from newest.parameters;
    if b ->> 'kind' <> old.kind then
        perform raise_outcome('CA422', 'The kind of a script cannot be changed. Create a new script instead.', 'kind');
    elsif changed or b ? 'label' then
        perform check_interpreter(old.kind, case when b ? 'label' then b ->> 'label' else old.label end);
    end if;
    if code is distinct from newest.code then
        perform check_first_line(old.kind, b ->> 'program');
    end if;
    if b ->> 'name' <> old.name::text then
        perform script_check_name(old.id, b ->> 'name', old.owner_id, coalesce(b ->> 'visibility', old.visibility));
    elsif b ->> 'visibility' <> old.visibility then
        perform script_check_name(old.id, old.name::text, null, b ->> 'visibility');
    end if;
    update scripts as s set
        name = case when b ->> 'name' <> s.name::text then check_script_name(b ->> 'name') else s.name end,
        twin = case when b ->> 'name' <> s.name::text then 0 else s.twin end, description = coalesce(b ->> 'description', s.description),
        visibility = coalesce(b ->> 'visibility', s.visibility),
        network = case when (b ->> 'network')::boolean and not s.network then grant_network(true)
                       else coalesce((b ->> 'network')::boolean, s.network) end,
        api = coalesce(b ->> 'api', s.api),
        mapping_id = case when b ? 'mapping' and (b ->> 'mapping')::uuid is distinct from s.mapping_id
                          then usable_mapping((b ->> 'mapping')::uuid) else s.mapping_id end,
        limits = check_limits(coalesce(b -> 'limits', s.limits)),
        label = case when b ? 'label' then b ->> 'label' else s.label end,
        retriable = coalesce((b ->> 'retriable')::boolean, s.retriable), cache = coalesce((b ->> 'cache')::boolean, s.cache),
        latest = s.latest + changed::int, version = s.version + 1, updated_at = now()
    where s.id = old.id
    returning * into edited;
    perform grant_networks(old.id, b -> 'networks');
    if old.cache and not edited.cache then
        perform drop_script_cache(old.id);
    end if;
    if changed then
        perform add_script_version(old.id, old.latest + 1, code, parameters, b ->> 'note',
                                   case when moved then files else script_files_of(old.id, old.latest) end);
    end if;
    if moved then
        perform keep_script_files(old.id, old.latest + 1, files);
    end if;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.edit', 'script', old.id::text, -- the code is in the version, whose number is in "latest"
            document_changes(before, script_item(edited) - 'last_run') || jsonb_build_object('name', edited.name));
    return next announced_answer(script_json(edited)::json);
end $$;

-- Its name is free again, its live runs stop, its history stays.
create function script_delete(wanted uuid) returns setof announced language plpgsql as $$
declare
    script scripts;
begin
    perform from scripts where id = wanted for update; -- no run of it begins from here on
    script := script_lock(wanted);
    update scripts set deleted_at = now(), mapping_id = null where id = script.id;
    delete from script_networks where script_id = script.id;
    perform drop_script_files(script.id);
    perform drop_script_cache(script.id);
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.delete', 'script', script.id::text, jsonb_build_object('name', script.name));
    return next announced_answer(null);
    return query select * from cancel_runs(array(
        select id from runs where script_id = script.id and state in ('queued', 'running', 'waiting')), 'The script was deleted.');
end $$;

-- Queues a run of it. body: what the caller wishes (see queue_script_run), with the checked "parameters"; sealed:
-- its passwords, if it has any; room: which is told.
create function script_run(wanted uuid, body jsonb, by_way text, sealed text) returns setof announced language plpgsql as $$
declare
    made constant runs := queue_script_run(wanted, row(body -> 'parameters', sealed, false)::run_inputs, body, by_way,
                                               (body ->> 'room')::uuid);
begin
    return query select * from announced_run(made);
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
        'networks', script_networks_json(s.id), 'api', s.api,
        'mapping', (select jsonb_build_object('id', m.id, 'name', m.name) from mappings m where m.id = s.mapping_id),
        'limits', s.limits, 'label', s.label, 'retriable', s.retriable, 'cache', s.cache, 'version', s.version,
        'created_at', api_time(s.created_at), 'updated_at', api_time(s.updated_at),
        'editable', script_is_editable(s), 'last_run', script_last_run(s))
$$;

-- The first lines of code that change the direction of text: whoever reads them may see another order than what is executed.
create function direction_lines(code text) returns jsonb language sql immutable as $$
    select coalesce(jsonb_agg(number order by number), '[]')
    from (select number from string_to_table(code, E'\n') with ordinality as lines (line, number)
          where code ~ '[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]'
                and line ~ '[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]'
          order by number limit 20) as first
$$;

create function script_json(s scripts) returns jsonb language sql stable as $$
    select script_item(s) || jsonb_build_object('code', v.code, 'parameters', v.parameters, 'runner_limits', runner_limits(s.label),
                                              'files', script_files_json(s.id, s.latest), 'direction_lines', direction_lines(v.code))
           || script_cache_json(s.id)
    from script_versions v where v.script_id = s.id and v.number = s.latest
$$;

create function script_version_item(v script_versions) returns jsonb language sql stable as $$
    select jsonb_build_object('number', v.number, 'author', principal_json(v.author_id), 'note', v.note,
                              'created_at', api_time(v.created_at), 'size', octet_length(v.code),
                              'file_count', v.file_count, 'file_bytes', v.file_bytes)
$$;

-- The version of a script that the caller wants to run (null: the newest), and what it takes.
create function script_takes(wanted uuid, wanted_version int) returns script_versions language plpgsql stable as $$
declare
    chosen script_versions;
begin
    select v.* into chosen from scripts s join script_versions v on v.script_id = s.id and v.number = coalesce(wanted_version, s.latest)
    where s.id = wanted;
    if not found then
        perform raise_outcome('CA422', 'This script has no such version.', 'version');
    end if;
    return chosen;
end $$;
