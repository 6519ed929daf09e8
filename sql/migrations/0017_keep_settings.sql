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

-- The runs below an id that have left output or files, the oldest first, at most so many: from one to the next by the
-- index, however much each has left.
create function runs_with_output(below uuid, most int) returns setof uuid language plpgsql stable as $$
declare
    last uuid := '00000000-0000-0000-0000-000000000000';
begin
    for i in 1 .. most loop
        select least((select run_id from run_output where run_id > last and run_id < below order by run_id limit 1),
                     (select run_id from files where run_id > last and run_id < below order by run_id limit 1)) into last;
        exit when last is null;
        return next last;
    end loop;
end $$;

-- Removes what is older than it is to be kept, of at most so many runs: what they wrote and left first, because it may go
-- earlier, then the runs themselves. What has not ended stays. An id tells when its run was queued, so what is old stands
-- first in every index; of what stands there and stays, four times as many are passed over.
create function sweep_runs(most int, out outputs int, out left_files int, out whole_runs int) language plpgsql as $$
declare
    run_limit timestamptz := kept_since(setting_days('run_retention_days'));
    output_limit timestamptz := greatest(run_limit, kept_since(setting_days('run_output_retention_days')));
    old uuid[];
begin
    old := array(select r.id from runs_with_output(uuid_floor(output_limit), most * 4) with_output join runs r on r.id = with_output
                 where r.finished_at < output_limit limit most);
    delete from run_output where run_id = any (old);
    get diagnostics outputs = row_count;
    delete from files where run_id = any (old);
    get diagnostics left_files = row_count;
    delete from runs where id = any (array(
        select r.id from (select id, finished_at from runs where id < uuid_floor(run_limit) order by id limit most * 4) r
        where r.finished_at < run_limit
              and not exists (select from run_output where run_id = r.id) and not exists (select from files where run_id = r.id)
        limit most));
    get diagnostics whole_runs = row_count;
end $$;
