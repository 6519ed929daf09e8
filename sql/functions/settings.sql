-- The settings that an administrator changes at run time, such as the retention of runs.

-- A setting, or what it is until somebody changes it (lib/words).
create function setting_value(wanted text) returns bigint language plpgsql stable as $$
begin
    return coalesce((select (value #>> '{}')::bigint from settings where key = wanted),
                    (select value from setting_rows() where name = wanted));
end $$;

-- The address from which the packages of such scripts come; null: the public one.
create function package_source(the_kind text) returns text language sql stable as $$
    select nullif(value #>> '{}', '') from package_source_rows() join settings on key = name where kind = the_kind
$$;

-- All of them. They have one version together: they are chosen together, the one with the others in view, so that a change
-- of one is news to somebody who changes another. Every change of a setting adds to it.
create function settings_json() returns json language sql stable as $$
    with all_of_them (name, value) as (
        select name, to_jsonb(setting_value(name)) from setting_rows()
        union all select name, to_jsonb(coalesce(package_source(kind), '')) from package_source_rows()
    )
    select (jsonb_object_agg(a.name, a.value) || jsonb_build_object('version', 1 + coalesce(sum(s.version), 0)))::json
    from all_of_them a left join settings s on s.key = a.name
$$;

-- changes: the settings to change, checked already, and the version that they are based on. Answers all of them.
create function setting_edit(changes jsonb) returns setof announced language plpgsql as $$
declare
    wanted constant jsonb := changes - 'version';
    before jsonb;
begin
    perform pg_advisory_xact_lock(hashtextextended('settings', 0));
    before := settings_json()::jsonb;
    if changes -> 'version' is distinct from before -> 'version' then
        return next announced_stale(before::json);
        return;
    end if;
    insert into settings as s (key, value) select key, value from jsonb_each(wanted)
    on conflict (key) do update set value = excluded.value, version = s.version + 1, updated_at = now();
    insert into audit_log (action, object_kind, detail)
    select 'settings.change', 'settings', jsonb_build_object('from', jsonb_object_agg(key, before -> key), 'to', wanted)
    from jsonb_object_keys(wanted) key having count(*) > 0;
    return next announced_answer(settings_json());
end $$;
