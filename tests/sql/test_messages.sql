-- The room log: numbers, mentions, who is asked to answer, edits, deletions and read markers.
begin;
select plan(52);

create temp table who as
with made as (
    insert into principals (kind, handle, name)
    values ('user', 'ann', 'Ann'), ('user', 'bob', 'Bob'), ('user', 'b.o', 'B. O.'), ('user', 'eve', 'Eve'),
           ('agent', 'bot', 'Bot'), ('agent', 'idle', 'Idle'), ('agent', 'mute', 'Mute'), ('agent', 'worker', 'Worker')
    returning id, handle, kind)
select id, handle::text, kind from made;
insert into users (id, email, password_hash) select id, handle || '@example.com', 'x' from who where kind = 'user';
insert into agents (id, owner_id, kind, desired_state)
select id, (select id from who where handle = 'ann'), case when handle = 'worker' then 'worker' else 'chat' end,
       case when handle = 'idle' then 'stopped' else 'started' end
from who where kind = 'agent';

create function pg_temp.id_of(text) returns uuid language sql stable as $$ select id from who where handle = $1 $$;
create function pg_temp.become(text) returns void language sql as $$
    select set_config('coagent.caller', id::text, true) from who where handle = $1 $$;
create function pg_temp.room() returns uuid language sql stable as $$ select id from rooms where created_by = pg_temp.id_of('ann') $$;
create function pg_temp.mentions(text) returns text language sql stable as $$
    select string_agg(handle, ' ' order by handle) from who where id = any (mentioned_members(pg_temp.room(), $1)) $$;
create function pg_temp.kinds(said announced[]) returns text language sql stable as $$
    select string_agg(coalesce(document::json ->> 'kind', document), ' ' order by place) from unnest(said) with ordinality x(channel, document, place) where place > 1 $$;
create function pg_temp.newest() returns room_events language sql stable as $$
    select e from room_events e where room_id = pg_temp.room() order by seq desc limit 1 $$;
create function pg_temp.mark(text) returns text language sql stable as $$
    select concat_ws(' ', read_seq, read_number, mention_seq) from room_members where room_id = pg_temp.room() and principal_id = pg_temp.id_of($1) $$;

grant select on who to coagent_app;
set local role coagent_app;
select pg_temp.become('ann');
select count(*) as made from room_create('Room', null, null);
select count(*) as added from (values ('bob', 'member'), ('b.o', 'viewer'), ('bot', 'member'), ('idle', 'member'), ('mute', 'viewer'),
                                      ('worker', 'member')) m (handle, role), member_add(pg_temp.room(), handle, null, null, role);

-- mentions
select is(pg_temp.mentions(text), found, 'mentions in: ' || text) from (values
    ('hello @bob', 'bob'),
    ('@bob', 'bob'),
    ('@BOB and @Ann!', 'ann bob'),
    ('(@bob)', 'bob'),
    ('@bob, @ann', 'ann bob'),
    ('ask @bob.', 'bob'),
    ('ask @bob... now', 'bob'),
    ('@b.o knows', 'b.o'),
    ('@b.o. ends', 'b.o'),
    ('@bob''s', 'bob'),
    ('**@bob**', 'bob'),
    ('_@bob_', 'bob'),
    ('@bobby', null),
    ('@eve is no member', null),
    ('mail me@bob', null),
    ('http://x.org/@bob', null),
    ('@@bob', null),
    ('no `@bob` here', null),
    ('`@bob` but @ann', 'ann'),
    (E'```\n@bob\n``` @ann ```\n@bot\n```', 'ann'),
    (E'```\n@bob never ends', null),
    ('@', null),
    ('', null)) t (text, found);

