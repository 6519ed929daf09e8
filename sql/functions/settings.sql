-- The settings that an administrator changes at run time, among them the retention of runs.

-- A setting, or what it is until somebody changes it. Days: 0 is for ever.
create function setting_days(name text) returns int language sql stable as $$
    select coalesce((select (value #>> '{}')::int from settings where key = name),
                    case name when 'run_retention_days' then 90 when 'run_output_retention_days' then 30 end)
$$;

create function settings_json() returns json language sql stable as $$
    select json_build_object('run_retention_days', setting_days('run_retention_days'),
                             'run_output_retention_days', setting_days('run_output_retention_days'))
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
