-- The settings that an administrator changes at run time, such as the retention of runs.

-- A setting, or what it is until somebody changes it (lib/words).
create function setting_value(wanted text) returns bigint language plpgsql stable as $$
begin
    return coalesce((select (value #>> '{}')::bigint from settings where key = wanted),
                    (select value from setting_rows() where name = wanted));
end $$;

create function settings_json() returns json language sql stable as $$
    select json_object_agg(name, setting_value(name) order by place) from setting_rows()
$$;

-- changes: the settings to change, checked already. Answers all of them.
create function setting_edit(changes jsonb) returns setof announced language plpgsql as $$
declare
    before jsonb := settings_json()::jsonb;
begin
    insert into settings (key, value) select key, value from jsonb_each(changes)
    on conflict (key) do update set value = excluded.value, updated_at = now();
    insert into audit_log (action, object_kind, detail)
    select 'settings.change', 'settings', jsonb_build_object('from', jsonb_object_agg(key, before -> key), 'to', changes)
    from jsonb_object_keys(changes) key having count(*) > 0;
    return next announced_answer(settings_json());
end $$;
