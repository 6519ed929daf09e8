-- What an administrator changes while the program runs, and how long runs are kept by it.

-- A setting, or what it is until somebody changes it. Days: 0 is for ever.
create function setting_days(name text) returns int language sql stable as $$
    select coalesce((select (value #>> '{}')::int from settings where key = name),
                    case name when 'run_retention_days' then 90 when 'run_output_retention_days' then 30 end)
$$;

create function settings_json() returns json language sql stable as $$
    select json_build_object('run_retention_days', setting_days('run_retention_days'),
                             'run_output_retention_days', setting_days('run_output_retention_days'))
$$;

-- changes: the settings to change, checked already.
create function settings_change(changes jsonb) returns json language plpgsql as $$
declare
    before jsonb := settings_json();
begin
    insert into settings (key, value) select key, value from jsonb_each(changes)
    on conflict (key) do update set value = excluded.value, updated_at = now();
    insert into audit_log (action, object_kind, detail)
    select 'settings.change', 'settings', jsonb_build_object('from', jsonb_object_agg(key, before -> key), 'to', changes)
    from jsonb_object_keys(changes) key having count(*) > 0;
    return settings_json();
end $$;

-- When a run must have ended for something of it to be removed now; null: never.
create function kept_since(days int) returns timestamptz language sql stable as $$
    select now() - make_interval(days => nullif(days, 0))
$$;

-- Removes what is older than it is to be kept, at most so many rows of each kind: output and files first, because they
-- may go earlier and are large, then the runs themselves. What has not ended stays. An id tells when its run was queued,
-- so what is old stands first in every index.
create function sweep_runs(most int, out outputs int, out left_files int, out whole_runs int) language plpgsql as $$
declare
    run_limit timestamptz := kept_since(setting_days('run_retention_days'));
    output_limit timestamptz := greatest(run_limit, kept_since(setting_days('run_output_retention_days')));
begin
    delete from run_output o using (
        select old.run_id, old.position from run_output old join runs r on r.id = old.run_id
        where old.run_id < uuid_floor(output_limit) and r.finished_at < output_limit
        order by old.run_id, old.position limit most) old
    where o.run_id = old.run_id and o.position = old.position;
    get diagnostics outputs = row_count;
    delete from files where id = any (array(
        select f.id from files f join runs r on r.id = f.run_id
        where f.run_id < uuid_floor(output_limit) and r.finished_at < output_limit
        order by f.run_id, f.path limit most));
    get diagnostics left_files = row_count;
    delete from runs where id = any (array(
        select id from runs r
        where id < uuid_floor(run_limit) and finished_at < run_limit
              and not exists (select from run_output where run_id = r.id) and not exists (select from files where run_id = r.id)
        order by id limit most for update skip locked));
    get diagnostics whole_runs = row_count;
end $$;
