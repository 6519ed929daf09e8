-- Rooms and members: who may change what, what it leaves in the log, and that a room never loses its last owner.
begin;
select plan(36);
-- A place for helpers: the program may make no temporary tables.
create schema trial;
grant all on schema trial to public;
alter default privileges in schema trial grant all on tables to public;
select set_config('search_path', 'trial, ' || current_setting('search_path'), true);

create table trial.who as
with made as (
    insert into principals (kind, handle, name)
    values ('user', 'ann', 'Ann'), ('user', 'bob', 'Bob'), ('user', 'eve', 'Eve'), ('user', 'gone', 'Gone'), ('agent', 'bot', 'Bot')
    returning id, handle, kind)
select id, handle::text from made;
insert into users (id, email, password_hash, disabled_at)
select id, handle || '@example.com', 'x', case when handle = 'gone' then now() end from who where handle <> 'bot';
insert into agents (id, owner_id) select bot.id, ann.id from who bot, who ann where bot.handle = 'bot' and ann.handle = 'ann';

create function trial.id_of(text) returns uuid language sql stable as $$ select id from who where handle = $1 $$;
create function trial.become(text) returns void language sql as $$
    select set_config('coagent.caller', id::text, true) from who where handle = $1 $$;
create function trial.room() returns uuid language sql stable as $$ select id from rooms where created_by = trial.id_of('ann') $$;
create function trial.newest() returns jsonb language sql stable as $$
    select body from room_events where room_id = trial.room() order by seq desc limit 1 $$;
create function trial.channels(said announced[]) returns text[] language sql stable as $$
    select array_agg(left(channel, 2) || coalesce(case when left(channel, 2) = 'u_' then (select handle from who where 'u_' || id = channel) end, '')
                     || case when document is null then ' closed' else '' end)
    from unnest(said) where channel is not null $$;

grant select on who to coagent_app;
set local role coagent_app;
select trial.become('ann');

create table trial.made as select * from room_create('First', null, null);
select is(document::jsonb - 'id' - 'created_at' - 'last_event_at',
          '{"name": "First", "topic": "", "visibility": "private", "archived": false, "role": "owner", "member": true,
            "last_seq": 1, "read_seq": 1, "unread": 0, "mentioned": false, "version": 1}', 'a new room belongs to who made it')
from made where channel is null;
select is(trial.channels(array(select row(document, channel)::announced from made)), '{u_ann,"u_ann closed"}',
          'the sockets of the owner are renewed');
select is(trial.newest(), '{"action": "created", "name": "First"}', 'the log begins with the creation');

-- adding
select is(trial.channels(array(select member_add(trial.room(), '@BOB', null, null, 'member'))),
          '{u_bob,"u_bob closed",r_}', 'who is added gets a new list of rooms, then the room hears of it');
select is(trial.newest() -> 'member' ->> 'handle', 'bob', 'the log says who was added');
select is(role || read_seq || unread, 'member20', 'a new member has read what was before')
from (select m.role, m.read_seq, r.last_number - m.read_number as unread from room_members m join rooms r on r.id = room_id
      where principal_id = trial.id_of('bob')) m;
select throws_ok($$select member_add(trial.room(), 'bob', null, null, 'member')$$, 'CA409', 'Bob is a member of this room already.');
select throws_ok($$select member_add(trial.room(), 'nobody', null, null, 'member')$$, 'CA422', 'No user or agent matches. Check the spelling.');
select throws_ok($$select member_add(trial.room(), 'gone', null, null, 'member')$$, 'CA422', 'No user or agent matches. Check the spelling.',
                 'a disabled user cannot be added');
select throws_ok($$select member_add(trial.room(), 'eve', 'eve@example.com', null, 'member')$$, 'CA422',
                 'Specify exactly one of handle, email and id.');
select throws_ok($$select member_add(trial.room(), 'bot', null, null, 'owner')$$, 'CA422', 'An agent cannot own a room.');
select lives_ok($$select member_add(trial.room(), null, null, trial.id_of('bot'), 'member')$$, 'agents are members too');

