-- What people do with rooms and memberships. Each function is one change: it locks, checks, changes, writes the room's
-- log and the audit log, and returns rows of "announced": first the answer (no channel), then what goes to nchan after
-- the commit, in this order: a document to a channel, or no document: the sockets on this channel end, because the
-- rooms that they may listen to have changed.
create type announced as (channel text, document text);

create function announced_answer(answer json) returns announced language sql immutable as $$
    select row(null, answer::text)::announced
$$;

create function announced_event(event room_events) returns announced language plpgsql stable as $$
begin
    return row('r_' || event.room_id, event_frame(event_json(event)))::announced;
end $$;

create function announced_rooms_changed(the_user uuid) returns setof announced language sql immutable as $$
    select 'u_' || the_user, '{"personal":{"type":"rooms_changed"}}' where the_user is not null
    union all select 'u_' || the_user, null where the_user is not null
$$;

create type room_document as (
    id uuid, name text, topic text, visibility text, archived boolean, role text, member boolean, last_seq bigint,
    read_seq bigint, unread bigint, mentioned boolean, last_event_at text, version int, created_at text);

-- A room as the given member sees it; no membership: as anybody sees a public one.
create function room_json(room rooms, membership room_members) returns json language sql stable parallel safe as $$
    select row_to_json(row(
        room.id, room.name, room.topic, room.visibility, room.archived_at is not null,
        coalesce(membership.role, 'viewer'), membership.role is not null, room.last_seq,
        coalesce(membership.read_seq, room.last_seq), coalesce(room.last_number - membership.read_number, 0),
        coalesce(membership.mention_seq > membership.read_seq, false), api_time(room.last_event_at), room.version,
        api_time(room.created_at))::room_document)
$$;

create type member_document as (id uuid, kind text, name text, handle citext, role text, notify text, created_at text);

create function member_json(membership room_members, who principals) returns json language sql stable parallel safe as $$
    select row_to_json(row(who.id, who.kind, who.name, who.handle, membership.role, membership.notify,
                           api_time(membership.created_at))::member_document)
$$;

-- The room, locked for a change.
create function lock_room(the_room uuid) returns rooms language plpgsql as $$
declare
    room rooms;
begin
    select * into room from rooms where id = the_room and deleted_at is null for no key update;
    if not found then
        perform raise_outcome('CA404', 'The room is gone.');
    end if;
    return room;
end $$;

-- The caller's role in the room; null when not a member.
create function caller_role(the_room uuid) returns text language sql stable as $$
    select role from room_members where room_id = the_room and principal_id = caller_id()
$$;

create function audit_room(the_action text, the_room uuid, what jsonb) returns void language plpgsql as $$
begin
    insert into audit_log (action, object_kind, object_id, detail) values (the_action, 'room', the_room::text, what);
end $$;

-- The room as the caller sees it now: the answer to a change.
create function room_answer(the_room uuid) returns announced language sql stable as $$
    select announced_answer(room_json(room, membership))
    from rooms room
    left join room_members membership on membership.room_id = room.id and membership.principal_id = caller_id()
    where room.id = the_room
$$;

-- Writes an event of the caller's about the room or its members.
create function room_notice(the_room uuid, the_kind text, what jsonb) returns announced language sql as $$
    select announced_event(append_event(the_room, the_kind, caller_id(), null, null, null, what))
$$;

create function room_create(the_name text, the_topic text, the_visibility text) returns setof announced language plpgsql as $$
declare
    the_room uuid;
begin
    insert into rooms (name, topic, visibility, created_by)
    values (the_name, coalesce(the_topic, ''), coalesce(the_visibility, 'private'), caller_id())
    returning id into the_room;
    insert into room_members (room_id, principal_id, role) values (the_room, caller_id(), 'owner');
    perform room_notice(the_room, 'room', jsonb_build_object('action', 'created', 'name', the_name));
    update room_members set read_seq = 1 where room_id = the_room;
    perform audit_room('room.create', the_room, jsonb_build_object('name', the_name));
    return next room_answer(the_room);
    return query select * from announced_rooms_changed(caller_id());
end $$;

-- Who listens to a run of the room is asked again who they are: with what the room shows, its runs are hidden.
create function close_run_channels(the_room uuid) returns setof announced language sql stable as $$
    select row('run_' || id, null)::announced from runs where room_id = the_room and state in ('queued', 'running', 'waiting')
$$;

-- null leaves as it is. One event for each thing that changes.
create function room_change(the_room uuid, seen int, the_name text, the_topic text, the_visibility text, archive boolean)
returns setof announced language plpgsql as $$
declare
    before rooms := lock_room(the_room);
    after rooms;
    changes jsonb[];
    frames announced[];
    change jsonb;
