-- Whether the answer of a run was deleted in its room: then nobody reads it by another way.
create function is_taken_back(run uuid) returns boolean language sql stable as $$
    select exists (select from room_events e
                   join room_events d on d.room_id = e.room_id and d.target = e.seq and d.kind = 'delete'
                   where e.run_id = run and e.kind in ('result', 'error'))
$$;

-- Messages in rooms, and questions to agents. Same shape as the room actions: rows of "announced".

-- Raises unless the text may be a message: something to read, and no control characters but tab and line ends.
create function message_text(content text) returns text language plpgsql immutable as $$
begin
    if content !~ '[^[:space:]]' then
        perform raise_outcome('CA422', 'Enter a message.', 'text');
    elsif char_length(content) > 16000 then
        perform raise_outcome('CA422', 'A message can have at most 16,000 characters.', 'text');
    elsif content ~ '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]' then
        perform raise_outcome('CA422', 'A message must not contain control characters.', 'text');
    end if;
    return content;
end $$;

-- The members that a text mentions: handles is what lib/markup read in it, with commas between. Others stay text. A full
-- stop or dash after a handle ends a sentence, unless it belongs to the handle of a member.
create function mentioned_members(the_room uuid, handles text) returns uuid[] language plpgsql stable as $$
begin
    if handles is null or handles = '' then
        return '{}'::uuid[];
    end if;
    return coalesce(array_agg(distinct id), '{}')
    from (select distinct on (said.handle) p.id
          from unnest(string_to_array(handles, ',')) said (handle)
          join principals p on p.handle in (said.handle::citext, rtrim(said.handle, '._-')::citext)
          join room_members m on m.room_id = the_room and m.principal_id = p.id
          where p.deleted_at is null
          order by said.handle, length(p.handle) desc) meant;
end $$;

-- An event mentions these members, by its own text or as the edit of this message: remembered for their lists of rooms.
create function note_mentions(event room_events, message bigint, mentioned uuid[]) returns void language sql as $$
    with told as (
        update room_members set mention_seq = event.seq
        where room_id = event.room_id and principal_id = any (mentioned) and principal_id <> event.principal_id
        returning principal_id)
    insert into room_mentions (room_id, principal_id, message_seq, seq)
    select event.room_id, principal_id, message, event.seq from told
    on conflict (room_id, principal_id, message_seq) do update set seq = excluded.seq
$$;

-- A message mentions these members no more: what else they have not read decides.
create function drop_mentions(the_room uuid, message bigint, gone uuid[]) returns void language plpgsql as $$
begin
    delete from room_mentions where room_id = the_room and principal_id = any (gone) and message_seq = message;
    update room_members m set mention_seq = coalesce(
        (select max(seq) from room_mentions r where r.room_id = the_room and r.principal_id = m.principal_id), 0)
    where room_id = the_room and principal_id = any (gone) and mention_seq > 0;
end $$;

-- The members that a message mentions as it stands now.
create function message_mentions(message room_events) returns uuid[] language sql stable as $$
    select coalesce(array_agg(id::uuid), '{}')
    from jsonb_array_elements_text(coalesce(
        (select body -> 'mentions' from room_events
         where room_id = message.room_id and target = message.seq and kind = 'edit' order by seq desc limit 1),
        message.body -> 'mentions', '[]')) id
$$;

create function is_deleted(the_room uuid, the_seq bigint) returns boolean language sql stable as $$
    select exists (select from room_events where room_id = the_room and target = the_seq and kind = 'delete')
$$;

-- The caller says something, or runs a script by saying so. The author has read what was before.
-- handles: see mentioned_members.
create function message_post(the_room uuid, content text, replied bigint, wanted run_command default null,
                             handles text default null)
returns setof announced language plpgsql as $$
declare
    said text := message_text(content);
    mentioned uuid[] := mentioned_members(the_room, handles);
    event room_events;
    body jsonb := jsonb_build_object('text', said, 'mentions', mentioned);
    document json;
    agent uuid;
    asked room_events;