-- what needs an owner
select trial.become('bob');
select throws_ok($$select member_add(trial.room(), 'eve', null, null, 'member')$$, 'CA403', 'Only an owner of the room can add members.');
select throws_ok($$select member_edit(trial.room(), trial.id_of('bob'), 'owner', null)$$, 'CA403', 'Only an owner of the room can change roles.');
select throws_ok($$select member_edit(trial.room(), trial.id_of('ann'), null, 'none')$$, 'CA403', 'You can only change your own notifications.');
select throws_ok($$select member_remove(trial.room(), trial.id_of('ann'))$$, 'CA403', 'Only an owner of the room can remove members.');
select is((select document::json ->> 'notify' from member_edit(trial.room(), trial.id_of('bob'), null, 'all')), 'all',
          'notifications are one''s own');
select trial.become('eve');
select throws_ok($$select member_add(trial.room(), null, null, trial.id_of('eve'), 'member')$$, 'CA403',
                 'Only an owner of the room can add members.', 'nobody joins a private room');
select throws_ok($$select member_add(trial.room(), null, 'nobody@example.com', null, 'member')$$, 'CA403',
                 'Only an owner of the room can add members.', 'who may not add is not told who has an account');

-- the last owner
select trial.become('ann');
select throws_ok($$select member_remove(trial.room(), trial.id_of('ann'))$$, 'CA409', null, 'the last owner cannot leave');
select throws_ok($$select member_edit(trial.room(), trial.id_of('ann'), 'member', null)$$, 'CA409', null, 'nor step down');
select lives_ok($$select member_edit(trial.room(), trial.id_of('bob'), 'owner', null)$$, 'there may be two owners');
select is(trial.newest() ->> 'role', 'owner', 'the log says the new role');
select lives_ok($$select member_edit(trial.room(), trial.id_of('ann'), 'member', null)$$, 'then the first may step down');
select trial.become('bob');

-- edits
select is((select string_agg(channel || ': ' || (document::json ->> 'version'), ', ')
           from room_edit(trial.room(), 7, 'Other', null, null, null)), 'stale: 1',
          'a stale edit changes nothing, and answers the room as it is');
select is((select count(*) from room_edit(trial.room(), 1, 'Second', 'about', 'public', null) where channel like 'r\_%'), 3::bigint,
          'each thing that changes is told');
select is((select count(*) from room_edit(trial.room(), 2, 'Second', 'about', 'public', false)), 1::bigint, 'what stays is not told');
select trial.become('eve');
select is((select trial.channels(array_agg(m)) from member_add(trial.room(), null, null, trial.id_of('eve'), 'member') m),
          '{u_eve,"u_eve closed",r_}', 'everybody may join a public room');
select is(trial.channels(array(select member_remove(trial.room(), trial.id_of('eve')))), '{"u_eve closed",r_}',
          'and leave it: the sockets are cut before the others hear of it');

-- the end
select trial.become('bob');
select is((select count(*) from audit_log where object_id = trial.room()::text and outcome = 'done'), 10::bigint, 'every change is audited');
select is(purge_rooms(1000), 0, 'nothing is purged that is not deleted');
select isnt_empty($$select room_delete(trial.room())$$, 'an owner deletes a room');
select throws_ok($$select append_event(trial.room(), 'message', null, null, null, null, '{}')$$, 'CA404', null, 'nothing is written to it any more');
update rooms set deleted_at = now() - interval '1 hour' where id = trial.room();
insert into runs (kind, room_id, state, finished_at) select 'agent', trial.room(), 'succeeded', now() from generate_series(1, 7);
insert into run_output (run_id, position, bytes) select id, n, 'x' from runs, generate_series(0, 2) n where room_id = trial.room();
insert into files (run_id, path, size, sha256) select id, 'a', 1, '' from runs where room_id = trial.room();
insert into file_chunks (file_id, position, bytes) select f.id, 0, 'x' from files f join runs r on r.id = f.run_id where room_id = trial.room();
select is(array[purge_rooms(2), purge_rooms(2), purge_rooms(2)], '{2,2,2}', 'what its runs wrote goes in batches');
create function trial.purge(most int) returns int[] language plpgsql as $$
declare
    largest int := 0;
    steps int := 0;
    removed int;
begin
    loop
        removed := purge_rooms(most);
        exit when removed = 0;
        steps := steps + 1;
        largest := greatest(largest, removed);
    end loop;
    return array[steps, largest];
end $$;
select ok((trial.purge(4))[2] <= 4, 'no step takes more than it may, however many runs the room had');
select is((select count(*) from room_events), 0::bigint, 'and nothing is left');

select * from finish();
rollback;
