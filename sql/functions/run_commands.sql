-- What a message that is a command wants to run (see run_command_of).
create type run_command as (script uuid, given jsonb);

-- "/run NAME …" in a room: a message that runs a script. NAME and values with spaces stand in "quotation marks" (\" and
-- \\ inside); a value goes to the parameter of its place, or KEY=VALUE to the one that it names.
-- One word of a command; a quoted one is never KEY=VALUE.
create type command_word as (word text, quoted boolean);

-- The words of a command; raises (field "text") when a quotation mark is not closed.
create function command_words(command text) returns command_word[] language plpgsql immutable as $$
declare
    word constant text := '(?:[^[:space:]"]|"(?:[^"\\]|\\.)*")+';
    plain constant text := translate(command, '“”„', '"""');
begin
    if regexp_replace(plain, word, '', 'g') ~ '"' then
        perform raise_outcome('CA422', 'A quotation mark is not closed.', 'text');
    end if;
    return array(
        select row(case when part[1] ~ '"' then regexp_replace(regexp_replace(part[1], '"((?:[^"\\]|\\.)*)"', '\1', 'g'), '\\(["\\])', '\1', 'g')
                        else part[1] end, part[1] ~ '^"')::command_word
        from regexp_matches(plain, '(' || word || ')', 'g') part);
end $$;

-- What a word says to a parameter of this rule. What does not read as its type stays a text, and the check says why not.
create function word_value(rule jsonb, word text) returns jsonb language sql immutable as $$
    select case
        when rule ->> 'type' in ('integer', 'number') and word ~ '^[+-]?\d{1,30}(\.\d{1,30})?$' then to_jsonb(word::numeric)
        when rule ->> 'type' = 'boolean' and lower(word) in ('true', 'yes', 'on', '1') then 'true'
        when rule ->> 'type' = 'boolean' and lower(word) in ('false', 'no', 'off', '0') then 'false'
        when rule ->> 'type' = 'array' then to_jsonb(string_to_array(word, ','))
        else to_jsonb(word) end
$$;

-- The parameters that these words give to a script; raises (field "text") what cannot be meant.
create function word_parameters(schema jsonb, words command_word[]) returns jsonb language plpgsql immutable as $$
declare
    given jsonb := '{}';
    named constant text := '^([A-Za-z_][A-Za-z0-9_]*)=(.*)$';
    one command_word;
    name text;
begin
    foreach one in array words loop
        if one.word ~ named and not one.quoted then
            name := substring(one.word from named);
            one.word := regexp_replace(one.word, named, '\2');
        else
            select o into name from jsonb_array_elements_text(coalesce(schema -> 'order', '[]')) with ordinality as n (o, place)
            where not given ? o order by place limit 1;
        end if;
        if name is null or not coalesce(schema -> 'properties' ? name, false) then
            perform raise_outcome('CA422', case when name is null then format('There is no parameter left for "%s".', left(one.word, 60))
                                                else format('There is no parameter "%s".', left(name, 40)) end, 'text');
        elsif given ? name then
            perform raise_outcome('CA422', format('%s is given twice.', name), 'text');
        elsif schema -> 'properties' -> name ->> 'format' = 'password' then
            perform raise_outcome('CA422', format('%s is a password, and everybody here could read it. Run the script from its page.', name), 'text');
        end if;
        given := given || jsonb_build_object(name, word_value(schema -> 'properties' -> name, one.word));
    end loop;
    return given;
end $$;

-- What was wrong with a command's parameters, in one sentence: errors is the list of raise_fields, or "".
create function command_fault(sentence text, errors text) returns text language sql immutable as $$
    select coalesce(string_agg(format('%s: %s', regexp_replace(e ->> 'field', '^parameters\.', ''), e ->> 'message'), ' '), sentence)
    from jsonb_array_elements(coalesce(nullif(errors, ''), '[]')::jsonb) e
$$;

create function is_run_command(content text) returns boolean language sql immutable as $$
    select content ~ '^/run([[:space:]]|$)'
$$;

-- Reads a command; raises (field "text") what cannot be meant. Keeps the script from being deleted until the transaction
-- ends: before the room is locked, because a deletion takes its locks in this order too. No command gives null.
create function run_command_of(content text) returns run_command language plpgsql as $$
declare
    words command_word[];
    script scripts;
    schema jsonb;
begin
    if not is_run_command(content) then
        return null;
    end if;
    words := command_words(substring(content from 5));
    if cardinality(words) = 0 then
        perform raise_outcome('CA422', 'Name the script: /run NAME, then its parameters.', 'text');
    end if;
    select * into script from scripts s where name = words[1].word::citext and script_shows(s) for key share;
    if not found then
        perform raise_outcome('CA422', format('There is no script "%s".', left(words[1].word, 80))
            || case when words[2].word is not null and not words[1].quoted then ' A name of several words stands in quotation marks.' else '' end, 'text');
    end if;
    select parameters into schema from script_versions where script_id = script.id and number = script.latest;
    return row(script.id, word_parameters(schema, words[2:]))::run_command;
end $$;

-- Runs what the message wanted, which is event the_seq of its room by now; whatever is wrong with it undoes the message
-- too. Returns what tells the room.
create function run_by_message(the_room uuid, the_seq bigint, wanted run_command) returns announced language plpgsql as $$
declare
    made runs;
    told room_events;
    sentence text;
    more text;
begin
    begin
        made := queue_script_run(wanted.script, wanted.given, '{}', 'room', the_room, the_seq);
    exception when sqlstate 'CA422' then
        get stacked diagnostics sentence = message_text, more = pg_exception_detail;
        perform raise_outcome('CA422', command_fault(sentence, more), 'text');
    end;
    select * into told from room_events where room_id = the_room and run_id = made.id and kind = 'run';
    return announced_event(told);
end $$;
