-- Everybody sees the mappings of the team, with the values that are not secret; a private one, its owner and who may
-- manage mappings.
create function mapping_shows(m mappings) returns boolean language sql stable as $$
    select m.deleted_at is null and (m.visibility = 'team' or m.owner_id = caller_id() or caller_may('mappings.manage'))
$$;

-- Whether this user would see it.
create function mapping_shows_to(m mappings, reader uuid) returns boolean language sql stable as $$
    select m.deleted_at is null and (m.visibility = 'team' or m.owner_id = reader
        or exists (select from users where id = reader and (role = 'admin' or 'mappings.manage' = any (permissions))))
$$;

create function mapping_is_editable(m mappings) returns boolean language sql stable as $$
    select m.owner_id = caller_id() or caller_may('mappings.manage')
$$;

-- The mapping, locked for a change that the guard has permitted; raises when it was deleted since.
create function mapping_lock(wanted uuid) returns mappings language plpgsql as $$
declare
    mapping mappings;
begin
    select * into mapping from mappings where id = wanted and deleted_at is null for update; -- no run begins with it meanwhile
    if not found then
        perform raise_outcome('CA404', 'Mapping not found.');
    end if;
    return mapping;
end $$;

-- Why a variable may not have this name, or null. What makes a program run other code than its own is not for mappings,
-- nor are the names of what every run is given, nor the
-- arguments of terraform, which can have its state written anywhere.
create function mapping_key_fault(key text) returns text language sql immutable as $$
    select case
        when key !~ '^[A-Za-z_][A-Za-z0-9_]{0,63}$' then
            'Use at most 64 letters, digits and underscores, starting with a letter or underscore.'
        when key ~ '^(PATH|HOME|TMPDIR|ENV|IFS|PS4|SHELLOPTS|BASHOPTS|PROMPT_COMMAND|NODE_OPTIONS|NODE_PATH|GCONV_PATH|'
                    'PERL5OPT|PERL5LIB|PERL5DB|RUBYOPT|GLIBC_TUNABLES|PYTHON[A-Z0-9]+|(LD_|BASH_|COAGENT_|PARAM_|TF_CLI_).*)$' then
            'This name is reserved.'
        end
$$;

-- Why an entry cannot be taken, as the field and a sentence; nulls when it can. stored is what there is of this key.
create function mapping_entry_fault(entry jsonb, stored mapping_entries, out field text, out message text)
language plpgsql immutable as $$
begin
    if mapping_key_fault(entry ->> 'key') is not null then
        field := 'key';
        message := mapping_key_fault(entry ->> 'key');
    elsif entry ->> 'sealed' is null and entry ->> 'value' is null
          and ((entry ->> 'secret')::boolean is distinct from true or stored.sealed is null) then
        field := 'value';
        message := 'Is required.';
    elsif stored.sealed is not null and entry ->> 'secret' is null then
        field := 'secret';
        message := 'This entry is a secret. Specify whether it stays a secret.';
    elsif (entry ->> 'length')::int < 4 then
        field := 'value';
        message := 'Enter at least 4 characters. Shorter secrets cannot be hidden in the output of runs.';
    end if;
end $$;

-- Puts these entries, a list of {"key","secret"} with "value" (of what is not secret), "sealed" and "length" (of what is)
-- or none of them (a secret that stays), in the place of those that the mapping has.
create function set_mapping_entries(mapping uuid, given jsonb) returns void language plpgsql as $$
declare
    errors jsonb;
begin
    with entries as (
        select place - 1 as place, entry, entry ->> 'key' as key,
               row_number() over (partition by entry ->> 'key' order by place) > 1 as again
        from jsonb_array_elements(given) with ordinality as e (entry, place)
    ), judged as (
        select place, coalesce(fault.field, case when again then 'key' end) as field,
               coalesce(fault.message, case when again then 'This name occurs more than once.' end) as message
        from entries left join mapping_entries stored on stored.mapping_id = mapping and stored.key = entries.key,
             mapping_entry_fault(entry, stored) as fault
    )
    select jsonb_agg(jsonb_build_object('field', format('entries.%s.%s', place, field), 'message', message) order by place)
    into errors from judged where field is not null;
    if errors is not null then
        perform raise_fields('Some entries are not valid.', errors);
    end if;
    delete from mapping_entries e where e.mapping_id = mapping
        and not exists (select from jsonb_array_elements(given) as entry where entry ->> 'key' = e.key);
    insert into mapping_entries (mapping_id, key, value, sealed)
    select mapping, entry ->> 'key', entry ->> 'value', entry ->> 'sealed' from jsonb_array_elements(given) as entry
    where num_nonnulls(entry ->> 'value', entry ->> 'sealed') = 1 -- a secret that is kept has neither
    on conflict (mapping_id, key) do update set value = excluded.value, sealed = excluded.sealed;
end $$;

create function mapping_keys(mapping uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object('key', key, 'secret', sealed is not null) order by key), '[]')
    from mapping_entries where mapping_id = mapping
$$;

-- Raises when a mapping (null: a new one) may not get this name, because of another one of its owner (null: of none), or of
-- one that everybody sees, if it is one.
create function mapping_check_name(me uuid, wanted text, the_owner uuid, the_visibility text) returns void
language plpgsql stable as $$
begin
    perform refuse_taken_name('mapping', wanted, (
        select name from mappings where owner_id = the_owner and name_key(name::text) = name_key(wanted) and deleted_at is null
                                     and id is distinct from me order by name = wanted::citext desc limit 1));
    perform refuse_taken_name('shared mapping', wanted, (
        select name from mappings where the_visibility = 'team' and name_key(name::text) = name_key(wanted) and visibility = 'team'
                                     and deleted_at is null and id is distinct from me order by name = wanted::citext desc limit 1));
