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

-- The room, locked for a change.
create function lock_room(the_room uuid) returns rooms language plpgsql as $$
declare
    room rooms;
begin
    select * into room from rooms where id = the_room and deleted_at is null for no key update;
    if not found then
        perform raise_outcome('CA404', 'The room was deleted.');
    end if;
    return room;
end $$;

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

-- seen: the version that the change is based on. null leaves as it is. One event for each thing that changes.
create function room_edit(the_room uuid, seen int, the_name text, the_topic text, the_visibility text, archive boolean)
returns setof announced language plpgsql as $$
declare
    before rooms := lock_room(the_room);
    after rooms;
    changes jsonb[];
    frames announced[];
    change jsonb;
begin
    if seen is distinct from before.version then
        return next announced_stale((room_answer(the_room)).document::json);
        return;
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
    if before.visibility = 'public' and after.visibility = 'private' then
        return query select * from close_run_channels(the_room);
    end if;
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
