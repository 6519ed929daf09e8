-- The room log: numbers, mentions, who is asked to answer, edits, deletions and read markers.
begin;
select plan(43);
-- A place for helpers: the program may make no temporary tables.
create schema trial;
grant all on schema trial to public;
alter default privileges in schema trial grant all on tables to public;
select set_config('search_path', 'trial, ' || current_setting('search_path'), true);

create table trial.who as
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

create function trial.id_of(text) returns uuid language sql stable as $$ select id from who where handle = $1 $$;
create function trial.become(text) returns void language sql as $$
    select set_config('coagent.caller', id::text, true) from who where handle = $1 $$;
create function trial.room() returns uuid language sql stable as $$ select id from rooms where created_by = trial.id_of('ann') $$;
create function trial.mentions(text) returns text language sql stable as $$
    select string_agg(handle, ' ' order by handle) from who where id = any (mentioned_members(trial.room(), $1)) $$;
create function trial.kinds(said announced[]) returns text language sql stable as $$
    select string_agg(coalesce(document::json ->> 'kind', document), ' ' order by place) from unnest(said) with ordinality x(document, channel, place) where place > 1 $$;
create function trial.newest() returns room_events language sql stable as $$
    select e from room_events e where room_id = trial.room() order by seq desc limit 1 $$;
create function trial.mark(text) returns text language sql stable as $$
    select concat_ws(' ', read_seq, read_number, mention_seq) from room_members where room_id = trial.room() and principal_id = trial.id_of($1) $$;

grant select on who to coagent_app;
set local role coagent_app;
select trial.become('ann');
select count(*) as made from room_create('Room', null, null);
select count(*) as added from (values ('bob', 'member'), ('b.o', 'viewer'), ('bot', 'member'), ('idle', 'member'), ('mute', 'viewer'),
                                      ('worker', 'member')) m (handle, role), member_add(trial.room(), handle, null, null, role);

-- mentions
select is(trial.mentions(handles), found, 'mentions of: ' || handles) from (values
    ('bob', 'bob'),
    ('bob,ann,bob', 'ann bob'),
    ('bob...', 'bob'),
    ('b.o', 'b.o'),
    ('b.o.', 'b.o'),
    ('bob-', 'bob'),
    ('bobby', null),
    ('eve', null),
    ('', null)) t (handles, found);

-- posting
select is(trial.kinds(array(select message_post(trial.room(), 'plain', null))), 'message', 'a message is one event');
select is((trial.newest()).seq, 8::bigint, 'the sequence has no gaps');
select is((trial.newest()).number, 1::bigint, 'messages are counted apart');
select is(trial.mark('ann'), '8 1 0', 'its author has read it');
create table trial.said as select document from message_post(trial.room(), 'same ü', null);
insert into said values (event_json(trial.newest())::text);
select is(array[count(*), count(distinct document)], '{3,1}', 'the answer, the frame and the log are the same bytes') from said;
select is(trial.kinds(array(select message_post(trial.room(), '@bob @bot', null, handles => 'bob,bot'))), 'message run',
          'a started agent is asked');
select is((trial.newest()).body -> 'agent' ->> 'handle', 'bot', 'the run says which');
select is(state || ' ' || kind || ' ' || trigger_seq || ' ' || retriable, 'queued agent 10 true', 'its run is queued')
from runs where id = (trial.newest()).run_id;
select is(trial.mark('bob'), '2 0 10', 'who is mentioned will see it');
select is(trial.kinds(array(select message_post(trial.room(), '@idle @mute @worker', null, handles => 'idle,mute,worker'))),
          'message error error error', 'others say why they do not answer');
select is((select string_agg(body ->> 'message', ' ' order by body ->> 'message') from room_events where kind = 'error'),
          'Idle is stopped. Start the agent and try again. Mute is a viewer in this room. Ask an owner to make it a member. Worker runs a script and does not answer messages.',
          'in clear sentences');
