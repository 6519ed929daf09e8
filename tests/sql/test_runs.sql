-- What becomes of an answer after it: who may ask for it again, and what is left to read when it was deleted. And what a
-- script's output looks like, how a command is read, and where a history begins.
begin;
select plan(29);
-- A place for helpers: the program may make no temporary tables.
create schema trial;
grant all on schema trial to public;
alter default privileges in schema trial grant all on tables to public;
select set_config('search_path', 'trial, ' || current_setting('search_path'), true);

create table trial.who as
with made as (
    insert into principals (kind, handle, name) values ('user', 'ann', 'Ann'), ('agent', 'bot', 'Bot')
    returning id, handle)
select id, handle::text from made;
insert into users (id, email, password_hash) select id, 'ann@example.com', 'x' from who where handle = 'ann';
insert into agents (id, owner_id) select a.id, u.id from who a, who u where a.handle = 'bot' and u.handle = 'ann';

create function trial.id_of(text) returns uuid language sql stable as $$ select id from who where handle = $1 $$;
create function trial.room() returns uuid language sql stable as $$ select id from rooms where created_by = trial.id_of('ann') $$;
-- A run that was asked for and ended: its id.
create function trial.answer(ending text, result jsonb) returns uuid language plpgsql as $$
declare
    run uuid;
begin
    perform message_post(trial.room(), '@bot please', null, handles => 'bot');
    select id into run from runs where state = 'queued' order by id desc limit 1;
    perform finish_run(run, null, ending, 'It broke.', result, '{}');
    return run;
end $$;
create function trial.shown(run uuid) returns json language sql stable as $$ select run_json(r) from runs r where id = run $$;
create function trial.told(run uuid, kind text) returns bigint language sql stable as $$
    select seq from room_events e where run_id = $1 and e.kind = $2 $$;

grant select on who to coagent_app;
set local role coagent_app;
select set_config('coagent.caller', trial.id_of('ann')::text, true) \g /dev/null
select count(*) as made from room_create('Room', null, null);
select count(*) as added from member_add(trial.room(), 'bot', null, null, 'member');

-- asking again
create table trial.broken as select trial.answer('failed', '{"text": "half an"}') as run;
select is(trial.shown(run) ->> 'text', 'half an', 'what a failed answer said is kept') from broken;
select lives_ok($$select member_edit(trial.room(), trial.id_of('bot'), 'viewer', null)$$);
select throws_ok($$select run_retry((select run from broken), 'again', 'api')$$, 'CA409',
                 'The agent is no longer a member of the room, or can only read in it.', 'an agent that may only read is not asked again');
select lives_ok($$select member_remove(trial.room(), trial.id_of('bot'))$$);
select throws_ok($$select run_retry((select run from broken), 'again', 'api')$$, 'CA409',
                 'The agent is no longer a member of the room, or can only read in it.', 'nor is one that was removed');
select lives_ok($$select member_add(trial.room(), 'bot', null, null, 'member')$$);
select is((select document::json ->> 'kind' from run_retry((select run from broken), 'resume', 'api') where channel is null), 'agent', 'a member is');
insert into runs (kind, agent_id, room_id) select 'agent', trial.id_of('bot'), trial.room() from generate_series(1, 19);
update runs set retry_of = null;
select throws_like($$select run_retry((select run from broken), 'again', 'api')$$, 'Too many answers%', 'but not when 20 answers are under way');
delete from runs where trigger_seq is null;

-- deleting
create table trial.thoughtful as select trial.answer('succeeded', '{"text": "secret", "thought": "a secret thought"}') as run;
select is((select count(*) from message_delete(trial.room(), trial.told((select run from thoughtful), 'result'))), 3::bigint,
          'an answer is deleted with its thought');
select is(trial.shown(run)::text like '%secret%', false, 'and its run does not tell it any more') from thoughtful;
select is((select string_agg(kind, ' ' order by seq) from room_events
           where target in (trial.told((select run from thoughtful), 'result'), trial.told((select run from thoughtful), 'thought'))),
          'delete delete', 'each by an event of its own');
select is(changed_event(e), seq, 'the history looks for the deletion of a thought') from room_events e where kind = 'thought';
select lives_ok($$select message_delete(trial.room(), trial.told((select run from broken), 'error'))$$);
select throws_ok($$select run_retry((select run from broken), 'resume', 'api')$$, 'CA409', 'This answer was deleted.', 'a deleted answer is not gone on with');

-- bytes as people see them
select is(shown_text('\x68c3a9'), 'hé', 'UTF-8 stays as it is');
select is(shown_text('\x61ff00c3'), 'a�␀�', 'stray bytes and NUL are shown');
select is(shown_text('\xeda080c0af'), '�����', 'so are surrogates and overlong forms, byte by byte');
select is(shown_text('\xf09f9880fee282ac80'), '😀�€�', 'between characters too');
select is(shown_text(''), '', 'nothing is nothing');

-- the end of an output
create table trial.talk as select run from broken;
grant select on talk to coagent_app;
create function trial.tail_of(said bytea) returns text language plpgsql as $$
begin
    delete from run_output where run_id = (select run from talk);
    insert into run_output (run_id, position, stream, bytes)
    select (select run from talk), n * 50, 'stdout', substring(said from n * 50 + 1 for 50) from generate_series(0, octet_length(said) / 50) n;
    return run_tail((select run from talk));
end $$;
select is(trial.tail_of(''), '', 'no output has no end');
select is(trial.tail_of(convert_to((select string_agg(n::text, E'\n' order by n) from generate_series(1, 3000) n), 'UTF8')),
          (select string_agg(n::text, E'\n' order by n) from generate_series(2981, 3000) n), 'the last twenty lines are the end');
select is(trial.tail_of(convert_to(repeat('€', 5000), 'UTF8')), repeat('€', 2000), 'at most 2,000 characters, none cut');
select is(trial.tail_of('\x1b5b33316d7265641b5b306d0a'), 'red', 'without colours');
select is(trial.tail_of(convert_to(E'10%\r50%\r100%\ndone\r\n', 'UTF8')), E'100%\ndone', 'without what was written over');
select is(trial.tail_of(convert_to(E'a\tb\u0007\n\n', 'UTF8')), E'a\tb', 'without other control characters and empty lines at the end');

-- pages of bytes
select is(run_output_slice((select run from talk), 1, 2), convert_to(E'\tb', 'UTF8'), 'a slice begins and ends within a chunk');
select is(run_output_slice((select run from talk), 100, 5), ''::bytea, 'beyond the end there is nothing');

-- where a history begins
select ok(uuid_v7() >= uuid_floor(clock_timestamp() - interval '1 second') and uuid_v7() < uuid_floor(clock_timestamp() + interval '1 second'),
          'ids of now stand at now');
select is(run_matches(r, run_search_of('{"state": ["lost"]}')), false, 'a run in another state is not searched for') from runs r where id = (select run from talk);

select * from finish();
rollback;
