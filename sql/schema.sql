CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;

COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';

CREATE TYPE public.announced AS (
	channel text,
	document text
);

CREATE TYPE public.author_document AS (
	id uuid,
	kind text,
	name text,
	handle public.citext
);

CREATE TYPE public.command_word AS (
	word text,
	quoted boolean
);

CREATE TYPE public.event_document AS (
	room uuid,
	seq bigint,
	kind text,
	author json,
	at text,
	body jsonb,
	reply_to bigint,
	target bigint,
	run uuid
);

CREATE TYPE public.member_document AS (
	id uuid,
	kind text,
	name text,
	handle public.citext,
	role text,
	notify text,
	created_at text
);

CREATE TYPE public.room_document AS (
	id uuid,
	name text,
	topic text,
	visibility text,
	archived boolean,
	role text,
	member boolean,
	last_seq bigint,
	read_seq bigint,
	unread bigint,
	mentioned boolean,
	last_event_at text,
	version integer,
	created_at text
);

CREATE TYPE public.run_command AS (
	script uuid,
	given jsonb
);

CREATE TYPE public.run_search AS (
	me uuid,
	sees_all boolean,
	sees_scripts boolean,
	sees_providers boolean,
	rooms uuid[],
	scripts uuid[],
	states text[],
	kinds text[],
	script uuid,
	agent uuid,
	room uuid,
	asker uuid
);

CREATE TYPE public.run_source AS (
	shelf text,
	key uuid,
	other uuid,
	word text,
	state text
);

CREATE FUNCTION public.add_script_version(script uuid, number integer, code text, parameters jsonb, note text) RETURNS void
    LANGUAGE plpgsql
    AS $_$
begin
    if octet_length(code) > 524288 then
        perform raise_outcome('CA422', 'A script has at most 512 KiB.', 'code');
    elsif code ~ '^\s*$' then
        perform raise_outcome('CA422', 'Must not be empty.', 'code');
    end if;
    insert into script_versions (script_id, number, code, parameters, note, author_id)
    values (script, number, code, parameters, coalesce(note, ''), caller_id());
end $_$;

CREATE FUNCTION public.addressed_agents(the_room uuid, mentioned uuid[], replied bigint) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE
    AS $$
begin
    return query select id from principals where id = any (mentioned) and kind = 'agent' order by id;
    if not found then
        return query select e.principal_id from room_events e join room_members m on m.room_id = the_room and m.principal_id = e.principal_id
                     where e.room_id = the_room and e.seq = replied and e.kind = 'result';
    end if;
end $$;

CREATE FUNCTION public.admit_anonymous_refusal(address inet) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
    insert into login_throttles as old (subject, failures)
    values ('r:' || coalesce(throttle_subject(address), ''), 1)
    on conflict (subject) do update set
        failures = greatest(0, old.failures - extract(epoch from now() - old.last_failure_at) / 6)::real + 1,
        last_failure_at = now()
    where old.failures - extract(epoch from now() - old.last_failure_at) / 6 < 59.5;
    return found;
end $$;

CREATE TABLE public.room_events (
    room_id uuid NOT NULL,
    seq bigint NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL,
    principal_id uuid,
    run_id uuid,
    reply_to bigint,
    target bigint,
    body jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT room_events_kind_check CHECK ((kind = ANY (ARRAY['message'::text, 'edit'::text, 'delete'::text, 'reaction'::text, 'thought'::text, 'tool_call'::text, 'tool_result'::text, 'result'::text, 'error'::text, 'run'::text, 'approval'::text, 'member'::text, 'room'::text])))
);

CREATE FUNCTION public.agent_excuse(the_room uuid, the_agent uuid, the_seq bigint, sentence text, can_retry boolean) RETURNS public.room_events
    LANGUAGE sql
    AS $$
    select append_event(the_room, 'error', the_agent, null, the_seq, null,
                        jsonb_build_object('message', sentence, 'text', '', 'retriable', can_retry))
$$;

CREATE TABLE public.agents (
    id uuid NOT NULL,
    kind text DEFAULT 'chat'::text NOT NULL,
    provider_id uuid,
    model text DEFAULT ''::text NOT NULL,
    prompt text DEFAULT ''::text NOT NULL,
    parameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    context_tokens integer DEFAULT 16000 NOT NULL,
    run_seconds integer DEFAULT 300 NOT NULL,
    desired_state text DEFAULT 'started'::text NOT NULL,
    owner_id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT agents_context_tokens_check CHECK (((context_tokens >= 512) AND (context_tokens <= 2000000))),
    CONSTRAINT agents_desired_state_check CHECK ((desired_state = ANY (ARRAY['started'::text, 'stopped'::text]))),
    CONSTRAINT agents_kind_check CHECK ((kind = ANY (ARRAY['chat'::text, 'worker'::text]))),
    CONSTRAINT agents_model_check CHECK ((char_length(model) <= 200)),
    CONSTRAINT agents_prompt_check CHECK ((char_length(prompt) <= 32000)),
    CONSTRAINT agents_run_seconds_check CHECK (((run_seconds >= 5) AND (run_seconds <= 3600)))
);

CREATE FUNCTION public.agent_for_edit(wanted uuid, seen integer) RETURNS public.agents
    LANGUAGE plpgsql
    AS $$
declare
    agent agents;
begin
    select a.* into agent from agents a join principals p on p.id = a.id
    where a.id = wanted and p.deleted_at is null for no key update of a;
    if not found then
        perform raise_outcome('CA404', 'There is no such agent.');
    elsif agent.owner_id is distinct from caller_id() and not caller_may('agents.manage') then
        perform raise_outcome('CA403', 'Only its owner, or who may manage agents, may change this agent.');
    elsif seen <> agent.version then
        perform raise_outcome('CA409', 'This agent was changed in the meantime. Load it again.', 'version');
    end if;
    return agent;
end $$;

CREATE FUNCTION public.agent_handle(given text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
begin
    if lower(given) !~ '^[a-z0-9][a-z0-9._-]{0,38}$' then
        perform raise_outcome('CA422', 'Use up to 39 letters, digits, dots, dashes and underscores; begin with a letter or digit.',
                              'handle');
    elsif is_reserved_handle(given) then
        perform raise_outcome('CA422', 'This handle is reserved.', 'handle');
    end if;
    return lower(given);
end $_$;

CREATE FUNCTION public.agent_json(a public.agents) RETURNS json
    LANGUAGE sql STABLE
    AS $$
    select json_build_object(
        'id', a.id, 'kind', a.kind, 'name', self.name, 'handle', self.handle,
        'provider', (select json_build_object('id', p.id, 'name', p.name) from providers p where p.id = a.provider_id),
        'model', a.model, 'prompt', a.prompt, 'parameters', a.parameters, 'context_tokens', a.context_tokens,
        'run_seconds', a.run_seconds, 'state', a.desired_state, 'owner', principal_json(a.owner_id),
        'rooms', (select count(*) from room_members m join rooms r on r.id = m.room_id
                  where m.principal_id = a.id and r.deleted_at is null),
        'version', a.version, 'created_at', api_time(a.created_at),
        'editable', a.owner_id = caller_id() or caller_may('agents.manage'))
    from principals self where self.id = a.id
$$;

CREATE FUNCTION public.agent_parameters(given jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    AS $$
declare
    key text;
    value jsonb;
    least numeric;
    most numeric;
begin
    for key, value in select * from jsonb_each(given) loop
        case key
            when 'temperature' then least := 0; most := 2;
            when 'top_p' then least := 0; most := 1;
            when 'max_tokens' then least := 1; most := 1000000;
            else perform raise_outcome('CA422', format('There is no parameter "%s": temperature, top_p and max_tokens are known.',
                                                       left(key, 40)), 'parameters');
        end case;
        if jsonb_typeof(value) <> 'number' or value::numeric < least or value::numeric > most
           or (key = 'max_tokens' and value::numeric <> trunc(value::numeric)) then
            perform raise_outcome('CA422', format('%s must be a%s number from %s to %s.', key,
                case when key = 'max_tokens' then ' whole' else '' end, least, most), 'parameters');
        end if;
    end loop;
    return given;
end $$;

CREATE FUNCTION public.announced_answer(answer json) RETURNS public.announced
    LANGUAGE sql IMMUTABLE
    AS $$
    select row(null, answer::text)::announced
$$;

CREATE FUNCTION public.announced_event(event public.room_events) RETURNS public.announced
    LANGUAGE plpgsql STABLE
    AS $$
begin
    return row('r_' || event.room_id, event_frame(event_json(event)))::announced;
end $$;

CREATE FUNCTION public.announced_rooms_changed(the_user uuid) RETURNS SETOF public.announced
    LANGUAGE sql IMMUTABLE
    AS $$
    select 'u_' || the_user, '{"personal":{"type":"rooms_changed"}}' where the_user is not null
    union all select 'u_' || the_user, null where the_user is not null
$$;

CREATE FUNCTION public.api_time(t timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

CREATE FUNCTION public.append_event(the_room uuid, the_kind text, the_principal uuid, the_run uuid, the_reply_to bigint, the_target bigint, the_body jsonb) RETURNS public.room_events
    LANGUAGE plpgsql
    AS $$
declare
    event room_events;
begin
    update rooms set
        last_seq = last_seq + 1,
        last_number = last_number + (the_kind in ('message', 'result'))::int,
        last_event_at = case when last_event_at > clock_timestamp() - interval '1 second' then last_event_at
                             else clock_timestamp() end
    where id = the_room and deleted_at is null
    returning last_seq, last_number into event.seq, event.number;
    if not found then
        perform raise_outcome('CA404', 'The room is gone.');
    end if;
    insert into room_events (room_id, seq, number, kind, principal_id, run_id, reply_to, target, body)
    values (the_room, event.seq, event.number, the_kind, the_principal, the_run, the_reply_to, the_target, the_body)
    returning * into event;
    return event;
end $$;

CREATE FUNCTION public.uuid_v7() RETURNS uuid
    LANGUAGE sql PARALLEL SAFE
    AS $$
    select encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

CREATE TABLE public.runs (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    asked_by uuid,
    agent_id uuid,
    room_id uuid,
    trigger_seq bigint,
    parent_id uuid,
    depth integer DEFAULT 0 NOT NULL,
    inputs jsonb DEFAULT '{}'::jsonb NOT NULL,
    result jsonb,
    reason text,
    attempt integer DEFAULT 0 NOT NULL,
    retriable boolean DEFAULT false NOT NULL,
    cancel_requested_at timestamp with time zone,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    host text,
    pid integer,
    lease_until timestamp with time zone,
    usage jsonb DEFAULT '{}'::jsonb NOT NULL,
    queued_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    claimed_at timestamp with time zone,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    script_id uuid,
    script_version integer,
    mapping_id uuid,
    via text DEFAULT 'api'::text NOT NULL,
    label text,
    alone uuid,
    dry_run boolean DEFAULT false NOT NULL,
    network boolean DEFAULT false NOT NULL,
    limits jsonb DEFAULT '{}'::jsonb NOT NULL,
    exit_code integer,
    signal integer,
    ended_by text,
    output_bytes bigint DEFAULT 0 NOT NULL,
    output_truncated boolean DEFAULT false NOT NULL,
    retry_of uuid,
    CONSTRAINT runs_check CHECK (((state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text, 'timed_out'::text, 'lost'::text])) = (finished_at IS NOT NULL))),
    CONSTRAINT runs_check1 CHECK (((state <> 'running'::text) OR (lease_until IS NOT NULL))),
    CONSTRAINT runs_ended_by_check CHECK ((ended_by = ANY (ARRAY['exit'::text, 'signal'::text, 'memory'::text, 'cpu_time'::text, 'wall_time'::text, 'output'::text, 'processes'::text, 'disk'::text, 'cancelled'::text, 'start'::text, 'lost'::text]))),
    CONSTRAINT runs_kind_check CHECK ((kind = ANY (ARRAY['script'::text, 'workflow'::text, 'agent'::text, 'worker'::text, 'housekeeping'::text]))),
    CONSTRAINT runs_of_scripts CHECK (((kind = 'script'::text) = (script_id IS NOT NULL))),
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'timed_out'::text, 'lost'::text]))),
    CONSTRAINT runs_via_check CHECK ((via = ANY (ARRAY['api'::text, 'ui'::text, 'room'::text, 'job'::text, 'mcp'::text, 'agent'::text, 'workflow'::text])))
)
WITH (fillfactor='85');

CREATE FUNCTION public.ask_again(old public.runs, mode text) RETURNS public.runs
    LANGUAGE plpgsql
    AS $$
declare
    made runs;
begin
    perform check_retry_of_answer(old);
    if room_is_busy(old.room_id) then
        perform raise_outcome('CA409', 'Too many answers are under way in this room. Ask again when some have ended.');
    end if;
    insert into runs (kind, asked_by, agent_id, room_id, trigger_seq, depth, inputs, retriable, retry_of)
    values ('agent', caller_id(), old.agent_id, old.room_id, old.trigger_seq, old.depth,
            jsonb_build_object('retry_of', old.id, 'mode', mode), true, old.id)
    returning * into made;
    if mode = 'resume' then
        insert into run_output (run_id, position, stream, bytes)
        select made.id, 0, 'text', convert_to(said, 'UTF8')
        from coalesce(old.result ->> 'text', run_text(old.id)) as said where said <> '';
    end if;
    perform append_event(made.room_id, 'run', caller_id(), made.id, made.trigger_seq, null, run_notice(made));
    perform pg_notify('run_queued', made.id::text);
    return made;
end $$;

CREATE FUNCTION public.ask_agent(the_room uuid, the_agent uuid, the_seq bigint, by_principal uuid, the_depth integer) RETURNS public.room_events
    LANGUAGE plpgsql
    AS $$
declare
    agent record;
    the_run uuid;
begin
    select p.id, p.name, p.handle, a.kind, a.desired_state, m.role into agent
    from agents a join principals p on p.id = a.id
    join room_members m on m.room_id = the_room and m.principal_id = a.id
    where a.id = the_agent and p.deleted_at is null;
    if not found then
        return null;
    elsif agent.kind <> 'chat' then
        return agent_excuse(the_room, the_agent, the_seq, format('%s runs a script and does not answer messages.', agent.name), false);
    elsif agent.role = 'viewer' then
        return agent_excuse(the_room, the_agent, the_seq, format('%s may only read in this room. An owner can make it a member.', agent.name), false);
    elsif agent.desired_state <> 'started' then
        return agent_excuse(the_room, the_agent, the_seq, format('%s is stopped. Start it and ask again.', agent.name), false);
    elsif room_is_busy(the_room) then
        return agent_excuse(the_room, the_agent, the_seq, 'Too many answers are under way in this room. Ask again when some have ended.', false);
    end if;
    insert into runs (kind, agent_id, room_id, trigger_seq, asked_by, depth, retriable)
    values ('agent', the_agent, the_room, the_seq, by_principal, the_depth, true)
    returning id into the_run;
    perform pg_notify('run_queued', the_run::text);
    return append_event(the_room, 'run', by_principal, the_run, the_seq, null, jsonb_build_object(
        'state', 'queued', 'agent', jsonb_build_object('id', agent.id, 'name', agent.name, 'handle', agent.handle)));
end $$;

CREATE FUNCTION public.audit_room(the_action text, the_room uuid, what jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    insert into audit_log (action, object_kind, object_id, detail) values (the_action, 'room', the_room::text, what);
end $$;

CREATE TABLE public.principals (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    kind text NOT NULL,
    handle public.citext NOT NULL,
    name text NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT principals_handle_check CHECK ((handle OPERATOR(public.~) '^[a-z0-9][a-z0-9._-]{0,38}$'::public.citext)),
    CONSTRAINT principals_kind_check CHECK ((kind = ANY (ARRAY['user'::text, 'agent'::text]))),
    CONSTRAINT principals_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80)))
);

