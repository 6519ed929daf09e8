-- Runs that stand together in an index: of one asker, script, room, agent or kind (the "shelf"), in any state or in one;
-- "script asker" and "agent room" are of two, "all" is every run.
create type run_source as (shelf text, key uuid, other uuid, word text, state text);

-- The newest ids of a source below one id and not below another. In plpgsql, which runs the one branch that is meant and
-- keeps its plan.
create function run_ids(source run_source, below uuid, lowest uuid, most int) returns setof uuid language plpgsql stable as $$
begin
    case concat_ws(' ', source.shelf, case when source.state is not null then 'state' end)
    when 'all' then
        return query select id from runs where id < below and id >= lowest order by id desc limit most;
    when 'kind' then
        return query select id from runs where kind = source.word and id < below and id >= lowest order by id desc limit most;
    when 'kind state' then
        return query select id from runs where kind = source.word and state = source.state and id < below and id >= lowest
                     order by id desc limit most;
    when 'asker' then
        return query select id from runs where asked_by = source.key and id < below and id >= lowest order by id desc limit most;
    when 'asker state' then
        return query select id from runs where asked_by = source.key and state = source.state and id < below and id >= lowest
                     order by id desc limit most;
    when 'room' then
        return query select id from runs where room_id = source.key and id < below and id >= lowest order by id desc limit most;
    when 'room state' then
        return query select id from runs where room_id = source.key and state = source.state and id < below and id >= lowest
                     order by id desc limit most;
    when 'agent' then
        return query select id from runs where agent_id = source.key and id < below and id >= lowest order by id desc limit most;
    when 'agent state' then
        return query select id from runs where agent_id = source.key and state = source.state and id < below and id >= lowest
                     order by id desc limit most;
    when 'script' then
        return query select id from runs where script_id = source.key and id < below and id >= lowest order by id desc limit most;
    when 'script state' then
        return query select id from runs where script_id = source.key and state = source.state and id < below and id >= lowest
                     order by id desc limit most;
    when 'script asker' then
        return query select id from runs where script_id = source.key and asked_by = source.other and id < below and id >= lowest
                     order by id desc limit most;
    when 'agent room' then
        return query select id from runs where agent_id = source.key and room_id = source.other and id < below and id >= lowest
                     order by id desc limit most;
    end case;
end $$;

-- Of many sources, those that can bring one of the newest: the ones whose own newest are. A run stands in at most four.
create function newest_sources(sources run_source[], below uuid, lowest uuid, most int) returns run_source[] language plpgsql stable as $$
begin
    return array(select row(s.*)::run_source
                 from unnest(sources) s cross join lateral run_ids(row(s.*)::run_source, below, lowest, 1) head
                 order by head desc limit most * 4);
end $$;

-- The newest ids of several sources. Each gives a share first. What is not older than the newest end of a share that was
-- not all of its source is complete; when that is too little, those that have more give as many as are wanted.
create function merged_run_ids(sources run_source[], below uuid, lowest uuid, most int) returns uuid[] language plpgsql stable as $$
declare
    share int := most;
    complete_to uuid;
    found uuid[];
    given uuid[] := '{}'::uuid[]; -- by sources that have no more
begin
    if cardinality(sources) > 100 then
        sources := newest_sources(sources, below, lowest, most);
    end if;
    if cardinality(sources) > 3 then
        share := least(most, most * 3 / cardinality(sources) + 5);
    end if;
    loop
        with part as materialized (
            select row(s.*)::run_source as source, array(select run_ids(row(s.*)::run_source, below, lowest, share)) as ids
            from unnest(sources) s
        ), cut as (
            select ids[share] as id from part where ids[share] is not null order by 1 desc limit 1
        ), every as (
            select unnest(ids) as id from part union select unnest(given)
        )
        select (select id from cut),
               array(select id from every where id >= coalesce((select c.id from cut c), lowest) order by id desc limit most),
               array(select source from part where ids[share] is not null),
               given || array(select unnest(ids) from part where ids[share] is null)
        into complete_to, found, sources, given;
        exit when complete_to is null or cardinality(found) >= most;
        share := most;
    end loop;
    return found;
