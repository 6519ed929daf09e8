-- What the clock says may be wrong for a while, and then jump. What was stored while it was ahead lies in the future: it is
-- brought back to now, at most so many rows of each table at a time; how many these were. A minute is not a jump.
create function mend_times(most int) returns int language plpgsql as $$
declare
    late constant timestamptz := now() + interval '1 minute';
    mended int;
    total int := 0;
begin
    with ahead as (
        select id from runs where state = 'queued' and queued_at > late limit most for no key update skip locked
    ), queued as (
        update runs r set queued_at = now(), due_at = now() from ahead where r.id = ahead.id returning r.id
    )
    select count(*)::int into mended from queued, pg_notify('run_queued', queued.id::text);
    total := total + mended;
    update runs r set lease_until = now() + interval '20 seconds' -- who lives renews it
    from (select id from runs where state = 'running' and host is not null and lease_until > late limit most
          for no key update skip locked) ahead
    where r.id = ahead.id;
    get diagnostics mended = row_count;
    total := total + mended;
    update rooms r set last_event_at = now()
    from (select id from rooms where last_event_at > late and deleted_at is null limit most for no key update skip locked) ahead
    where r.id = ahead.id;
    get diagnostics mended = row_count;
    total := total + mended;
    update storage_counts s set counted_at = now()
    from (select principal_id from storage_counts where counted_at > late limit most for no key update skip locked) ahead
    where s.principal_id = ahead.principal_id;
    get diagnostics mended = row_count;
    return total + mended;
end $$;
