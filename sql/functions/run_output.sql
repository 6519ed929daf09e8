-- The text of an agent's run so far, of all its attempts.
create function run_text(run uuid) returns text language sql stable as $$
    select coalesce(convert_from(string_agg(bytes, ''::bytea order by position), 'UTF8'), '')
    from run_output where run_id = run and stream = 'text'
$$;

-- Bytes that a program wrote, as text: what is not UTF-8 becomes U+FFFD, NUL its picture. For small amounts only: it
-- takes each byte for a character of Latin 1, keeps the sequences that are UTF-8 and puts the mark for every other.
create function shown_text(raw bytea) returns text language plpgsql immutable as $$
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

-- How much a run has written so far, or where what is kept of it ends.
create function run_output_size(run uuid) returns bigint language sql stable as $$
    select coalesce((select position + octet_length(bytes) from run_output
                     where run_id = run order by position desc limit 1), 0)
$$;

-- The chunks that hold the bytes from one offset to before another, cut to them; a page is at most 1,000 chunks.
create function run_output_chunks(run uuid, start bigint, stop bigint)
returns table ("position" bigint, stream text, at timestamptz, bytes bytea) language sql stable as $$
    select greatest(o.position, start), o.stream, o.at,
           substring(o.bytes from greatest(start - o.position, 0)::int + 1
                             for (stop - greatest(o.position, start))::int)
    from run_output o
    where o.run_id = run and o.position < stop
      and o.position >= coalesce((select max(f.position) from run_output f where f.run_id = run and f.position <= start), 0)
      and o.position + octet_length(o.bytes) > start
    order by o.position limit 1000
$$;

create function run_output_slice(run uuid, start bigint, most int) returns bytea language sql stable as $$
    select coalesce(string_agg(bytes, ''::bytea order by position), '') from run_output_chunks(run, start, start + most)
$$;

-- The end of what a run wrote, for people: its last 20 lines without colours, at most 2,000 characters.
create function run_tail(run uuid) returns text language plpgsql stable as $$
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

-- A page of what a run wrote (see run_output_page in sql/queries/runs.sql). Of the last bytes, the first may be the rest
-- of a character: they are left out.
create function run_output_page(wanted uuid, from_byte bigint, last_bytes bigint, most bigint)
returns table ("position" text, stream text, at text, bytes bytea) language plpgsql stable as $$
declare
    run runs;
    total bigint := run_output_size(wanted);
    start bigint := coalesce(from_byte, greatest(total - last_bytes, 0));
    edge bytea;
begin
    select * into run from runs where id = wanted;
    if run.kind = 'agent' and is_taken_back(run.id) then
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
        'truncated', run.output_truncated, 'removed', run.output_bytes > 0 and total = 0, 'end', total,
        'live', run.finished_at is null)::text, 'UTF8');
    return query select c.position::text, c.stream, api_time(c.at), c.bytes
                 from run_output_chunks(wanted, start, least(start + most, total)) c;
end $$;

-- All bytes of a run's output from one offset up to another, however many chunks they are in.
create function run_output_stretch(run uuid, start bigint, stop bigint) returns bytea language sql stable as $$
    select coalesce(string_agg(substring(o.bytes from greatest(start - o.position, 0)::int + 1
                                                 for (stop - greatest(o.position, start))::int), ''::bytea order by o.position), '')
    from run_output o
    where o.run_id = run and o.position < stop
      and o.position >= coalesce((select max(f.position) from run_output f where f.run_id = run and f.position <= start), 0)
      and o.position + octet_length(o.bytes) > start
$$;