begin
    if before.version <> seen then
        perform raise_outcome('CA409', 'The room was changed in the meantime. Load it again.', 'version');
    end if;
    update rooms set
        name = coalesce(the_name, name), topic = coalesce(the_topic, topic),
        visibility = coalesce(the_visibility, visibility),
        archived_at = case when archive is null then archived_at when archive then coalesce(archived_at, now()) end,
        version = version + 1, updated_at = now()
    where id = the_room
    returning * into after;
    if after.name <> before.name then
        changes := changes || jsonb_build_object('action', 'renamed', 'name', after.name, 'before', before.name);
    end if;
    if after.topic <> before.topic then
        changes := changes || jsonb_build_object('action', 'topic', 'topic', after.topic);
    end if;
    if after.visibility <> before.visibility then
        changes := changes || jsonb_build_object('action', 'visibility', 'visibility', after.visibility);
    end if;
    if (after.archived_at is null) <> (before.archived_at is null) then
        changes := changes || jsonb_build_object('action', case when after.archived_at is null then 'unarchived' else 'archived' end);
    end if;
    foreach change in array coalesce(changes, '{}') loop
        frames := frames || room_notice(the_room, 'room', change);
    end loop;
    perform audit_room('room.edit', the_room, jsonb_build_object('changes', coalesce(to_jsonb(changes), '[]')));
    return next room_answer(the_room);
    return query select * from unnest(frames);
    return query select * from close_run_channels(the_room) where before.visibility = 'public' and after.visibility = 'private';
end $$;

-- Invisible from now on; the rows are removed by purge_rooms. Its runs are asked to stop.
create function room_delete(the_room uuid) returns setof announced language plpgsql as $$
declare
    frame announced;
begin
    perform cancel_runs(array(select id from runs where room_id = the_room and state in ('queued', 'running', 'waiting')),
                        'The room was deleted.');
    perform lock_room(the_room);
    frame := room_notice(the_room, 'room', jsonb_build_object('action', 'deleted'));
    update rooms set deleted_at = now(), version = version + 1, updated_at = now() where id = the_room;
    perform audit_room('room.delete', the_room, (select jsonb_build_object('name', name) from rooms where id = the_room));
    return next announced_answer(null);
    return next frame;
    return query select * from close_run_channels(the_room);
end $$;

-- Removes what deleted rooms have left, at most so many events at once; returns how many. For the runner: the program
-- itself may not delete from the room log, so this goes by the owner's rights, and only for rooms that are gone.
create function purge_rooms(most int) returns int language plpgsql security definer set search_path = public as $$
declare
    gone uuid;
    removed int := 0;
begin
    select id into gone from rooms where deleted_at < now() - interval '10 minutes' order by deleted_at limit 1 for update skip locked;
    if not found then
        return 0;
    end if;
    delete from room_events e using (select seq from room_events where room_id = gone order by seq limit most) old
    where e.room_id = gone and e.seq = old.seq;
    get diagnostics removed = row_count;
    if removed < most then
        delete from rooms where id = gone;
        removed := removed + 1;
    end if;
    return removed;
end $$;

-- A live principal by exactly one of handle, e-mail address and id.
create function find_principal(by_handle text, by_email text, by_id uuid) returns principals language plpgsql stable as $$
declare
    who principals;
begin
    if num_nonnulls(by_handle, by_email, by_id) <> 1 then
        perform raise_outcome('CA422', 'Say who by one of handle, email and id.', 'handle');
    end if;
    select p.* into who from principals p left join users u on u.id = p.id
    where p.deleted_at is null and u.disabled_at is null
      and p.id = coalesce(by_id, (select id from principals where handle = ltrim(by_handle, '@')::citext),
                          (select id from users where email = by_email::citext));
    if not found then
        perform raise_outcome('CA422', 'There is nobody by this name.',
                              case when by_handle is not null then 'handle' when by_email is not null then 'email' else 'id' end);
    end if;
    return who;
end $$;

create function member_notice(the_room uuid, the_action text, who principals, the_role text) returns announced language sql as $$
    select room_notice(the_room, 'member', jsonb_build_object('action', the_action, 'member', author_json(who), 'role', the_role))
$$;

create function member_answer(the_room uuid, who principals) returns announced language sql stable as $$
    select announced_answer(member_json(m, who))
    from room_members m where m.room_id = the_room and m.principal_id = who.id
$$;

-- An owner adds a user or an agent; everybody may join a public room.
create function member_add(the_room uuid, by_handle text, by_email text, by_id uuid, the_role text)
returns setof announced language plpgsql as $$
declare
    room rooms := lock_room(the_room);
    own text := caller_role(the_room);
    who principals;
    frame announced;