end $$;

-- What the values of a mapping are, by key. For comparison only: never shown.
create function mapping_values(mapping uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_object_agg(key, coalesce(value, sealed)), '{}') from mapping_entries where mapping_id = mapping
$$;

create function mapping_create(body jsonb) returns setof announced language plpgsql as $$
declare
    made mappings;
begin
    perform mapping_check_name(null, body ->> 'name', caller_id(), coalesce(body ->> 'visibility', 'private'));
    insert into mappings (name, description, visibility, owner_id)
    values (body ->> 'name', coalesce(body ->> 'description', ''), coalesce(body ->> 'visibility', 'private'), caller_id())
    returning * into made;
    perform set_mapping_entries(made.id, coalesce(body -> 'entries', '[]'));
    insert into audit_log (action, object_kind, object_id, detail)
    values ('mapping.create', 'mapping', made.id::text,
            jsonb_build_object('name', made.name, 'visibility', made.visibility, 'entries', mapping_keys(made.id)));
    return next announced_answer(mapping_json(made)::json);
end $$;

create function mapping_edit(wanted uuid, body jsonb) returns setof announced language plpgsql as $$
declare
    mapping mappings := mapping_lock(wanted);
    before constant jsonb := mapping_item(mapping) - 'used_by';
    old constant jsonb := mapping_values(wanted);
    given jsonb;
begin
    if (body ->> 'version')::int is distinct from mapping.version then
        return next announced_stale(mapping_json(mapping)::json);
        return;
    end if;
    if body ->> 'name' <> mapping.name::text then
        perform mapping_check_name(wanted, body ->> 'name', mapping.owner_id, coalesce(body ->> 'visibility', mapping.visibility));
    elsif body ->> 'visibility' <> mapping.visibility then
        perform mapping_check_name(wanted, mapping.name::text, null, body ->> 'visibility');
    end if;
    update mappings as m set
        name = coalesce(body ->> 'name', m.name), twin = case when body ->> 'name' <> m.name::text then 0 else m.twin end,
        description = coalesce(body ->> 'description', m.description),
        visibility = coalesce(body ->> 'visibility', m.visibility), version = m.version + 1, updated_at = now()
    where m.id = wanted
    returning * into mapping;
    if body ? 'entries' then
        perform set_mapping_entries(wanted, body -> 'entries');
    end if;
    select jsonb_agg(key order by key) into given from jsonb_each(mapping_values(wanted)) where value is distinct from old -> key;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('mapping.edit', 'mapping', wanted::text, document_changes(before, mapping_item(mapping) - 'used_by')
            || jsonb_build_object('name', mapping.name, 'values', coalesce(given, '[]'))); -- whose values are others; never which
    return next announced_answer(mapping_json(mapping)::json);
end $$;

-- Its name is free again; its values are gone for good. Scripts and live runs that use it keep it from being deleted.
create function mapping_delete(wanted uuid) returns setof announced language plpgsql as $$
declare
    mapping mappings := mapping_lock(wanted);
    names text;
    hidden bigint;
begin
    select string_agg(s.name::text, ', ' order by s.name) filter (where script_shows(s)), count(*) filter (where not script_shows(s))
    into names, hidden
    from scripts s where s.mapping_id = mapping.id and s.deleted_at is null;
    if names is not null or hidden > 0 then
        perform raise_outcome('CA409', format('This mapping is used by %s. Assign another one to them first.', concat_ws(' and ',
            left(names, 300), case when hidden > 0 then 'private scripts of others' end)));
    elsif exists (select from runs where mapping_id = mapping.id and state in ('queued', 'running', 'waiting')) then
        perform raise_outcome('CA409', 'A run in progress uses this mapping. Stop the run or wait for its end.');
    end if;
    delete from mapping_entries where mapping_id = mapping.id;
    update mappings set deleted_at = now() where id = mapping.id;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('mapping.delete', 'mapping', mapping.id::text, jsonb_build_object('name', mapping.name));
    return next announced_answer(null);
end $$;

-- The scripts that use it, those that the caller may see.
create function mapping_scripts(mapping uuid) returns jsonb language plpgsql stable as $$
begin
    return (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name) order by s.name), '[]')
            from scripts s where s.mapping_id = mapping and script_shows(s));
end $$;

-- A mapping as lists show it, and whole; the value of a secret is in neither.
create function mapping_item(m mappings) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'id', m.id, 'name', m.name, 'description', m.description, 'visibility', m.visibility,
        'owner', principal_json(m.owner_id), 'entries', mapping_keys(m.id), 'used_by', mapping_scripts(m.id),
        'version', m.version, 'created_at', api_time(m.created_at), 'updated_at', api_time(m.updated_at),
        'editable', mapping_is_editable(m))
$$;

create function mapping_json(m mappings) returns jsonb language sql stable as $$
    select mapping_item(m) || jsonb_build_object('entries', coalesce(
        (select jsonb_agg(jsonb_build_object('key', key, 'secret', sealed is not null, 'value', value) order by key)
         from mapping_entries where mapping_id = m.id), '[]'))
$$;
