CREATE SCHEMA public;

COMMENT ON SCHEMA public IS 'standard public schema';

CREATE FUNCTION public.default_permissions() RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select array['rooms.create', 'agents.create', 'scripts.create', 'mappings.create']
$$;

CREATE FUNCTION public.permission_names() RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select array['rooms.create', 'agents.create', 'agents.manage', 'providers.manage', 'scripts.create', 'scripts.manage',
                 'scripts.network', 'mappings.create', 'mappings.manage', 'runs.manage', 'users.manage', 'audit.read',
                 'monitoring.read', 'settings.manage']
$$;

CREATE FUNCTION public.uuid_v7() RETURNS uuid
    LANGUAGE sql PARALLEL SAFE
    AS $$
    select encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

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
    start_marks text[] DEFAULT '{}'::text[] NOT NULL,
    storage_mb integer,
    CONSTRAINT users_email_check CHECK (((char_length((email)::text) >= 3) AND (char_length((email)::text) <= 254))),
    CONSTRAINT users_permissions_check CHECK ((permissions <@ public.permission_names())),
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'user'::text]))),
    CONSTRAINT users_start_marks_check CHECK ((start_marks <@ ARRAY['audit'::text, 'hidden'::text])),
    CONSTRAINT users_storage_mb_check CHECK (((storage_mb >= 0) AND (storage_mb <= 1000000000))),
    CONSTRAINT users_theme_check CHECK ((theme = ANY (ARRAY['system'::text, 'light'::text, 'dark'::text])))
);

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
    stored_bytes bigint,
    inputs_sealed text,
    inputs_plain boolean DEFAULT true NOT NULL,
    networks uuid[],
    api text,
    CONSTRAINT runs_api_check CHECK ((api = ANY (ARRAY['read'::text, 'write'::text]))),
    CONSTRAINT runs_check CHECK (((state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text, 'timed_out'::text, 'lost'::text])) = (finished_at IS NOT NULL))),
    CONSTRAINT runs_check1 CHECK (((state <> 'running'::text) OR (lease_until IS NOT NULL))),
    CONSTRAINT runs_ended_by_check CHECK ((ended_by = ANY (ARRAY['exit'::text, 'signal'::text, 'memory'::text, 'cpu_time'::text, 'wall_time'::text, 'output'::text, 'processes'::text, 'disk'::text, 'cancelled'::text, 'start'::text, 'lost'::text]))),
    CONSTRAINT runs_of_scripts CHECK (((kind = 'script'::text) = (script_id IS NOT NULL))),
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'timed_out'::text, 'lost'::text]))),
    CONSTRAINT runs_stored_bytes_check CHECK ((stored_bytes >= 0)),
    CONSTRAINT runs_via_check CHECK ((via = ANY (ARRAY['api'::text, 'ui'::text, 'room'::text, 'job'::text, 'mcp'::text, 'agent'::text, 'workflow'::text])))
)
WITH (fillfactor='85');

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
    api text DEFAULT 'none'::text NOT NULL,
    twin bigint DEFAULT 0 NOT NULL,
    cache boolean DEFAULT false NOT NULL,
    CONSTRAINT scripts_api_check CHECK ((api = ANY (ARRAY['none'::text, 'read'::text, 'write'::text]))),
    CONSTRAINT scripts_description_check CHECK ((char_length(description) <= 2000)),
    CONSTRAINT scripts_kind_check CHECK ((kind = ANY (ARRAY['sh'::text, 'python'::text, 'node'::text, 'playbook'::text, 'terraform'::text, 'aws'::text]))),
    CONSTRAINT scripts_label_check CHECK (((char_length(label) >= 1) AND (char_length(label) <= 40))),
    CONSTRAINT scripts_name_check CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 80))),
    CONSTRAINT scripts_visibility_check CHECK ((visibility = ANY (ARRAY['private'::text, 'team'::text])))
);

CREATE TABLE public.chores (
    name text NOT NULL,
    host text DEFAULT ''::text NOT NULL,
    period_seconds integer NOT NULL,
    state text NOT NULL,
    begun_at timestamp with time zone DEFAULT now() NOT NULL,
    duration_ms bigint DEFAULT 0 NOT NULL,
    rows bigint DEFAULT 0 NOT NULL,
    failures bigint DEFAULT 0 NOT NULL,
    failure text,
    CONSTRAINT chores_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text])))
);

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

