-- Model endpoints and agents.
create table providers (
    id uuid primary key default uuid_v7(),
    name text not null unique check (char_length(name) between 1 and 80),
    kind text not null default 'openai' check (kind in ('openai', 'command')),
    base_url text not null default '' check (char_length(base_url) <= 500),
    key_sealed text,
    default_model text not null default '' check (char_length(default_model) <= 200),
    price_prompt numeric not null default 0 check (price_prompt >= 0),          -- per million tokens
    price_completion numeric not null default 0 check (price_completion >= 0),
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table agents (
    id uuid primary key references principals,
    kind text not null default 'chat' check (kind in ('chat', 'worker')),
    provider_id uuid references providers,
    model text not null default '' check (char_length(model) <= 200), -- '': the provider's default
    prompt text not null default '' check (char_length(prompt) <= 32000),
    parameters jsonb not null default '{}',      -- temperature, max_tokens, top_p
    context_tokens int not null default 16000 check (context_tokens between 512 and 2000000),
    run_seconds int not null default 300 check (run_seconds between 5 and 3600),
    desired_state text not null default 'started' check (desired_state in ('started', 'stopped')),
    owner_id uuid not null references principals,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index agents_owner on agents (owner_id, id);
create index agents_provider on agents (provider_id);
