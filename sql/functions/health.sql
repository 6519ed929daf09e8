-- How the studio is: whether the database has room to write, and which chores count.

-- Fails with disk_full (53100) when the disk has no room for a temporary file of a megabyte. A row that is updated would
-- find room in its own page, and a table that grows would need cleaning up.
create function health_write() returns bigint language sql volatile set work_mem = '64kB' as $$
    select count(*) from generate_series(1, 50000)
$$;

-- Whether a chore is anybody's now: those of a single host go with its runner.
create function chore_counts(c chores) returns boolean language sql stable as $$
    select c.host = '' or exists (select from runners r where r.host = c.host and r.seen_at > now() - interval '10 minutes')
$$;
