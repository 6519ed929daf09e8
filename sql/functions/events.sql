-- The one way to write into a room's log: takes the lock on the room, so that sequence, commit order and time agree, and
-- gives the event its numbers. Locks are taken in the order run, room, member, so that nobody waits in a circle.
-- last_event_at moves once a second at the most: it is indexed, and a burst of events must stay a cheap (HOT) update.
create function append_event(the_room uuid, the_kind text, the_principal uuid, the_run uuid, the_reply_to bigint,
                             the_target bigint, the_body jsonb)
returns room_events language plpgsql as $$
declare
    event room_events;
begin
    update rooms set
        last_seq = last_seq + 1,
        last_number = last_number + (the_kind in ('message', 'result'))::int,
        last_event_at = case when last_event_at > clock_timestamp() - interval '1 second' then last_event_at
                             else clock_timestamp() end
    where id = the_room and deleted_at is null
    returning last_seq, last_number into event.seq, event.number;
    if not found then
        perform raise_outcome('CA404', 'The room was deleted.');
    end if;
    insert into room_events (room_id, seq, number, kind, principal_id, run_id, reply_to, target, body)
    values (the_room, event.seq, event.number, the_kind, the_principal, the_run, the_reply_to, the_target, the_body)
    returning * into event;
    return event;
end $$;

create type event_document as (room uuid, seq bigint, kind text, author json, at text, body jsonb, reply_to bigint,
                               target bigint, run uuid);

-- The body is given apart, because the history applies later edits to it.
create function event_json(event room_events, author principals, body jsonb) returns json
language sql stable parallel safe as $$
    select row_to_json(row(event.room_id, event.seq, event.kind, author_json(author), api_time(event.created_at), body,
                           event.reply_to, event.target, event.run_id)::event_document)
$$;

-- In plpgsql, as what each message calls: it keeps its plans, where a function in SQL that cannot be inlined plans anew.
create function event_json(event room_events) returns json language plpgsql stable as $$
declare
    author principals;
begin
    select * into author from principals where id = event.principal_id;
    return event_json(event, author, event.body);
end $$;
