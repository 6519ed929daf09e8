-- Handles that would be taken for everybody, or for the program itself.
create function is_reserved_handle(handle text) returns boolean language sql immutable parallel safe as $$
    select lower(handle) in ('all', 'here', 'everyone', 'system')
$$;

-- A handle that nobody has, made from what is wanted (the local part of an e-mail address): ada, ada-2, ada-3 …
-- A concurrent request for the same handle waits until this transaction ends, so that two never get the same one.
create function free_handle(wanted text) returns text language plpgsql as $$
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

-- An event as everybody sees it: in answers, in the history and in the frames on r_<room>, byte for byte.
create type author_document as (id uuid, kind text, name text, handle citext);

create function author_json(author principals) returns json language sql stable parallel safe as $$
    select case when author.id is not null
                then row_to_json(row(author.id, author.kind, author.name, author.handle)::author_document) end
$$;

-- {"id","kind","name","handle"} of a principal, null for none.
create function principal_json(principal uuid) returns json language sql stable as $$
    select author_json(p) from principals p where p.id = principal
$$;

-- A live principal by exactly one of handle, e-mail address and id.
create function find_principal(by_handle text, by_email text, by_id uuid) returns principals language plpgsql stable as $$
declare
    who principals;
begin
    if num_nonnulls(by_handle, by_email, by_id) <> 1 then
        perform raise_outcome('CA422', 'Specify exactly one of handle, email and id.', 'handle');
    end if;
    select p.* into who from principals p left join users u on u.id = p.id
    where p.deleted_at is null and u.disabled_at is null
      and p.id = coalesce(by_id, (select id from principals where handle = ltrim(by_handle, '@')::citext),
                          (select id from users where email = by_email::citext));
    if not found then
        perform raise_outcome('CA422', 'No user or agent matches. Check the spelling.',
                              case when by_handle is not null then 'handle' when by_email is not null then 'email' else 'id' end);
    end if;
    return who;
end $$;