end $$;

-- The caller and the filters of a list.
create type run_search as (me uuid, sees_all boolean, sees_scripts boolean, sees_providers boolean, rooms uuid[], scripts uuid[],
                           states text[], kinds text[], script uuid, agent uuid, room uuid, asker uuid);

create function run_search_of(filter jsonb) returns run_search language plpgsql stable as $$
declare
    s run_search;
begin
    s.me := caller_id();
    s.sees_all := caller_may('runs.manage');
    s.sees_scripts := s.sees_all or caller_may('scripts.manage');
    s.sees_providers := s.sees_all or caller_may('providers.manage');
    s.states := array(select jsonb_array_elements_text(filter -> 'state'));
    if not s.states <@ run_state_names() then
        perform raise_outcome('CA422', 'States are ' || array_to_string(run_state_names(), ', ') || '.', 'state');
    elsif coalesce(filter ->> 'asked_by', 'me') !~ '^(me|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$' then
        perform raise_outcome('CA422', 'Use "me" or the id of a user or agent.', 'asked_by');
    end if;
    s.kinds := array(select filter ->> 'kind' where filter ? 'kind');
    s.script := (filter ->> 'script')::uuid;
    s.agent := (filter ->> 'agent')::uuid;
    s.room := (filter ->> 'room')::uuid;
    s.asker := case filter ->> 'asked_by' when 'me' then s.me else (filter ->> 'asked_by')::uuid end;
    if not s.sees_all then
        s.rooms := array(select m.room_id from room_members m join rooms r on r.id = m.room_id
                         where m.principal_id = s.me and r.deleted_at is null
                         union
                         select id from rooms where id = s.room and visibility = 'public' and deleted_at is null);
        s.scripts := array(select id from scripts where owner_id = s.me);
    end if;
    return s;
end $$;

-- Whether a room is one that the search may look into as a whole.
create function sees_room(s run_search) returns boolean language sql immutable as $$
    select s.room is not null and (s.sees_all or s.room = any (s.rooms))
$$;

-- Where the runs are that somebody sees without seeing all.
create function own_sources(s run_search) returns setof run_source language sql immutable as $$
    select 'asker', s.me, null::uuid, null::text, null::text
    union all select 'room', room, null, null, null from unnest(s.rooms) room
    union all select 'script', script, null, null, null from unnest(s.scripts) script where not s.sees_scripts
    union all select 'kind', null, null, 'script', null where s.sees_scripts
    union all select 'kind', null, null, 'housekeeping', null where s.sees_providers
$$;

-- The sources of a search, without regard to states: those that hold little besides what is wanted. What they hold
-- besides is left out by the page.
create function run_sources(s run_search) returns setof run_source language plpgsql immutable as $$
begin
    if s.room is not null then
        return query select 'room', s.room, null::uuid, null::text, null::text where sees_room(s);
    elsif s.script is not null and s.asker is not null then
        return next row('script asker', s.script, s.asker, null, null)::run_source;
    elsif s.script is not null and (s.sees_scripts or s.script = any (s.scripts)) then
        return next row('script', s.script, null, null, null)::run_source;
    elsif s.script is not null then
        return next row('script asker', s.script, s.me, null, null)::run_source;
        return query select 'room', room, null::uuid, null::text, null::text from unnest(s.rooms) room;
    elsif s.agent is not null and s.sees_all then
        return next row('agent', s.agent, null, null, null)::run_source;
    elsif s.agent is not null then
        return query select 'agent room', s.agent, room, null::text, null::text from unnest(s.rooms) room;
    elsif s.asker is not null then
        return next row('asker', s.asker, null, null, null)::run_source;
    elsif not s.sees_all then
        return query select * from own_sources(s);
    elsif cardinality(s.kinds) = 0 and cardinality(s.states) = 0 then
        return next row('all', null, null, null, null)::run_source;
    else
        return query select 'kind', null::uuid, null::uuid, kind, null::text
                     from unnest(case cardinality(s.kinds) when 0 then run_kind_names() else s.kinds end) kind;
    end if;