select count(*) as ended from finish_run((select id from runs), null, 'succeeded', null, '{"text": "done"}', '{}');
select is(trial.kinds(array(select message_post(trial.room(), 'thanks', (trial.newest()).seq))), 'message run', 'a reply to a result asks its agent again');
select is(trial.kinds(array(select message_post(trial.room(), 'a note', 8))), 'message', 'a reply to a person asks nobody');
select throws_ok($$select message_post(trial.room(), 'x', 1)$$, 'CA422', 'The message to reply to was not found.');
select throws_ok($$select message_post(trial.room(), E' \n\t', null)$$, 'CA422', 'Enter a message.');
select throws_ok($$select message_post(trial.room(), E'bell \x07', null)$$, 'CA422', 'A message must not contain control characters.');
select throws_ok($$select message_post(trial.room(), repeat('x', 16001), null)$$, 'CA422', 'A message can have at most 16,000 characters.');
select is((select document from message_post(trial.room(), repeat('ü', 16000), null) offset 1),
          json_build_object('room', trial.room(), 'seq', (trial.newest()).seq + 1)::text, 'a large event travels as its number');
select is((select count(*) from generate_series(1, 25) n, message_post(trial.room(), '@bot ' || n, null, handles => 'bot')
           where document like '%in progress%'), 6::bigint,
          'no more than 20 answers wait in a room');

-- edits and deletions
select trial.become('bob');
select throws_ok($$select message_edit(trial.room(), 8, 'x')$$, 'CA403', 'You can only edit your own messages.');
select throws_ok($$select message_delete(trial.room(), 8)$$, 'CA403', 'You can only delete your own messages.');
select throws_ok($$select message_edit(trial.room(), 1, 'x')$$, 'CA404', null, 'only messages are edited');
select count(*) as posted from message_post(trial.room(), 'mine', null);
create table trial.mine as select (trial.newest()).seq;
select is(trial.kinds(array(select message_edit(trial.room(), seq, 'mine @ann', 'ann'))), 'edit', 'an edit is an event') from mine;
select is(trial.mark('ann') like '% ' || (trial.newest()).seq, true, 'who is mentioned by an edit will see it');
select count(*) as posted from message_post(trial.room(), 'and @ann', null, handles => 'ann');
create table trial.other as select (trial.newest()).seq;
create function trial.badge(text) returns boolean language sql stable as $$
    select mention_seq > read_seq from room_members where room_id = trial.room() and principal_id = trial.id_of($1) $$;
select count(*) as edited from mine, message_edit(trial.room(), seq, 'mine', '');
select is(trial.badge('ann'), true, 'another mention is unread');
select count(*) as edited from other, message_edit(trial.room(), seq, 'and', '');
select is(trial.badge('ann'), false, 'the last mention that is edited away takes the badge along');
select count(*) as edited from other, message_edit(trial.room(), seq, 'and @ann again', 'ann');
select is(trial.badge('ann'), true, 'an edit brings it back');
select count(*) as gone from other, message_delete(trial.room(), seq);
select is(trial.badge('ann'), false, 'so does a deletion');
select count(*) as said from message_post(trial.room(), '@ann', null, handles => 'ann');
select trial.become('ann');
select count(*) as read from room_read(trial.room(), (trial.newest()).seq);
select is((select count(*) from room_mentions where room_id = trial.room() and principal_id = trial.id_of('ann')), 0::bigint,
          'what is read is not kept');
select is(trial.kinds(array(select message_delete(trial.room(), seq))), 'delete', 'an owner deletes anybody''s') from mine;
select throws_ok($$select message_delete(trial.room(), (select seq from mine))$$, 'CA404', null, 'once');

-- read markers
select trial.become('bob');
select is((select document::json ->> 'read_seq' from room_read(trial.room(), 10) limit 1),
          (select max(seq)::text from room_events where room_id = trial.room() and principal_id = trial.id_of('bob') and kind = 'message'),
          'a marker never goes back');
select is((select document::json ->> 'read_seq' from room_read(trial.room(), 999999) limit 1), (trial.newest()).seq::text, 'nor beyond the newest event');
select is((select document::json ->> 'unread' from room_read(trial.room(), 999999) limit 1), '0', 'then nothing is unread');

select * from finish();
rollback;
