-- What the runs of each user have stored, in output and files, against what they may. A run is counted when it ends, and
-- no more when its output and files are removed; what runs in progress have stored so far is looked up. Answers of agents
-- are messages of their rooms, and do not count. What every start of a run asks is in PL/pgSQL, which keeps its plans.

-- What is stored of a run: its output, as far as it is there, and its files.
create function run_bytes_now(run uuid, its_kind text) returns bigint language plpgsql stable as $$
begin
    if its_kind = 'agent' then
        return bigint '0';
    end if;
    return (coalesce((select position + octet_length(bytes) from run_output where run_id = run order by position desc limit 1), 0)
            + coalesce((select sum(size) from files where run_id = run), 0))::bigint;
end $$;

-- Nothing is stored of these runs any more.
create function forget_storage(emptied uuid[]) returns void language sql as $$
    with held as (
        select id, asked_by, stored_bytes from runs where id = any (emptied) and stored_bytes is distinct from 0
        order by id for no key update
    ), forgotten as (
        update runs r set stored_bytes = 0 from held where r.id = held.id
    )
    insert into storage_changes (principal_id, bytes)
    select asked_by, -sum(stored_bytes) from held where asked_by is not null and stored_bytes > 0 group by asked_by
$$;

-- Removes runs that nobody else holds; how many went.
create function remove_runs(old uuid[]) returns int language sql as $$
    with gone as (
        delete from runs where id = any (array(select id from runs where id = any (old) for update skip locked))
        returning asked_by, stored_bytes
    ), forgotten as (
        insert into storage_changes (principal_id, bytes)
        select asked_by, -sum(stored_bytes) from gone where asked_by is not null and stored_bytes > 0 group by asked_by
    )
    select count(*)::int from gone
$$;

-- How many bytes the runs of a user have stored. A user's runs in progress are few.
create function storage_used(who uuid) returns bigint language plpgsql stable as $$
begin
    return greatest(0, coalesce((select bytes from storage_counts where principal_id = who), 0)
                       + coalesce((select sum(bytes) from storage_changes where principal_id = who), 0)
                       + coalesce((select sum(r.output_bytes
                                              + (select coalesce(sum(f.size), 0) from files f where f.run_id = r.id))
                                   from runs r where r.asked_by = who and r.state = 'running' and r.kind <> 'agent'), 0))::bigint;
end $$;

-- How many bytes they may store; null: as many as they like. Only users have a quota.
create function storage_quota(who uuid) returns bigint language plpgsql stable as $$
declare
    megabytes bigint;
begin
    select coalesce(storage_mb, setting_value('user_storage_mb')) into megabytes from users where id = who;
    return nullif(megabytes, 0) * 1000000;
end $$;

-- How many bytes are left of the quota, at least 0; null: there is no quota.
create function storage_left(who uuid) returns bigint language plpgsql stable as $$
declare
    quota constant bigint := storage_quota(who);
begin
    return case when quota is not null then greatest(0, quota - storage_used(who)) end;
end $$;

-- "312 bytes", "1.4 MB": as the browser writes it.
create function bytes_text(size bigint) returns text language sql immutable as $$
    select case when size < 1000 then size || case size when 1 then ' byte' else ' bytes' end
                when scaled < 9.95 then to_char(scaled, 'FM9.0') || unit
                else to_char(round(scaled), 'FM999,999,999') || unit end
    from (select size / 1000.0 ^ power as scaled, (array[' KB', ' MB', ' GB', ' TB'])[power] as unit
          from (select least(4, greatest(1, (char_length(size::text) - 1) / 3)) as power) p) s
$$;

-- Raises while the caller's storage is full.
create function prove_storage() returns void language plpgsql as $$
declare
    quota constant bigint := storage_quota(caller_id());
    used bigint;
    days bigint;
