-- The brakes on guessing passwords. Each subject has an allowance of its own: so many free attempts; each further one
-- blocks it for 5, 10, 20 … seconds, at most 15 minutes; one attempt is forgiven in a fixed time. Refused attempts do not
-- count. The subjects in login_throttles:
--   "i:" address              failures from an address, over all accounts
--   "p:" address and e-mail   attempts on an account from one address, so that one stranger blocks nobody elsewhere
--   "a:" e-mail               attempts on an account from everywhere, against a guess that many addresses share
--   "d:" device               attempts from a browser in which the user has logged in before, instead of the three above:
--                             strangers cannot use it up, so that they never lock out the owner
--   "s:" session or API token attempts to prove the own password, which strangers cannot use up, either
--   "n:" address              accounts created
--   "r:" address              refusals in the audit log

-- The subject of a client's address: one IPv4 address, or the /64 that one IPv6 customer has at least. An IPv4 address
-- written as IPv6 is the IPv4 address, or all of them would be one customer.
create function throttle_subject(address inet) returns text language sql immutable parallel safe as $$
    select 'i:' || case
        when family(address) = 4 then host(address)
        when address << inet '::ffff:0:0/96' then host(inet '0.0.0.0' + (address - inet '::ffff:0:0'))
        else network(set_masklen(address, 64))::text end
$$;

-- Whether a subject is blocked. No block is longer than 15 minutes: one that seems so was made while the clock was ahead.
create function throttle_blocks(blocked_until timestamptz) returns boolean language sql stable as $$
    select coalesce(blocked_until > clock_timestamp() and blocked_until <= clock_timestamp() + interval '16 minutes', false)
$$;

-- The whole seconds for which a subject is still blocked; 0: it is not.
create function throttle_seconds(who text) returns int language sql stable as $$
    select coalesce(max(ceil(extract(epoch from blocked_until - clock_timestamp()))), 0)::int
    from login_throttles where subject = who and throttle_blocks(blocked_until)
$$;

-- The attempts that count after this time: one less for each so many seconds since the last.
create function throttle_left(failures real, last timestamptz, forgiven int) returns double precision language sql stable as $$
    select failures - greatest(0, extract(epoch from now() - last)) / forgiven
$$;

-- Counts an attempt; answers whether it is admitted. free: attempts before the first block; forgiven: the seconds after
-- which one less counts; mail: of the account that a new password frees.
create function throttle_count(who text, free int, forgiven int, mail text default null) returns boolean language plpgsql as $$
begin
    insert into login_throttles as old (subject, failures, account) values (who, 1, mail)
    on conflict (subject) do update set
        failures = greatest(0, throttle_left(old.failures, old.last_failure_at, forgiven))::real + 1,
        blocked_until = case when throttle_left(old.failures, old.last_failure_at, forgiven) > free - 1.5
            then clock_timestamp() + least(900, 5 * 2 ^ least(20, throttle_left(old.failures, old.last_failure_at, forgiven)
                                                                  - free + 1)) * interval '1 second' end,
        last_failure_at = now()
    where not throttle_blocks(old.blocked_until);
    return found;
end $$;

create function throttle_refuse(about text, who text, hint text default '') returns void language plpgsql as $$
declare
    seconds constant int := greatest(1, throttle_seconds(who));
begin
    perform raise_outcome('CA429', format('Too many attempts %s. Try again in %s seconds%s.', about, seconds, hint), '', seconds);
end $$;

create function throttle_check_address(address inet) returns void language plpgsql as $$
begin
    if throttle_seconds(throttle_subject(address)) > 0 then
        perform throttle_refuse('from your address', throttle_subject(address));
    end if;
end $$;

-- Only failures count here: people who share an address must not wait for each other's success. A failure that was in
-- progress when the address was blocked changes nothing.
create function throttle_count_address(address inet) returns void language plpgsql as $$
begin
    if address is not null then
        perform throttle_count(throttle_subject(address), 30, 60);
    end if;
end $$;

create function throttle_pair(mail text, address inet) returns text language sql immutable parallel safe as $$
    select 'p:' || coalesce(throttle_subject(address), '') || ' ' || lower(mail)
$$;

-- The device of this account that a cookie names by its hash; null: none.
create function device_find(mail text, hash text) returns uuid language sql stable as $$
    select d.id from devices d join users u on u.id = d.user_id
    where d.token_hash = hash and u.email = mail::citext and d.expires_at > now()
$$;

-- Before the password of a log-in is looked at, so that attempts in parallel gain nothing. The pair comes before the
-- account: a stranger whose pair is blocked uses up nothing of the account's allowance.
create function throttle_take_log_in(mail text, address inet, device_hash text) returns void language plpgsql as $$
declare
    device constant uuid := device_find(mail, device_hash);
begin
    if device is not null then
        if not throttle_count('d:' || device, 6, 900) then
            perform throttle_refuse('from this browser', 'd:' || device);
        end if;
        return;
    end if;
    perform throttle_check_address(address);
    if not throttle_count(throttle_pair(mail, address), 6, 900, lower(mail)) then
        perform throttle_refuse('for this account', throttle_pair(mail, address));
    elsif not throttle_count('a:' || lower(mail), 20, 900, lower(mail)) then
        perform throttle_refuse('for this account', 'a:' || lower(mail), ', or use a browser in which you have logged in before');
    end if;
end $$;

-- A right password frees what its attempt counted on: from a known device, only that, so that strangers gain no new guesses.
create function throttle_clear_log_in(mail text, address inet, device text) returns void language sql as $$
    delete from login_throttles where subject = any (case when device <> '' then array['d:' || device]
                                                     else array[throttle_pair(mail, address), 'a:' || lower(mail)] end)
$$;

create function throttle_take_own(who text) returns void language plpgsql as $$
begin
    if not throttle_count('s:' || who, 6, 900) then
        perform throttle_refuse('to enter your password', 's:' || who);
    end if;
end $$;

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
