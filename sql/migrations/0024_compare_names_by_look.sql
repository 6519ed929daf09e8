-- What is the same in names that are taken for each other: case and width, invisible characters, how dashes and apostrophes
-- are typed, and letters of other alphabets that look Latin in one of their cases. For comparison only: never shown.
create function name_key(name text) returns text language sql immutable parallel safe as $$
    select pg_catalog.translate(
        pg_catalog.lower(pg_catalog."normalize"(pg_catalog.regexp_replace(name,
            '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
            '\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]', '', 'g'), 'NFKC')),
        'авсԁеёѕһніїјкӏморԛтуүѵԝхαβεζηικμνορτυχօսհոıɑɡ‐‒–—−’ʼ',
        'abcdeëshhiïjklmopqtyyvwxabezhikmvoptuxouhniag-----''''')
$$;

-- Handles have letters, digits and ".-_" only; what is left are characters that look the same in many fonts.
create function handle_key(handle text) returns text language sql immutable parallel safe as $$
    select pg_catalog.translate(pg_catalog.replace(pg_catalog.replace(pg_catalog.lower(handle), 'rn', 'm'), 'vv', 'w'), '01i._', 'oll--')
$$;
create index principals_handle_look on principals (handle_key(handle::text)) where deleted_at is null;

-- Names that were there already and look like an older one keep their own: twin tells them apart, and is 0 for all names that
-- are given from now on.
alter table scripts add column twin bigint not null default 0;
update scripts set twin = numbered.number
from (select id, row_number() over (order by id) as number
      from (select id, row_number() over (partition by owner_id, name_key(name::text) order by id) > 1
                       or visibility = 'team'
                          and row_number() over (partition by visibility, name_key(name::text) order by id) > 1 as is_twin
            from scripts where deleted_at is null) as judged
      where is_twin) as numbered
where numbered.id = scripts.id;
drop index scripts_name;
create unique index scripts_name on scripts (name_key(name::text), twin) where deleted_at is null and visibility = 'team';
drop index scripts_name_of_owner;
create unique index scripts_name_of_owner on scripts (owner_id, name_key(name::text), twin) where deleted_at is null;

alter table mappings add column twin bigint not null default 0;
update mappings set twin = numbered.number
from (select id, row_number() over (order by id) as number
      from (select id, row_number() over (partition by owner_id, name_key(name::text) order by id) > 1
                       or visibility = 'team'
                          and row_number() over (partition by visibility, name_key(name::text) order by id) > 1 as is_twin
            from mappings where deleted_at is null) as judged
      where is_twin) as numbered
where numbered.id = mappings.id;
drop index mappings_name;
create unique index mappings_name on mappings (name_key(name::text), twin) where deleted_at is null and visibility = 'team';
drop index mappings_name_of_owner;
create unique index mappings_name_of_owner on mappings (owner_id, name_key(name::text), twin) where deleted_at is null;

-- People type their address in the form NFC, see lib/unicode/name.h. An address whose NFC form is another account's stays as it
-- is: its user cannot log in any more, until an administrator has looked at it.
update users u set email = pg_catalog."normalize"(u.email::text, 'NFC')::citext
where u.email::text is not nfc normalized
      and not exists (select from users o where o.id <> u.id
                      and pg_catalog."normalize"(o.email::text, 'NFC')::citext = pg_catalog."normalize"(u.email::text, 'NFC')::citext);
create index users_email_look on users (name_key(email::text));
