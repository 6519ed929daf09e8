-- What a run costs the database. Leases are renewed all the time and are not indexed any more (those that have expired are
-- found among the few that are running); with room on its page the row's next version then needs no entry in any of the
-- indexes of runs.
drop index runs_leases;
alter table runs set (fillfactor = 85);

-- Of those only that were put off when they were queued. An index of all that wait tempts the planner, who thinks of the
-- queue as short, to sort it anew for every claim.
drop index runs_due;
create index runs_due on runs (due_at) where state = 'queued' and due_at > queued_at;

-- As before, but the row is found by its id, and not by an index of those that are not over, which looks cheap to the
-- planner and is full of those that were not over once.
create or replace function finish_run(run uuid, fence int, ending text, why text, ending_result jsonb, used jsonb, how jsonb default '{}')
returns setof announced language plpgsql as $$
declare
    ended runs;
begin
    -- Whoever asked it to stop has said why; its executor knows only that somebody did.
    update runs set state = ending, usage = coalesce(used, usage), lease_until = null,
                    reason = case when ending = 'cancelled' and cancel_requested_at is not null then coalesce(reason, why)
                                  else why end,
                    finished_at = clock_timestamp(),
                    result = case kind when 'agent' then ending_result - 'thought' else ending_result end,
                    exit_code = (how ->> 'exit_code')::int, signal = (how ->> 'signal')::int,
                    ended_by = coalesce(how ->> 'ended_by', case ending when 'cancelled' then 'cancelled' when 'lost' then 'lost'
                                                                        when 'timed_out' then 'wall_time' end)
    where id = run and (state in ('queued', 'running', 'waiting')) is true and (fence is null or attempt = fence)
    returning * into ended;
    if not found then
        return;
    end if;
    perform pg_notify('run_queued', ''); -- a place is free, and the next message of the room may be answered
    if fence is null or ended.attempt > 1 then -- an executor died, perhaps while it stored a file
        delete from files f
        where run_id = ended.id and size > (select coalesce(sum(octet_length(bytes)), 0) from file_chunks where file_id = f.id);
    end if;
    if exists (select from rooms where id = ended.room_id and deleted_at is null) then
        if ended.kind = 'agent' then
            return query select * from tell_answer(ended, ending_result);
        elsif ended.kind = 'script' then
            return next tell_script_end(ended);
        end if;
    end if;
    return query select run_channels(ended), run_frame(ended);
end $$;