-- posting
select is(pg_temp.kinds(array(select message_post(pg_temp.room(), 'plain', null))), 'message', 'a message is one event');
select is((pg_temp.newest()).seq, 8::bigint, 'the sequence has no gaps');
select is((pg_temp.newest()).number, 1::bigint, 'messages are counted apart');
select is(pg_temp.mark('ann'), '8 1 0', 'its author has read it');
create temp table said as select document from message_post(pg_temp.room(), 'same ü', null);
insert into said values (event_json(pg_temp.newest())::text);
select is(array[count(*), count(distinct document)], '{3,1}', 'the answer, the frame and the log are the same bytes') from said;
select is(pg_temp.kinds(array(select message_post(pg_temp.room(), '@bob @bot', null))), 'message run', 'a started agent is asked');
select is((pg_temp.newest()).body -> 'agent' ->> 'handle', 'bot', 'the run says which');
select is(state || ' ' || kind || ' ' || trigger_seq || ' ' || retriable, 'queued agent 10 true', 'its run is queued')
from runs where id = (pg_temp.newest()).run_id;
select is(pg_temp.mark('bob'), '2 0 10', 'who is mentioned will see it');
select is(pg_temp.kinds(array(select message_post(pg_temp.room(), '@idle @mute @worker', null))), 'message error error error', 'others say why they do not answer');
select is((select string_agg(body ->> 'message', ' ' order by body ->> 'message') from room_events where kind = 'error'),
          'Idle is stopped. Start it and ask again. Mute may only read in this room. An owner can make it a member. Worker runs a script and does not answer messages.',
          'in clear sentences');
select count(*) as ended from finish_run((select id from runs), null, 'succeeded', null, '{"text": "done"}', '{}');
select is(pg_temp.kinds(array(select message_post(pg_temp.room(), 'thanks', (pg_temp.newest()).seq))), 'message run', 'a reply to a result asks its agent again');
select is(pg_temp.kinds(array(select message_post(pg_temp.room(), 'a note', 8))), 'message', 'a reply to a person asks nobody');
select throws_ok($$select message_post(pg_temp.room(), 'x', 1)$$, 'CA422', 'There is no such message to reply to.');
select throws_ok($$select message_post(pg_temp.room(), E' \n\t', null)$$, 'CA422', 'A message needs some text.');
select throws_ok($$select message_post(pg_temp.room(), E'bell \x07', null)$$, 'CA422', 'A message has no control characters.');
select throws_ok($$select message_post(pg_temp.room(), repeat('x', 16001), null)$$, 'CA422', 'A message has at most 16,000 characters.');
select is((select document from message_post(pg_temp.room(), repeat('ü', 16000), null) offset 1),
          json_build_object('room', pg_temp.room(), 'seq', (pg_temp.newest()).seq + 1)::text, 'a large event travels as its number');
select is((select count(*) from generate_series(1, 25) n, message_post(pg_temp.room(), '@bot ' || n, null) where document like '%under way%'), 6::bigint,
          'no more than 20 answers wait in a room');

-- edits and deletions
select pg_temp.become('bob');
select throws_ok($$select message_edit(pg_temp.room(), 8, 'x')$$, 'CA403', 'This message is not yours to edit.');
select throws_ok($$select message_delete(pg_temp.room(), 8)$$, 'CA403', 'This message is not yours to delete.');
select throws_ok($$select message_edit(pg_temp.room(), 1, 'x')$$, 'CA404', null, 'only messages are edited');
select count(*) as posted from message_post(pg_temp.room(), 'mine', null);
create temp table mine as select (pg_temp.newest()).seq;
select is(pg_temp.kinds(array(select message_edit(pg_temp.room(), seq, 'mine @ann'))), 'edit', 'an edit is an event') from mine;
select is(pg_temp.mark('ann') like '% ' || (pg_temp.newest()).seq, true, 'who is mentioned by an edit will see it');
select pg_temp.become('ann');
select is(pg_temp.kinds(array(select message_delete(pg_temp.room(), seq))), 'delete', 'an owner deletes anybody''s') from mine;
select throws_ok($$select message_delete(pg_temp.room(), (select seq from mine))$$, 'CA404', null, 'once');

-- read markers
select pg_temp.become('bob');
select is((select document::json ->> 'read_seq' from room_read(pg_temp.room(), 10) limit 1), (select seq::text from mine), 'a marker never goes back');
select is((select document::json ->> 'read_seq' from room_read(pg_temp.room(), 999999) limit 1), (pg_temp.newest()).seq::text, 'nor beyond the newest event');
select is((select document::json ->> 'unread' from room_read(pg_temp.room(), 999999) limit 1), '0', 'then nothing is unread');

select * from finish();
rollback;
