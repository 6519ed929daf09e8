-- The subject of a client's address: one IPv4 address, or the /64 that one IPv6 customer has at least.
create function throttle_subject(address inet) returns text language sql immutable parallel safe as $$
    select 'i:' || case family(address) when 4 then host(address) else network(set_masklen(address, 64))::text end
$$;

-- Whether a refusal of somebody unproved goes into the log: nobody without an account may fill the disk with it. Sixty
-- from an address do at once, then one in six seconds; the others are in the web server's log only.
create function admit_anonymous_refusal(address inet) returns boolean language plpgsql as $$
begin
    insert into login_throttles as old (subject, failures)
    values ('r:' || coalesce(throttle_subject(address), ''), 1)
    on conflict (subject) do update set
        failures = greatest(0, old.failures - extract(epoch from now() - old.last_failure_at) / 6)::real + 1,
        last_failure_at = now()
    where old.failures - extract(epoch from now() - old.last_failure_at) / 6 < 59.5;
    return found;
end $$;