begin
    if quota is null then
        return;
    end if;
    used := storage_used(caller_id());
    if used < quota then
        return;
    end if;
    days := least(nullif(setting_value('run_output_retention_days'), 0), nullif(setting_value('run_retention_days'), 0));
    perform raise_outcome('CA409', format(
        'Your storage is full: the output and files of your runs take up %s of %s. Delete the output of old runs%s, or ask an '
        'administrator for more storage.', bytes_text(used), bytes_text(quota),
        case when days = 1 then ', wait until it is removed after a day'
             when days > 1 then format(', wait until it is removed after %s days', days) else '' end));
end $$;

-- For the caller, and in the list of users.
create function storage_json(who uuid) returns jsonb language sql stable as $$
    select jsonb_build_object('used_bytes', storage_used(who), 'quota_bytes', storage_quota(who))
$$;

-- Removes what a run that is over wrote and left, whose guard has permitted it.
create function run_remove_output(wanted uuid) returns setof announced language plpgsql as $$
declare
    run runs := run_lock(wanted);
    bytes constant bigint := run_bytes_now(wanted, run.kind);
begin
    if run.kind = 'agent' then
        perform raise_outcome('CA409', 'The answer of an agent is deleted in its room.');
    elsif run.finished_at is null then
        perform raise_outcome('CA409', 'The run has not finished yet.');
    end if;
    delete from run_output where run_id = wanted;
    delete from files where run_id = wanted;
    perform forget_storage(array[wanted]);
    insert into audit_log (action, object_kind, object_id, detail)
    values ('run.remove_output', 'run', wanted::text, jsonb_build_object('bytes', bytes));
    return next announced_answer(run_json(run));
    return next row(run_frame(run), run_channels(run))::announced;
end $$;

-- Whether count_storage has something to count.
create function storage_has_changed() returns boolean language sql stable as $$
    select exists (select from storage_changes)
        or exists (select from runs where stored_bytes is null and finished_at is not null);
$$;

-- The chore: counts runs that ended without being counted, and adds up what came and went, at most so many of each; how many
-- these were.
create function count_storage(most int) returns int language plpgsql as $$
declare
    counted int;
    added int;
begin
    with uncounted as materialized (
        select id, run_bytes_now(id, kind) as bytes
        from (select id, kind from runs where stored_bytes is null and finished_at is not null order by id limit most
              for no key update skip locked) r
    ), marked as (
        update runs r set stored_bytes = u.bytes from uncounted u where r.id = u.id returning r.asked_by, r.stored_bytes
    ), noted as (
        insert into storage_changes (principal_id, bytes)
        select asked_by, sum(stored_bytes) from marked where asked_by is not null and stored_bytes > 0 group by asked_by
    )
    select count(*)::int into counted from marked;
    with taken as (
        delete from storage_changes
        where id = any (array(select id from storage_changes order by id limit most for update skip locked))
        returning principal_id, bytes
    ), summed as (
        insert into storage_counts (principal_id, bytes)
        select principal_id, sum(bytes) from taken group by principal_id order by principal_id
        on conflict (principal_id) do update set bytes = storage_counts.bytes + excluded.bytes
    )
    select count(*)::int into added from taken;
    return counted + added;
end $$;

-- The chore's second part: compares the oldest count of those older than a day with the runs, and mends it; 1, or 0 when
-- there is none. The count is locked first, so that the statement which follows sees all that was added to it.
create function recount_storage() returns int language plpgsql as $$
declare
    who uuid;
begin
    select principal_id into who from storage_counts where counted_at < now() - interval '1 day'
    order by counted_at limit 1 for no key update skip locked;
    if not found then
        return 0;
    end if;
    update storage_counts
    set bytes = (select coalesce(sum(stored_bytes), 0) from runs where asked_by = who and stored_bytes > 0)
                - (select coalesce(sum(c.bytes), 0) from storage_changes c where c.principal_id = who),
        counted_at = now()
    where principal_id = who;
    return 1;
end $$;
