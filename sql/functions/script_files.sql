-- The files beside a script. A version has all that are valid at its number (script_files.since, until).
create type script_file as (path text, digest bytea, size int, executable boolean);

-- Those of a version.
create function script_files_of(script uuid, version int) returns script_file[] language sql stable as $$
    select coalesce(array_agg(row(path, digest, size, executable)::script_file), '{}')
    from script_files where script_id = script and since <= version and (until is null or until > version)
$$;

create function script_files_json(script uuid, version int) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object('path', path, 'size', size, 'executable', executable,
                                                 'sha256', encode(digest, 'hex')) order by path collate "C"), '[]')
    from script_files where script_id = script and since <= version and (until is null or until > version)
$$;

-- The limit of this name.
create function folder_limit(wanted text) returns int language sql immutable as $$
    select value::int from folder_limit_rows() where name = wanted
$$;

-- What is wrong with the path of a file beside a script of this kind; null: nothing.
create function script_path_fault(path text, kind text) returns text language sql immutable as $$
    select case
        when octet_length(path) not between 1 and folder_limit('path')
            then format('A path can have at most %s bytes.', folder_limit('path'))
        when path ~ '[\x01-\x1f\x7f\u0080-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]'
            then 'A path must not contain control characters.'
        when strpos(path, '\') > 0 then 'Separate folders with "/", not with "\".'
        when path ~ '(^|/)\.{0,2}(/|$)' then 'A path must be relative, without empty parts, "." and "..".'
        when array_length(string_to_array(path, '/'), 1) > folder_limit('depth') + 1
            then format('A file can be in at most %s folders.', folder_limit('depth'))
        when path = (select file from script_kind_rows() where name = kind)
            then format('"%s" is the name of the script itself.', path)
        when path ~ '^out(/|$)' or path = 'output.json' then '"out" and "output.json" are for the results of runs.'
    end
$$;

-- A change of a file, as the caller wishes it: the file as it will be; digest null: it goes.
create type script_file_change as (file script_file, bytes bytea);

-- Raises for the change at this place of the list.
create function refuse_script_file(place bigint, field text, path text, sentence text) returns void language plpgsql as $$
begin
    perform raise_outcome('CA422', format('%s: %s', path, sentence), format('files.%s.%s', place - 1, field));
end $$;

create function script_file_base64(place bigint, path text, given text) returns bytea language plpgsql as $$
begin
    return decode(given, 'base64');
exception when invalid_parameter_value then
    perform refuse_script_file(place, 'base64', path, 'Not valid base64.');
    return null;
end $$;

-- wish: {"path", one of "text", "base64", "from" (a path of before) and "remove", "executable"}; with none of them, only
-- "executable" changes. before: the files that the wish is about.
create function read_script_file(wish jsonb, place bigint, kind text, before script_file[]) returns script_file_change
language plpgsql as $$
declare
    new_path text := normalize(wish ->> 'path', NFC);
    removed boolean := coalesce((wish ->> 'remove')::boolean, false);
    fault text := script_path_fault(new_path, kind);
    file script_file;
    content bytea;
begin
    if fault is not null and not removed then
        perform refuse_script_file(place, 'path', new_path, fault);
    elsif (wish ? 'text')::int + (wish ? 'base64')::int + (wish ? 'from')::int + removed::int > 1 then
        perform refuse_script_file(place, 'path', new_path, 'Give only one of "text", "base64", "from" and "remove".');
    end if;
    content := case when wish ? 'text' then convert_to(wish ->> 'text', 'UTF8')
                    when wish ? 'base64' then script_file_base64(place, new_path, wish ->> 'base64') end;
    if octet_length(content) > folder_limit('bytes') then
        perform refuse_script_file(place, 'path', new_path, 'All files of a script together can have at most 2 MB.');
    elsif content is null then
        select * into file from unnest(before) b where b.path = coalesce(normalize(wish ->> 'from', NFC), new_path);
        if not found then
            perform refuse_script_file(place, case when wish ? 'from' then 'from' else 'path' end,
                                       coalesce(wish ->> 'from', new_path), 'There is no such file.');
        end if;
        file.digest := case when not removed then file.digest end;
    else
        file.digest := sha256(content);
        file.size := octet_length(content);
        file.executable := (select b.executable from unnest(before) b where b.path = new_path);
    end if;
    file.path := new_path;
    file.executable := coalesce((wish ->> 'executable')::boolean, file.executable, false);
    return row(file, content)::script_file_change;
end $$;

-- Raises when this is no folder that a script may have.
create function check_script_folder(files script_file[]) returns void language plpgsql as $$
declare
    clash text;
begin
    if cardinality(files) > folder_limit('files') then
        perform raise_outcome('CA422', format('A script can have at most %s files.', folder_limit('files')), 'files');
    elsif (select sum(size) from unnest(files)) > folder_limit('bytes') then
        perform raise_outcome('CA422', 'All files of a script together can have at most 2 MB.', 'files');
    end if;
    select a.path into clash from unnest(files) a
    where exists (select from unnest(files) b where starts_with(b.path, a.path || '/')) limit 1;
    if found then
        perform raise_outcome('CA422', format('%s cannot be a file and a folder at the same time.', clash), 'files');
    end if;
end $$;

-- The files that a version made from the body will have: those of the newest version, or of "files_of", or with
-- "replace_files" none, with the changes of "files". Stores their bytes. Raises when the body asks for what cannot be.
create function wanted_script_files(script scripts, b jsonb) returns script_file[] language plpgsql as $$
declare
    before script_file[] := script_files_of(script.id, coalesce((b ->> 'files_of')::int, script.latest));
    changes script_file_change[];
    wanted script_file[];
begin
    if b ? 'files_of' and not exists (select from script_versions where script_id = script.id and number = (b ->> 'files_of')::int) then
        perform raise_outcome('CA422', 'This script has no such version.', 'files_of');
    end if;
    changes := array(select read_script_file(wish, place, script.kind, before)
                     from jsonb_array_elements(b -> 'files') with ordinality as wishes (wish, place) order by place);
    if (select count(distinct (c.file).path) from unnest(changes) c) < cardinality(changes) then
        perform raise_outcome('CA422', 'A path is there twice.', 'files');
    end if;
    wanted := array(select c.file from unnest(changes) c where (c.file).digest is not null)
           || array(select f from unnest(before) f
                    where not coalesce((b ->> 'replace_files')::boolean, false)
                      and f.path not in (select (c.file).path from unnest(changes) c));
    perform check_script_folder(wanted);
    -- in one order, because two who store the same files would wait for each other
    insert into script_blobs as s (digest, bytes)
    select distinct on ((c.file).digest) (c.file).digest, c.bytes from unnest(changes) c where c.bytes is not null
    order by (c.file).digest
    on conflict (digest) do update set orphaned_at = null where s.orphaned_at is not null;
    return wanted;
end $$;

-- Whether two folders differ.
create function script_files_differ(a script_file[], b script_file[]) returns boolean language sql immutable as $$
    select array(select f from unnest(a) f order by f.path collate "C")
           is distinct from array(select f from unnest(b) f order by f.path collate "C")
$$;

-- Makes them the files of the new version. It notes only what changes.
create function keep_script_files(script uuid, version int, files script_file[]) returns void language plpgsql as $$
begin
    update script_files f set until = version
    where f.script_id = script and f.until is null
      and not exists (select from unnest(files) w where (w.path, w.digest, w.executable) = (f.path, f.digest, f.executable));
    insert into script_files (script_id, path, since, digest, size, executable)
    select script, w.path, version, w.digest, w.size, w.executable from unnest(files) w
    where not exists (select from script_files f where f.script_id = script and f.path = w.path and f.until is null);
end $$;

-- Of a script that was deleted; a chore removes what no other script has.
create function drop_script_files(script uuid) returns void language sql as $$
    with gone as (delete from script_files where script_id = script returning digest)
    update script_blobs set orphaned_at = now() where digest in (select digest from gone)
$$;
