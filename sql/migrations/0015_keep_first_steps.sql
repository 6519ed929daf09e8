-- The first steps of an administrator in a new studio: what cannot be seen from other tables.
alter table users add column start_marks text[] not null default '{}'
    constraint users_start_marks_check check (start_marks <@ array['audit', 'hidden']);
