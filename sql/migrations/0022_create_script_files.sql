-- The files beside a script: the folder of a version is what stands here and is valid at its number. A version that changes
-- one file adds one row, however many files there are.
create table script_blobs (
    digest bytea primary key check (octet_length(digest) = 32), -- SHA-256: equal files are stored once
    bytes bytea not null check (octet_length(bytes) <= 2097152),
    orphaned_at timestamptz                      -- a script that had it was deleted: look whether another has it
);
create index script_blobs_orphaned on script_blobs (orphaned_at) where orphaned_at is not null;

create table script_files (
    script_id uuid not null references scripts,
    path text not null check (octet_length(path) between 1 and 255),
    since int not null,                          -- the first version that has it like this
    until int check (until > since),             -- the first that has not; null: the newest has it
    digest bytea not null references script_blobs,
    size int not null,
    executable boolean not null,
    primary key (script_id, path, since)
);
create index script_files_digest on script_files (digest);

alter table script_versions
    add column file_count int not null default 0,
    add column file_bytes int not null default 0;
