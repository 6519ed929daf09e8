create type member_document as (id uuid, kind text, name text, handle citext, role text, notify text, created_at text);

create function member_json(membership room_members, who principals) returns json language sql stable parallel safe as $$
    select row_to_json(row(who.id, who.kind, who.name, who.handle, membership.role, membership.notify,
                           api_time(membership.created_at))::member_document)
$$;

-- The caller's role in the room; null when not a member.
create function caller_role(the_room uuid) returns text language sql stable as $$
    select role from room_members where room_id = the_room and principal_id = caller_id()
$$;

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
        perform raise_outcome('CA403', 'Only an owner of the room can add members.');
    end if;
    who := find_principal(by_handle, by_email, by_id); -- not before: it would tell who has an account
    if exists (select from room_members where room_id = the_room and principal_id = who.id) then
        perform raise_outcome('CA409', format('%s is a member of this room already.', who.name));
    elsif own is distinct from 'owner' and the_role = 'owner' then
        perform raise_outcome('CA403', 'Only an owner of the room can add owners.');
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
        perform raise_outcome('CA409', 'A room needs an owner. Make another member an owner first, or delete the room.');
    end if;
end $$;

-- The role is an owner's to change, the notifications are the member's own. null leaves as it is.
create function member_edit(the_room uuid, member uuid, the_role text, the_notify text)
returns setof announced language plpgsql as $$
declare
    who principals;
    current room_members;
    frames announced[];
begin
    perform lock_room(the_room);
    select * into current from room_members where room_id = the_room and principal_id = member;
    if not found then
        perform raise_outcome('CA404', 'Member not found.');
    elsif the_role is not null and caller_role(the_room) is distinct from 'owner' then
        perform raise_outcome('CA403', 'Only an owner of the room can change roles.');
    elsif the_notify is not null and member <> caller_id() then
        perform raise_outcome('CA403', 'You can only change your own notifications.');
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
    who principals;
    current room_members;
    stopped announced[];
    notice announced;
begin
    if not exists (select from room_members where room_id = the_room and principal_id = member) then
        perform raise_outcome('CA404', 'Member not found.');
    elsif member <> caller_id() and caller_role(the_room) is distinct from 'owner' then
        perform raise_outcome('CA403', 'Only an owner of the room can remove members.');
    end if;
    stopped := array(select c from cancel_runs(array(
        select id from runs where room_id = the_room and agent_id = member and state in ('queued', 'running', 'waiting')),
        'The agent was removed from the room.') c);
    perform lock_room(the_room);
    select * into current from room_members where room_id = the_room and principal_id = member;
    if not found then -- gone since
        perform raise_outcome('CA404', 'Member not found.');
    elsif current.role = 'owner' then
        perform keep_an_owner(the_room, member);
    end if;
    select * into who from principals where id = member;
    delete from room_members where room_id = the_room and principal_id = member;
    perform audit_room('member.remove', the_room, jsonb_build_object('member', member));
    notice := member_notice(the_room, 'removed', who, current.role);
    return next announced_answer(null);
    if who.kind = 'user' then
        return next announced_end(member);
    end if;
    return query select * from unnest(stopped);
    return next notice;
end $$;