CREATE TABLE public.mapping_entries (
    mapping_id uuid NOT NULL,
    key text NOT NULL,
    value text,
    sealed text,
    CONSTRAINT mapping_entries_check CHECK ((num_nonnulls(value, sealed) = 1)),
    CONSTRAINT mapping_entries_key_check CHECK ((key ~ '^[A-Za-z_][A-Za-z0-9_]{0,63}$'::text)),
    CONSTRAINT mapping_entries_value_check CHECK ((char_length(value) <= 16000))
);

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
    twin bigint DEFAULT 0 NOT NULL,
    CONSTRAINT mappings_description_check CHECK ((char_length(description) <= 2000)),
    CONSTRAINT mappings_name_check CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 80))),
    CONSTRAINT mappings_visibility_check CHECK ((visibility = ANY (ARRAY['private'::text, 'team'::text])))
);

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
    twin bigint DEFAULT 0 NOT NULL,
    CONSTRAINT providers_base_url_check CHECK ((char_length(base_url) <= 500)),
    CONSTRAINT providers_default_model_check CHECK ((char_length(default_model) <= 200)),
    CONSTRAINT providers_kind_check CHECK ((kind = ANY (ARRAY['openai'::text, 'command'::text]))),
    CONSTRAINT providers_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80))),
    CONSTRAINT providers_price_completion_check CHECK ((price_completion >= (0)::numeric)),
    CONSTRAINT providers_price_prompt_check CHECK ((price_prompt >= (0)::numeric))
);

CREATE TABLE public.networks (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    name public.citext NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    destinations text[] NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    twin bigint DEFAULT 0 NOT NULL,
    CONSTRAINT networks_description_check CHECK ((char_length(description) <= 500)),
    CONSTRAINT networks_destinations_check CHECK (((cardinality(destinations) >= 1) AND (cardinality(destinations) <= 64))),
    CONSTRAINT networks_name_check CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 80)))
);

CREATE TABLE public.script_versions (
    script_id uuid NOT NULL,
    number integer NOT NULL,
    code text NOT NULL,
    parameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    author_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    file_count integer DEFAULT 0 NOT NULL,
    file_bytes integer DEFAULT 0 NOT NULL,
    CONSTRAINT script_versions_code_check CHECK ((octet_length(code) <= 524288)),
    CONSTRAINT script_versions_note_check CHECK ((char_length(note) <= 200))
);

CREATE FUNCTION public.caller_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select nullif(current_setting('coagent.caller', true), '')::uuid
$$;

CREATE FUNCTION public.drop_functions(schemas text[]) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
declare
    gone text[] := '{}';
    one text;
begin
    perform pg_advisory_xact_lock(hashtextextended('coagent schema', 0));
    for one in
        select name from public.schema_functions
        where name = any (schemas) and name ~ '^fn_[0-9a-f]{16}$' and applied_at < now() - interval '1 day'
              and name <> all (array(select name from public.schema_functions order by applied_at desc limit 2))
        order by name
    loop
        execute format('drop schema if exists %I cascade', one);
        delete from public.schema_functions where name = one;
        gone := gone || one;
    end loop;
    return gone;
end $_$;

