-- What runs may reach beside the internet: networks that an administrator names, and gives to scripts.
create table networks (
    id uuid primary key default uuid_v7(),
    name citext not null unique check (char_length(name) between 1 and 80),
    description text not null default '' check (char_length(description) <= 500),
    destinations text[] not null check (cardinality(destinations) between 1 and 64), -- lib/network/destination.h
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

-- Who may give a network to their scripts without the permission scripts.network.
create table network_people (
    network_id uuid not null references networks on delete cascade,
    user_id uuid not null references users on delete cascade,
    primary key (network_id, user_id)
);
create index network_people_user on network_people (user_id);

-- Given by who may: stays given whatever the next version of the script does.
create table script_networks (
    script_id uuid not null references scripts on delete cascade,
    network_id uuid not null references networks on delete cascade,
    primary key (script_id, network_id)
);
create index script_networks_network on script_networks (network_id, script_id);

-- Those of its script when it was queued; null: none.
alter table runs add column networks uuid[];