CREATE FUNCTION public.author_json(author public.principals) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select case when author.id is not null
                then row_to_json(row(author.id, author.kind, author.name, author.handle)::author_document) end
$$;

CREATE FUNCTION public.caller_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select nullif(current_setting('coagent.caller', true), '')::uuid
$$;

CREATE FUNCTION public.caller_may(permission text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
begin
    return exists (select from users where id = caller_id() and disabled_at is null
                                           and (role = 'admin' or permission = any (permissions)))
           and permission_scope(permission) = any (string_to_array(current_setting('coagent.scopes', true), ','));
end $$;

CREATE FUNCTION public.caller_role(the_room uuid) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    select role from room_members where room_id = the_room and principal_id = caller_id()
$$;

CREATE FUNCTION public.cancel_runs(wanted uuid[], why text) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    one runs;
begin
    -- All before the first ends, because that locks its room. Locks are taken in the order agent, run, room, member, and
    -- several of a kind in the order of their ids, by everybody: so nobody waits in a circle.
    perform from runs where id = any (wanted) order by id for no key update;
    for one in
        select * from runs where id = any (wanted) and state in ('queued', 'running', 'waiting') order by room_id, id
    loop
        if one.state = 'running' then
            update runs set cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()), reason = why
            where id = one.id;
            perform pg_notify('run_cancel', one.id::text);
        else
            return query select * from finish_run(one.id, null, 'cancelled', why, case one.kind when 'agent' then '{}'::jsonb end, null);
        end if;
    end loop;
end $$;

CREATE FUNCTION public.changed_event(event public.room_events) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select case when event.kind in ('message', 'result', 'error', 'thought') then event.seq
                when event.kind = 'edit' then event.target end
$$;

CREATE FUNCTION public.check_interpreter(the_kind text, the_label text) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
        perform raise_outcome('CA422', format('No runner has the label "%s" at present.', the_label), 'label');
    elsif present and not able then
        select * into needed from script_kinds() k where k.kind = the_kind;
        perform raise_outcome('CA422', format('%s is not installed where scripts run. On the runner''s host: %s.',
                                              needed.interpreter, needed.install), 'kind');
    end if;
end $$;