begin
    if own is distinct from 'owner' and (by_id is distinct from caller_id() or room.visibility <> 'public') then
        perform raise_outcome('CA403', 'Only an owner of the room may add members.');
    end if;
    who := find_principal(by_handle, by_email, by_id); -- not before: it would tell who has an account
    if exists (select from room_members where room_id = the_room and principal_id = who.id) then
        perform raise_outcome('CA409', format('%s is a member of this room already.', who.name));
    elsif own is distinct from 'owner' and the_role = 'owner' then
        perform raise_outcome('CA403', 'Only an owner of the room may make owners.');
    elsif who.kind = 'agent' and the_role = 'owner' then
        perform raise_outcome('CA422', 'An agent cannot own a room.', 'role');
    end if;
    frame := member_notice(the_room, 'added', who, the_role);
    insert into room_members (room_id, principal_id, role, invited_by, read_seq, read_number)
    select id, who.id, the_role, caller_id(), last_seq, last_number from rooms where id = the_room;
    perform audit_room('member.add', the_room, jsonb_build_object('member', who.id, 'role', the_role));
    return next member_answer(the_room, who);
    return query select * from announced_rooms_changed(case when who.kind = 'user' then who.id end);
    return next frame;
end $$;

-- Raises when the room would be left without an owner.
create function keep_an_owner(the_room uuid, without uuid) returns void language plpgsql as $$
begin
    if not exists (select from room_members m join users u on u.id = m.principal_id
                   where m.room_id = the_room and m.role = 'owner' and m.principal_id <> without) then
        perform raise_outcome('CA409', 'A room needs an owner: make somebody else an owner first, or delete the room.');
    end if;
end $$;

-- The role is an owner's to change, the notifications are the member's own. null leaves as it is.
create function member_change(the_room uuid, member uuid, the_role text, the_notify text)
returns setof announced language plpgsql as $$
declare
    room rooms := lock_room(the_room);
    who principals;
    current room_members;
    frames announced[];
begin
    select * into current from room_members where room_id = the_room and principal_id = member;
    if not found then
        perform raise_outcome('CA404', 'There is no such member.');
    elsif the_role is not null and caller_role(the_room) is distinct from 'owner' then
        perform raise_outcome('CA403', 'Only an owner of the room may change roles.');
    elsif the_notify is not null and member <> caller_id() then
        perform raise_outcome('CA403', 'Everybody chooses their own notifications.');
    end if;
    select * into who from principals where id = member;
    if the_role <> current.role then
        if who.kind = 'agent' and the_role = 'owner' then
            perform raise_outcome('CA422', 'An agent cannot own a room.', 'role');
        elsif current.role = 'owner' then
            perform keep_an_owner(the_room, member);
        end if;
        frames := frames || member_notice(the_room, 'role', who, the_role);
    end if;
    update room_members set role = coalesce(the_role, role), notify = coalesce(the_notify, notify)
    where room_id = the_room and principal_id = member;
    perform audit_room('member.edit', the_room, jsonb_strip_nulls(
        jsonb_build_object('member', member, 'role', the_role, 'notify', the_notify)));
    return next member_answer(the_room, who);
    return query select * from unnest(frames);
end $$;

-- An owner removes anybody, everybody may leave. An agent's runs in the room are asked to stop.
create function member_remove(the_room uuid, member uuid) returns setof announced language plpgsql as $$
declare
    room rooms;
    who principals;
    current room_members;
    stopped announced[];
begin
    if not exists (select from room_members where room_id = the_room and principal_id = member) then
        perform raise_outcome('CA404', 'There is no such member.');
    elsif member <> caller_id() and caller_role(the_room) is distinct from 'owner' then
        perform raise_outcome('CA403', 'Only an owner of the room may remove members.');
    end if;
    stopped := array(select c from cancel_runs(array(
        select id from runs where room_id = the_room and agent_id = member and state in ('queued', 'running', 'waiting')),
        'The agent was removed from the room.') c);
    room := lock_room(the_room);
    select * into current from room_members where room_id = the_room and principal_id = member;
    if not found then -- gone since
        perform raise_outcome('CA404', 'There is no such member.');
    elsif current.role = 'owner' then
        perform keep_an_owner(the_room, member);
    end if;
    select * into who from principals where id = member;
    delete from room_members where room_id = the_room and principal_id = member;
    perform audit_room('member.remove', the_room, jsonb_build_object('member', member));
    return next announced_answer(null);
    return query select * from announced_rooms_changed(case when who.kind = 'user' then member end);
    return query select * from unnest(stopped);
    return next member_notice(the_room, 'removed', who, current.role);
end $$;