begin
    if replied is not null then
        if is_deleted(the_room, replied) or not exists (
            select from room_events where room_id = the_room and seq = replied and kind in ('message', 'result', 'error')) then
            perform raise_outcome('CA422', 'The message to reply to was not found.', 'reply_to');
        end if;
    end if;
    -- Kept from being deleted before the room is locked, because a deletion takes its locks in this order too.
    if wanted.script is not null then
        perform from scripts where id = wanted.script for key share;
    end if;
    if acting_run() is not null then
        body := body || run_mark(acting_run());
    end if;
    event := append_event(the_room, 'message', caller_id(), null, replied, null, body);
    update room_members set read_seq = event.seq, read_number = event.number
    where room_id = the_room and principal_id = caller_id() and role <> 'viewer';
    if not found then -- removed between the guard and the lock
        perform raise_outcome('CA404', 'The room was deleted.');
    end if;
    if cardinality(mentioned) > 0 then
        perform note_mentions(event, event.seq, mentioned);
    end if;
    -- As audit_room and event_json do, without their calls: every message pays for them.
    insert into audit_log (action, object_kind, object_id, detail)
    values ('message.post', 'room', the_room::text, jsonb_build_object('seq', event.seq));
    select event_json(event, author, event.body) into document from principals author where id = event.principal_id;
    return next announced_answer(document);
    return next row(event_frame(document), 'r_' || the_room)::announced;
    if wanted.script is not null then
        return next run_by_message(the_room, event.seq, wanted);
        return;
    end if;
    if cardinality(mentioned) = 0 and replied is null then
        return; -- for nobody in particular
    end if;
    for agent in select * from addressed_agents(the_room, mentioned, replied) loop
        asked := ask_agent(the_room, agent, event.seq, caller_id(), 0);
        if asked.seq is not null then
            return next announced_event(asked);
        end if;
    end loop;
end $$;

-- The message, for a change by the caller; raises when it is gone or not theirs to change.
create function message_for_change(the_room uuid, the_seq bigint, as_owner boolean) returns room_events language plpgsql as $$
declare
    message room_events;
begin
    perform lock_room(the_room);
    select * into message from room_events
    where room_id = the_room and seq = the_seq and kind in ('message', 'result', 'error');
    if not found or is_deleted(the_room, the_seq) then
        perform raise_outcome('CA404', 'Message not found.');
    elsif not (message.kind = 'message' and message.principal_id = caller_id()
               or as_owner and caller_role(the_room) is not distinct from 'owner') then
        perform raise_outcome('CA403', case when as_owner then 'You can only delete your own messages.'
                                            else 'You can only edit your own messages.' end);
    end if;
    return message;
end $$;

-- Those of these members that are agents and were never asked by this message.
create function unasked_agents(message room_events, mentioned uuid[]) returns setof uuid language sql stable as $$
    select id from principals p
    where id = any (mentioned) and kind = 'agent'
          and not exists (select from room_events e where e.room_id = message.room_id and e.reply_to = message.seq and e.kind = 'run'
                                                          and e.body -> 'agent' ->> 'id' = p.id::text)
    order by id
$$;

-- Agents that the message mentions from now on are asked, each once for a message, as by a new one; not by a command
-- (asks false), which is for no agent, and runs nothing when it comes by an edit.
create function message_edit(the_room uuid, the_seq bigint, content text, handles text default null, asks boolean default true)
returns setof announced language plpgsql as $$
declare
    said text := message_text(content);
    mentioned uuid[] := mentioned_members(the_room, handles);
    message room_events := message_for_change(the_room, the_seq, false);
    before uuid[] := message_mentions(message);
    added uuid[] := array(select unnest(mentioned) except select unnest(before));
    event room_events;
    agent uuid;
    asked room_events;
begin
    event := append_event(the_room, 'edit', caller_id(), null, null, the_seq,
                          jsonb_build_object('text', said, 'mentions', mentioned) || coalesce(run_mark(acting_run()), '{}'));
    perform note_mentions(event, the_seq, added);
    perform drop_mentions(the_room, the_seq, array(select unnest(before) except select unnest(mentioned)));
    perform audit_room('message.edit', the_room, jsonb_build_object('seq', the_seq));
    return next announced_answer(event_json(event));
    return next announced_event(event);
    for agent in select * from unasked_agents(message, added) where asks loop
        asked := ask_agent(the_room, agent, the_seq, caller_id(), 0);
        if asked.seq is not null then
            return next announced_event(asked);
        end if;
    end loop;
