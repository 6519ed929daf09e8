-- What becomes of an answer after it: who may ask for it again, and what is left to read when it was deleted.
begin;
select plan(14);

create temp table who as
with made as (
    insert into principals (kind, handle, name) values ('user', 'ann', 'Ann'), ('agent', 'bot', 'Bot')
    returning id, handle)
select id, handle::text from made;
insert into users (id, email, password_hash) select id, 'ann@example.com', 'x' from who where handle = 'ann';
insert into agents (id, owner_id) select a.id, u.id from who a, who u where a.handle = 'bot' and u.handle = 'ann';

create function pg_temp.id_of(text) returns uuid language sql stable as $$ select id from who where handle = $1 $$;
create function pg_temp.room() returns uuid language sql stable as $$ select id from rooms where created_by = pg_temp.id_of('ann') $$;
-- A run that was asked for and ended: its id.
create function pg_temp.answer(ending text, result jsonb) returns uuid language plpgsql as $$
declare
    run uuid;
begin
    perform message_post(pg_temp.room(), '@bot please', null);
    select id into run from runs where state = 'queued' order by id desc limit 1;
    perform finish_run(run, null, ending, 'It broke.', result, '{}');
    return run;
end $$;
create function pg_temp.shown(run uuid) returns json language sql stable as $$ select run_json(r) from runs r where id = run $$;
create function pg_temp.told(run uuid, kind text) returns bigint language sql stable as $$
    select seq from room_events e where run_id = $1 and e.kind = $2 $$;

grant select on who to coagent_app;
set local role coagent_app;
select set_config('coagent.caller', pg_temp.id_of('ann')::text, true) \g /dev/null
select count(*) as made from room_create('Room', null, null);
select count(*) as added from member_add(pg_temp.room(), 'bot', null, null, 'member');

-- asking again
create temp table broken as select pg_temp.answer('failed', '{"text": "half an"}') as run;
select is(pg_temp.shown(run) ->> 'text', 'half an', 'what a failed answer said is kept') from broken;
select lives_ok($$select member_change(pg_temp.room(), pg_temp.id_of('bot'), 'viewer', null)$$);
select throws_ok($$select retry_run((select run from broken), 'again', 'api')$$, 'CA409',
                 'The agent is not a member of the room any more, or may only read in it.', 'an agent that may only read is not asked again');
select lives_ok($$select member_remove(pg_temp.room(), pg_temp.id_of('bot'))$$);
select throws_ok($$select retry_run((select run from broken), 'again', 'api')$$, 'CA409',
                 'The agent is not a member of the room any more, or may only read in it.', 'nor is one that was removed');
select lives_ok($$select member_add(pg_temp.room(), 'bot', null, null, 'member')$$);
select is((select kind from retry_run((select run from broken), 'resume', 'api')), 'agent', 'a member is');
insert into runs (kind, agent_id, room_id) select 'agent', pg_temp.id_of('bot'), pg_temp.room() from generate_series(1, 19);
update runs set retry_of = null;
select throws_like($$select retry_run((select run from broken), 'again', 'api')$$, 'Too many answers%', 'but not when 20 answers are under way');
delete from runs where trigger_seq is null;

-- deleting
create temp table thoughtful as select pg_temp.answer('succeeded', '{"text": "secret", "thought": "a secret thought"}') as run;
select is((select count(*) from message_delete(pg_temp.room(), pg_temp.told((select run from thoughtful), 'result'))), 3::bigint,
          'an answer is deleted with its thought');
select is(pg_temp.shown(run)::text like '%secret%', false, 'and its run does not tell it any more') from thoughtful;
select is((select string_agg(kind, ' ' order by seq) from room_events
           where target in (pg_temp.told((select run from thoughtful), 'result'), pg_temp.told((select run from thoughtful), 'thought'))),
          'delete delete', 'each by an event of its own');
select is(changed_event(e), seq, 'the history looks for the deletion of a thought') from room_events e where kind = 'thought';
select lives_ok($$select message_delete(pg_temp.room(), pg_temp.told((select run from broken), 'error'))$$);
select throws_ok($$select retry_run((select run from broken), 'resume', 'api')$$, 'CA409', 'This answer was deleted.', 'a deleted answer is not gone on with');

select * from finish();
rollback;
