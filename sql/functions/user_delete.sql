-- Rooms in which nobody else is left go with the account: a private one would be seen by nobody ever again. A public one
-- passes to the caller, see user_leave_rooms.
create function user_close_rooms(who uuid) returns void language sql as $$
    with closed as (
        update rooms set deleted_at = now()
        where deleted_at is null
          and id in (select room_id from room_members where principal_id = who)
          and (visibility = 'private' or caller_id() = who)
          and not exists (select from room_members m join principals p on p.id = m.principal_id
                          where m.room_id = rooms.id and m.principal_id <> who and p.kind = 'user')
        returning id, name
    )
    insert into audit_log (action, object_kind, object_id, detail)
    select 'room.delete', 'room', id::text, jsonb_build_object('name', name, 'because', 'its last member was deleted') from closed
$$;

-- Out of all rooms; where it was the last owner, the oldest member becomes owner (viewers last).
create function user_leave_rooms(who uuid) returns setof announced language plpgsql as $$
declare
    told record;
begin
    for told in
        with left_rooms as materialized (
            select m.room_id, m.role from room_members m join rooms r on r.id = m.room_id
            where m.principal_id = who and r.deleted_at is null
        ), heirs as materialized (
            select l.room_id, coalesce((
                select m.principal_id from room_members m join principals p on p.id = m.principal_id
                where m.room_id = l.room_id and m.principal_id <> who and p.kind = 'user'
                order by m.role = 'viewer', m.created_at, m.principal_id limit 1), caller_id()) as principal_id
            from left_rooms l
            where l.role = 'owner' and not exists (
                select from room_members m where m.room_id = l.room_id and m.role = 'owner' and m.principal_id <> who)
        ), promoted as (
            insert into room_members (room_id, principal_id, role) select room_id, principal_id, 'owner' from heirs
            on conflict (room_id, principal_id) do update set role = 'owner'
        ), removed as (
            delete from room_members where principal_id = who
        )
        select room_id, what, p as member, role
        from (select room_id, 1 as step, 'removed' as what, who as member, null as role from left_rooms
              union all
              select room_id, 2, 'role', principal_id, 'owner' from heirs) as step
        join principals p on p.id = step.member
        order by room_id, step.step
    loop
        return next announced_event(append_event(told.room_id, 'member', caller_id(), null, null, null, jsonb_strip_nulls(
            jsonb_build_object('action', told.what, 'member', author_json(told.member), 'role', told.role))));
    end loop;
end $$;

-- Removes an account, with what it asked for and its places in rooms. The principal stays as a tombstone, because the logs of
-- rooms and the audit log refer to it; its handle is free again. To be gone takes as much away as to be disabled. The row is
-- locked after the log-ins and before runs and rooms, as requests with an Idempotency-Key do; and all rooms, those of the
-- runs as well, before the first run ends in one of them, or two deletions would wait for each other's rooms.
create function user_delete(who uuid) returns setof announced language plpgsql as $$
declare
    gone users;
    live uuid[];
    frames announced[];
begin
    perform user_lock(who);
    perform user_check_change(who, '{"disabled": true}', false);
    perform from users where id = who for update;
    live := array(select id from runs where asked_by = who and state in ('queued', 'running', 'waiting') order by id
                  for no key update);
    perform from rooms
    where deleted_at is null and id in (select room_id from room_members where principal_id = who
                                        union all select room_id from runs where id = any (live))
    order by id for no key update;
    frames := array(select c from cancel_runs(live, 'The user who started this was deleted.') c);
    perform user_close_rooms(who);
    frames := frames || array(select l from user_leave_rooms(who) l);
    delete from users where id = who returning * into gone;
    update principals set deleted_at = now(), name = 'Deleted user', handle = 'gone-' || replace(id::text, '-', '') where id = who;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('user.delete', 'user', who::text, jsonb_build_object('email', gone.email, 'role', gone.role));
    return next announced_answer(null);
    return next announced_end(who);
    return query select * from unnest(frames);
end $$;
