-- Whether the database has room to write.

-- Fails with disk_full (53100) when the disk has no room for a temporary file of a megabyte. A row that is updated would
-- find room in its own page, and a table that grows would need cleaning up.
create function health_write() returns bigint language sql volatile set work_mem = '64kB' as $$
    select count(*) from generate_series(1, 50000)
$$;
