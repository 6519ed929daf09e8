-- The runs of a script get its mapping whoever asks for them. Raises when that has become private since: then neither who
-- owns the script, and could have it write anything, nor the caller may use it any more. It stays until the transaction ends.
create function prove_own_mapping(script scripts) returns void language plpgsql as $$
declare
    mapping mappings;
begin
    select * into mapping from mappings where id = script.mapping_id for key share;
    if found and not mapping_shows(mapping) and not mapping_shows_to(mapping, script.owner_id) then
        perform raise_outcome('CA422', 'The mapping of this script is now private. Attach another mapping to the script.', 'mapping');
    end if;
end $$;

-- Raises when so many runs wait for the caller that another would help nobody. It looks at an index, no further than the
-- limit.
create function prove_queue_has_room() returns void language plpgsql as $$
begin
    if exists (select from runs where asked_by = caller_id() and state = 'queued' offset 9999) then
        perform raise_outcome('CA429', '10,000 of your runs are waiting already. Ask again when some of them have ended.', '', 10);
    end if;
end $$;

-- The parameters of a run: null stands for each password, and sealed for all of them together. is_plain: no program has
-- looked for passwords yet.
create type run_inputs as (given jsonb, sealed text, is_plain boolean);

-- Queues a run of a script that the caller may run, as a guard or prove_script has found. inputs: what the program has
-- checked against the version that wish names, which is immutable, so it still holds. via says how it was asked for; wish
-- may name "version" (absent: the newest), "mapping" (absent: the script's own; null: none), "dry_run", "limits" (narrower
-- than the script's), "network" (false: without, though granted), "networks" (ids: no others) and "retry_of". In a room,
-- whose member the caller must be, it leaves a run event, which answers the_trigger. Announcing it is the caller's part.
create function queue_script_run(wanted uuid, inputs run_inputs, wish jsonb, the_via text, the_room uuid default null,
                                 the_trigger bigint default null)
returns runs language plpgsql as $$
declare
    script scripts;
    chosen script_versions;
    made runs;
begin
    select * into script from scripts where id = wanted and deleted_at is null for key share; -- against a deletion at the same time
    if not found then
        perform raise_outcome('CA404', 'Script not found.');
    end if;
    select * into chosen from script_versions
    where script_id = script.id and number = coalesce((wish ->> 'version')::int, script.latest);
    if not found then
        perform raise_outcome('CA422', 'This script has no such version.', 'version');
    end if;
    the_via := check_child_run(script, wish, the_via);
    perform check_interpreter(script.kind, script.label);
    perform prove_queue_has_room();
    perform prove_storage();
    if wish ? 'mapping' and (wish ->> 'mapping')::uuid is distinct from script.mapping_id then
        script.mapping_id := usable_mapping((wish ->> 'mapping')::uuid);
    else
        perform prove_own_mapping(script);
    end if;
    perform prove_place_of_run(the_room);
    insert into runs (kind, asked_by, room_id, trigger_seq, inputs, inputs_sealed, inputs_plain, retriable, script_id, script_version,
                      mapping_id, via, label, dry_run, network, networks, api, parent_id, limits, retry_of)
    values ('script', caller_id(), the_room, the_trigger, inputs.given, inputs.sealed, inputs.is_plain, script.retriable,
            script.id, chosen.number, script.mapping_id, the_via, script.label, coalesce((wish ->> 'dry_run')::boolean, false),
            script.network and coalesce((wish ->> 'network')::boolean, true),
            networks_of_run(script.id, wish -> 'networks'), nullif(script.api, 'none'), acting_run(),
            narrow_limits(script.limits, check_limits(coalesce(wish -> 'limits', '{}'))), (wish ->> 'retry_of')::uuid)
    returning * into made;
    if the_room is not null then
        perform append_event(the_room, 'run', caller_id(), made.id, the_trigger, null, run_notice(made));
    end if;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.run', 'script', script.id::text,
            jsonb_build_object('name', script.name, 'run', made.id, 'version', chosen.number, 'via', the_via,
                               'dry_run', made.dry_run));
    perform pg_notify('run_queued', made.id::text);
    return made;
end $$;

-- Raises unless the caller may let a run speak in this room. Null: it speaks in none.
create function prove_place_of_run(room uuid) returns void language plpgsql as $$
begin
    if room is null then
        return;
    end if;
    perform prove_room(room, 'member', true);
    if room_is_busy(room) then
        perform raise_outcome('CA409', 'Too many runs are in progress in this room. Try again when some have finished.');
    end if;
end $$;
