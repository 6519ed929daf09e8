-- The start of a new studio: its first room, and the first steps of its administrators.

-- The room in which the first administrator finds @studio. Made once, with the first administrator and not with the
-- tables, because a room needs an owner; not where rooms exist already, as in a studio from before this function.
create function seed_welcome() returns void language plpgsql as $$
declare
    owner constant uuid := (select id from users where role = 'admin' and disabled_at is null order by id limit 1);
    helper principals;
    room uuid;
begin
    select p.* into helper from principals p join agents a on a.id = p.id join providers v on v.id = a.provider_id
    where v.kind = 'command' and p.deleted_at is null order by p.id limit 1;
    if owner is null or helper.id is null or exists (select from rooms) then
        return;
    end if;
    insert into rooms (name, topic, visibility, created_by)
    values ('Welcome', 'The first steps in this studio', 'public', owner)
    returning id into room;
    insert into room_members (room_id, principal_id, role) values (room, owner, 'owner'), (room, helper.id, 'member');
    perform append_event(room, 'room', owner, null, null, null, jsonb_build_object('action', 'created', 'name', 'Welcome'));
    update room_members set read_seq = 1 where room_id = room;
    perform append_event(room, 'message', helper.id, null, null, null, jsonb_build_object('mentions', '[]'::jsonb, 'text', format(
        E'1. Write `@%1$s /help` here: agents answer when you mention them, and everyone in the room sees it live.\n'
        '2. Run an example script from **Rooms → First steps**; `/run NAME` runs a script right here.\n'
        '3. Connect a language model under **Providers**, choose it in an agent''s settings, then invite your team.',
        helper.handle)));
    update room_members set read_seq = 2, read_number = 1 where room_id = room and principal_id = helper.id;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('room.create', 'room', room::text, jsonb_build_object('name', 'Welcome', 'seeded', true));
end $$;

-- What the caller has done of the first steps, and whether they put them away.
create function start_json() returns json language sql stable as $$
    select json_build_object(
        'people', exists (select from users other where other.id > u.id) or exists (select from users other where other.id < u.id),
        'model', exists (select from providers where kind = 'openai'),
        'run', exists (select from runs where asked_by = u.id and kind = 'script'),
        'audit', 'audit' = any (u.start_marks),
        'hidden', 'hidden' = any (u.start_marks))
    from users u where u.id = caller_id()
$$;

-- Adds or removes the marks that the body names.
create function start_edit(changes jsonb) returns setof announced language plpgsql as $$
begin
    update users set start_marks = array(
        select distinct mark from unnest(start_marks || array(select key from jsonb_each(changes))) mark
        where coalesce((changes ->> mark)::boolean, true))
    where id = caller_id();
    return next announced_answer(start_json());
end $$;
