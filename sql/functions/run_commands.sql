-- The run that a command message requests: one without passwords, because everybody in the room reads the message.
-- The program has parsed it and checked the parameters against this version.
create type run_command as (script uuid, version int, given jsonb);

-- Runs what the message wanted, which is event the_seq of its room by now; whatever is wrong with it undoes the message
-- too. Returns what tells the room.
create function run_by_message(the_room uuid, the_seq bigint, wanted run_command) returns announced language plpgsql as $$
declare
    made runs;
    told room_events;
    sentence text;
begin
    begin
        made := queue_script_run(wanted.script, row(wanted.given, null, false)::run_inputs,
                                 jsonb_build_object('version', wanted.version), 'room', the_room, the_seq);
    exception when sqlstate 'CA422' then
        get stacked diagnostics sentence = message_text;
        perform raise_outcome('CA422', sentence, 'text');
    end;
    select * into told from room_events where room_id = the_room and run_id = made.id and kind = 'run';
    return announced_event(told);
end $$;
