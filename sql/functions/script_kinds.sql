-- What each kind of script needs of the runners, and what limits them.
-- Raises when runners are there (with this label, if one is asked for) and none of them can execute the kind. While no
-- runner is there nobody knows, and the run waits for one.
create function check_interpreter(the_kind text, the_label text) returns void language plpgsql as $$
declare
    needed record;
    present boolean;
    fitting boolean;
    able boolean;
begin
    select count(*) > 0, coalesce(bool_or(the_label is null or the_label = any (labels)), false),
           coalesce(bool_or((the_label is null or the_label = any (labels)) and interpreters ? the_kind), false)
    into present, fitting, able
    from runners where seen_at > now() - interval '10 minutes';
    if present and not fitting then
        perform raise_outcome('CA422', format('No active runner has the label "%s".', the_label), 'label');
    elsif present and not able then
        select * into needed from script_kind_rows() k where k.name = the_kind;
        perform raise_outcome('CA422', format('%s is not installed where scripts run. On the runner''s host: %s.',
                                              needed.interpreter, needed.install), 'kind');
    end if;
end $$;

-- Raises when the first line of the code names a program ("#!", null: none) that does not execute the kind, or when neither
-- says what executes the script.
create function check_first_line(the_kind text, program text) returns void language plpgsql as $$
declare
    chosen record;
    meant record;
begin
    select * into chosen from script_kind_rows() k where k.name = the_kind;
    select * into meant from script_kind_rows() k where program = any (string_to_array(k.programs, ' ')) order by k.place limit 1;
    if the_kind is null and program is null then
        perform raise_outcome('CA422', 'Choose a kind, or name the interpreter in the first line of the code, such as #!/bin/bash.',
                              'kind');
    elsif program is null or program = any (string_to_array(chosen.programs, ' ')) then
        return;
    elsif meant.name is null then
        perform raise_outcome('CA422', format('The first line names "%s", which is not available. Use one of %s, or remove the line.',
            left(program, 40), (select string_agg(distinct p, ', ' order by p)
                                from script_kind_rows() k, string_to_table(k.programs, ' ') p)), 'code');
    else
        perform raise_outcome('CA422', format('The first line names %s, but this is a script of the kind %s. Change the line, or create '
                                              'a script of the kind %s.', program, chosen.label, meant.label), 'code');
    end if;
end $$;

-- What the runners that are there allow a run at most, by the names of check_limits: the least of those that it may get
-- to. Empty while none is there.
create function runner_limits(the_label text) returns jsonb language plpgsql stable as $$
begin
    return (select coalesce(jsonb_object_agg(narrowest.key, narrowest.value), '{}')
            from (select l.key, min(l.value::bigint) as value
                  from runners r cross join jsonb_each_text(r.sandbox -> 'limits') l
                  where r.seen_at > now() - interval '10 minutes' and (the_label is null or the_label = any (r.labels))
                  group by l.key) as narrowest);
end $$;

-- Limits of a script or of one run, which the runner narrows its own by: raises, or returns them as they are.
create function check_limits(given jsonb) returns jsonb language plpgsql immutable as $$
declare
    key text;
    value jsonb;
begin
    for key, value in select * from jsonb_each(given) loop
        if key <> all (limit_names()) then
            perform raise_outcome('CA422', format('Unknown limit "%s". Use %s.', left(key, 40),
                                                  array_to_string(limit_names(), ', ')), 'limits');
        elsif jsonb_typeof(value) <> 'number' or value::numeric <> trunc(value::numeric)
              or not value::numeric between 1 and 1000000 then
            perform raise_outcome('CA422', format('The limit %s must be a whole number from 1 to 1000000.', key), 'limits');
        end if;
    end loop;
    return given;
end $$;

-- The narrower of two sets of limits, each by itself.
create function narrow_limits(a jsonb, b jsonb) returns jsonb language sql immutable as $$
    select coalesce(jsonb_object_agg(key, least), '{}')
    from (select key, min(value::numeric) as least
          from (select * from jsonb_each(a) union all select * from jsonb_each(b)) as both_sets group by key) as narrowed
$$;
