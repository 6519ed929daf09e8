-- The cache folders of scripts. The folder itself lies with each runner; here stands which generation of it counts.

-- Whatever runners have kept of it counts for nothing from here on, and neither does what runs in progress will leave.
create function drop_script_cache(script uuid) returns void language sql as $$
    insert into script_caches (script_id, generation) values (script, 1)
    on conflict (script_id) do update set generation = script_caches.generation + 1, bytes = null, kept_at = null
$$;

-- Empties it for the next run.
create function script_clear_cache(wanted uuid) returns setof announced language plpgsql as $$
declare
    script constant scripts := script_lock(wanted);
begin
    perform drop_script_cache(script.id);
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.clear_cache', 'script', script.id::text, jsonb_build_object('name', script.name));
    return next announced_answer(null);
end $$;

-- The generation of the cache that a run of this script uses; null: it has none.
create function script_cache_generation(s scripts) returns int language sql stable as $$
    select case when s.cache then coalesce((select generation from script_caches where script_id = s.id), 0) end
$$;

-- What is known of it: nothing before a run has left one.
create function script_cache_json(script uuid) returns jsonb language sql stable as $$
    select jsonb_build_object('cache_bytes', max(bytes), 'cache_kept_at', api_time(max(kept_at)))
    from script_caches where script_id = script
$$;