CREATE FUNCTION public.check_limits(given jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    AS $$
declare
    known constant text[] := array['memory_mb', 'cpu_seconds', 'wall_seconds', 'processes', 'disk_mb', 'open_files', 'output_mb'];
    key text;
    value jsonb;
begin
    for key, value in select * from jsonb_each(given) loop
        if not key = any (known) then
            perform raise_outcome('CA422', format('There is no limit "%s": %s are known.', left(key, 40),
                                                  array_to_string(known, ', ')), 'limits');
        elsif jsonb_typeof(value) <> 'number' or value::numeric <> trunc(value::numeric)
              or not value::numeric between 1 and 1000000 then
            perform raise_outcome('CA422', format('The limit %s must be a whole number from 1 to 1000000.', key), 'limits');
        end if;
    end loop;
    return given;
end $$;

CREATE FUNCTION public.check_parameter_schema(given json) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
declare
    schema jsonb := coalesce(given, '{}')::jsonb;
    properties jsonb := coalesce(schema -> 'properties', '{}');
    required jsonb := coalesce(schema -> 'required', '[]');
    wanted jsonb := coalesce(schema -> 'order', '[]');
    names text[];
    fault text;
begin
    select format('The keyword "%s" is not known here: type, properties, required and order are.', left(key, 40)) into fault
    from jsonb_object_keys(schema) as key where key not in ('type', 'properties', 'required', 'order') limit 1;
    if fault is null then
        fault := case when schema ->> 'type' <> 'object' then 'type must be "object".'
                      when jsonb_typeof(properties) <> 'object' then 'properties must be an object.'
                      when jsonb_typeof(required) <> 'array' then 'required must be a list of names.'
                      when jsonb_typeof(wanted) <> 'array' then 'order must be a list of names.' end;
    end if;
    if fault is null then
        names := array(select json_object_keys(given -> 'properties'));
        select case when cardinality(names) > 50 then 'There are more than 50 parameters.'
                    when bool_or(name !~ '^[A-Za-z_][A-Za-z0-9_]{0,39}$') then
                         'properties: a name has up to 40 letters, digits and underscores, and begins with a letter or underscore.'
                    when count(distinct upper(name)) < count(*) then 'properties: two names differ only in upper and lower case.'
                    end into fault
        from unnest(names) as name;
    end if;
    if fault is null then
        select format('properties.%s%s', name, rule_fault(properties -> name)) into fault
        from unnest(names) as name where rule_fault(properties -> name) is not null limit 1;
    end if;
    if fault is null then
        select format('%s names a parameter that there is not, or one twice.', source) into fault
        from (values ('required', required), ('order', wanted)) as list (source, entries)
        where (select bool_or(jsonb_typeof(entry) <> 'string' or not properties ? (entry #>> '{}'))
                      or count(distinct entry) < count(*) from jsonb_array_elements(entries) as entry) limit 1;
    end if;
    if fault is not null then
        perform raise_outcome('CA422', left(fault, 400), 'parameters');
    end if;
    return jsonb_build_object('type', 'object', 'properties', properties, 'required', required, 'order',
        wanted || coalesce((select jsonb_agg(name order by place) from unnest(names) with ordinality as n (name, place)
                            where not wanted ? name), '[]'));
end $_$;

CREATE FUNCTION public.check_parameters(schema jsonb, given jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    AS $$
declare
    inputs jsonb := '{}';
    errors jsonb;
begin
    with named as (
        select name, rule, given -> name as value, coalesce(schema -> 'required' ? name, false) as required
        from jsonb_each(coalesce(schema -> 'properties', '{}')) as p (name, rule)
    ), filled as (
        select name, rule, required, case when value is null or value = 'null' or (required and value = '""')
                                          then rule -> 'default' else value end as value
        from named
    ), judged as (
        select name, value, case when value is not null then parameter_fault(rule, value)
                                 when required then 'Is required.' end as fault
        from filled
        union all
        select left(name, 40), null, 'There is no such parameter.'
        from jsonb_object_keys(given) as name where not coalesce(schema -> 'properties' ? name, false)
    )
    select coalesce(jsonb_object_agg(name, value) filter (where value is not null), '{}'),
           jsonb_agg(jsonb_build_object('field', 'parameters.' || name, 'message', fault) order by name)
               filter (where fault is not null)
    into inputs, errors
    from judged;
    if errors is not null then
        perform raise_fields('Some parameters are not valid.', errors);
    end if;
    return inputs;
end $$;

CREATE FUNCTION public.check_retry_of_answer(old public.runs) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if old.state = 'succeeded' then
        perform raise_outcome('CA409', 'Only an answer that failed or was stopped can be asked for again.');
    elsif not exists (select from agents a join principals p on p.id = a.id
                      where a.id = old.agent_id and a.desired_state = 'started' and p.deleted_at is null) then
        perform raise_outcome('CA409', 'The agent is stopped. Start it first.');
    elsif not exists (select from room_members
                      where room_id = old.room_id and principal_id = old.agent_id and role <> 'viewer') then
        perform raise_outcome('CA409', 'The agent is not a member of the room any more, or may only read in it.');
    elsif is_taken_back(old.id) then
        perform raise_outcome('CA409', 'This answer was deleted.');
    elsif exists (select from runs where retry_of = old.id and state in ('queued', 'running', 'waiting')) then
        perform raise_outcome('CA409', 'This answer is being asked for again already.');
    end if;
end $$;

CREATE FUNCTION public.close_run_channels(the_room uuid) RETURNS SETOF public.announced
    LANGUAGE sql STABLE
    AS $$
    select row('run_' || id, null)::announced from runs where room_id = the_room and state in ('queued', 'running', 'waiting')
$$;

CREATE FUNCTION public.command_fault(sentence text, errors text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
    select coalesce(string_agg(format('%s: %s', regexp_replace(e ->> 'field', '^parameters\.', ''), e ->> 'message'), ' '), sentence)
    from jsonb_array_elements(coalesce(nullif(errors, ''), '[]')::jsonb) e
$$;

CREATE FUNCTION public.command_words(command text) RETURNS public.command_word[]
    LANGUAGE plpgsql IMMUTABLE
    AS $$
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

CREATE FUNCTION public.cursor_id(cursor text) RETURNS uuid
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
begin
    if cursor is null then
        return null;
    end if;
    if cursor !~ '^[A-Za-z0-9_-]{22}$' then
        perform raise_outcome('CA422', 'This is not the cursor of a list.', 'cursor');
    end if;
    return encode(decode(translate(cursor, '-_', '+/') || '==', 'base64'), 'hex')::uuid;
end $_$;

CREATE FUNCTION public.cursor_number(cursor text) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
begin
    if cursor !~ '^[0-9]{1,18}$' then
        perform raise_outcome('CA422', 'This is not the cursor of a list.', 'cursor');
    end if;
    return cursor::bigint;
end $_$;

CREATE FUNCTION public.cursor_of(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select 'n.' || rtrim(translate(encode(convert_to(name, 'UTF8'), 'base64'), E'+/\n', '-_'), '=')
$$;

CREATE FUNCTION public.cursor_of(id uuid) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select rtrim(translate(encode(uuid_send(id), 'base64'), '+/', '-_'), '=')
$$;

CREATE FUNCTION public.cursor_text(cursor text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
declare
    encoded constant text := translate(substr(cursor, 3), '-_', '+/');
begin
    if cursor !~ '^n\.[A-Za-z0-9_-]+$' then
        perform raise_outcome('CA422', 'This is not the cursor of a list.', 'cursor');
    end if;
    return convert_from(decode(rpad(encoded, (char_length(encoded) + 3) / 4 * 4, '='), 'base64'), 'UTF8');
exception when invalid_parameter_value or character_not_in_repertoire or untranslatable_character then
    perform raise_outcome('CA422', 'This is not the cursor of a list.', 'cursor');
end $_$;

CREATE FUNCTION public.default_permissions() RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select array['rooms.create', 'agents.create', 'scripts.create', 'mappings.create']
$$;

CREATE FUNCTION public.event_frame(event json) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
declare
    frame constant text := event;
begin
    if octet_length(frame) <= 16384 then
        return frame;
    end if;
    return json_build_object('room', event -> 'room', 'seq', event -> 'seq');
end $$;

CREATE FUNCTION public.event_json(event public.room_events) RETURNS json
    LANGUAGE plpgsql STABLE
    AS $$
declare
    author principals;
begin
    select * into author from principals where id = event.principal_id;
    return event_json(event, author, event.body);
end $$;

CREATE FUNCTION public.event_json(event public.room_events, author public.principals, body jsonb) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select row_to_json(row(event.room_id, event.seq, event.kind, author_json(author), api_time(event.created_at), body,
                           event.reply_to, event.target, event.run_id)::event_document)
$$;

CREATE FUNCTION public.find_principal(by_handle text, by_email text, by_id uuid) RETURNS public.principals
    LANGUAGE plpgsql STABLE
    AS $$
declare
    who principals;
begin
    if num_nonnulls(by_handle, by_email, by_id) <> 1 then
        perform raise_outcome('CA422', 'Say who by one of handle, email and id.', 'handle');
    end if;
    select p.* into who from principals p left join users u on u.id = p.id
    where p.deleted_at is null and u.disabled_at is null
      and p.id = coalesce(by_id, (select id from principals where handle = ltrim(by_handle, '@')::citext),
                          (select id from users where email = by_email::citext));
    if not found then
        perform raise_outcome('CA422', 'There is nobody by this name.',
                              case when by_handle is not null then 'handle' when by_email is not null then 'email' else 'id' end);
    end if;
    return who;
end $$;

CREATE FUNCTION public.finish_run(run uuid, fence integer, ending text, why text, ending_result jsonb, used jsonb, how jsonb DEFAULT '{}'::jsonb) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    ended runs;
begin
    -- Whoever asked it to stop has said why; its executor knows only that somebody did.
    update runs set state = ending, usage = coalesce(used, usage), lease_until = null,
                    reason = case when ending = 'cancelled' and cancel_requested_at is not null then coalesce(reason, why)
                                  else why end,
                    finished_at = clock_timestamp(),
                    result = case kind when 'agent' then ending_result - 'thought' else ending_result end,
                    exit_code = (how ->> 'exit_code')::int, signal = (how ->> 'signal')::int,
                    ended_by = coalesce(how ->> 'ended_by', case ending when 'cancelled' then 'cancelled' when 'lost' then 'lost'
                                                                        when 'timed_out' then 'wall_time' end)
    where id = run and (state in ('queued', 'running', 'waiting')) is true and (fence is null or attempt = fence)
    returning * into ended;
    if not found then
        return;
    end if;
    perform pg_notify('run_queued', ''); -- a place is free, and the next message of the room may be answered
    if fence is null or ended.attempt > 1 then -- an executor died, perhaps while it stored a file
        delete from files f
        where run_id = ended.id and size > (select coalesce(sum(octet_length(bytes)), 0) from file_chunks where file_id = f.id);
    end if;
    if exists (select from rooms where id = ended.room_id and deleted_at is null) then
        if ended.kind = 'agent' then
            return query select * from tell_answer(ended, ending_result);
        elsif ended.kind = 'script' then
            return next tell_script_end(ended);
        end if;
    end if;
    return query select run_channels(ended), run_frame(ended);
end $$;

CREATE FUNCTION public.free_handle(wanted text) RETURNS text
    LANGUAGE plpgsql
    AS $$
declare
    base text := trim(both '._-' from left(regexp_replace(lower(wanted), '[^a-z0-9._-]+', '-', 'g'), 30));
    candidate text;
    number int := 1;
begin
    if base = '' then
        base := 'user';
    end if;
    candidate := base;
    perform pg_advisory_xact_lock(hashtextextended('handle:' || base, 0));
    while is_reserved_handle(candidate)
          or exists (select from principals where handle = candidate::citext) loop
        number := number + 1;
        candidate := base || '-' || number;
    end loop;
    return candidate;
end $$;

CREATE FUNCTION public.grant_network(wanted boolean) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
    if wanted and not caller_may('scripts.network') then
        perform raise_outcome('CA403', 'Only who may grant the network may let a script use it.', 'network');
    end if;
    return wanted;
end $$;

CREATE FUNCTION public.is_date(said text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
declare
    parts text[] := regexp_match(said, '^(\d{4})-(\d\d)-(\d\d)$');
begin
    return parts is not null and make_date(parts[1]::int, parts[2]::int, parts[3]::int) is not null;
exception when datetime_field_overflow then
    return false;
end $_$;

CREATE FUNCTION public.is_deleted(the_room uuid, the_seq bigint) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select exists (select from room_events where room_id = the_room and target = the_seq and kind = 'delete')
$$;

CREATE FUNCTION public.is_first_user() RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
    if exists (select from users) then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('users.first', 0));
    return not exists (select from users);
end $$;

CREATE FUNCTION public.is_own_run(r public.runs, s public.run_search) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    select s.sees_all or r.script_id = any (s.scripts) or r.kind = 'script' and s.sees_scripts
           or r.asked_by = s.me and (r.kind = 'script' or r.room_id is null)
           or r.room_id is null and r.kind <> 'script' and s.sees_providers
$$;

CREATE FUNCTION public.is_reserved_handle(handle text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select lower(handle) in ('all', 'here', 'everyone', 'system')
$$;

CREATE FUNCTION public.is_run_command(content text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $_$
    select content ~ '^/run([[:space:]]|$)'
$_$;

CREATE FUNCTION public.is_taken_back(run uuid) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select exists (select from room_events e
                   join room_events d on d.room_id = e.room_id and d.target = e.seq and d.kind = 'delete'
                   where e.run_id = run and e.kind in ('result', 'error'))
$$;

CREATE FUNCTION public.keep_an_owner(the_room uuid, without uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if not exists (select from room_members m join users u on u.id = m.principal_id
                   where m.room_id = the_room and m.role = 'owner' and m.principal_id <> without) then
        perform raise_outcome('CA409', 'A room needs an owner: make somebody else an owner first, or delete the room.');
    end if;
end $$;

CREATE FUNCTION public.kept_since(days integer) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
    select now() - make_interval(days => nullif(days, 0))
$$;

CREATE FUNCTION public.keyword_fits(keyword text, value jsonb, rule jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    select coalesce(case
        when keyword = 'title' then jsonb_typeof(value) = 'string' and char_length(value #>> '{}') <= 80
        when keyword = 'description' then jsonb_typeof(value) = 'string' and char_length(value #>> '{}') <= 500
        when keyword in ('minLength', 'maxLength') then parameter_fault('{"type": "integer", "minimum": 0, "maximum": 16000}', value) is null
        when keyword in ('minimum', 'maximum') then jsonb_typeof(value) = 'number'
        when keyword = 'format' then value #>> '{}' in ('multiline', 'password', 'date', 'email', 'uri')
        when keyword = 'enum' then jsonb_typeof(value) = 'array' and jsonb_array_length(value) between 1 and 100
            and (select bool_and(parameter_fault(jsonb_build_object('type', case rule ->> 'type' when 'array' then 'string' else rule ->> 'type' end),
                                                 element) is null) from jsonb_array_elements(value) as element)
        else true end, false)
$$;

CREATE FUNCTION public.list_runs(filter jsonb) RETURNS json
    LANGUAGE plpgsql STABLE
    AS $$
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
    items jsonb[] := '{}';
    goes_on uuid;
begin
    sources := array(select row(o.shelf, o.key, o.other, o.word, one)::run_source
                     from run_sources(s) o left join unnest(s.states) one on o.shelf not in ('script asker', 'agent room'));
    loop
        batch := merged_run_ids(sources, below, lowest, size);
        items := items || matching_run_items(s, batch, most + 1 - cardinality(items));
        looked_at := looked_at + size;
        if cardinality(items) > most then
            goes_on := items[most] ->> 'id';
        elsif cardinality(batch) = size and looked_at >= 2000 then
            goes_on := batch[size];
        end if;
        exit when goes_on is not null or cardinality(batch) < size;
        below := batch[size];
        size := least(size * 2, 500);
    end loop;
    return json_build_object('items', items[:most], 'next', cursor_of(goes_on));
end $$;

CREATE FUNCTION public.live_runs(the_room uuid) RETURNS json
    LANGUAGE plpgsql STABLE
    AS $$
begin
    return (
        select coalesce(json_agg(json_build_object(
            'run', r.id, 'agent', run_agent_json(r.agent_id), 'state', r.state, 'trigger_seq', r.trigger_seq,
            'text', said.text, 'length', char_length(said.text)) order by r.id), '[]')
        from runs r cross join lateral (select run_text(r.id) as text) said
        where r.room_id = the_room and r.kind = 'agent' and r.state in ('queued', 'running', 'waiting'));
end $$;

CREATE TABLE public.rooms (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    name text NOT NULL,
    topic text DEFAULT ''::text NOT NULL,
    visibility text DEFAULT 'private'::text NOT NULL,
    last_seq bigint DEFAULT 0 NOT NULL,
    last_number bigint DEFAULT 0 NOT NULL,
    last_event_at timestamp with time zone DEFAULT now() NOT NULL,
    archived_at timestamp with time zone,
    deleted_at timestamp with time zone,
    created_by uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT rooms_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80))),
    CONSTRAINT rooms_topic_check CHECK ((char_length(topic) <= 500)),
    CONSTRAINT rooms_visibility_check CHECK ((visibility = ANY (ARRAY['private'::text, 'public'::text])))
)
WITH (fillfactor='70');

CREATE FUNCTION public.lock_room(the_room uuid) RETURNS public.rooms
    LANGUAGE plpgsql
    AS $$
declare
    room rooms;
begin
    select * into room from rooms where id = the_room and deleted_at is null for no key update;
    if not found then
        perform raise_outcome('CA404', 'The room is gone.');
    end if;
    return room;
end $$;

CREATE FUNCTION public.mapping_create(body jsonb) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
declare
    made mappings;
begin
    insert into mappings (name, description, visibility, owner_id)
    values (body ->> 'name', coalesce(body ->> 'description', ''), coalesce(body ->> 'visibility', 'private'), caller_id())
    returning * into made;
    perform set_mapping_entries(made.id, coalesce(body -> 'entries', '[]'));
    insert into audit_log (action, object_kind, object_id, detail)
    values ('mapping.create', 'mapping', made.id::text,
            jsonb_build_object('name', made.name, 'visibility', made.visibility, 'entries', mapping_keys(made.id)));
    return made.id;
end $$;

CREATE FUNCTION public.mapping_edit(wanted uuid, body jsonb) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
declare
    old mappings := mapping_for_edit(wanted, (body ->> 'version')::int);
begin
    update mappings as m set
        name = coalesce(body ->> 'name', m.name), description = coalesce(body ->> 'description', m.description),
        visibility = coalesce(body ->> 'visibility', m.visibility), version = m.version + 1, updated_at = now()
    where m.id = old.id;
    if body ? 'entries' then
        perform set_mapping_entries(old.id, body -> 'entries');
    end if;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('mapping.edit', 'mapping', old.id::text, body - 'version' - 'entries'
            || case when body ? 'entries' then jsonb_build_object('entries', mapping_keys(old.id)) else '{}' end);
    return old.id;
end $$;

CREATE TABLE public.mapping_entries (
    mapping_id uuid NOT NULL,
    key text NOT NULL,
    value text,
    sealed text,
    CONSTRAINT mapping_entries_check CHECK ((num_nonnulls(value, sealed) = 1)),
    CONSTRAINT mapping_entries_key_check CHECK ((key ~ '^[A-Za-z_][A-Za-z0-9_]{0,63}$'::text)),
    CONSTRAINT mapping_entries_value_check CHECK ((char_length(value) <= 16000))
);

CREATE FUNCTION public.mapping_entry_fault(entry jsonb, stored public.mapping_entries, OUT field text, OUT message text) RETURNS record
    LANGUAGE plpgsql IMMUTABLE
    AS $$
begin
    if mapping_key_fault(entry ->> 'key') is not null then
        field := 'key';
        message := mapping_key_fault(entry ->> 'key');
    elsif entry ->> 'sealed' is null and entry ->> 'value' is null
          and ((entry ->> 'secret')::boolean is distinct from true or stored.sealed is null) then
        field := 'value';
        message := 'Is required.';
    elsif stored.sealed is not null and entry ->> 'secret' is null then
        field := 'secret';
        message := 'This is a secret until now: say whether it stays one.';
    elsif (entry ->> 'length')::int < 4 then
        field := 'value';
        message := 'A secret has at least 4 characters: it could not be hidden in what runs write.';
    end if;
end $$;

CREATE TABLE public.mappings (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    name public.citext NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    visibility text DEFAULT 'private'::text NOT NULL,
    owner_id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT mappings_description_check CHECK ((char_length(description) <= 2000)),
    CONSTRAINT mappings_name_check CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 80))),
    CONSTRAINT mappings_visibility_check CHECK ((visibility = ANY (ARRAY['private'::text, 'team'::text])))
);

CREATE FUNCTION public.mapping_for_edit(wanted uuid, seen integer) RETURNS public.mappings
    LANGUAGE plpgsql
    AS $$
declare
    mapping mappings;
begin
    select * into mapping from mappings where id = wanted for update; -- no run begins with it meanwhile
    if not found or not mapping_shows(mapping) then
        perform raise_outcome('CA404', 'There is no such mapping.');
    elsif not mapping_is_editable(mapping) then
        perform raise_outcome('CA403', 'Only its owner, or who may manage mappings, may change this mapping.');
    elsif seen <> mapping.version then
        perform raise_outcome('CA409', 'This mapping was changed in the meantime. Load it again.', 'version');
    end if;
    return mapping;
end $$;

CREATE FUNCTION public.mapping_is_editable(m public.mappings) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select m.owner_id = caller_id() or caller_may('mappings.manage')
$$;

CREATE FUNCTION public.mapping_item(m public.mappings) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select jsonb_build_object(
        'id', m.id, 'name', m.name, 'description', m.description, 'visibility', m.visibility,
        'owner', principal_json(m.owner_id), 'entries', mapping_keys(m.id), 'used_by', mapping_scripts(m.id),
        'version', m.version, 'created_at', api_time(m.created_at), 'updated_at', api_time(m.updated_at),
        'editable', mapping_is_editable(m))
$$;

CREATE FUNCTION public.mapping_json(m public.mappings) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select mapping_item(m) || jsonb_build_object('entries', coalesce(
        (select jsonb_agg(jsonb_build_object('key', key, 'secret', sealed is not null, 'value', value) order by key)
         from mapping_entries where mapping_id = m.id), '[]'))
$$;

CREATE FUNCTION public.mapping_key_fault(key text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $_$
    select case
        when key !~ '^[A-Za-z_][A-Za-z0-9_]{0,63}$' then
            'Use up to 64 letters, digits and underscores; begin with a letter or underscore.'
        when key ~ '^(PATH|HOME|TMPDIR|ENV|IFS|PS4|SHELLOPTS|BASHOPTS|PROMPT_COMMAND|NODE_OPTIONS|NODE_PATH|GCONV_PATH|PERL5OPT|PERL5LIB|PERL5DB|RUBYOPT|GLIBC_TUNABLES|PYTHON[A-Z0-9]+|(LD_|BASH_|COAGENT_|PARAM_|TF_CLI_).*)$' then
            'This name is reserved.'
        end
$_$;

CREATE FUNCTION public.mapping_keys(mapping uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select coalesce(jsonb_agg(jsonb_build_object('key', key, 'secret', sealed is not null) order by key), '[]')
    from mapping_entries where mapping_id = mapping
$$;

CREATE FUNCTION public.mapping_scripts(mapping uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    AS $$
begin
    return (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name) order by s.name), '[]')
            from scripts s where s.mapping_id = mapping and script_shows(s));
end $$;

CREATE FUNCTION public.mapping_shows(m public.mappings) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select m.deleted_at is null and (m.visibility = 'team' or m.owner_id = caller_id() or caller_may('mappings.manage'))
$$;

CREATE FUNCTION public.mapping_shows_to(m public.mappings, reader uuid) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select m.deleted_at is null and (m.visibility = 'team' or m.owner_id = reader
        or exists (select from users where id = reader and (role = 'admin' or 'mappings.manage' = any (permissions))))
$$;

CREATE FUNCTION public.matching_run_items(s public.run_search, ids uuid[], most integer) RETURNS jsonb[]
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE FUNCTION public.member_add(the_room uuid, by_handle text, by_email text, by_id uuid, the_role text) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    room rooms := lock_room(the_room);
    own text := caller_role(the_room);
    who principals;
    frame announced;
begin
    if own is distinct from 'owner' and (by_id is distinct from caller_id() or room.visibility <> 'public') then
        perform raise_outcome('CA403', 'Only an owner of the room may add members.');
    end if;
    who := find_principal(by_handle, by_email, by_id); -- not before: it would tell who has an account
    if exists (select from room_members where room_id = the_room and principal_id = who.id) then
        perform raise_outcome('CA409', format('%s is a member of this room already.', who.name));
    elsif own is distinct from 'owner' and the_role = 'owner' then
        perform raise_outcome('CA403', 'Only an owner of the room may make owners.');
    elsif who.kind = 'agent' and the_role = 'owner' then
        perform raise_outcome('CA422', 'An agent cannot own a room.', 'role');
    end if;
    frame := member_notice(the_room, 'added', who, the_role);
    insert into room_members (room_id, principal_id, role, invited_by, read_seq, read_number)
    select id, who.id, the_role, caller_id(), last_seq, last_number from rooms where id = the_room;
    perform audit_room('member.add', the_room, jsonb_build_object('member', who.id, 'role', the_role));
    return next member_answer(the_room, who);
    return query select * from announced_rooms_changed(case when who.kind = 'user' then who.id end);
    return next frame;
end $$;

CREATE FUNCTION public.member_answer(the_room uuid, who public.principals) RETURNS public.announced
    LANGUAGE sql STABLE
    AS $$
    select announced_answer(member_json(m, who))
    from room_members m where m.room_id = the_room and m.principal_id = who.id
$$;

CREATE FUNCTION public.member_change(the_room uuid, member uuid, the_role text, the_notify text) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    room rooms := lock_room(the_room);
    who principals;
    current room_members;
    frames announced[];
begin
    select * into current from room_members where room_id = the_room and principal_id = member;
    if not found then
        perform raise_outcome('CA404', 'There is no such member.');
    elsif the_role is not null and caller_role(the_room) is distinct from 'owner' then
        perform raise_outcome('CA403', 'Only an owner of the room may change roles.');
    elsif the_notify is not null and member <> caller_id() then
        perform raise_outcome('CA403', 'Everybody chooses their own notifications.');
    end if;
    select * into who from principals where id = member;
    if the_role <> current.role then
        if who.kind = 'agent' and the_role = 'owner' then
            perform raise_outcome('CA422', 'An agent cannot own a room.', 'role');
        elsif current.role = 'owner' then
            perform keep_an_owner(the_room, member);
        end if;
        frames := frames || member_notice(the_room, 'role', who, the_role);
    end if;
    update room_members set role = coalesce(the_role, role), notify = coalesce(the_notify, notify)
    where room_id = the_room and principal_id = member;
    perform audit_room('member.edit', the_room, jsonb_strip_nulls(
        jsonb_build_object('member', member, 'role', the_role, 'notify', the_notify)));
    return next member_answer(the_room, who);
    return query select * from unnest(frames);
end $$;

CREATE TABLE public.room_members (
    room_id uuid NOT NULL,
    principal_id uuid NOT NULL,
    role text NOT NULL,
    read_seq bigint DEFAULT 0 NOT NULL,
    read_number bigint DEFAULT 0 NOT NULL,
    mention_seq bigint DEFAULT 0 NOT NULL,
    notify text DEFAULT 'mentions'::text NOT NULL,
    invited_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT room_members_notify_check CHECK ((notify = ANY (ARRAY['all'::text, 'mentions'::text, 'none'::text]))),
    CONSTRAINT room_members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'member'::text, 'viewer'::text])))
)
WITH (fillfactor='80');

CREATE FUNCTION public.member_json(membership public.room_members, who public.principals) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select row_to_json(row(who.id, who.kind, who.name, who.handle, membership.role, membership.notify,
                           api_time(membership.created_at))::member_document)
$$;

CREATE FUNCTION public.member_notice(the_room uuid, the_action text, who public.principals, the_role text) RETURNS public.announced
    LANGUAGE sql
    AS $$
    select room_notice(the_room, 'member', jsonb_build_object('action', the_action, 'member', author_json(who), 'role', the_role))
$$;

CREATE FUNCTION public.member_remove(the_room uuid, member uuid) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    room rooms;
    who principals;
    current room_members;
    stopped announced[];
begin
    if not exists (select from room_members where room_id = the_room and principal_id = member) then
        perform raise_outcome('CA404', 'There is no such member.');
    elsif member <> caller_id() and caller_role(the_room) is distinct from 'owner' then
        perform raise_outcome('CA403', 'Only an owner of the room may remove members.');
    end if;
    stopped := array(select c from cancel_runs(array(
        select id from runs where room_id = the_room and agent_id = member and state in ('queued', 'running', 'waiting')),
        'The agent was removed from the room.') c);
    room := lock_room(the_room);
    select * into current from room_members where room_id = the_room and principal_id = member;
    if not found then -- gone since
        perform raise_outcome('CA404', 'There is no such member.');
    elsif current.role = 'owner' then
        perform keep_an_owner(the_room, member);
    end if;
    select * into who from principals where id = member;
    delete from room_members where room_id = the_room and principal_id = member;
    perform audit_room('member.remove', the_room, jsonb_build_object('member', member));
    return next announced_answer(null);
    return query select * from announced_rooms_changed(case when who.kind = 'user' then member end);
    return query select * from unnest(stopped);
    return next member_notice(the_room, 'removed', who, current.role);
end $$;

CREATE FUNCTION public.mentioned_members(the_room uuid, content text) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    AS $_$
begin
    if strpos(content, '@') = 0 then
        return '{}';
    end if;
    return coalesce(array_agg(distinct p.id), '{}')
    from (select lower(match[1]) as handle
          from regexp_matches(regexp_replace(regexp_replace(content, '```.*?(?:```|$)', ' ', 'g'), '`[^`\n]*`', ' ', 'g'),
                              '(?<![[:alnum:]@/])@([a-z0-9][a-z0-9._-]{0,38})(?![[:alnum:]_])', 'gi') match) said
    join principals p on p.handle in (said.handle::citext, rtrim(said.handle, '._-')::citext)
    join room_members m on m.room_id = the_room and m.principal_id = p.id
    where p.deleted_at is null;
end $_$;

CREATE FUNCTION public.merged_run_ids(sources public.run_source[], below uuid, lowest uuid, most integer) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    AS $$
declare
    share int := most;
    complete_to uuid;
    found uuid[];
    given uuid[] := '{}'; -- by sources that have no more
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

CREATE FUNCTION public.message_delete(the_room uuid, the_seq bigint) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    message room_events := message_for_change(the_room, the_seq, true);
    gone bigint;
begin
    perform audit_room('message.delete', the_room, jsonb_build_object('seq', the_seq, 'author', message.principal_id));
    return next announced_answer(null);
    for gone in
        select the_seq
        union all
        select seq from room_events where room_id = the_room and run_id = message.run_id and kind = 'thought'
    loop
        return next announced_event(append_event(the_room, 'delete', caller_id(), null, null, gone, '{}'));
    end loop;
end $$;

CREATE FUNCTION public.message_edit(the_room uuid, the_seq bigint, content text) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    mentioned uuid[] := mentioned_members(the_room, message_text(content));
    message room_events := message_for_change(the_room, the_seq, false);
    event room_events;
begin
    event := append_event(the_room, 'edit', caller_id(), null, null, the_seq,
                          jsonb_build_object('text', content, 'mentions', mentioned));
    perform note_mentions(event, array(select unnest(mentioned) except select jsonb_array_elements_text(message.body -> 'mentions')::uuid));
    perform audit_room('message.edit', the_room, jsonb_build_object('seq', the_seq));
    return next announced_answer(event_json(event));
    return next announced_event(event);
end $$;

CREATE FUNCTION public.message_for_change(the_room uuid, the_seq bigint, as_owner boolean) RETURNS public.room_events
    LANGUAGE plpgsql
    AS $$
declare
    message room_events;
begin
    perform lock_room(the_room);
    select * into message from room_events
    where room_id = the_room and seq = the_seq and kind in ('message', 'result', 'error');
    if not found or is_deleted(the_room, the_seq) then
        perform raise_outcome('CA404', 'There is no such message.');
    elsif not (message.kind = 'message' and message.principal_id = caller_id()
               or as_owner and caller_role(the_room) is not distinct from 'owner') then
        perform raise_outcome('CA403', case when as_owner then 'This message is not yours to delete.'
                                            else 'This message is not yours to edit.' end);
    end if;
    return message;
end $$;

CREATE FUNCTION public.message_post(the_room uuid, content text, replied bigint) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    mentioned uuid[] := mentioned_members(the_room, message_text(content));
    event room_events;
    document json;
    command run_command;
    agent uuid;
    asked room_events;
begin
    if replied is not null then
        if is_deleted(the_room, replied) or not exists (
            select from room_events where room_id = the_room and seq = replied and kind in ('message', 'result', 'error')) then
            perform raise_outcome('CA422', 'There is no such message to reply to.', 'reply_to');
        end if;
    end if;
    command := run_command_of(content);
    event := append_event(the_room, 'message', caller_id(), null, replied, null,
                          jsonb_build_object('text', content, 'mentions', mentioned));
    update room_members set read_seq = event.seq, read_number = event.number
    where room_id = the_room and principal_id = caller_id() and role <> 'viewer';
    if not found then -- removed between the guard and the lock
        perform raise_outcome('CA404', 'The room is gone.');
    end if;
    if cardinality(mentioned) > 0 then
        perform note_mentions(event, mentioned);
    end if;
    perform audit_room('message.post', the_room, jsonb_build_object('seq', event.seq));
    document := event_json(event);
    return next announced_answer(document);
    return next row('r_' || the_room, event_frame(document))::announced;
    if command.script is not null then
        return next run_by_message(the_room, event.seq, command);
        return;
    end if;
    if cardinality(mentioned) = 0 and replied is null then
        return; -- for nobody in particular
    end if;
    for agent in select * from addressed_agents(the_room, mentioned, replied) loop
        asked := ask_agent(the_room, agent, event.seq, caller_id(), 0);
        if asked.seq is not null then
            return next announced_event(asked);
        end if;
    end loop;
end $$;

CREATE FUNCTION public.message_text(content text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    AS $$
begin
    if content !~ '[^[:space:]]' then
        perform raise_outcome('CA422', 'A message needs some text.', 'text');
    elsif char_length(content) > 16000 then
        perform raise_outcome('CA422', 'A message has at most 16,000 characters.', 'text');
    elsif content ~ '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]' then
        perform raise_outcome('CA422', 'A message has no control characters.', 'text');
    end if;
    return content;
end $$;

CREATE TABLE public.providers (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    name text NOT NULL,
    kind text DEFAULT 'openai'::text NOT NULL,
    base_url text DEFAULT ''::text NOT NULL,
    key_sealed text,
    default_model text DEFAULT ''::text NOT NULL,
    price_prompt numeric DEFAULT 0 NOT NULL,
    price_completion numeric DEFAULT 0 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT providers_base_url_check CHECK ((char_length(base_url) <= 500)),
    CONSTRAINT providers_default_model_check CHECK ((char_length(default_model) <= 200)),
    CONSTRAINT providers_kind_check CHECK ((kind = ANY (ARRAY['openai'::text, 'command'::text]))),
    CONSTRAINT providers_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80))),
    CONSTRAINT providers_price_completion_check CHECK ((price_completion >= (0)::numeric)),
    CONSTRAINT providers_price_prompt_check CHECK ((price_prompt >= (0)::numeric))
);

CREATE FUNCTION public.moved_provider_url(provider public.providers, change jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    url text := provider_url(coalesce(change ->> 'kind', provider.kind), coalesce(change ->> 'base_url', provider.base_url));
    server constant text := '^[^/]*//[^/]*';
begin
    if provider.key_sealed is not null and not change ? 'key_given' and url <> ''
       and lower(substring(url from server)) is distinct from lower(substring(provider.base_url from server)) then
        perform raise_outcome('CA422', 'Enter the key again, or remove it: the stored one belongs to the server until now.', 'key');
    end if;
    return url;
end $$;

CREATE FUNCTION public.narrow_limits(a jsonb, b jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $$
    select coalesce(jsonb_object_agg(key, least), '{}')
    from (select key, min(value::numeric) as least
          from (select * from jsonb_each(a) union all select * from jsonb_each(b)) as both_sets group by key) as narrowed
$$;

CREATE FUNCTION public.newest_sources(sources public.run_source[], below uuid, lowest uuid, most integer) RETURNS public.run_source[]
    LANGUAGE plpgsql STABLE
    AS $$
begin
    return array(select row(s.*)::run_source
                 from unnest(sources) s cross join lateral run_ids(row(s.*)::run_source, below, lowest, 1) head
                 order by head desc limit most * 4);
end $$;

CREATE FUNCTION public.note_mentions(event public.room_events, mentioned uuid[]) RETURNS void
    LANGUAGE sql
    AS $$
    update room_members set mention_seq = event.seq
    where room_id = event.room_id and principal_id = any (mentioned) and principal_id <> event.principal_id
$$;

CREATE FUNCTION public.own_sources(s public.run_search) RETURNS SETOF public.run_source
    LANGUAGE sql IMMUTABLE
    AS $$
    select 'asker', s.me, null::uuid, null::text, null::text
    union all select 'room', room, null, null, null from unnest(s.rooms) room
    union all select 'script', script, null, null, null from unnest(s.scripts) script where not s.sees_scripts
    union all select 'kind', null, null, 'script', null where s.sees_scripts
    union all select 'kind', null, null, 'housekeeping', null where s.sees_providers
$$;

CREATE FUNCTION public.parameter_fault(rule jsonb, value jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    AS $$
declare
    type constant text := rule ->> 'type';
    said constant text := value #>> '{}';
    fault text;
begin
    if type = 'array' then
        if jsonb_typeof(value) <> 'array' then
            return 'Must be a list of texts.';
        elsif jsonb_array_length(value) > 200 then
            return 'Must have at most 200 entries.';
        end if;
        select parameter_fault(rule || '{"type": "string"}', element) into fault
        from jsonb_array_elements(value) as element
        where parameter_fault(rule || '{"type": "string"}', element) is not null limit 1;
        return fault;
    elsif jsonb_typeof(value) <> (case type when 'integer' then 'number' else type end) then
        return case type when 'string' then 'Must be a text.' when 'boolean' then 'Must be true or false.'
                         when 'integer' then 'Must be a whole number.' else 'Must be a number.' end;
    elsif type = 'integer' and (said::numeric <> trunc(said::numeric) or abs(said::numeric) > 9007199254740991) then
        return 'Must be a whole number.';
    elsif rule ? 'enum' and not rule -> 'enum' @> jsonb_build_array(value) then
        return 'Must be one of: ' || left(array_to_string(array(select jsonb_array_elements_text(rule -> 'enum')), ', '), 200) || '.';
    elsif type = 'string' then
        return text_fault(rule, said);
    elsif type in ('integer', 'number') and said::numeric < (rule ->> 'minimum')::numeric then
        return format('Must be at least %s.', rule ->> 'minimum');
    elsif type in ('integer', 'number') and said::numeric > (rule ->> 'maximum')::numeric then
        return format('Must be at most %s.', rule ->> 'maximum');
    end if;
    return null;
end $$;

CREATE FUNCTION public.parameter_keywords(type text) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    AS $$
    select array['type', 'title', 'description', 'default'] || case type
        when 'string' then array['enum', 'minLength', 'maxLength', 'pattern', 'format']
        when 'integer' then array['enum', 'minimum', 'maximum']
        when 'number' then array['enum', 'minimum', 'maximum']
        when 'array' then array['enum']
        else array[]::text[] end
$$;

CREATE FUNCTION public.pattern_fault(pattern text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    AS $$
begin
    if pattern is null or char_length(pattern) not between 1 and 200 then
        return 'must be a regular expression of at most 200 characters';
    elsif pattern ~ '\\[1-9]' or pattern ~ '\(\?(?!:|i\))' or pattern ~ '^\*\*\*' then
        return 'must not refer back to a group, look ahead or behind, nor have options but (?i)';
    elsif pattern_size(pattern) > 500 then
        return 'repeats too much: {m,n} behind a group counts for all that stands before it';
    end if;
    perform '' ~ pattern;
    return null;
exception when invalid_regular_expression or program_limit_exceeded then
    return 'is not a regular expression: ' || sqlerrm;
end $$;

CREATE FUNCTION public.pattern_size(pattern text) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE
    AS $$
declare
    size numeric := 0;
    said text[];
begin
    for said in select regexp_matches(pattern, '\)\{(\d{1,9}),?(\d{0,9})|\{(\d{1,9}),?(\d{0,9})|(.)', 'g') loop
        size := case when said[5] is not null then size + case when said[5] in ('?', '*', '|') then 3 else 1 end
                     when said[1] is not null then (size + 1) * greatest(coalesce(nullif(said[2], ''), said[1])::numeric, 1)
                     else size + 3 + coalesce(nullif(said[4], ''), said[3])::numeric end;
    end loop;
    return size;
end $$;

CREATE FUNCTION public.permission_names() RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select array['rooms.create', 'agents.create', 'agents.manage', 'providers.manage', 'scripts.create', 'scripts.manage',
                 'scripts.network', 'mappings.create', 'mappings.manage', 'runs.manage', 'users.manage', 'audit.read',
                 'monitoring.read', 'settings.manage']
$$;

CREATE FUNCTION public.permission_scope(permission text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select case when permission = any (default_permissions()) then 'write' else 'admin' end
$$;

CREATE FUNCTION public.principal_json(principal uuid) RETURNS json
    LANGUAGE sql STABLE
    AS $$
    select author_json(p) from principals p where p.id = principal
$$;

CREATE FUNCTION public.prove_caller(claimed_user uuid, claimed_session text, token_digest text, scope text, request text, address text) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    stale boolean;
    granted text[] := array['read', 'write', 'admin'];
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
            perform raise_outcome('CA401', 'This API token is not valid.');
        end if;
        if stale then
            update api_tokens set last_used_at = now() where token_hash = token_digest;
        end if;
        if not scope = any (granted) then
            perform raise_outcome('CA403', format('This API token does not have the scope "%s".', scope));
        end if;
    end if;
    said := set_config('coagent.caller', claimed_user::text, true);
    said := set_config('coagent.scopes', array_to_string(granted, ','), true);
end $$;

CREATE TABLE public.scripts (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    name public.citext NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    kind text NOT NULL,
    visibility text DEFAULT 'team'::text NOT NULL,
    owner_id uuid NOT NULL,
    latest integer DEFAULT 1 NOT NULL,
    network boolean DEFAULT false NOT NULL,
    mapping_id uuid,
    limits jsonb DEFAULT '{}'::jsonb NOT NULL,
    label text,
    retriable boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT scripts_description_check CHECK ((char_length(description) <= 2000)),
    CONSTRAINT scripts_kind_check CHECK ((kind = ANY (ARRAY['sh'::text, 'python'::text, 'node'::text, 'playbook'::text, 'terraform'::text, 'aws'::text]))),
    CONSTRAINT scripts_label_check CHECK (((char_length(label) >= 1) AND (char_length(label) <= 40))),
    CONSTRAINT scripts_name_check CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 80))),
    CONSTRAINT scripts_visibility_check CHECK ((visibility = ANY (ARRAY['private'::text, 'team'::text])))
);

CREATE FUNCTION public.prove_own_mapping(script public.scripts) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    mapping mappings;
begin
    select * into mapping from mappings where id = script.mapping_id for key share;
    if found and not mapping_shows(mapping) and not mapping_shows_to(mapping, script.owner_id) then
        perform raise_outcome('CA422', 'The mapping of this script has become private. The script needs another one.', 'mapping');
    end if;
end $$;

CREATE FUNCTION public.prove_permission(permission text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if not permission_scope(permission) = any (string_to_array(current_setting('coagent.scopes', true), ',')) then
        perform raise_outcome('CA403', format('This API token does not have the scope "%s".', permission_scope(permission)));
    end if;
    if not caller_may(permission) then
        perform raise_outcome('CA403', 'You do not have the permission to do this.');
    end if;
end $$;

CREATE FUNCTION public.prove_place_of_run(room uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if room is null then
        return;
    end if;
    perform prove_room(room, 'member', true);
    if room_is_busy(room) then
        perform raise_outcome('CA409', 'Too many runs are under way in this room. Ask again when some have ended.');
    end if;
end $$;

CREATE FUNCTION public.prove_queue_has_room() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if exists (select from runs where asked_by = caller_id() and state = 'queued' offset 9999) then
        perform raise_outcome('CA429', '10,000 of your runs are waiting already. Ask again when some of them have ended.', '', 10);
    end if;
end $$;

CREATE FUNCTION public.prove_room(room uuid, wanted text, open boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
        perform raise_outcome('CA404', 'There is nothing here, or it is not visible to you.');
    elsif rank < array_position(ranks, wanted) then
        perform raise_outcome('CA403', format('This needs the role "%s" in the room.', wanted));
    elsif open and archived then
        perform raise_outcome('CA409', 'This room is archived.');
    end if;
end $$;

CREATE FUNCTION public.provider_for_edit(wanted uuid, seen integer) RETURNS public.providers
    LANGUAGE plpgsql
    AS $$
declare
    provider providers;
begin
    select * into provider from providers where id = wanted for no key update;
    if not found then
        perform raise_outcome('CA404', 'There is no such provider.');
    elsif seen <> provider.version then
        perform raise_outcome('CA409', 'This provider was changed in the meantime. Load it again.', 'version');
    end if;
    return provider;
end $$;

CREATE FUNCTION public.provider_json(p public.providers) RETURNS json
    LANGUAGE sql STABLE
    AS $$
    select case when caller_may('providers.manage') then
        json_build_object('id', p.id, 'name', p.name, 'kind', p.kind, 'base_url', p.base_url,
                          'has_key', p.key_sealed is not null, 'default_model', p.default_model,
                          'price_prompt', p.price_prompt, 'price_completion', p.price_completion,
                          'version', p.version, 'created_at', api_time(p.created_at))
    else json_build_object('id', p.id, 'name', p.name, 'kind', p.kind, 'default_model', p.default_model) end
$$;

CREATE FUNCTION public.provider_url(kind text, url text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
begin
    if kind = 'openai' and url !~* '^https?://[^/?#[:space:]@]+(/[^?#[:space:]]*)?$' then
        perform raise_outcome('CA422', 'Give the address of the API as http:// or https:// with a host, for example https://api.openai.com/v1.',
                              'base_url');
    end if;
    return case when kind = 'openai' then rtrim(url, '/') else '' end;
end $_$;

CREATE FUNCTION public.purge_rooms(most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare
    gone uuid;
    removed int := 0;
begin
    select id into gone from rooms where deleted_at < now() - interval '10 minutes' order by deleted_at limit 1 for update skip locked;
    if not found then
        return 0;
    end if;
    delete from room_events e using (select seq from room_events where room_id = gone order by seq limit most) old
    where e.room_id = gone and e.seq = old.seq;
    get diagnostics removed = row_count;
    if removed < most then
        delete from rooms where id = gone;
        removed := removed + 1;
    end if;
    return removed;
end $$;

CREATE FUNCTION public.queue_script_run(wanted uuid, given jsonb, wish jsonb, the_via text, the_room uuid DEFAULT NULL::uuid, the_trigger bigint DEFAULT NULL::bigint) RETURNS public.runs
    LANGUAGE plpgsql
    AS $$
declare
    script scripts;
    chosen script_versions;
    made runs;
begin
    select * into script from scripts where id = wanted for key share; -- against a deletion at the same time
    if not found or not script_shows(script) then
        perform raise_outcome('CA404', 'There is no such script.');
    end if;
    select * into chosen from script_versions
    where script_id = script.id and number = coalesce((wish ->> 'version')::int, script.latest);
    if not found then
        perform raise_outcome('CA422', 'There is no such version of this script.', 'version');
    end if;
    perform check_interpreter(script.kind, script.label);
    perform prove_queue_has_room();
    if wish ? 'mapping' and (wish ->> 'mapping')::uuid is distinct from script.mapping_id then
        script.mapping_id := usable_mapping((wish ->> 'mapping')::uuid);
    else
        perform prove_own_mapping(script);
    end if;
    perform prove_place_of_run(the_room);
    insert into runs (kind, asked_by, room_id, trigger_seq, inputs, retriable, script_id, script_version, mapping_id, via,
                      label, dry_run, network, limits, retry_of)
    values ('script', caller_id(), the_room, the_trigger, check_parameters(chosen.parameters, given), script.retriable,
            script.id, chosen.number, script.mapping_id, the_via, script.label, coalesce((wish ->> 'dry_run')::boolean, false),
            script.network and coalesce((wish ->> 'network')::boolean, true),
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

CREATE FUNCTION public.raise_fields(sentence text, errors jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    told jsonb := '[]';
    error jsonb;
begin
    for error in select * from jsonb_array_elements(errors) loop
        exit when octet_length(told::text) + octet_length(error::text) > 3900;
        told := told || error;
    end loop;
    raise exception using errcode = 'CA422', message = sentence, detail = told::text;
end $$;

CREATE FUNCTION public.raise_outcome(code text, sentence text, field text DEFAULT ''::text, retry_after integer DEFAULT 0) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    raise exception using errcode = code, message = sentence, column = field, hint = retry_after::text;
end $$;

CREATE FUNCTION public.remove_agent(wanted uuid) RETURNS TABLE(channel text, document text)
    LANGUAGE plpgsql
    AS $$
declare
    agent agents := agent_for_edit(wanted, null);
    self principals;
    live uuid[];
    one uuid;
begin
    select * into self from principals where id = agent.id;
    live := array(select id from runs where agent_id = agent.id and state in ('queued', 'running', 'waiting') order by id
                  for no key update);
    perform from rooms
    where id in (select room_id from room_members where principal_id = agent.id
                 union all select room_id from runs where id = any (live))
    order by id for no key update;
    return query select * from cancel_runs(live, 'The agent was deleted.');
    for one in
        select m.room_id from room_members m join rooms r on r.id = m.room_id
        where m.principal_id = agent.id and r.deleted_at is null order by m.room_id
    loop
        return query select 'r_' || one, event_frame(event_json(append_event(
            one, 'member', caller_id(), null, null, null,
            jsonb_build_object('action', 'removed', 'member', author_json(self)))));
    end loop;
    delete from room_members where principal_id = agent.id;
    update agents set desired_state = 'stopped', provider_id = null where id = agent.id;
    update principals set deleted_at = now(), handle = 'deleted-' || right(id::text, 12) where id = agent.id;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('agent.delete', 'agent', agent.id::text, jsonb_build_object('handle', self.handle, 'name', self.name));
end $$;

CREATE FUNCTION public.remove_mapping(wanted uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    mapping mappings := mapping_for_edit(wanted, null);
    names text;
    hidden bigint;
begin
    select string_agg(s.name::text, ', ' order by s.name) filter (where script_shows(s)), count(*) filter (where not script_shows(s))
    into names, hidden
    from scripts s where s.mapping_id = mapping.id and s.deleted_at is null;
    if names is not null or hidden > 0 then
        perform raise_outcome('CA409', format('This mapping is used by %s. Give them another one first.', concat_ws(' and ',
            left(names, 300), case when hidden > 0 then 'private scripts of others' end)));
    elsif exists (select from runs where mapping_id = mapping.id and state in ('queued', 'running', 'waiting')) then
        perform raise_outcome('CA409', 'This mapping is used by a run that is not over yet.');
    end if;
    delete from mapping_entries where mapping_id = mapping.id;
    update mappings set deleted_at = now() where id = mapping.id;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('mapping.delete', 'mapping', mapping.id::text, jsonb_build_object('name', mapping.name));
end $$;

CREATE FUNCTION public.remove_provider(wanted uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    users_of text;
begin
    select string_agg('@' || p.handle, ', ' order by p.handle) into users_of
    from agents a join principals p on p.id = a.id where a.provider_id = wanted and p.deleted_at is null;
    if users_of is not null then
        perform raise_outcome('CA409', 'This provider is used by ' || users_of || '. Give them another one first.');
    end if;
    delete from providers where id = wanted;
end $$;

CREATE FUNCTION public.remove_script(wanted uuid) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    script scripts;
begin
    perform from scripts where id = wanted for update; -- no run of it begins from here on
    script := script_for_edit(wanted, null);
    update scripts set deleted_at = now(), mapping_id = null where id = script.id;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.delete', 'script', script.id::text, jsonb_build_object('name', script.name));
    return query select * from cancel_runs(array(
        select id from runs where script_id = script.id and state in ('queued', 'running', 'waiting')), 'The script was deleted.');
end $$;

CREATE FUNCTION public.retry_run(wanted uuid, mode text, by_way text) RETURNS public.runs
    LANGUAGE plpgsql
    AS $$
declare
    old runs := run_for_change(wanted);
begin
    if old.kind not in ('agent', 'script') then
        perform raise_outcome('CA409', 'Only answers of agents and runs of scripts can be repeated.');
    elsif old.finished_at is null then
        perform raise_outcome('CA409', 'It is not over yet.');
    elsif exists (select from rooms where id = old.room_id and archived_at is not null) then
        perform raise_outcome('CA409', 'The room is archived.');
    end if;
    return case old.kind when 'agent' then ask_again(old, mode) else run_again(old, by_way) end;
end $$;

CREATE FUNCTION public.room_answer(the_room uuid) RETURNS public.announced
    LANGUAGE sql STABLE
    AS $$
    select announced_answer(room_json(room, membership))
    from rooms room
    left join room_members membership on membership.room_id = room.id and membership.principal_id = caller_id()
    where room.id = the_room
$$;

CREATE FUNCTION public.room_change(the_room uuid, seen integer, the_name text, the_topic text, the_visibility text, archive boolean) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    before rooms := lock_room(the_room);
    after rooms;
    changes jsonb[];
    frames announced[];
    change jsonb;
begin
    if before.version <> seen then
        perform raise_outcome('CA409', 'The room was changed in the meantime. Load it again.', 'version');
    end if;
    update rooms set
        name = coalesce(the_name, name), topic = coalesce(the_topic, topic),
        visibility = coalesce(the_visibility, visibility),
        archived_at = case when archive is null then archived_at when archive then coalesce(archived_at, now()) end,
        version = version + 1, updated_at = now()
    where id = the_room
    returning * into after;
    if after.name <> before.name then
        changes := changes || jsonb_build_object('action', 'renamed', 'name', after.name, 'before', before.name);
    end if;
    if after.topic <> before.topic then
        changes := changes || jsonb_build_object('action', 'topic', 'topic', after.topic);
    end if;
    if after.visibility <> before.visibility then
        changes := changes || jsonb_build_object('action', 'visibility', 'visibility', after.visibility);
    end if;
    if (after.archived_at is null) <> (before.archived_at is null) then
        changes := changes || jsonb_build_object('action', case when after.archived_at is null then 'unarchived' else 'archived' end);
    end if;
    foreach change in array coalesce(changes, '{}') loop
        frames := frames || room_notice(the_room, 'room', change);
    end loop;
    perform audit_room('room.edit', the_room, jsonb_build_object('changes', coalesce(to_jsonb(changes), '[]')));
    return next room_answer(the_room);
    return query select * from unnest(frames);
    return query select * from close_run_channels(the_room) where before.visibility = 'public' and after.visibility = 'private';
end $$;

CREATE FUNCTION public.room_create(the_name text, the_topic text, the_visibility text) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    the_room uuid;
begin
    insert into rooms (name, topic, visibility, created_by)
    values (the_name, coalesce(the_topic, ''), coalesce(the_visibility, 'private'), caller_id())
    returning id into the_room;
    insert into room_members (room_id, principal_id, role) values (the_room, caller_id(), 'owner');
    perform room_notice(the_room, 'room', jsonb_build_object('action', 'created', 'name', the_name));
    update room_members set read_seq = 1 where room_id = the_room;
    perform audit_room('room.create', the_room, jsonb_build_object('name', the_name));
    return next room_answer(the_room);
    return query select * from announced_rooms_changed(caller_id());
end $$;

CREATE FUNCTION public.room_delete(the_room uuid) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    frame announced;
begin
    perform cancel_runs(array(select id from runs where room_id = the_room and state in ('queued', 'running', 'waiting')),
                        'The room was deleted.');
    perform lock_room(the_room);
    frame := room_notice(the_room, 'room', jsonb_build_object('action', 'deleted'));
    update rooms set deleted_at = now(), version = version + 1, updated_at = now() where id = the_room;
    perform audit_room('room.delete', the_room, (select jsonb_build_object('name', name) from rooms where id = the_room));
    return next announced_answer(null);
    return next frame;
    return query select * from close_run_channels(the_room);
end $$;

CREATE FUNCTION public.room_is_busy(room uuid) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select count(*) >= 20 from runs where room_id = room and state in ('queued', 'running', 'waiting')
$$;

CREATE FUNCTION public.room_json(room public.rooms, membership public.room_members) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select row_to_json(row(
        room.id, room.name, room.topic, room.visibility, room.archived_at is not null,
        coalesce(membership.role, 'viewer'), membership.role is not null, room.last_seq,
        coalesce(membership.read_seq, room.last_seq), coalesce(room.last_number - membership.read_number, 0),
        coalesce(membership.mention_seq > membership.read_seq, false), api_time(room.last_event_at), room.version,
        api_time(room.created_at))::room_document)
$$;

CREATE FUNCTION public.room_notice(the_room uuid, the_kind text, what jsonb) RETURNS public.announced
    LANGUAGE sql
    AS $$
    select announced_event(append_event(the_room, the_kind, caller_id(), null, null, null, what))
$$;

CREATE FUNCTION public.room_read(the_room uuid, up_to bigint) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    mark room_events;
    own room_members;
    moved boolean;
    answer jsonb;
begin
    select * into mark from room_events where room_id = the_room and seq <= up_to order by seq desc limit 1;
    update room_members set read_seq = mark.seq, read_number = mark.number
    where room_id = the_room and principal_id = caller_id() and read_seq < mark.seq;
    moved := found;
    select * into own from room_members where room_id = the_room and principal_id = caller_id();
    select jsonb_build_object('room', id, 'read_seq', own.read_seq, 'unread', coalesce(last_number - own.read_number, 0),
                              'mentioned', coalesce(own.mention_seq > own.read_seq, false)) into answer
    from rooms where id = the_room;
    return next announced_answer(answer::json);
    if moved then
        return query select 'u_' || caller_id(), json_build_object('personal', answer || '{"type": "read"}')::text;
    end if;
end $$;

CREATE FUNCTION public.room_stop(the_room uuid) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    live uuid[] := array(select id from runs where room_id = the_room and kind in ('agent', 'script')
                                                   and state in ('queued', 'running', 'waiting'));
    frames announced[];
begin
    frames := array(select c from cancel_runs(live, 'Stopped in the room.') c);
    perform audit_room('room.stop', the_room, jsonb_build_object('runs', live));
    return next announced_answer(json_build_object('stopped', cardinality(live)));
    return query select * from unnest(frames);
end $$;

CREATE FUNCTION public.rule_fault(rule jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    AS $$
declare
    keyword text;
    fault text;
begin
    if jsonb_typeof(rule) <> 'object' then
        return ' must be an object';
    elsif rule ->> 'type' is null or rule ->> 'type' not in ('string', 'integer', 'number', 'boolean', 'array') then
        return '.type must be one of: string, integer, number, boolean, array';
    end if;
    for keyword in select jsonb_object_keys(rule) loop
        if not keyword = any (parameter_keywords(rule ->> 'type')) then
            return format('.%s is not known for the type %s', left(keyword, 40), rule ->> 'type');
        elsif not keyword_fits(keyword, rule -> keyword, rule) then
            return format('.%s has a value that it cannot have', keyword);
        end if;
    end loop;
    if rule ? 'pattern' then
        fault := case when jsonb_typeof(rule -> 'pattern') = 'string' then pattern_fault(rule ->> 'pattern') else 'must be a text' end;
        if fault is not null then
            return '.pattern ' || fault;
        end if;
    end if;
    if (rule ->> 'minLength')::int > (rule ->> 'maxLength')::int or (rule ->> 'minimum')::numeric > (rule ->> 'maximum')::numeric then
        return ': its limits exclude everything';
    elsif rule ? 'default' and rule ->> 'format' = 'password' then
        return '.default: a password has none, because everybody could read it';
    elsif rule ? 'default' and parameter_fault(rule, rule -> 'default') is not null then
        return '.default: ' || parameter_fault(rule, rule -> 'default');
    end if;
    return null;
end $$;

CREATE FUNCTION public.run_again(old public.runs, by_way text) RETURNS public.runs
    LANGUAGE plpgsql
    AS $$
begin
    if exists (select from scripts where id = old.script_id and deleted_at is not null) then
        perform raise_outcome('CA409', 'The script was deleted.');
    end if;
    return queue_script_run(old.script_id, old.inputs, jsonb_build_object(
        'version', old.script_version, 'mapping', old.mapping_id, 'dry_run', old.dry_run, 'network', old.network,
        'limits', old.limits, 'retry_of', old.id), by_way, old.room_id, old.trigger_seq);
end $$;

CREATE FUNCTION public.run_agent_json(agent uuid) RETURNS json
    LANGUAGE sql STABLE
    AS $$
    select json_build_object('id', id, 'name', name, 'handle', handle) from principals where id = agent
$$;

CREATE FUNCTION public.run_by_message(the_room uuid, the_seq bigint, wanted public.run_command) RETURNS public.announced
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.run_channels(r public.runs) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    select concat_ws(',', 'run_' || r.id, 'r_' || r.room_id)
$$;

CREATE FUNCTION public.run_command_of(content text) RETURNS public.run_command
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.run_files(run uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select coalesce(jsonb_agg(jsonb_build_object('id', id, 'path', path, 'size', size, 'media_type', media_type)
                              order by path), '[]')
    from files where run_id = run
$$;

CREATE FUNCTION public.run_for_change(wanted uuid) RETURNS public.runs
    LANGUAGE plpgsql
    AS $$
declare
    run runs;
    standing text;
begin
    perform from scripts where id = (select script_id from runs where id = wanted) for key share;
    select * into run from runs where id = wanted for no key update;
    standing := run_role(run);
    if run.id is null or standing is null then
        perform raise_outcome('CA404', 'There is no such run.');
    elsif standing = 'viewer' then
        perform raise_outcome('CA403', 'Only members of the room may do that.');
    end if;
    return run;
end $$;

CREATE FUNCTION public.run_frame(r public.runs) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    select json_build_object('run', json_build_object(
        'id', r.id, 'room', r.room_id, 'kind', r.kind, 'state', r.state, 'ended_by', r.ended_by, 'exit_code', r.exit_code,
        'cancel_requested', r.cancel_requested_at is not null,
        'agent', case when r.agent_id is not null then run_agent_json(r.agent_id) end))::text
$$;

CREATE FUNCTION public.run_ids(source public.run_source, below uuid, lowest uuid, most integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE FUNCTION public.run_item(r public.runs, script public.scripts, agent public.principals, asker public.principals, room public.rooms, mapping public.mappings, role text) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select jsonb_build_object(
        'id', r.id, 'kind', r.kind, 'state', r.state,
        'script', case when script.id is not null
                       then jsonb_build_object('id', script.id, 'name', script.name, 'kind', script.kind, 'version', r.script_version) end,
        'agent', case when agent.id is not null
                      then jsonb_build_object('id', agent.id, 'name', agent.name, 'handle', agent.handle) end,
        'name', coalesce(script.name::text, agent.name, r.inputs ->> 'task', r.kind),
        'room', r.room_id, 'room_name', room.name, 'asked_by', author_json(asker), 'via', r.via,
        'mapping', case when mapping.id is not null then jsonb_build_object('id', mapping.id, 'name', mapping.name) end,
        'dry_run', r.dry_run, 'network', r.network, 'attempt', r.attempt, 'reason', r.reason, 'ended_by', r.ended_by,
        'exit_code', r.exit_code, 'signal', r.signal, 'usage', r.usage,
        'output', jsonb_build_object('bytes', r.output_bytes, 'truncated', r.output_truncated),
        'host', r.host, 'parent', r.parent_id, 'retry_of', r.retry_of, 'trigger_seq', r.trigger_seq,
        'cancel_requested', r.cancel_requested_at is not null, 'role', role,
        'queued_at', api_time(r.queued_at), 'started_at', api_time(r.started_at), 'finished_at', api_time(r.finished_at))
$$;

CREATE FUNCTION public.run_json(r public.runs) RETURNS json
    LANGUAGE plpgsql STABLE
    AS $$
declare
    gone boolean := r.kind = 'agent' and is_taken_back(r.id);
    item jsonb;
begin
    select run_item(r, script, agent, asker, room, mapping, run_role(r)) into item
    from (select r.id) one
    left join scripts script on script.id = r.script_id
    left join principals agent on agent.id = r.agent_id
    left join principals asker on asker.id = r.asked_by
    left join rooms room on room.id = r.room_id
    left join mappings mapping on mapping.id = r.mapping_id;
    return item || jsonb_build_object(
        'parameters', run_parameters(r), 'limits', r.limits, 'files', run_files(r.id),
        'text', case when r.kind = 'agent' and not gone then coalesce(r.result ->> 'text', run_text(r.id)) end,
        'result', case when gone then r.result - 'text' else r.result end);
end $$;

CREATE FUNCTION public.run_matches(r public.runs, s public.run_search) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    select (cardinality(s.states) = 0 or r.state = any (s.states)) and (cardinality(s.kinds) = 0 or r.kind = any (s.kinds))
       and (s.script is null or r.script_id = s.script) and (s.agent is null or r.agent_id = s.agent)
       and (s.room is null or r.room_id = s.room) and (s.asker is null or r.asked_by = s.asker)
       and (r.room_id = any (s.rooms) or is_own_run(r, s))
$$;

CREATE FUNCTION public.run_notice(r public.runs) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select jsonb_build_object('state', r.state) || case r.kind
        when 'agent' then jsonb_build_object('agent', run_agent_json(r.agent_id))
        else (select jsonb_build_object('script', jsonb_build_object('id', id, 'name', name, 'version', r.script_version))
              from scripts where id = r.script_id) end
$$;

CREATE FUNCTION public.run_output_chunks(run uuid, start bigint, stop bigint) RETURNS TABLE("position" bigint, stream text, at timestamp with time zone, bytes bytea)
    LANGUAGE sql STABLE
    AS $$
    select greatest(o.position, start), o.stream, o.at,
           substring(o.bytes from greatest(start - o.position, 0)::int + 1
                             for (stop - greatest(o.position, start))::int)
    from run_output o
    where o.run_id = run and o.position < stop
      and o.position >= coalesce((select max(f.position) from run_output f where f.run_id = run and f.position <= start), 0)
      and o.position + octet_length(o.bytes) > start
    order by o.position limit 1000
$$;

CREATE FUNCTION public.run_output_page(wanted uuid, from_byte bigint, last_bytes bigint, most bigint) RETURNS TABLE("position" text, stream text, at text, bytes bytea)
    LANGUAGE plpgsql STABLE
    AS $$
declare
    run runs;
    total bigint := run_output_size(wanted);
    start bigint := coalesce(from_byte, greatest(total - last_bytes, 0));
    edge bytea;
begin
    select * into run from runs where id = wanted;
    if run_role(run) is null then
        perform raise_outcome('CA404', 'There is no such run.');
    elsif run.kind = 'agent' and is_taken_back(run.id) then
        total := 0;
        start := 0;
    elsif from_byte is null and start > 0 then
        edge := run_output_slice(wanted, start, 3);
        while start < total and octet_length(edge) > 0 and get_byte(edge, 0) between 128 and 191 loop
            start := start + 1;
            edge := substring(edge from 2);
        end loop;
    end if;
    return query select null, null, null, convert_to(json_build_object(
        'run', run.id, 'state', run.state, 'offset', start, 'bytes', greatest(total, run.output_bytes),
        'truncated', run.output_truncated, 'removed', run.output_bytes > 0 and total = 0, 'end', total, 'live', run.finished_at is null)::text, 'UTF8');
    return query select c.position::text, c.stream, api_time(c.at), c.bytes
                 from run_output_chunks(wanted, start, least(start + most, total)) c;
end $$;

CREATE FUNCTION public.run_output_size(run uuid) RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
    select coalesce((select position + octet_length(bytes) from run_output
                     where run_id = run order by position desc limit 1), 0)
$$;

CREATE FUNCTION public.run_output_slice(run uuid, start bigint, most integer) RETURNS bytea
    LANGUAGE sql STABLE
    AS $$
    select coalesce(string_agg(bytes, ''::bytea order by position), '') from run_output_chunks(run, start, start + most)
$$;

CREATE FUNCTION public.run_output_stretch(run uuid, start bigint, stop bigint) RETURNS bytea
    LANGUAGE sql STABLE
    AS $$
    select coalesce(string_agg(substring(o.bytes from greatest(start - o.position, 0)::int + 1
                                                 for (stop - greatest(o.position, start))::int), ''::bytea order by o.position), '')
    from run_output o
    where o.run_id = run and o.position < stop
      and o.position >= coalesce((select max(f.position) from run_output f where f.run_id = run and f.position <= start), 0)
      and o.position + octet_length(o.bytes) > start
$$;

CREATE FUNCTION public.run_parameters(r public.runs) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select coalesce(jsonb_object_agg(given.key, case when v.parameters -> 'properties' -> given.key ->> 'format' = 'password'
                                                     then '"••••"' else given.value end), '{}')
    from jsonb_each(r.inputs) given
    join script_versions v on v.script_id = r.script_id and v.number = r.script_version
$$;

CREATE FUNCTION public.run_role(r public.runs) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    standing text;
begin
    if r.id is null then
        return null;
    elsif r.asked_by = caller_id() and (r.kind = 'script' or r.room_id is null)
       or exists (select from scripts where id = r.script_id and owner_id = caller_id())
       or caller_may('runs.manage')
       or r.kind = 'script' and caller_may('scripts.manage')
       or r.kind <> 'script' and r.room_id is null and caller_may('providers.manage') then
        return 'owner';
    end if;
    select coalesce(m.role, case when room.visibility = 'public' then 'viewer' end) into standing
    from rooms room left join room_members m on m.room_id = room.id and m.principal_id = caller_id()
    where room.id = r.room_id and room.deleted_at is null;
    return standing;
end $$;

CREATE FUNCTION public.run_search_of(filter jsonb) RETURNS public.run_search
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    s run_search;
    states constant text[] := array['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'timed_out', 'lost'];
begin
    s.me := caller_id();
    s.sees_all := caller_may('runs.manage');
    s.sees_scripts := s.sees_all or caller_may('scripts.manage');
    s.sees_providers := s.sees_all or caller_may('providers.manage');
    s.states := array(select jsonb_array_elements_text(filter -> 'state'));
    if not s.states <@ states then
        perform raise_outcome('CA422', 'States are ' || array_to_string(states, ', ') || '.', 'state');
    elsif coalesce(filter ->> 'asked_by', 'me') !~ '^(me|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$' then
        perform raise_outcome('CA422', 'This is "me" or the id of somebody.', 'asked_by');
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
end $_$;

CREATE FUNCTION public.run_sources(s public.run_search) RETURNS SETOF public.run_source
    LANGUAGE plpgsql STABLE
    AS $$
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
                     from unnest(case cardinality(s.kinds) when 0 then array['script', 'workflow', 'agent', 'worker', 'housekeeping']
                                                           else s.kinds end) kind;
    end if;
end $$;

CREATE FUNCTION public.run_tail(run uuid) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    most constant int := 8192;
    start constant bigint := greatest(run_output_size(run) - most, 0);
    raw bytea := run_output_slice(run, start, most);
    said text;
    lines text[];
begin
    while start > 0 and octet_length(raw) > 0 and get_byte(raw, 0) between 128 and 191 loop -- the rest of a character
        raw := substring(raw from 2);
    end loop;
    said := regexp_replace(shown_text(raw), '\x1b(\[[0-9;?]*[ -/]*[@-~]|[\]P][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\^_])', '', 'g');
    said := regexp_replace(replace(said, E'\r\n', E'\n'), '[^\n]*\r(?=[^\n])', '', 'g'); -- what was written over
    said := rtrim(regexp_replace(said, '[\x01-\x08\x0b-\x1f\x7f]', '', 'g'), E'\n');
    lines := string_to_array(said, E'\n');
    return right(array_to_string(lines[greatest(cardinality(lines) - 19, 1):], E'\n'), 2000);
end $$;

CREATE FUNCTION public.run_text(run uuid) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    select coalesce(convert_from(string_agg(bytes, ''::bytea order by position), 'UTF8'), '')
    from run_output where run_id = run and stream = 'text'
$$;

CREATE FUNCTION public.runner_limits(the_label text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    AS $$
begin
    return (select coalesce(jsonb_object_agg(narrowest.key, narrowest.value), '{}')
            from (select l.key, min(l.value::bigint) as value
                  from runners r cross join jsonb_each_text(r.sandbox -> 'limits') l
                  where r.seen_at > now() - interval '10 minutes' and (the_label is null or the_label = any (r.labels))
                  group by l.key) as narrowest);
end $$;

CREATE FUNCTION public.runs_with_output(below uuid, most integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE
    AS $$
declare
    last uuid := '00000000-0000-0000-0000-000000000000';
begin
    for i in 1 .. most loop
        select least((select run_id from run_output where run_id > last and run_id < below order by run_id limit 1),
                     (select run_id from files where run_id > last and run_id < below order by run_id limit 1)) into last;
        exit when last is null;
        return next last;
    end loop;
end $$;

CREATE FUNCTION public.script_create(body json) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
declare
    b jsonb := body;
    made scripts;
begin
    perform check_interpreter(b ->> 'kind', b ->> 'label');
    insert into scripts (name, description, kind, visibility, owner_id, network, mapping_id, limits, label, retriable)
    values (b ->> 'name', coalesce(b ->> 'description', ''), b ->> 'kind', coalesce(b ->> 'visibility', 'team'), caller_id(),
            grant_network(coalesce((b ->> 'network')::boolean, false)), usable_mapping((b ->> 'mapping')::uuid),
            check_limits(coalesce(b -> 'limits', '{}')), b ->> 'label', coalesce((b ->> 'retriable')::boolean, false))
    returning * into made;
    perform add_script_version(made.id, 1, b ->> 'code', check_parameter_schema(body -> 'parameters'), b ->> 'note');
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.create', 'script', made.id::text,
            jsonb_build_object('name', made.name, 'kind', made.kind, 'visibility', made.visibility, 'network', made.network));
    return made.id;
end $$;

CREATE FUNCTION public.script_edit(wanted uuid, body json) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
declare
    b jsonb := body;
    old scripts := script_for_edit(wanted, (b ->> 'version')::int);
    newest script_versions;
    code text;
    parameters jsonb;
    changed boolean;
begin
    select * into newest from script_versions where script_id = old.id and number = old.latest;
    code := coalesce(b ->> 'code', newest.code);
    parameters := case when b ? 'parameters' then check_parameter_schema(body -> 'parameters') else newest.parameters end;
    changed := code is distinct from newest.code or parameters is distinct from newest.parameters;
    if b ->> 'kind' <> old.kind then
        perform raise_outcome('CA422', 'A script stays of its kind. Make a new one.', 'kind');
    elsif changed or b ? 'label' then
        perform check_interpreter(old.kind, case when b ? 'label' then b ->> 'label' else old.label end);
    end if;
    update scripts as s set
        name = coalesce(b ->> 'name', s.name), description = coalesce(b ->> 'description', s.description),
        visibility = coalesce(b ->> 'visibility', s.visibility),
        network = case when (b ->> 'network')::boolean and not s.network then grant_network(true)
                       else coalesce((b ->> 'network')::boolean, s.network) end,
        mapping_id = case when b ? 'mapping' and (b ->> 'mapping')::uuid is distinct from s.mapping_id
                          then usable_mapping((b ->> 'mapping')::uuid) else s.mapping_id end,
        limits = check_limits(coalesce(b -> 'limits', s.limits)),
        label = case when b ? 'label' then b ->> 'label' else s.label end,
        retriable = coalesce((b ->> 'retriable')::boolean, s.retriable),
        latest = s.latest + changed::int, version = s.version + 1, updated_at = now()
    where s.id = old.id;
    if changed then
        perform add_script_version(old.id, old.latest + 1, code, parameters, b ->> 'note');
    end if;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('script.edit', 'script', old.id::text, b - 'version' - 'code' - 'parameters'
            || case when changed then jsonb_build_object('number', old.latest + 1) else '{}' end);
    return old.id;
end $$;

CREATE FUNCTION public.script_for_edit(wanted uuid, seen integer) RETURNS public.scripts
    LANGUAGE plpgsql
    AS $$
declare
    script scripts;
begin
    select * into script from scripts where id = wanted for no key update;
    if not found or not script_shows(script) then
        perform raise_outcome('CA404', 'There is no such script.');
    elsif not script_is_editable(script) then
        perform raise_outcome('CA403', 'Only its owner, or who may manage scripts, may change this script.');
    elsif seen <> script.version then
        perform raise_outcome('CA409', 'This script was changed in the meantime. Load it again.', 'version');
    end if;
    return script;
end $$;

CREATE FUNCTION public.script_is_editable(s public.scripts) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select s.owner_id = caller_id() or caller_may('scripts.manage')
$$;

CREATE FUNCTION public.script_item(s public.scripts) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select jsonb_build_object(
        'id', s.id, 'name', s.name, 'description', s.description, 'kind', s.kind, 'visibility', s.visibility,
        'owner', principal_json(s.owner_id), 'latest', s.latest, 'network', s.network,
        'mapping', (select jsonb_build_object('id', m.id, 'name', m.name) from mappings m where m.id = s.mapping_id),
        'limits', s.limits, 'label', s.label, 'retriable', s.retriable, 'version', s.version,
        'created_at', api_time(s.created_at), 'updated_at', api_time(s.updated_at),
        'editable', script_is_editable(s), 'last_run', script_last_run(s))
$$;

CREATE FUNCTION public.script_json(s public.scripts) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select script_item(s) || jsonb_build_object('code', v.code, 'parameters', v.parameters, 'runner_limits', runner_limits(s.label))
    from script_versions v where v.script_id = s.id and v.number = s.latest
$$;

CREATE FUNCTION public.script_kinds() RETURNS TABLE(place integer, kind text, name text, interpreter text, install text)
    LANGUAGE sql IMMUTABLE
    AS $$
    values (1, 'sh', 'Shell', 'bash', 'apt install bash'),
           (2, 'python', 'Python', 'python3', 'apt install python3'),
           (3, 'node', 'Node.js', 'node', 'apt install nodejs'),
           (4, 'playbook', 'Ansible playbook', 'ansible-playbook', 'apt install ansible'),
           (5, 'terraform', 'Terraform', 'tofu or terraform', 'see https://opentofu.org/docs/intro/install/deb/'),
           (6, 'aws', 'AWS commands', 'aws', 'apt install awscli')
$$;

CREATE FUNCTION public.script_last_run(s public.scripts) RETURNS json
    LANGUAGE plpgsql STABLE
    AS $$
declare
    run runs;
begin
    if script_is_editable(s) or caller_may('runs.manage') then
        select * into run from runs where script_id = s.id order by id desc limit 1;
    else
        select * into run from runs where script_id = s.id and asked_by = caller_id() order by id desc limit 1;
    end if;
    return case when run.id is not null
                then json_build_object('id', run.id, 'state', run.state, 'queued_at', api_time(run.queued_at)) end;
end $$;

CREATE FUNCTION public.script_shows(s public.scripts) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select s.deleted_at is null and (s.visibility = 'team' or s.owner_id = caller_id() or caller_may('scripts.manage'))
$$;

CREATE TABLE public.script_versions (
    script_id uuid NOT NULL,
    number integer NOT NULL,
    code text NOT NULL,
    parameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    author_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT script_versions_code_check CHECK ((octet_length(code) <= 524288)),
    CONSTRAINT script_versions_note_check CHECK ((char_length(note) <= 200))
);

CREATE FUNCTION public.script_version_item(v public.script_versions) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select jsonb_build_object('number', v.number, 'author', principal_json(v.author_id), 'note', v.note,
                              'created_at', api_time(v.created_at), 'size', octet_length(v.code))
$$;

CREATE FUNCTION public.sees_room(s public.run_search) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    select s.room is not null and (s.sees_all or s.room = any (s.rooms))
$$;

CREATE FUNCTION public.set_mapping_entries(mapping uuid, given jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    errors jsonb;
begin
    with entries as (
        select place - 1 as place, entry, entry ->> 'key' as key,
               row_number() over (partition by entry ->> 'key' order by place) > 1 as again
        from jsonb_array_elements(given) with ordinality as e (entry, place)
    ), judged as (
        select place, coalesce(fault.field, case when again then 'key' end) as field,
               coalesce(fault.message, case when again then 'This name is there twice.' end) as message
        from entries left join mapping_entries stored on stored.mapping_id = mapping and stored.key = entries.key,
             mapping_entry_fault(entry, stored) as fault
    )
    select jsonb_agg(jsonb_build_object('field', format('entries.%s.%s', place, field), 'message', message) order by place)
    into errors from judged where field is not null;
    if errors is not null then
        perform raise_fields('Some entries are not valid.', errors);
    end if;
    delete from mapping_entries e where e.mapping_id = mapping
        and not exists (select from jsonb_array_elements(given) as entry where entry ->> 'key' = e.key);
    insert into mapping_entries (mapping_id, key, value, sealed)
    select mapping, entry ->> 'key', entry ->> 'value', entry ->> 'sealed' from jsonb_array_elements(given) as entry
    where num_nonnulls(entry ->> 'value', entry ->> 'sealed') = 1 -- a secret that is kept has neither
    on conflict (mapping_id, key) do update set value = excluded.value, sealed = excluded.sealed;
end $$;

CREATE FUNCTION public.setting_days(name text) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    select coalesce((select (value #>> '{}')::int from settings where key = name),
                    case name when 'run_retention_days' then 90 when 'run_output_retention_days' then 30 end)
$$;

CREATE FUNCTION public.settings_change(changes jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare
    before jsonb := settings_json();
begin
    insert into settings (key, value) select key, value from jsonb_each(changes)
    on conflict (key) do update set value = excluded.value, updated_at = now();
    insert into audit_log (action, object_kind, detail)
    select 'settings.change', 'settings', jsonb_build_object('from', jsonb_object_agg(key, before -> key), 'to', changes)
    from jsonb_object_keys(changes) key having count(*) > 0;
    return settings_json();
end $$;

CREATE FUNCTION public.settings_json() RETURNS json
    LANGUAGE sql STABLE
    AS $$
    select json_build_object('run_retention_days', setting_days('run_retention_days'),
                             'run_output_retention_days', setting_days('run_output_retention_days'))
$$;

CREATE FUNCTION public.shown_body(event public.room_events, change_kind text, change_body jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select case when change_kind = 'delete' then '{"deleted": true}'
                when change_kind = 'edit' and event.kind = 'message' then change_body || '{"edited": true}'
                else event.body end
$$;

CREATE FUNCTION public.shown_text(raw bytea) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    AS $$
declare
    mark constant text := chr(65533);
    many constant text := '[\u00c2-\u00df][\u0080-\u00bf]|\u00e0[\u00a0-\u00bf][\u0080-\u00bf]'
        '|[\u00e1-\u00ec\u00ee\u00ef][\u0080-\u00bf]{2}|\u00ed[\u0080-\u009f][\u0080-\u00bf]'
        '|\u00f0[\u0090-\u00bf][\u0080-\u00bf]{2}|[\u00f1-\u00f3][\u0080-\u00bf]{3}|\u00f4[\u0080-\u008f][\u0080-\u00bf]{2}';
    said text;
begin
    if position('\x00'::bytea in raw) > 0 then
        select string_agg(case get_byte(raw, i) when 0 then '\xe29080' else substring(raw from i + 1 for 1) end, ''::bytea order by i)
        into raw from generate_series(0, octet_length(raw) - 1) i;
    end if;
    begin
        return convert_from(raw, 'UTF8');
    exception when character_not_in_repertoire or untranslatable_character then
        null;
    end;
    -- Each sequence and each stray byte gets the mark behind it, and the stray bytes go; then the mark goes that stands
    -- behind a sequence.
    said := regexp_replace(convert_from(raw, 'LATIN1'), '(' || many || ')|[\u0080-\u00ff]', '\1' || mark, 'g');
    said := regexp_replace(said, '([\u0080-\u00ff])' || mark, '\1', 'g');
    return convert_from(convert_to(replace(said, mark, convert_from('\xefbfbd', 'LATIN1')), 'LATIN1'), 'UTF8');
end $$;

CREATE FUNCTION public.sweep_runs(most integer, OUT outputs integer, OUT left_files integer, OUT whole_runs integer) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
    run_limit timestamptz := kept_since(setting_days('run_retention_days'));
    output_limit timestamptz := greatest(run_limit, kept_since(setting_days('run_output_retention_days')));
    old uuid[];
begin
    old := array(select r.id from runs_with_output(uuid_floor(output_limit), most * 4) with_output join runs r on r.id = with_output
                 where r.finished_at < output_limit limit most);
    delete from run_output where run_id = any (old);
    get diagnostics outputs = row_count;
    delete from files where run_id = any (old);
    get diagnostics left_files = row_count;
    delete from runs where id = any (array(
        select r.id from (select id, finished_at from runs where id < uuid_floor(run_limit) order by id limit most * 4) r
        where r.finished_at < run_limit
              and not exists (select from run_output where run_id = r.id) and not exists (select from files where run_id = r.id)
        limit most));
    get diagnostics whole_runs = row_count;
end $$;

CREATE FUNCTION public.tell_answer(r public.runs, ending_result jsonb) RETURNS SETOF public.announced
    LANGUAGE plpgsql
    AS $$
declare
    said text := coalesce(ending_result ->> 'text', run_text(r.id));
begin
    if ending_result ? 'thought' then
        return next announced_event(append_event(r.room_id, 'thought', r.agent_id, r.id, r.trigger_seq, null,
                                                 jsonb_build_object('text', ending_result -> 'thought')));
    end if;
    if r.state in ('succeeded', 'cancelled') then
        return next announced_event(append_event(r.room_id, 'result', r.agent_id, r.id, r.trigger_seq, null,
            jsonb_build_object('text', said, 'stopped', r.state = 'cancelled', 'usage', r.usage,
                               'model', coalesce(ending_result -> 'model', '""'))));
    else
        return next announced_event(append_event(r.room_id, 'error', r.agent_id, r.id, r.trigger_seq, null,
            jsonb_build_object('message', r.reason, 'text', said, 'retriable', coalesce(ending_result -> 'retriable', 'true'))));
    end if;
end $$;

CREATE FUNCTION public.tell_script_end(r public.runs) RETURNS public.announced
    LANGUAGE plpgsql
    AS $$
declare
    went_well boolean := r.state = 'succeeded';
    about jsonb;
begin
    select jsonb_build_object(
        'script', jsonb_build_object('id', s.id, 'name', s.name, 'version', r.script_version), 'state', r.state,
        'ended_by', r.ended_by, 'exit_code', r.exit_code, 'text', run_tail(r.id),
        'duration_ms', (extract(epoch from r.finished_at - coalesce(r.started_at, r.finished_at)) * 1000)::bigint,
        'files', (select count(*) from files where run_id = r.id)) into about
    from scripts s where s.id = r.script_id;
    if not went_well then
        about := about || jsonb_build_object('message', coalesce(r.reason, 'It failed.'), 'retriable', true);
    end if;
    return announced_event(append_event(r.room_id, case when went_well then 'result' else 'error' end, r.asked_by, r.id,
                                        r.trigger_seq, null, about));
end $$;

CREATE FUNCTION public.text_fault(rule jsonb, said text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
begin
    if char_length(said) < (rule ->> 'minLength')::int then
        return format('Must have at least %s characters.', rule ->> 'minLength');
    elsif char_length(said) > coalesce((rule ->> 'maxLength')::int, 16000) then
        return format('Must have at most %s characters.', coalesce(rule ->> 'maxLength', '16000'));
    elsif rule ->> 'format' = 'email' and said !~ '^[^\s@]+@[^\s@]+$' then
        return 'Must be an e-mail address.';
    elsif rule ->> 'format' = 'uri' and said !~ '^[A-Za-z][A-Za-z0-9+.-]*:\S+$' then
        return 'Must be an address such as https://example.com/.';
    elsif rule ->> 'format' = 'date' and not is_date(said) then
        return 'Must be a date such as 2026-11-20.';
    elsif said !~ (rule ->> 'pattern') then
        return format('Must fit the pattern %s.', rule ->> 'pattern');
    end if;
    return null;
end $_$;

CREATE FUNCTION public.throttle_subject(address inet) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select 'i:' || case family(address) when 4 then host(address) else network(set_masklen(address, 64))::text end
$$;

CREATE FUNCTION public.usable_mapping(wanted uuid) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
declare
    mapping mappings;
begin
    if wanted is null then
        return null;
    end if;
    select * into mapping from mappings where id = wanted for key share;
    if not found or not mapping_shows(mapping) then
        perform raise_outcome('CA422', 'There is no such mapping.', 'mapping');
    end if;
    return wanted;
end $$;

CREATE TABLE public.users (
    id uuid NOT NULL,
    email public.citext NOT NULL,
    password_hash text NOT NULL,
    role text DEFAULT 'user'::text NOT NULL,
    permissions text[] DEFAULT public.default_permissions() NOT NULL,
    theme text DEFAULT 'system'::text NOT NULL,
    disabled_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT users_email_check CHECK (((char_length((email)::text) >= 3) AND (char_length((email)::text) <= 254))),
    CONSTRAINT users_permissions_check CHECK ((permissions <@ public.permission_names())),
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'user'::text]))),
    CONSTRAINT users_theme_check CHECK ((theme = ANY (ARRAY['system'::text, 'light'::text, 'dark'::text])))
);

CREATE FUNCTION public.user_json(account public.users, principal public.principals) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select json_build_object('id', account.id, 'email', account.email, 'name', principal.name,
        'handle', principal.handle, 'role', account.role, 'permissions', account.permissions, 'theme', account.theme,
        'disabled', account.disabled_at is not null, 'version', account.version,
        'created_at', api_time(account.created_at))
$$;

CREATE FUNCTION public.uuid_floor(moment timestamp with time zone) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select rpad(lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$$;

CREATE FUNCTION public.word_parameters(schema jsonb, words public.command_word[]) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
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
end $_$;

CREATE FUNCTION public.word_value(rule jsonb, word text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $_$
    select case
        when rule ->> 'type' in ('integer', 'number') and word ~ '^[+-]?\d{1,30}(\.\d{1,30})?$' then to_jsonb(word::numeric)
        when rule ->> 'type' = 'boolean' and lower(word) in ('true', 'yes', 'on', '1') then 'true'
        when rule ->> 'type' = 'boolean' and lower(word) in ('false', 'no', 'off', '0') then 'false'
        when rule ->> 'type' = 'array' then to_jsonb(string_to_array(word, ','))
        else to_jsonb(word) end
$_$;

CREATE TABLE public.api_tokens (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    token_hash text NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT api_tokens_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80))),
    CONSTRAINT api_tokens_scopes_check CHECK (((scopes <@ ARRAY['read'::text, 'write'::text, 'admin'::text]) AND (cardinality(scopes) > 0)))
);

CREATE TABLE public.audit_log (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor_id uuid DEFAULT public.caller_id(),
    on_behalf_of uuid DEFAULT (NULLIF(current_setting('coagent.on_behalf_of'::text, true), ''::text))::uuid,
    action text NOT NULL,
    outcome text DEFAULT 'done'::text NOT NULL,
    object_kind text,
    object_id text,
    request_id uuid DEFAULT (NULLIF(current_setting('coagent.request'::text, true), ''::text))::uuid,
    address inet DEFAULT (NULLIF(current_setting('coagent.address'::text, true), ''::text))::inet,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT audit_log_action_check CHECK ((action ~ '^[a-z_]+\.[a-z_]+$'::text)),
    CONSTRAINT audit_log_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text, 'failed'::text])))
);

ALTER TABLE public.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.file_chunks (
    file_id uuid NOT NULL,
    "position" bigint NOT NULL,
    bytes bytea NOT NULL
);
ALTER TABLE ONLY public.file_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE public.files (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    run_id uuid,
    path text NOT NULL,
    media_type text DEFAULT 'application/octet-stream'::text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT files_path_check CHECK (((octet_length(path) >= 1) AND (octet_length(path) <= 1024)))
);

CREATE TABLE public.idempotency_keys (
    user_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status integer,
    location text,
    answer text,
    expires_at timestamp with time zone DEFAULT (now() + '24:00:00'::interval) NOT NULL,
    CONSTRAINT idempotency_keys_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 200)))
);

CREATE TABLE public.login_throttles (
    subject text NOT NULL,
    failures real NOT NULL,
    blocked_until timestamp with time zone,
    last_failure_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT login_throttles_subject_check CHECK ((char_length(subject) <= 300))
);

CREATE TABLE public.run_output (
    run_id uuid NOT NULL,
    "position" bigint NOT NULL,
    stream text DEFAULT 'stdout'::text NOT NULL,
    bytes bytea NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT run_output_stream_check CHECK ((stream = ANY (ARRAY['stdout'::text, 'stderr'::text, 'text'::text])))
);
ALTER TABLE ONLY public.run_output ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE public.runners (
    host text NOT NULL,
    interpreters jsonb DEFAULT '{}'::jsonb NOT NULL,
    labels text[] DEFAULT '{}'::text[] NOT NULL,
    sandbox jsonb DEFAULT '{}'::jsonb NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.schema_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.script_states (
    script_id uuid NOT NULL,
    sealed text NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.sessions (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    family_hash text NOT NULL,
    refresh_hash text NOT NULL,
    previous_hash text,
    rotated_at timestamp with time zone DEFAULT now() NOT NULL,
    address inet,
    agent text DEFAULT ''::text NOT NULL,
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_reason text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sessions_agent_check CHECK ((char_length(agent) <= 300)),
    CONSTRAINT sessions_revoked_reason_check CHECK ((revoked_reason = ANY (ARRAY['logout'::text, 'user'::text, 'admin'::text, 'reuse'::text, 'password'::text, 'disabled'::text])))
);

CREATE TABLE public.settings (
    key text NOT NULL,
    value jsonb NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.file_chunks
    ADD CONSTRAINT file_chunks_pkey PRIMARY KEY (file_id, "position");

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key);

ALTER TABLE ONLY public.login_throttles
    ADD CONSTRAINT login_throttles_pkey PRIMARY KEY (subject);

ALTER TABLE ONLY public.mapping_entries
    ADD CONSTRAINT mapping_entries_pkey PRIMARY KEY (mapping_id, key);

ALTER TABLE ONLY public.mappings
    ADD CONSTRAINT mappings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.principals
    ADD CONSTRAINT principals_handle_key UNIQUE (handle);

ALTER TABLE ONLY public.principals
    ADD CONSTRAINT principals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.providers
    ADD CONSTRAINT providers_name_key UNIQUE (name);

ALTER TABLE ONLY public.providers
    ADD CONSTRAINT providers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.room_events
    ADD CONSTRAINT room_events_pkey PRIMARY KEY (room_id, seq);

ALTER TABLE ONLY public.room_members
    ADD CONSTRAINT room_members_pkey PRIMARY KEY (room_id, principal_id);

ALTER TABLE ONLY public.rooms
    ADD CONSTRAINT rooms_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.run_output
    ADD CONSTRAINT run_output_pkey PRIMARY KEY (run_id, "position");

ALTER TABLE ONLY public.runners
    ADD CONSTRAINT runners_pkey PRIMARY KEY (host);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.script_states
    ADD CONSTRAINT script_states_pkey PRIMARY KEY (script_id);

ALTER TABLE ONLY public.script_versions
    ADD CONSTRAINT script_versions_pkey PRIMARY KEY (script_id, number);

ALTER TABLE ONLY public.scripts
    ADD CONSTRAINT scripts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key UNIQUE (email);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

CREATE INDEX agents_owner ON public.agents USING btree (owner_id, id);

CREATE INDEX agents_provider ON public.agents USING btree (provider_id);

CREATE INDEX api_tokens_expiry ON public.api_tokens USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX api_tokens_user ON public.api_tokens USING btree (user_id, id);

CREATE INDEX audit_log_action ON public.audit_log USING btree (action, id);

CREATE INDEX audit_log_actor ON public.audit_log USING btree (actor_id, id);

CREATE INDEX audit_log_at ON public.audit_log USING btree (at);

CREATE INDEX audit_log_object ON public.audit_log USING btree (object_kind, object_id, id);

CREATE INDEX audit_log_request ON public.audit_log USING btree (request_id, id) WHERE (request_id IS NOT NULL);

CREATE INDEX files_run ON public.files USING btree (run_id, path) WHERE (run_id IS NOT NULL);

CREATE INDEX idempotency_keys_expiry ON public.idempotency_keys USING btree (expires_at);

CREATE INDEX login_throttles_expiry ON public.login_throttles USING btree (last_failure_at);

CREATE UNIQUE INDEX mappings_name ON public.mappings USING btree (name) WHERE (deleted_at IS NULL);

CREATE INDEX mappings_owner ON public.mappings USING btree (owner_id, id);

CREATE INDEX room_events_reply ON public.room_events USING btree (room_id, reply_to, seq) WHERE (reply_to IS NOT NULL);

CREATE INDEX room_events_run ON public.room_events USING btree (run_id) WHERE (run_id IS NOT NULL);

CREATE INDEX room_events_target ON public.room_events USING btree (room_id, target, seq) WHERE (target IS NOT NULL);

CREATE INDEX room_members_principal ON public.room_members USING btree (principal_id, room_id);

CREATE INDEX rooms_active ON public.rooms USING btree (last_event_at) WHERE (deleted_at IS NULL);

CREATE INDEX rooms_deleted ON public.rooms USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);

CREATE INDEX rooms_public ON public.rooms USING btree (id) WHERE ((visibility = 'public'::text) AND (deleted_at IS NULL));

CREATE INDEX runs_agent ON public.runs USING btree (agent_id, id) WHERE (agent_id IS NOT NULL);

CREATE INDEX runs_agent_room ON public.runs USING btree (agent_id, room_id, id) WHERE (agent_id IS NOT NULL);

CREATE INDEX runs_agent_state ON public.runs USING btree (agent_id, state, id) WHERE (agent_id IS NOT NULL);

CREATE UNIQUE INDEX runs_alone ON public.runs USING btree (alone) WHERE ((state = 'running'::text) AND (alone IS NOT NULL));

CREATE INDEX runs_asked ON public.runs USING btree (asked_by, id);

CREATE INDEX runs_asked_running ON public.runs USING btree (asked_by) WHERE (state = 'running'::text);

CREATE INDEX runs_asked_state ON public.runs USING btree (asked_by, state, id);

CREATE INDEX runs_due ON public.runs USING btree (due_at) WHERE ((state = 'queued'::text) AND (due_at > queued_at));

CREATE INDEX runs_host ON public.runs USING btree (host) WHERE (state = 'running'::text);

CREATE INDEX runs_kind ON public.runs USING btree (kind, id);

CREATE INDEX runs_kind_state ON public.runs USING btree (kind, state, id);

CREATE INDEX runs_mapping_live ON public.runs USING btree (mapping_id) WHERE ((mapping_id IS NOT NULL) AND (state = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text])));

CREATE INDEX runs_parent ON public.runs USING btree (parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX runs_queue ON public.runs USING btree (COALESCE(asked_by, '00000000-0000-0000-0000-000000000000'::uuid), priority DESC, due_at, id) WHERE (state = 'queued'::text);

CREATE INDEX runs_retry ON public.runs USING btree (retry_of) WHERE (retry_of IS NOT NULL);

CREATE INDEX runs_room ON public.runs USING btree (room_id, id) WHERE (room_id IS NOT NULL);

CREATE INDEX runs_room_live ON public.runs USING btree (room_id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text]));

CREATE INDEX runs_room_state ON public.runs USING btree (room_id, state, id) WHERE (room_id IS NOT NULL);

CREATE INDEX runs_script ON public.runs USING btree (script_id, id) WHERE (script_id IS NOT NULL);

CREATE INDEX runs_script_asked ON public.runs USING btree (script_id, asked_by, id) WHERE (script_id IS NOT NULL);

CREATE INDEX runs_script_live ON public.runs USING btree (script_id) WHERE ((script_id IS NOT NULL) AND (state = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text])));

CREATE INDEX runs_script_state ON public.runs USING btree (script_id, state, id) WHERE (script_id IS NOT NULL);

CREATE UNIQUE INDEX runs_turn ON public.runs USING btree (agent_id, room_id) WHERE ((kind = 'agent'::text) AND (state = ANY (ARRAY['running'::text, 'waiting'::text])));

CREATE INDEX runs_turn_queue ON public.runs USING btree (agent_id, room_id, id) WHERE ((kind = 'agent'::text) AND (state = 'queued'::text));

CREATE INDEX scripts_mapping ON public.scripts USING btree (mapping_id) WHERE (mapping_id IS NOT NULL);

CREATE UNIQUE INDEX scripts_name ON public.scripts USING btree (name) WHERE (deleted_at IS NULL);

CREATE INDEX scripts_owner ON public.scripts USING btree (owner_id, id);

CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);

CREATE UNIQUE INDEX sessions_family ON public.sessions USING btree (family_hash);

CREATE INDEX sessions_user ON public.sessions USING btree (user_id, id);

CREATE INDEX users_admins ON public.users USING btree (id) WHERE (role = 'admin'::text);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_id_fkey FOREIGN KEY (id) REFERENCES public.principals(id);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.principals(id);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES public.providers(id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.file_chunks
    ADD CONSTRAINT file_chunks_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.files(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.mapping_entries
    ADD CONSTRAINT mapping_entries_mapping_id_fkey FOREIGN KEY (mapping_id) REFERENCES public.mappings(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.mappings
    ADD CONSTRAINT mappings_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.principals(id);

ALTER TABLE ONLY public.room_events
    ADD CONSTRAINT room_events_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES public.principals(id);

ALTER TABLE ONLY public.room_events
    ADD CONSTRAINT room_events_room_id_fkey FOREIGN KEY (room_id) REFERENCES public.rooms(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.room_members
    ADD CONSTRAINT room_members_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.principals(id);

ALTER TABLE ONLY public.room_members
    ADD CONSTRAINT room_members_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES public.principals(id);

ALTER TABLE ONLY public.room_members
    ADD CONSTRAINT room_members_room_id_fkey FOREIGN KEY (room_id) REFERENCES public.rooms(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.rooms
    ADD CONSTRAINT rooms_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.principals(id);

ALTER TABLE ONLY public.run_output
    ADD CONSTRAINT run_output_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.principals(id);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_mapping_id_fkey FOREIGN KEY (mapping_id) REFERENCES public.mappings(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.runs(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_retry_of_fkey FOREIGN KEY (retry_of) REFERENCES public.runs(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_room_id_fkey FOREIGN KEY (room_id) REFERENCES public.rooms(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_script_id_fkey FOREIGN KEY (script_id) REFERENCES public.scripts(id);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_script_version FOREIGN KEY (script_id, script_version) REFERENCES public.script_versions(script_id, number);

ALTER TABLE ONLY public.script_states
    ADD CONSTRAINT script_states_script_id_fkey FOREIGN KEY (script_id) REFERENCES public.scripts(id);

ALTER TABLE ONLY public.script_versions
    ADD CONSTRAINT script_versions_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.principals(id);

ALTER TABLE ONLY public.script_versions
    ADD CONSTRAINT script_versions_script_id_fkey FOREIGN KEY (script_id) REFERENCES public.scripts(id);

ALTER TABLE ONLY public.scripts
    ADD CONSTRAINT scripts_mapping_id_fkey FOREIGN KEY (mapping_id) REFERENCES public.mappings(id);

ALTER TABLE ONLY public.scripts
    ADD CONSTRAINT scripts_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.principals(id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_id_fkey FOREIGN KEY (id) REFERENCES public.principals(id);

GRANT USAGE ON SCHEMA public TO coagent_app;

GRANT SELECT,INSERT ON TABLE public.room_events TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agents TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.runs TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.principals TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rooms TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mapping_entries TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mappings TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.room_members TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.providers TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.scripts TO coagent_app;

GRANT SELECT,INSERT ON TABLE public.script_versions TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_tokens TO coagent_app;

GRANT SELECT,INSERT ON TABLE public.audit_log TO coagent_app;

GRANT USAGE ON SEQUENCE public.audit_log_id_seq TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.file_chunks TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.files TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_throttles TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.run_output TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.runners TO coagent_app;

GRANT SELECT ON TABLE public.schema_migrations TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.script_states TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.settings TO coagent_app;

ALTER DEFAULT PRIVILEGES FOR ROLE coagent IN SCHEMA public GRANT USAGE ON SEQUENCES  TO coagent_app;

ALTER DEFAULT PRIVILEGES FOR ROLE coagent IN SCHEMA public GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES  TO coagent_app;

