-- When a run must have ended for something of it to be removed now; null: never.
create function kept_since(days int) returns timestamptz language sql stable as $$
    select now() - make_interval(days => nullif(days, 0))
$$;

-- The runs below an id that have left output or files, the oldest first, at most so many: from one to the next by the
-- index, however much each has left.
create function runs_with_output(below uuid, most int) returns setof uuid language plpgsql stable as $$
declare
    last uuid := '00000000-0000-0000-0000-000000000000'::uuid;
begin
    for i in 1 .. most loop
        select least((select run_id from run_output where run_id > last and run_id < below order by run_id limit 1),
                     (select run_id from files where run_id > last and run_id < below order by run_id limit 1)) into last;
        exit when last is null;
        return next last;
    end loop;
end $$;

-- Removes what is older than it is to be kept, of at most so many runs: what they wrote and left first, because it may go
-- earlier, then the runs themselves. A run loses all of its output at once, and no more runs do than have 16 MB together,
-- or one. What has not ended stays. An id tells when its run was queued, so what is old stands first in every index; of
-- what stands there and stays, a thousand are passed over.
create function sweep_runs(most int, out outputs int, out left_files int, out whole_runs int) language plpgsql as $$
declare
    at_once constant int := 16777216;
    passed_over constant int := 1000;
    run_limit timestamptz := kept_since(setting_value('run_retention_days')::int);
    output_limit timestamptz := greatest(run_limit, kept_since(setting_value('run_output_retention_days')::int));
    old uuid[];
begin
    old := array(
        select id
        from (select id, sum(bytes) over (order by id) - bytes as before
              from (select r.id, r.output_bytes + (select coalesce(sum(f.size), 0) from files f where f.run_id = r.id) as bytes
                    from runs_with_output(uuid_floor(output_limit), most + passed_over) with_output
                    join runs r on r.id = with_output
                    where r.finished_at < output_limit limit most) sized) summed
        where before < at_once);
    delete from run_output where run_id = any (old);
    get diagnostics outputs = row_count;
    delete from files where run_id = any (old);
    get diagnostics left_files = row_count;
    perform forget_storage(old);
    old := array(
        select r.id from (select id, finished_at from runs where id < uuid_floor(run_limit) order by id
                          limit most + passed_over) r
        where r.finished_at < run_limit
              and not exists (select from run_output where run_id = r.id) and not exists (select from files where run_id = r.id)
        limit most);
    whole_runs := remove_runs(old);
end $$;

-- Removes what deleted rooms have left, at most so many rows at once; returns how many went, 0 when nothing is
-- left. Runs go before the log: removing the room would otherwise take all of them along in
-- one statement, however many they are.
create function purge_rooms(most int) returns int language plpgsql as $$
declare
    chunks constant int := 200; -- each of some 64 kB
    gone uuid;
    old uuid[];
    removed int;
begin
    select id into gone from rooms where deleted_at < now() - interval '10 minutes' order by deleted_at limit 1
    for update skip locked;
    if not found then
        return 0;
    end if;
    old := array(select id from runs where room_id = gone order by id limit most);
    delete from run_output o
    using (select run_id, position from run_output where run_id = any (old) limit least(most, chunks)) part
    where o.run_id = part.run_id and o.position = part.position;
    get diagnostics removed = row_count;
    if removed = 0 then
        delete from file_chunks c
        using (select file_id, position from files f join file_chunks on file_id = f.id
               where f.run_id = any (old) limit least(most, chunks)) part
        where c.file_id = part.file_id and c.position = part.position;
        get diagnostics removed = row_count;
    end if;
    if removed = 0 then
        delete from files where id = any (array(select id from files where run_id = any (old) limit most));
        get diagnostics removed = row_count;
    end if;
    if removed = 0 then
        removed := remove_runs(old);
    end if;
    return case when removed > 0 then removed else purge_room_log(gone, most) end;
end $$;

-- The schemas of functions that nobody uses, the oldest first, at most so many: those that no session names, none that a
-- migration brought within a day, none of the last two. A program names its own while it is connected, see
-- lib/db/connect.c.
create function unused_functions(most int) returns text[] language sql stable as $$
    select array(
        select f.name from schema_functions f
        where f.applied_at < now() - interval '1 day'
              and f.name <> all (array(select name from schema_functions order by applied_at desc limit 2))
              and not exists (select from pg_stat_activity a
                              where a.datname = current_database() and a.application_name = 'coagent ' || f.name)
        order by f.applied_at limit most)
$$;