end $$;

-- Whether a run is the searcher's to change without regard to rooms, as run_role says; for many at once.
create function is_own_run(r runs, s run_search) returns boolean language sql immutable as $$
    select s.sees_all or r.script_id = any (s.scripts) or r.kind = 'script' and s.sees_scripts
           or r.asked_by = s.me and (r.kind = 'script' or r.room_id is null)
           or r.room_id is null and r.kind <> 'script' and s.sees_providers
$$;

-- Whether a run is one that is searched for, and visible.
create function run_matches(r runs, s run_search) returns boolean language sql immutable as $$
    select (cardinality(s.states) = 0 or r.state = any (s.states)) and (cardinality(s.kinds) = 0 or r.kind = any (s.kinds))
       and (s.script is null or r.script_id = s.script) and (s.agent is null or r.agent_id = s.agent)
       and (s.room is null or r.room_id = s.room) and (s.asker is null or r.asked_by = s.asker)
       and (r.room_id = any (s.rooms) or is_own_run(r, s))
$$;

-- Of these runs those that are searched for, as the list shows them, the newest first.
create function matching_run_items(s run_search, ids uuid[], most int) returns jsonb[] language plpgsql stable as $$
begin
    return array(
        select run_item(r, script, agent, asker, room, mapping,
                        case when is_own_run(r, s) then 'owner'
                             else coalesce((select m.role from room_members m where m.room_id = r.room_id and m.principal_id = s.me),
                                           'viewer') end)
        from runs r
        left join scripts script on script.id = r.script_id
        left join principals agent on agent.id = r.agent_id
        left join principals asker on asker.id = r.asked_by
        left join rooms room on room.id = r.room_id
        left join mappings mapping on mapping.id = r.mapping_id
        where r.id = any (ids) and run_matches(r, s)
        order by r.id desc limit most);
end $$;

-- A page of runs. Where filters leave out most of what the sources hold, it ends after 2,000 runs were looked at: it is
-- shorter then than asked for, perhaps empty, and "next" says where to go on.
create function list_runs(filter jsonb) returns json language plpgsql stable as $$
declare
    s run_search := run_search_of(filter);
    sources run_source[];
    below uuid := least(coalesce(cursor_id(filter ->> 'cursor'), 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
                        uuid_floor((filter ->> 'until')::timestamptz));
    lowest uuid := coalesce(uuid_floor((filter ->> 'since')::timestamptz), '00000000-0000-0000-0000-000000000000');
    most int := coalesce((filter ->> 'limit')::int, 50);
    batch uuid[];
    size int := most + 1;
    looked_at int := 0;
    items jsonb[] := '{}'::jsonb[];
    goes_on uuid;
begin
    sources := array(select row(o.shelf, o.key, o.other, o.word, one)::run_source
                     from run_sources(s) o left join unnest(s.states) one on o.shelf not in ('script asker', 'agent room'));
    loop
        batch := merged_run_ids(sources, below, lowest, size);
        items := items || matching_run_items(s, batch, most + 1 - cardinality(items));
        looked_at := looked_at + size;
        if cardinality(items) > most then
            goes_on := (items[most] ->> 'id')::uuid;
        elsif cardinality(batch) = size and looked_at >= 2000 then
            goes_on := batch[size];
        end if;
        exit when goes_on is not null or cardinality(batch) < size;
        below := batch[size];
        size := least(size * 2, 500);
    end loop;
    return json_build_object('items', items[:most], 'next', cursor_of(goes_on));
end $$;