CREATE FUNCTION public.handle_key(handle text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select pg_catalog.translate(pg_catalog.replace(pg_catalog.replace(pg_catalog.lower(handle), 'rn', 'm'), 'vv', 'w'), '01i._', 'oll--')
$$;

CREATE FUNCTION public.name_key(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select pg_catalog.translate(
        pg_catalog.lower(pg_catalog."normalize"(pg_catalog.regexp_replace(name,
            '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
            '\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]', '', 'g'), 'NFKC')),
        'авсԁеёѕһніїјкӏморԛтуүѵԝхαβεζηικμνορτυχօսհոıɑɡ‐‒–—−’ʼ',
        'abcdeëshhiïjklmopqtyyvwxabezhikmvoptuxouhniag-----''''')
$$;

CREATE FUNCTION public.purge_room_log(the_room uuid, most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
    removed int;
begin
    perform from public.rooms where id = the_room and deleted_at < now() - interval '10 minutes' for update skip locked;
    if not found then
        return 0;
    end if;
    delete from public.room_events e
    using (select seq from public.room_events where room_id = the_room order by seq limit most) old
    where e.room_id = the_room and e.seq = old.seq;
    get diagnostics removed = row_count;
    if removed = 0 and not exists (select from public.runs where room_id = the_room) then
        delete from public.rooms where id = the_room;
        get diagnostics removed = row_count;
    end if;
    return removed;
end $$;

CREATE FUNCTION public.run_lane(kind text, via text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select case when kind in ('agent', 'housekeeping') then 'answer' when via in ('room', 'ui') then 'interactive'
                else 'unattended' end
$$;

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
    run_id uuid DEFAULT (NULLIF(current_setting('coagent.run'::text, true), ''::text))::uuid,
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

CREATE TABLE public.devices (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    token_hash text NOT NULL,
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
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
    account text,
    CONSTRAINT login_throttles_subject_check CHECK ((char_length(subject) <= 300))
);

CREATE TABLE public.network_people (
    network_id uuid NOT NULL,
    user_id uuid NOT NULL
);

CREATE TABLE public.room_mentions (
    room_id uuid NOT NULL,
    principal_id uuid NOT NULL,
    message_seq bigint NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE public.run_kinds (
    name text NOT NULL,
    managed_by text NOT NULL,
    of_asker boolean NOT NULL
);

CREATE TABLE public.run_output (
    run_id uuid NOT NULL,
    "position" bigint NOT NULL,
    stream text DEFAULT 'stdout'::text NOT NULL,
    bytes bytea NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT run_output_stream_check CHECK ((stream = ANY (ARRAY['stdout'::text, 'stderr'::text, 'text'::text, 'note'::text])))
);
ALTER TABLE ONLY public.run_output ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE public.run_tokens (
    run_id uuid NOT NULL,
    attempt integer NOT NULL,
    user_id uuid NOT NULL,
    token_hash text NOT NULL
);

CREATE TABLE public.runners (
    host text NOT NULL,
    interpreters jsonb DEFAULT '{}'::jsonb NOT NULL,
    labels text[] DEFAULT '{}'::text[] NOT NULL,
    sandbox jsonb DEFAULT '{}'::jsonb NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.schema_functions (
    name text NOT NULL,
    version text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.schema_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.script_blobs (
    digest bytea NOT NULL,
    bytes bytea NOT NULL,
    orphaned_at timestamp with time zone,
    CONSTRAINT script_blobs_bytes_check CHECK ((octet_length(bytes) <= 2097152)),
    CONSTRAINT script_blobs_digest_check CHECK ((octet_length(digest) = 32))
);

CREATE TABLE public.script_caches (
    script_id uuid NOT NULL,
    generation integer DEFAULT 0 NOT NULL,
    bytes bigint,
    kept_at timestamp with time zone,
    CONSTRAINT script_caches_bytes_check CHECK ((bytes >= 0))
);

CREATE TABLE public.script_files (
    script_id uuid NOT NULL,
    path text NOT NULL,
    since integer NOT NULL,
    until integer,
    digest bytea NOT NULL,
    size integer NOT NULL,
    executable boolean NOT NULL,
    CONSTRAINT script_files_check CHECK ((until > since)),
    CONSTRAINT script_files_path_check CHECK (((octet_length(path) >= 1) AND (octet_length(path) <= 255)))
);

CREATE TABLE public.script_networks (
    script_id uuid NOT NULL,
    network_id uuid NOT NULL
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
    device_id uuid,
    CONSTRAINT sessions_agent_check CHECK ((char_length(agent) <= 300)),
    CONSTRAINT sessions_revoked_reason_check CHECK ((revoked_reason = ANY (ARRAY['logout'::text, 'user'::text, 'admin'::text, 'reuse'::text, 'password'::text, 'disabled'::text])))
);

CREATE TABLE public.settings (
    key text NOT NULL,
    value jsonb NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL
);

CREATE TABLE public.storage_changes (
    id bigint NOT NULL,
    principal_id uuid NOT NULL,
    bytes bigint NOT NULL
);

ALTER TABLE public.storage_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.storage_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.storage_counts (
    principal_id uuid NOT NULL,
    bytes bigint DEFAULT 0 NOT NULL,
    counted_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.chores
    ADD CONSTRAINT chores_pkey PRIMARY KEY (name, host);

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_pkey PRIMARY KEY (id);

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

ALTER TABLE ONLY public.network_people
    ADD CONSTRAINT network_people_pkey PRIMARY KEY (network_id, user_id);

ALTER TABLE ONLY public.networks
    ADD CONSTRAINT networks_name_key UNIQUE (name);

ALTER TABLE ONLY public.networks
    ADD CONSTRAINT networks_pkey PRIMARY KEY (id);

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

ALTER TABLE ONLY public.room_mentions
    ADD CONSTRAINT room_mentions_pkey PRIMARY KEY (room_id, principal_id, message_seq);

ALTER TABLE ONLY public.rooms
    ADD CONSTRAINT rooms_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.run_kinds
    ADD CONSTRAINT run_kinds_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.run_output
    ADD CONSTRAINT run_output_pkey PRIMARY KEY (run_id, "position");

ALTER TABLE ONLY public.run_tokens
    ADD CONSTRAINT run_tokens_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY public.run_tokens
    ADD CONSTRAINT run_tokens_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.runners
    ADD CONSTRAINT runners_pkey PRIMARY KEY (host);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schema_functions
    ADD CONSTRAINT schema_functions_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.script_blobs
    ADD CONSTRAINT script_blobs_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.script_caches
    ADD CONSTRAINT script_caches_pkey PRIMARY KEY (script_id);

ALTER TABLE ONLY public.script_files
    ADD CONSTRAINT script_files_pkey PRIMARY KEY (script_id, path, since);

ALTER TABLE ONLY public.script_networks
    ADD CONSTRAINT script_networks_pkey PRIMARY KEY (script_id, network_id);

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

ALTER TABLE ONLY public.storage_changes
    ADD CONSTRAINT storage_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.storage_counts
    ADD CONSTRAINT storage_counts_pkey PRIMARY KEY (principal_id);

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

CREATE INDEX devices_expiry ON public.devices USING btree (expires_at);

CREATE UNIQUE INDEX devices_token ON public.devices USING btree (token_hash, user_id);

CREATE INDEX devices_user ON public.devices USING btree (user_id, last_seen_at);

CREATE INDEX files_run ON public.files USING btree (run_id, path) WHERE (run_id IS NOT NULL);

CREATE INDEX idempotency_keys_expiry ON public.idempotency_keys USING btree (expires_at);

CREATE INDEX login_throttles_account ON public.login_throttles USING btree (account) WHERE (account IS NOT NULL);

CREATE INDEX login_throttles_expiry ON public.login_throttles USING btree (last_failure_at);

CREATE INDEX mappings_by_name ON public.mappings USING btree (name, id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX mappings_name ON public.mappings USING btree (public.name_key((name)::text), twin) WHERE ((deleted_at IS NULL) AND (visibility = 'team'::text));

CREATE UNIQUE INDEX mappings_name_of_owner ON public.mappings USING btree (owner_id, public.name_key((name)::text), twin) WHERE (deleted_at IS NULL);

CREATE INDEX mappings_owner ON public.mappings USING btree (owner_id, id);

CREATE INDEX network_people_user ON public.network_people USING btree (user_id);

CREATE UNIQUE INDEX networks_name_look ON public.networks USING btree (public.name_key((name)::text), twin);

CREATE INDEX principals_handle_look ON public.principals USING btree (public.handle_key((handle)::text)) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX providers_name_look ON public.providers USING btree (public.name_key(name), twin);

CREATE INDEX room_events_reply ON public.room_events USING btree (room_id, reply_to, seq) WHERE (reply_to IS NOT NULL);

CREATE INDEX room_events_run ON public.room_events USING btree (run_id) WHERE (run_id IS NOT NULL);

CREATE INDEX room_events_target ON public.room_events USING btree (room_id, target, seq) WHERE (target IS NOT NULL);

CREATE INDEX room_members_principal ON public.room_members USING btree (principal_id, room_id);

CREATE INDEX rooms_active ON public.rooms USING btree (last_event_at) WHERE (deleted_at IS NULL);

CREATE INDEX rooms_deleted ON public.rooms USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);

CREATE INDEX rooms_public ON public.rooms USING btree (id) WHERE ((visibility = 'public'::text) AND (deleted_at IS NULL));

CREATE INDEX run_tokens_user ON public.run_tokens USING btree (user_id);

CREATE INDEX runs_agent ON public.runs USING btree (agent_id, id) WHERE (agent_id IS NOT NULL);

CREATE INDEX runs_agent_room ON public.runs USING btree (agent_id, room_id, id) WHERE (agent_id IS NOT NULL);

CREATE INDEX runs_agent_state ON public.runs USING btree (agent_id, state, id) WHERE (agent_id IS NOT NULL);

CREATE UNIQUE INDEX runs_alone ON public.runs USING btree (alone) WHERE ((state = 'running'::text) AND (alone IS NOT NULL));

CREATE INDEX runs_asked ON public.runs USING btree (asked_by, id);

CREATE INDEX runs_asked_state ON public.runs USING btree (asked_by, state, id);

CREATE INDEX runs_due ON public.runs USING btree (due_at) WHERE ((state = 'queued'::text) AND (due_at > queued_at));

CREATE INDEX runs_host ON public.runs USING btree (host) WHERE (state = 'running'::text);

CREATE INDEX runs_inputs_plain ON public.runs USING btree (id) WHERE inputs_plain;

CREATE INDEX runs_inputs_sealed ON public.runs USING btree (id) WHERE (inputs_sealed IS NOT NULL);

CREATE INDEX runs_kind ON public.runs USING btree (kind, id);

CREATE INDEX runs_kind_state ON public.runs USING btree (kind, state, id);

CREATE INDEX runs_mapping_live ON public.runs USING btree (mapping_id) WHERE ((mapping_id IS NOT NULL) AND (state = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text])));

CREATE INDEX runs_parent ON public.runs USING btree (parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX runs_queue_by_lane ON public.runs USING btree (COALESCE(asked_by, '00000000-0000-0000-0000-000000000000'::uuid), public.run_lane(kind, via), priority DESC, due_at, id) WHERE (state = 'queued'::text);

CREATE INDEX runs_retry ON public.runs USING btree (retry_of) WHERE (retry_of IS NOT NULL);

CREATE INDEX runs_room ON public.runs USING btree (room_id, id) WHERE (room_id IS NOT NULL);

CREATE INDEX runs_room_live ON public.runs USING btree (room_id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text]));

CREATE INDEX runs_room_state ON public.runs USING btree (room_id, state, id) WHERE (room_id IS NOT NULL);

CREATE INDEX runs_script ON public.runs USING btree (script_id, id) WHERE (script_id IS NOT NULL);

CREATE INDEX runs_script_asked ON public.runs USING btree (script_id, asked_by, id) WHERE (script_id IS NOT NULL);

CREATE INDEX runs_script_state ON public.runs USING btree (script_id, state, id) WHERE (script_id IS NOT NULL);

CREATE INDEX runs_stored ON public.runs USING btree (asked_by) INCLUDE (stored_bytes) WHERE (stored_bytes > 0);

CREATE UNIQUE INDEX runs_turn ON public.runs USING btree (agent_id, room_id) WHERE ((kind = 'agent'::text) AND (state = ANY (ARRAY['running'::text, 'waiting'::text])));

CREATE INDEX runs_turn_queue ON public.runs USING btree (agent_id, room_id, id) WHERE ((kind = 'agent'::text) AND (state = 'queued'::text));

CREATE INDEX runs_uncounted ON public.runs USING btree (id) WHERE ((stored_bytes IS NULL) AND (finished_at IS NOT NULL));

CREATE INDEX script_blobs_orphaned ON public.script_blobs USING btree (orphaned_at) WHERE (orphaned_at IS NOT NULL);

CREATE INDEX script_files_digest ON public.script_files USING btree (digest);

CREATE INDEX script_networks_network ON public.script_networks USING btree (network_id, script_id);

CREATE INDEX scripts_by_name ON public.scripts USING btree (name, id) WHERE (deleted_at IS NULL);

CREATE INDEX scripts_mapping ON public.scripts USING btree (mapping_id) WHERE (mapping_id IS NOT NULL);

CREATE UNIQUE INDEX scripts_name ON public.scripts USING btree (public.name_key((name)::text), twin) WHERE ((deleted_at IS NULL) AND (visibility = 'team'::text));

CREATE UNIQUE INDEX scripts_name_of_owner ON public.scripts USING btree (owner_id, public.name_key((name)::text), twin) WHERE (deleted_at IS NULL);

CREATE INDEX scripts_owner ON public.scripts USING btree (owner_id, id);

CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);

CREATE UNIQUE INDEX sessions_family ON public.sessions USING btree (family_hash);

CREATE INDEX sessions_user ON public.sessions USING btree (user_id, id);

CREATE INDEX storage_changes_principal ON public.storage_changes USING btree (principal_id);

CREATE INDEX storage_counts_age ON public.storage_counts USING btree (counted_at);

CREATE INDEX users_admins ON public.users USING btree (id) WHERE (role = 'admin'::text);

CREATE INDEX users_email_look ON public.users USING btree (public.name_key((email)::text));

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_id_fkey FOREIGN KEY (id) REFERENCES public.principals(id);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.principals(id);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES public.providers(id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

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

ALTER TABLE ONLY public.network_people
    ADD CONSTRAINT network_people_network_id_fkey FOREIGN KEY (network_id) REFERENCES public.networks(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.network_people
    ADD CONSTRAINT network_people_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

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

ALTER TABLE ONLY public.room_mentions
    ADD CONSTRAINT room_mentions_room_id_principal_id_fkey FOREIGN KEY (room_id, principal_id) REFERENCES public.room_members(room_id, principal_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.rooms
    ADD CONSTRAINT rooms_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.principals(id);

ALTER TABLE ONLY public.run_output
    ADD CONSTRAINT run_output_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.run_tokens
    ADD CONSTRAINT run_tokens_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.run_tokens
    ADD CONSTRAINT run_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.principals(id);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_kind FOREIGN KEY (kind) REFERENCES public.run_kinds(name);

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

ALTER TABLE ONLY public.script_caches
    ADD CONSTRAINT script_caches_script_id_fkey FOREIGN KEY (script_id) REFERENCES public.scripts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.script_files
    ADD CONSTRAINT script_files_digest_fkey FOREIGN KEY (digest) REFERENCES public.script_blobs(digest);

ALTER TABLE ONLY public.script_files
    ADD CONSTRAINT script_files_script_id_fkey FOREIGN KEY (script_id) REFERENCES public.scripts(id);

ALTER TABLE ONLY public.script_networks
    ADD CONSTRAINT script_networks_network_id_fkey FOREIGN KEY (network_id) REFERENCES public.networks(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.script_networks
    ADD CONSTRAINT script_networks_script_id_fkey FOREIGN KEY (script_id) REFERENCES public.scripts(id) ON DELETE CASCADE;

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

ALTER TABLE ONLY public.storage_changes
    ADD CONSTRAINT storage_changes_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES public.principals(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.storage_counts
    ADD CONSTRAINT storage_counts_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES public.principals(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_id_fkey FOREIGN KEY (id) REFERENCES public.principals(id);

GRANT USAGE ON SCHEMA public TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.principals TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users TO coagent_app;

GRANT SELECT,INSERT ON TABLE public.room_events TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agents TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.runs TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_tokens TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.scripts TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chores TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rooms TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mapping_entries TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mappings TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.room_members TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.providers TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.networks TO coagent_app;

GRANT SELECT,INSERT ON TABLE public.script_versions TO coagent_app;

REVOKE ALL ON FUNCTION public.drop_functions(schemas text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.drop_functions(schemas text[]) TO coagent_app;

REVOKE ALL ON FUNCTION public.purge_room_log(the_room uuid, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_room_log(the_room uuid, most integer) TO coagent_app;

GRANT SELECT,INSERT ON TABLE public.audit_log TO coagent_app;

GRANT USAGE ON SEQUENCE public.audit_log_id_seq TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.devices TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.file_chunks TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.files TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_throttles TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.network_people TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.room_mentions TO coagent_app;

GRANT SELECT ON TABLE public.run_kinds TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.run_output TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.run_tokens TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.runners TO coagent_app;

GRANT SELECT ON TABLE public.schema_functions TO coagent_app;

GRANT SELECT ON TABLE public.schema_migrations TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.script_blobs TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.script_caches TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.script_files TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.script_networks TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.script_states TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.settings TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.storage_changes TO coagent_app;

GRANT USAGE ON SEQUENCE public.storage_changes_id_seq TO coagent_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.storage_counts TO coagent_app;

