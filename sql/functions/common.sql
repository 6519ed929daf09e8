-- Ends the transaction with an outcome for the user. The code's last three digits are the HTTP status.
create function raise_outcome(code text, sentence text, field text default '', retry_after int default 0)
returns void language plpgsql as $$
begin
    raise exception using errcode = code, message = sentence, column = field, hint = retry_after::text;
end $$;

-- The same for several fields at once: a list of {"field","message"}. As many are told as an answer has room for.
create function raise_fields(sentence text, errors jsonb) returns void language plpgsql as $$
declare
    told jsonb := '[]'::jsonb;
    error jsonb;
begin
    for error in select * from jsonb_array_elements(errors) loop
        exit when octet_length(told::text) + octet_length(error::text) > 3900;
        told := told || error;
    end loop;
    raise exception using errcode = 'CA422', message = sentence, detail = told::text;
end $$;

-- Raises when a name is taken: there is one (null: none) that is the same, or is taken for it (see name_key). noun: of what
-- it is the name. Two at once are left to the unique indexes.
create function refuse_taken_name(noun text, wanted text, taken text) returns void language plpgsql as $$
begin
    if taken is not null then
        perform raise_outcome('CA409', case when taken::citext = wanted::citext then format('A %s with this name already exists.', noun)
                                            else format('A %s already exists whose name looks the same: "%s".', noun, taken) end,
                              'name');
    end if;
end $$;

-- RFC 3339 in UTC with milliseconds, as the API writes times. Stable, as to_char is: else it would not be inlined, and a
-- call of it would cost more than the rest of a row.
create function api_time(t timestamptz) returns text language sql stable parallel safe as $$
    select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- Where a list that is ordered by id goes on: base64url of the last id (22 characters). Null gives null.
create function cursor_of(id uuid) returns text language sql immutable parallel safe as $$
    select rtrim(translate(encode(uuid_send(id), 'base64'), '+/', '-_'), '=')
$$;

create function cursor_id(cursor text) returns uuid language plpgsql immutable parallel safe as $$
begin
    if cursor is null then
        return null;
    end if;
    if cursor !~ '^[A-Za-z0-9_-]{22}$' then
        perform raise_outcome('CA422', 'The cursor is not valid. Use the "next" of the previous page.', 'cursor');
    end if;
    return encode(decode(translate(cursor, '-_', '+/') || '==', 'base64'), 'hex')::uuid;
end $$;

-- The same for a list that is ordered by a number.
create function cursor_number(cursor text) returns bigint language plpgsql immutable parallel safe as $$
begin
    if cursor !~ '^[0-9]{1,18}$' then
        perform raise_outcome('CA422', 'The cursor is not valid. Use the "next" of the previous page.', 'cursor');
    end if;
    return cursor::bigint;
end $$;

-- The same for a list that is ordered by name.
create function cursor_of(name text) returns text language sql immutable parallel safe as $$
    select 'n.' || rtrim(translate(encode(convert_to(name, 'UTF8'), 'base64'), E'+/\n', '-_'), '=')
$$;

create function cursor_text(cursor text) returns text language plpgsql immutable parallel safe as $$
declare
    encoded constant text := translate(substr(cursor, 3), '-_', '+/');
begin
    if cursor !~ '^n\.[A-Za-z0-9_-]+$' then
        perform raise_outcome('CA422', 'The cursor is not valid. Use the "next" of the previous page.', 'cursor');
    end if;
    return convert_from(decode(rpad(encoded, (char_length(encoded) + 3) / 4 * 4, '='), 'base64'), 'UTF8');
exception when invalid_parameter_value or character_not_in_repertoire or untranslatable_character then
    perform raise_outcome('CA422', 'The cursor is not valid. Use the "next" of the previous page.', 'cursor');
end $$;

-- The same for a list that is ordered by name and id, because several owners can use a name.
create type named_place as (name citext, id uuid);

create function cursor_of(name text, id uuid) returns text language sql immutable parallel safe as $$
    select cursor_of(id::text || name)
$$;

create function cursor_place(cursor text) returns named_place language plpgsql immutable parallel safe as $$
declare
    place constant text := coalesce(cursor_text(cursor), '00000000-0000-0000-0000-000000000000');
begin
    if place !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' then
        perform raise_outcome('CA422', 'The cursor is not valid. Use the "next" of the previous page.', 'cursor');
    end if;
    return row(substr(place, 37)::citext, left(place, 36)::uuid)::named_place;
end $$;

-- The least id that a row of this moment or later has (see uuid_v7).
create function uuid_floor(moment timestamptz) returns uuid language sql stable parallel safe as $$
    select rpad(lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$$;

-- For the audit log, of every edit: what it has changed, {"from","to"} with the fields of a document that differ. The document
-- has no secrets, and no values that may become some.
create function document_changes(before jsonb, after jsonb) returns jsonb language sql immutable as $$
    select jsonb_build_object('from', coalesce(jsonb_object_agg(key, before -> key), '{}'),
                              'to', coalesce(jsonb_object_agg(key, after -> key), '{}'))
    from jsonb_object_keys(before || after) as key
    where before -> key is distinct from after -> key and key not in ('version', 'updated_at')
$$;
