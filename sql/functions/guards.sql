-- Whether the caller has a permission, as prove_caller let them in; administrators have them all. An API token brings
-- along what its scopes reach (permission_scope). In plpgsql, which keeps its plan.
create function caller_may(permission text) returns boolean language plpgsql stable as $$
begin
    return exists (select from users where id = caller_id() and disabled_at is null
                                           and (role = 'admin' or permission = any (permissions)))
           and permission_scope(permission) = any (string_to_array(current_setting('coagent.scopes', true), ','));
end $$;

-- The proofs behind the guards: each raises the outcome that ends the transaction, so that what stands after it in the
-- pipeline runs for a caller who may.

-- A live session or API token of an enabled user, or the token of a run of theirs. Names the caller, the request and the
-- address for the rest of the transaction. The scope is what an API token must grant; a session grants everything.
-- Settings are made in assignments, which plpgsql evaluates by themselves, where "perform" starts and ends the plan of a
-- query.
create function prove_caller(claimed_user uuid, claimed_session text, token_digest text, scope text,
                             request text, address text)
returns void language plpgsql as $$
declare
    stale boolean;
    granted text[] := scope_names();
    said text := set_config('coagent.request', request, true);
begin
    said := set_config('coagent.address', address, true);
    if claimed_session <> '' then
        select s.last_seen_at < now() - interval '1 minute' into stale
        from sessions s join users u on u.id = s.user_id
        where s.id = claimed_session::uuid and s.user_id = claimed_user
          and s.revoked_at is null and s.expires_at > now() and u.disabled_at is null;
        if not found then
            perform raise_outcome('CA401', 'This session has ended. Log in again.');
        end if;
        if stale then
            update sessions set last_seen_at = now() where id = claimed_session::uuid;
        end if;
    else
        select t.scopes, coalesce(t.last_used_at < now() - interval '1 minute', true) into granted, stale
        from api_tokens t join users u on u.id = t.user_id
        where t.token_hash = token_digest and t.user_id = claimed_user
          and (t.expires_at is null or t.expires_at > now()) and u.disabled_at is null;
        if not found then
            granted := prove_run_token(token_digest, claimed_user);
        elsif stale then
            update api_tokens set last_used_at = now() where token_hash = token_digest;
        end if;
        if not scope = any (granted) then
            perform raise_outcome('CA403', format('This API token does not have the scope "%s".', scope));
        end if;
    end if;
    said := set_config('coagent.caller', claimed_user::text, true);
    said := set_config('coagent.scopes', array_to_string(granted, ','), true);
end $$;

-- After prove_caller: the permission, and for an API token the scope that it needs.
create function prove_permission(permission text) returns void language plpgsql as $$
begin
    if not permission_scope(permission) = any (string_to_array(current_setting('coagent.scopes', true), ',')) then
        perform raise_outcome('CA403', format('This API token does not have the scope "%s".', permission_scope(permission)));
    end if;
    if not caller_may(permission) then
        perform raise_outcome('CA403', 'You do not have the permission to do this.');
    end if;
end $$;

-- After prove_caller: at least this role in the room. Everybody is a viewer of a public room. A room that the caller
-- may not see raises the same as one that does not exist.
create function prove_room(room uuid, wanted text, open boolean) returns void language plpgsql as $$
declare
    ranks constant text[] := array['viewer', 'member', 'owner'];
    rank int;
    archived boolean;
begin
    select greatest(coalesce(array_position(ranks, m.role), 0), case when r.visibility = 'public' then 1 else 0 end),
           r.archived_at is not null
    into rank, archived
    from rooms r left join room_members m on m.room_id = r.id and m.principal_id = caller_id()
    where r.id = room and r.deleted_at is null;
    if coalesce(rank, 0) = 0 then
        perform raise_outcome('CA404', 'Not found, or you do not have access.');
    elsif rank < array_position(ranks, wanted) then
        perform raise_outcome('CA403', format('This needs the role "%s" in the room.', wanted));
    elsif open and archived then
        perform raise_outcome('CA409', 'This room is archived.');
    end if;
end $$;

-- The objects that have guards of their own. Each proof comes after prove_caller and says what the caller may with the
-- object that the path names: one that is invisible to the caller raises the same as one that does not exist; one that is
-- visible, but not for this, raises CA403. Nothing is locked: a change locks its row afterwards, and looks there whether it
-- is still there.

create function prove_script(wanted uuid, aim text) returns void language plpgsql as $$
declare
    script scripts;
begin
    select * into script from scripts where id = wanted;
    if not found or not script_shows(script) then
        perform raise_outcome('CA404', 'Script not found.');
    elsif aim = 'edit' and not script_is_editable(script) then
        perform raise_outcome('CA403', 'Only the owner and users with the permission "scripts.manage" can change this script.');
    end if;
end $$;

create function prove_mapping(wanted uuid, aim text) returns void language plpgsql as $$
declare
    mapping mappings;
begin
    select * into mapping from mappings where id = wanted;
    if not found or not mapping_shows(mapping) then
        perform raise_outcome('CA404', 'Mapping not found.');
    elsif aim = 'edit' and not mapping_is_editable(mapping) then
        perform raise_outcome('CA403', 'Only the owner and users with the permission "mappings.manage" can change this mapping.');
    end if;
end $$;

-- Every user sees every agent, to invite it.
create function prove_agent(wanted uuid, aim text) returns void language plpgsql as $$
declare
    agent agents;
begin
    select a.* into agent from agents a join principals p on p.id = a.id where a.id = wanted and p.deleted_at is null;
    if not found then
        perform raise_outcome('CA404', 'Agent not found.');
    elsif aim = 'edit' and not agent_is_editable(agent) then
        perform raise_outcome('CA403', 'Only the owner and users with the permission "agents.manage" can change this agent.');
    end if;
end $$;

create function prove_run(wanted uuid, aim text) returns void language plpgsql as $$
declare
    run runs;
    standing text;
begin
    select * into run from runs where id = wanted;
    standing := run_role(run);
    if standing is null then
        perform raise_outcome('CA404', 'Run not found.');
    elsif aim = 'act' and standing = 'viewer' then
        perform raise_outcome('CA403', 'Only members of the room can do this.');
    elsif aim = 'own' and standing <> 'owner' then
        perform raise_outcome('CA403', 'Only the user who started the run or an owner of its script or room can do this.');
    end if;
end $$;

-- A file is visible to those who see the run that left it.
create function prove_file(wanted uuid) returns void language plpgsql as $$
declare
    run runs;
begin
    select r.* into run from files f join runs r on r.id = f.run_id where f.id = wanted;
    if run_role(run) is null then
        perform raise_outcome('CA404', 'File not found.');
    end if;
end $$;

-- What an API token needs to make use of a permission of its user: for what everybody may at first, making rooms, agents,
-- scripts and mappings of one's own, the scope "write" is enough; for what reaches others' it takes "admin".
create function permission_scope(permission text) returns text language sql immutable parallel safe as $$
    select case when permission = any (default_permissions()) then 'write' else 'admin' end
$$;
