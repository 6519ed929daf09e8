-- What an API token needs to make use of a permission of its user: for what everybody may at first, making rooms, agents,
-- scripts and mappings of one's own, the scope "write" is enough; for what reaches others' it takes "admin".
create function permission_scope(permission text) returns text language sql immutable parallel safe as $$
    select case when permission = any (default_permissions()) then 'write' else 'admin' end
$$;

create or replace function caller_may(permission text) returns boolean language plpgsql stable as $$
begin
    return exists (select from users where id = caller_id() and disabled_at is null
                                           and (role = 'admin' or permission = any (permissions)))
           and permission_scope(permission) = any (string_to_array(current_setting('coagent.scopes', true), ','));
end $$;

create or replace function prove_permission(permission text) returns void language plpgsql as $$
begin
    if not permission_scope(permission) = any (string_to_array(current_setting('coagent.scopes', true), ',')) then
        perform raise_outcome('CA403', format('This API token does not have the scope "%s".', permission_scope(permission)));
    end if;
    if not caller_may(permission) then
        perform raise_outcome('CA403', 'You do not have the permission to do this.');
    end if;
end $$;