end $$;

-- An answer goes with what its agent thought before it.
create function message_delete(the_room uuid, the_seq bigint) returns setof announced language plpgsql as $$
declare
    message room_events := message_for_change(the_room, the_seq, true);
    gone bigint;
begin
    perform audit_room('message.delete', the_room, jsonb_build_object('seq', the_seq, 'author', message.principal_id));
    perform drop_mentions(the_room, the_seq, message_mentions(message));
    return next announced_answer(null);
    for gone in
        select the_seq
        union all
        select seq from room_events where room_id = the_room and run_id = message.run_id and kind = 'thought'
    loop
        return next announced_event(append_event(the_room, 'delete', caller_id(), null, null, gone, '{}'));
    end loop;
end $$;

-- Reading applies later changes: which event's edits and deletion matter for an event, and its body after the newest of
-- them (a deletion before any edit).
create function changed_event(event room_events) returns bigint language sql immutable parallel safe as $$
    select case when event.kind in ('message', 'result', 'error', 'thought') then event.seq
                when event.kind = 'edit' then event.target end
$$;

create function shown_body(event room_events, change_kind text, change_body jsonb) returns jsonb
language sql immutable parallel safe as $$
    select case when change_kind = 'delete' then '{"deleted": true}'
                when change_kind = 'edit' and event.kind = 'message'
                    then (event.body - 'text' - 'mentions') || change_body || '{"edited": true}'
                else event.body end
$$;

-- The answers that are being made in a room, with what each has said so far. In plpgsql: planning it would take longer than
-- the rest of reading a room.
create function live_runs(the_room uuid) returns json language plpgsql stable as $$
begin
    return (
        select coalesce(json_agg(json_build_object(
            'run', r.id, 'agent', run_agent_json(r.agent_id), 'state', r.state, 'trigger_seq', r.trigger_seq,
            'text', said.text, 'length', char_length(said.text)) order by r.id), '[]')
        from runs r cross join lateral (select run_text(r.id) as text) said
        where r.room_id = the_room and r.kind = 'agent' and r.state in ('queued', 'running', 'waiting'));
end $$;

-- The caller has read up to this event: the marker goes forward only, and never beyond the newest; the caller's other
-- windows hear of it. It is null for somebody who looks at a public room without being a member.
create function room_read(the_room uuid, up_to bigint) returns setof announced language plpgsql as $$
declare
    mark room_events;
    own room_members;
    moved boolean;
    answer jsonb;
begin
    select * into mark from room_events where room_id = the_room and seq <= up_to order by seq desc limit 1;
    update room_members set read_seq = mark.seq, read_number = mark.number
    where room_id = the_room and principal_id = caller_id() and read_seq < mark.seq;
    moved := found;
    select * into own from room_members where room_id = the_room and principal_id = caller_id();
    if moved and own.mention_seq > 0 then
        delete from room_mentions where room_id = the_room and principal_id = caller_id() and seq <= own.read_seq;
    end if;
    select jsonb_build_object('room', id, 'read_seq', own.read_seq, 'unread', coalesce(last_number - own.read_number, 0),
                              'mentioned', coalesce(own.mention_seq > own.read_seq, false)) into answer
    from rooms where id = the_room;
    return next announced_answer(answer::json);
    if moved then
        return query select json_build_object('personal', answer || '{"type": "read"}')::text, 'u_' || caller_id();
    end if;
end $$;

-- Stops every answer that is being made in the room, and every script that runs for it.
create function room_stop(the_room uuid) returns setof announced language plpgsql as $$
declare
    live uuid[] := array(select id from runs where room_id = the_room and kind in ('agent', 'script')
                                                   and state in ('queued', 'running', 'waiting'));
    frames announced[];
begin
    frames := array(select c from cancel_runs(live, 'All answers in the room were stopped.') c);
    perform audit_room('room.stop', the_room, jsonb_build_object('runs', live));
    return next announced_answer(json_build_object('stopped', cardinality(live)));
    return query select * from unnest(frames);
end $$;
