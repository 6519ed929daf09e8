-- Whether the caller may give a network to a script.
create function may_grant_network(wanted uuid) returns boolean language sql stable as $$
    select caller_may('scripts.network')
           or exists (select from network_people where network_id = wanted and user_id = caller_id())
$$;

-- A network as the API shows it. Where it leads is for those who define networks or may grant this one.
create function network_json(n networks) returns jsonb language sql stable as $$
    select jsonb_build_object('id', n.id, 'name', n.name, 'description', n.description,
                              'grantable', may_grant_network(n.id))
           || case when caller_may('settings.manage') or may_grant_network(n.id) then jsonb_build_object(
               'destinations', n.destinations,
               'people', (select coalesce(jsonb_agg(author_json(p) order by p.handle), '[]')
                          from network_people g join principals p on p.id = g.user_id where g.network_id = n.id),
               'scripts', (select count(*) from script_networks g join scripts s on s.id = g.script_id
                           where g.network_id = n.id and s.deleted_at is null),
               'version', n.version, 'created_at', api_time(n.created_at)) else '{}' end
$$;

-- The network, locked for a change that the guard has permitted.
create function network_lock(wanted uuid) returns networks language plpgsql as $$
declare
    network networks;
begin
    select * into network from networks where id = wanted for no key update;
    if not found then
        perform raise_outcome('CA404', 'Network not found.');
    end if;
    return network;
end $$;

-- handles: all who may grant it; null: those who may now.
create function set_network_people(network uuid, handles jsonb) returns void language plpgsql as $$
declare
    wanted constant citext[] := array(select distinct ltrim(h, '@')::citext from jsonb_array_elements_text(handles) h);
    found_ids uuid[];
    missing citext;
begin
    if handles is null then
        return;
    end if;
    select h into missing from unnest(wanted) h
    where not exists (select from principals p where p.handle = h and p.kind = 'user' and p.deleted_at is null) limit 1;
    if missing is not null then
        perform raise_outcome('CA422', format('There is no user @%s.', missing), 'people');
    end if;
    found_ids := array(select id from principals where handle = any (wanted) and kind = 'user' and deleted_at is null);
    delete from network_people where network_id = network and user_id <> all (found_ids);
    insert into network_people (network_id, user_id) select network, unnest(found_ids) on conflict do nothing;
end $$;

-- Raises when a network (null: a new one) may not get this name.
create function network_check_name(me uuid, wanted text) returns void language plpgsql stable as $$
begin
    perform refuse_taken_name('network', wanted, (
        select name from networks where name_key(name::text) = name_key(wanted) and id is distinct from me
        order by name = wanted::citext desc limit 1));
end $$;

create function network_create(body jsonb) returns setof announced language plpgsql as $$
declare
    made networks;
begin
    perform network_check_name(null, body ->> 'name');
    insert into networks (name, description, destinations)
    values (body ->> 'name', coalesce(body ->> 'description', ''),
            array(select jsonb_array_elements_text(body -> 'destinations')))
    returning * into made;
    perform set_network_people(made.id, body -> 'people');
    insert into audit_log (action, object_kind, object_id, detail) values ('network.create', 'network', made.id::text, body);
    return next announced_answer(network_json(made)::json);
end $$;

-- Changes what the body names, if its version is the present one. Runs that go on keep what they began with.
create function network_edit(wanted uuid, body jsonb) returns setof announced language plpgsql as $$
declare
    network networks := network_lock(wanted);
    before constant jsonb := network_json(network);
begin
    if (body ->> 'version')::int is distinct from network.version then
        return next announced_stale(before::json);
        return;
    end if;
    if body ->> 'name' <> network.name::text then
        perform network_check_name(wanted, body ->> 'name');
    end if;
    update networks as n set
        name = coalesce(body ->> 'name', n.name), twin = case when body ->> 'name' <> n.name::text then 0 else n.twin end,
        description = coalesce(body ->> 'description', n.description),
        destinations = case when body ? 'destinations' then array(select jsonb_array_elements_text(body -> 'destinations'))
                            else n.destinations end,
        version = n.version + 1, updated_at = now()
    where n.id = wanted
    returning * into network;
    perform set_network_people(wanted, body -> 'people');
    insert into audit_log (action, object_kind, object_id, detail)
    values ('network.edit', 'network', wanted::text, document_changes(before, network_json(network)));
    return next announced_answer(network_json(network)::json);
end $$;

-- No script has it any longer.
create function network_delete(wanted uuid) returns setof announced language plpgsql as $$
declare
    network networks := network_lock(wanted);
begin
    delete from networks where id = wanted;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('network.delete', 'network', wanted::text, jsonb_build_object('name', network.name));
    return next announced_answer(null);
end $$;

-- Gives a script these networks and no others. Raises where one is new to it that the caller may not grant. null: those
-- that it has. They stay until the transaction ends.
create function grant_networks(script uuid, wanted jsonb) returns void language plpgsql as $$
declare
    wanted_ids constant uuid[] := array(select n::uuid from jsonb_array_elements_text(wanted) n);
    refused networks;
begin
    if wanted is null then
        return;
    end if;
    perform from networks where id = any (wanted_ids) order by id for key share;
    if exists (select from unnest(wanted_ids) w where not exists (select from networks where id = w)) then
        perform raise_outcome('CA422', 'Network not found.', 'networks');
    end if;
    select * into refused from networks n
    where id = any (wanted_ids) and not may_grant_network(id)
          and not exists (select from script_networks where script_id = script and network_id = n.id)
    limit 1;
    if refused.id is not null then
        perform raise_outcome('CA403', format('You may not give the network "%s" to a script.', refused.name), 'networks');
    end if;
    delete from script_networks where script_id = script and network_id <> all (wanted_ids);
    insert into script_networks (script_id, network_id) select script, unnest(wanted_ids) on conflict do nothing;
end $$;

create function script_networks_json(script uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'name', n.name) order by n.name), '[]')
    from script_networks g join networks n on n.id = g.network_id where g.script_id = script
$$;

-- The networks that a new run of a script gets: all that the script has, or those of wanted among them. null: none.
create function networks_of_run(script uuid, wanted jsonb) returns uuid[] language sql stable as $$
    select array_agg(network_id order by network_id) from script_networks
    where script_id = script and (wanted is null or wanted ? network_id::text)
$$;

-- What a run may reach, a line each (cron/sandbox/sandbox.h); null: nothing. Networks that its script has lost since do
-- not count.
create function run_reach(r runs) returns text language sql stable as $$
    select nullif(concat_ws(E'\n', case when r.network then 'internet' end, case when r.networks is not null then (
        select string_agg(destination, E'\n') from script_networks g join networks n on n.id = g.network_id,
                                                   unnest(n.destinations) as destination
        where g.script_id = r.script_id and g.network_id = any (r.networks)) end), '')
$$;

-- The names of the networks of a run; those that were deleted have none.
create function network_names(ids uuid[]) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(name order by name), '[]') from networks where id = any (ids)
$$;
