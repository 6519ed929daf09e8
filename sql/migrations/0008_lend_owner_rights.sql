-- What the program may do by the owner's rights only. Each such function names its tables with their schema and looks for
-- nothing else in temporary schemas, so that nobody can put a table or a function of their own in the way.

-- Removes the oldest events of a room that was deleted, at most so many, and at the end, when no run of it is left, the
-- room; returns how many rows went. For the runner: the program itself may not delete from the room log, so this goes by
-- the owner's rights, and only for rooms that are gone.
create function purge_room_log(the_room uuid, most int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    removed int;
begin
    perform from public.rooms where id = the_room and deleted_at < now() - interval '10 minutes' for update skip locked;
    if not found then
        return 0;
    end if;
    delete from public.room_events e
    using (select seq from public.room_events where room_id = the_room order by seq limit most) old
    where e.room_id = the_room and e.seq = old.seq;
    get diagnostics removed = row_count;
    if removed = 0 and not exists (select from public.runs where room_id = the_room) then
        delete from public.rooms where id = the_room;
        get diagnostics removed = row_count;
    end if;
    return removed;
end $$;

-- The functions of a version are dropped by the program, which may do no DDL, so this goes by the owner's rights: only
-- schemas of functions, none of the last two, none that a migration brought within a day. What is in use the caller
-- knows, who sees the sessions of the program. Returns the names of those that are gone.
create function drop_functions(schemas text[]) returns text[]
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone text[] := '{}';
    one text;
begin
    perform pg_advisory_xact_lock(hashtextextended('coagent schema', 0));
    for one in
        select name from public.schema_functions
        where name = any (schemas) and name ~ '^fn_[0-9a-f]{16}$' and applied_at < now() - interval '1 day'
              and name <> all (array(select name from public.schema_functions order by applied_at desc limit 2))
        order by name
    loop
        execute format('drop schema if exists %I cascade', one);
        delete from public.schema_functions where name = one;
        gone := gone || one;
    end loop;
    return gone;
end $$;

revoke execute on function drop_functions(text[]) from public;
revoke execute on function purge_room_log(uuid, int) from public;
grant execute on function drop_functions(text[]), purge_room_log(uuid, int) to coagent_app;
