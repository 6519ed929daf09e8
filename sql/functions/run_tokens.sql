-- The tokens of runs: with one a run acts through the API for who asked for it, never with more rights.

-- For the executor of a run, which has made the token. No row: the run is not its own, or is to have none.
create function run_token_add(run uuid, fence int, digest text) returns setof uuid language sql as $$
    insert into run_tokens (run_id, attempt, user_id, token_hash)
    select id, attempt, asked_by, digest from runs
    where id = run and attempt = fence and (state = 'running') is true and api is not null
    on conflict (run_id) do update set attempt = excluded.attempt, token_hash = excluded.token_hash
    returning run_id
$$;

-- The run whose token this is, while it is valid: the run is in progress, nobody has asked it to stop, and its executor
-- lives. Without any value when there is none.
create function run_of_token(digest text, the_user uuid) returns runs language plpgsql stable as $$
declare
    run runs;
begin
    select r.* into run
    from run_tokens t join runs r on r.id = t.run_id join users u on u.id = t.user_id
    where t.token_hash = digest and t.user_id = the_user and u.disabled_at is null and r.asked_by = the_user
      and (r.state = 'running') is true and r.attempt = t.attempt and r.cancel_requested_at is null and r.lease_until > now();
    return run;
end $$;

-- Names the run for the rest of the transaction and returns the scopes of its token; a dry run changes nothing. Raises when
-- there is no such token.
create function prove_run_token(digest text, the_user uuid) returns text[] language plpgsql as $$
declare
    run constant runs := run_of_token(digest, the_user);
begin
    if run.id is null then
        perform raise_outcome('CA401', 'The API token is not valid.');
    end if;
    perform set_config('coagent.run', run.id::text, true);
    return case when run.api = 'write' and not run.dry_run then array['read', 'write'] else array['read'] end;
end $$;

-- The run that acts in this transaction, by its token; null: none does.
create function acting_run() returns uuid language sql stable as $$
    select nullif(current_setting('coagent.run', true), '')::uuid
$$;

-- What a message says that a run has posted or edited: which run, of which script. Clients show who sees the run a link to it.
create function run_mark(run uuid) returns jsonb language sql stable as $$
    select jsonb_build_object('by_run', jsonb_build_object('id', r.id, 'room', r.room_id, 'script',
               case when s.id is not null then jsonb_build_object('id', s.id, 'name', s.name, 'owner', s.owner_id) end))
    from runs r left join scripts s on s.id = r.script_id where r.id = run
$$;

-- What a run may not ask for when it starts another: a mapping that the script does not have, because who wrote the code
-- could read with it what only the asker may use; and runs that start runs without end. Returns how the run was asked for.
create function check_child_run(script scripts, wish jsonb, the_via text) returns text language plpgsql as $$
begin
    if acting_run() is null then
        return the_via;
    elsif wish ? 'mapping' and (wish ->> 'mapping')::uuid is distinct from script.mapping_id then
        perform raise_outcome('CA403', 'A run cannot choose the mapping of another run.', 'mapping');
    elsif (with recursive line as (
               select acting_run() as id, 1 as length
               union all
               select r.parent_id, length + 1 from line join runs r on r.id = line.id where r.parent_id is not null and length < 8)
           select max(length) >= 8 from line) then
        perform raise_outcome('CA409', 'Runs can start each other at most 8 levels deep.');
    end if;
    return 'api';
end $$;
