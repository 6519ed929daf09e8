-- All bytes of a run's output from one offset up to another, however many chunks they are in.
create function run_output_stretch(run uuid, start bigint, stop bigint) returns bytea language sql stable as $$
    select coalesce(string_agg(substring(o.bytes from greatest(start - o.position, 0)::int + 1
                                                 for (stop - greatest(o.position, start))::int), ''::bytea order by o.position), '')
    from run_output o
    where o.run_id = run and o.position < stop
      and o.position >= coalesce((select max(f.position) from run_output f where f.run_id = run and f.position <= start), 0)
      and o.position + octet_length(o.bytes) > start
$$;
