-- What the guards of objects say to whom, as far as the matrix of the API cannot show it: scopes that are missing, objects
-- that went away between the guard and the change, and what a transaction may that only names its caller.
begin;
select plan(23);
-- A place for helpers: the program may make no temporary tables.
create schema trial;
grant all on schema trial to public;
alter default privileges in schema trial grant all on tables to public;
select set_config('search_path', 'trial, ' || current_setting('search_path'), true);

create table trial.who as
with made as (
    insert into principals (kind, handle, name) values ('user', 'ann', 'Ann'), ('user', 'bob', 'Bob'), ('user', 'eve', 'Eve')
    returning id, handle)
select id, handle::text from made;
insert into users (id, email, password_hash, permissions)
select id, handle || '@example.com', 'x', case handle when 'bob' then '{scripts.manage,users.manage}'::text[] else '{}' end from who;
create function trial.id_of(text) returns uuid language sql stable as $$ select id from who where handle = $1 $$;
create function trial.become(handle text, scopes text default 'read,write,admin') returns void language sql as $$
    select set_config('coagent.caller', trial.id_of(handle)::text, true), set_config('coagent.scopes', scopes, true) $$;
-- The outcome of a proof: its code, or "may".
create function trial.told(proof text) returns text language plpgsql as $$
begin
    execute 'select ' || proof;
    return 'may';
exception when others then
    return sqlstate;
end $$;

grant select on who to coagent_app;
set local role coagent_app;
select trial.become('ann') \g /dev/null
create table trial.hidden as
select (document::json ->> 'id')::uuid as id from script_create('{"name": "S", "kind": "sh", "code": "true", "visibility": "private"}');
create table trial.agent as select (document::json ->> 'id')::uuid as id from agent_create('{"name": "Bot", "handle": "bot"}');
create function trial.script(aim text) returns text language sql as $$
    select trial.told(format('prove_script(%L, %L)', id, aim)) from hidden $$;
create function trial.bot(aim text) returns text language sql as $$ select trial.told(format('prove_agent(%L, %L)', id, aim)) from agent $$;

-- scopes
select is(trial.script('edit'), 'may', 'the owner edits');
select trial.become('ann', 'read') \g /dev/null
select is(trial.script('edit'), 'may', 'what is one''s own needs no scope beyond that of the request');
select trial.become('bob') \g /dev/null
select is(trial.script('edit'), 'may', 'so do users who manage scripts');
select trial.become('bob', 'read,write') \g /dev/null
select is(trial.script('see'), 'CA404', 'but not with a token that reaches the caller''s own only');
select trial.become('bob', '') \g /dev/null
select is(trial.script('see'), 'CA404', 'nor in a transaction that only names its caller');
select trial.become('eve') \g /dev/null
select is(trial.script('see'), 'CA404', 'others do not see a private script');
select is(trial.script('run'), 'CA404', 'nor run it');
update scripts set visibility = 'team';
select is(trial.script('run'), 'may', 'one of the team they do');
select is(trial.script('edit'), 'CA403', 'but they do not edit it');
select is(trial.bot('see'), 'may', 'everybody sees an agent');
select is(trial.bot('edit'), 'CA403', 'and does not edit it');
select is(trial.told(format('prove_mapping(%L, %L)', uuid_v7(), 'see')), 'CA404', 'no mapping is there');
select is(trial.told(format('prove_run(%L, %L)', uuid_v7(), 'see')), 'CA404', 'no run');
select is(trial.told(format('prove_file(%L)', uuid_v7())), 'CA404', 'no file');

-- what went away between the guard and the change
select trial.become('ann') \g /dev/null
select is((select count(*) from agent_delete((select id from agent))), 1::bigint, 'a deletion answers nothing, to nobody else');
select is(trial.bot('see'), 'CA404', 'a deleted agent is there for nobody');
select throws_ok($$select agent_edit((select id from agent), '{}')$$, 'CA404', null, 'nor is it changed any more');
select lives_ok($$select script_delete((select id from hidden))$$);
select throws_ok($$select script_edit((select id from hidden), '{"name": "New"}')$$, 'CA404', null, 'nor is a deleted script');
select throws_ok($$select queue_script_run((select id from hidden), row('{}', null, false)::run_inputs, '{}', 'api')$$,
                 'CA404', null, 'nor run');

-- accounts: the permission is looked at again behind the lock, with the scopes of the caller
select trial.become('bob', 'read,write') \g /dev/null
select throws_ok($$select user_edit(trial.id_of('eve'), '{"name": "Eva"}', null)$$, 'CA403', null, 'a token without "admin" changes nobody');
select trial.become('bob') \g /dev/null
select is((select string_agg(coalesce(channel, '-'), ' ') from user_edit(trial.id_of('eve'), '{"name": "Eva", "version": 1}', 'y')),
          '- u_' || trial.id_of('eve'), 'with it the user is changed, and their sockets are asked again who they are');
select is((select string_agg(coalesce(channel, '-') || coalesce(document, ''), ' ') from user_delete(trial.id_of('eve'))),
          '- u_' || trial.id_of('eve'), 'or deleted');

select * from finish();
rollback;
