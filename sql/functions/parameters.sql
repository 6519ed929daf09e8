-- Parameters of scripts: what a script says that it takes, and what a run is given.
-- What a script takes is a small subset of JSON Schema, {"type": "object", "properties": {NAME: RULE},
-- "required": [NAME …], "order": [NAME …]}. A RULE has a type (string, integer, number, boolean, array: of strings),
-- perhaps title, description, default and enum, and what its type allows besides:
create function parameter_keywords(type text) returns text[] language sql immutable as $$
    select array['type', 'title', 'description', 'default'] || case type
        when 'string' then array['enum', 'minLength', 'maxLength', 'pattern', 'format']
        when 'integer' then array['enum', 'minimum', 'maximum']
        when 'number' then array['enum', 'minimum', 'maximum']
        when 'array' then array['enum']
        else array[]::text[] end
$$;

-- Why a value is no value of this rule, a sentence, or null when it is one. The rule has been checked.
create function parameter_fault(rule jsonb, value jsonb) returns text language plpgsql immutable as $$
declare
    type constant text := rule ->> 'type';
    said constant text := value #>> '{}';
    fault text;
begin
    if type = 'array' then
        if jsonb_typeof(value) <> 'array' then
            return 'Must be a list of texts.';
        elsif jsonb_array_length(value) > 200 then
            return 'Must have at most 200 entries.';
        end if;
        select parameter_fault(rule || '{"type": "string"}', element) into fault
        from jsonb_array_elements(value) as element
        where parameter_fault(rule || '{"type": "string"}', element) is not null limit 1;
        return fault;
    elsif jsonb_typeof(value) <> (case type when 'integer' then 'number' else type end) then
        return case type when 'string' then 'Must be a text.' when 'boolean' then 'Must be true or false.'
                         when 'integer' then 'Must be a whole number.' else 'Must be a number.' end;
    elsif type = 'integer' and (said::numeric <> trunc(said::numeric) or abs(said::numeric) > 9007199254740991) then
        return 'Must be a whole number.';
    elsif rule ? 'enum' and not rule -> 'enum' @> jsonb_build_array(value) then
        return 'Must be one of: ' || left(array_to_string(array(select jsonb_array_elements_text(rule -> 'enum')), ', '), 200) || '.';
    elsif type = 'string' then
        return text_fault(rule, said);
    elsif type in ('integer', 'number') and said::numeric < (rule ->> 'minimum')::numeric then
        return format('Must be at least %s.', rule ->> 'minimum');
    elsif type in ('integer', 'number') and said::numeric > (rule ->> 'maximum')::numeric then
        return format('Must be at most %s.', rule ->> 'maximum');
    end if;
    return null;
end $$;

-- The same for a text.
create function text_fault(rule jsonb, said text) returns text language plpgsql immutable as $$
begin
    if char_length(said) < (rule ->> 'minLength')::int then
        return format('Must have at least %s characters.', rule ->> 'minLength');
    elsif char_length(said) > coalesce((rule ->> 'maxLength')::int, 16000) then
        return format('Must have at most %s characters.', coalesce(rule ->> 'maxLength', '16000'));
    elsif rule ->> 'format' = 'email' and said !~ '^[^\s@]+@[^\s@]+$' then
        return 'Must be an e-mail address.';
    elsif rule ->> 'format' = 'uri' and said !~ '^[A-Za-z][A-Za-z0-9+.-]*:\S+$' then
        return 'Must be an address such as https://example.com/.';
    elsif rule ->> 'format' = 'date' and not is_date(said) then
        return 'Must be a date such as 2026-11-20.';
    elsif said !~ (rule ->> 'pattern') then
        return format('Must fit the pattern %s.', rule ->> 'pattern');
    end if;
    return null;
end $$;

create function is_date(said text) returns boolean language plpgsql immutable as $$
declare
    parts text[] := regexp_match(said, '^(\d{4})-(\d\d)-(\d\d)$');
begin
    return parts is not null and make_date(parts[1]::int, parts[2]::int, parts[3]::int) is not null;
exception when datetime_field_overflow then
    return false;
end $$;

-- How large the automaton of a regular expression becomes, at most. What may be absent costs most, and a bound behind a
-- group repeats the group: everything before it is taken for that, because a bracket may stand in a class, too.
create function pattern_size(pattern text) returns numeric language plpgsql immutable as $$
declare
    size numeric := 0;
    said text[];
begin
    for said in select regexp_matches(pattern, '\)\{(\d{1,9}),?(\d{0,9})|\{(\d{1,9}),?(\d{0,9})|(.)', 'g') loop
        size := case when said[5] is not null then size + case when said[5] in ('?', '*', '|') then 3 else 1 end
                     when said[1] is not null then (size + 1) * greatest(coalesce(nullif(said[2], ''), said[1])::numeric, 1)
                     else size + 3 + coalesce(nullif(said[4], ''), said[3])::numeric end;
    end loop;
    return size;
end $$;

-- Why a regular expression cannot be taken, or null. Without back-references and look-around PostgreSQL matches in a time
-- that grows as the text does; a small automaton is made within some milliseconds.
create function pattern_fault(pattern text) returns text language plpgsql immutable as $$
begin
    if pattern is null or char_length(pattern) not between 1 and 200 then
        return 'must be a regular expression of at most 200 characters';
    elsif pattern ~ '\\[1-9]' or pattern ~ '\(\?(?!:|i\))' or pattern ~ '^\*\*\*' then
        return 'must not refer back to a group, look ahead or behind, nor have options but (?i)';
    elsif pattern_size(pattern) > 500 then
        return 'repeats too much: {m,n} behind a group counts for all that stands before it';
    end if;
    perform '' ~ pattern;
    return null;
exception when invalid_regular_expression or program_limit_exceeded then
    return 'is not a regular expression: ' || sqlerrm;
end $$;

-- Whether a keyword of a rule has a value that it may have.
create function keyword_fits(keyword text, value jsonb, rule jsonb) returns boolean language sql immutable as $$
    select coalesce(case
        when keyword = 'title' then jsonb_typeof(value) = 'string' and char_length(value #>> '{}') <= 80
        when keyword = 'description' then jsonb_typeof(value) = 'string' and char_length(value #>> '{}') <= 500
        when keyword in ('minLength', 'maxLength') then parameter_fault('{"type": "integer", "minimum": 0, "maximum": 16000}', value) is null
        when keyword in ('minimum', 'maximum') then jsonb_typeof(value) = 'number'
        when keyword = 'format' then value #>> '{}' in ('multiline', 'password', 'date', 'email', 'uri')
        when keyword = 'enum' then jsonb_typeof(value) = 'array' and jsonb_array_length(value) between 1 and 100
            and (select bool_and(parameter_fault(jsonb_build_object('type', case rule ->> 'type' when 'array' then 'string' else rule ->> 'type' end),
                                                 element) is null) from jsonb_array_elements(value) as element)
        else true end, false)
$$;

-- Why a rule cannot be taken, naming the keyword, or null.
create function rule_fault(rule jsonb) returns text language plpgsql immutable as $$
declare
    keyword text;
    fault text;
begin
    if jsonb_typeof(rule) <> 'object' then
        return ' must be an object';
    elsif rule ->> 'type' is null or rule ->> 'type' not in ('string', 'integer', 'number', 'boolean', 'array') then
        return '.type must be one of: string, integer, number, boolean, array';
    end if;
    for keyword in select jsonb_object_keys(rule) loop
        if not keyword = any (parameter_keywords(rule ->> 'type')) then
            return format('.%s is not known for the type %s', left(keyword, 40), rule ->> 'type');
        elsif not keyword_fits(keyword, rule -> keyword, rule) then
            return format('.%s has a value that it cannot have', keyword);
        end if;
    end loop;
    if rule ? 'pattern' then
        fault := case when jsonb_typeof(rule -> 'pattern') = 'string' then pattern_fault(rule ->> 'pattern') else 'must be a text' end;
        if fault is not null then
            return '.pattern ' || fault;
        end if;
    end if;
    if (rule ->> 'minLength')::int > (rule ->> 'maxLength')::int or (rule ->> 'minimum')::numeric > (rule ->> 'maximum')::numeric then
        return ': its limits exclude everything';
    elsif rule ? 'default' and rule ->> 'format' = 'password' then
        return '.default: a password has none, because everybody could read it';
    elsif rule ? 'default' and parameter_fault(rule, rule -> 'default') is not null then
        return '.default: ' || parameter_fault(rule, rule -> 'default');
    end if;
    return null;
end $$;

-- Raises (field "parameters", the path in the sentence) unless this is what a script may take. Returns it complete: the
-- order is the one that is given, then the one in which the properties were written. Null: it takes nothing.
create function check_parameter_schema(given json) returns jsonb language plpgsql immutable as $$
declare
    schema jsonb := coalesce(given, '{}')::jsonb;
    properties jsonb := coalesce(schema -> 'properties', '{}');
    required jsonb := coalesce(schema -> 'required', '[]');
    wanted jsonb := coalesce(schema -> 'order', '[]');
    names text[];
    fault text;
begin
    select format('The keyword "%s" is not known here: type, properties, required and order are.', left(key, 40)) into fault
    from jsonb_object_keys(schema) as key where key not in ('type', 'properties', 'required', 'order') limit 1;
    if fault is null then
        fault := case when schema ->> 'type' <> 'object' then 'type must be "object".'
                      when jsonb_typeof(properties) <> 'object' then 'properties must be an object.'
                      when jsonb_typeof(required) <> 'array' then 'required must be a list of names.'
                      when jsonb_typeof(wanted) <> 'array' then 'order must be a list of names.' end;
    end if;
    if fault is null then
        names := array(select json_object_keys(given -> 'properties'));
        select case when cardinality(names) > 50 then 'There are more than 50 parameters.'
                    when bool_or(name !~ '^[A-Za-z_][A-Za-z0-9_]{0,39}$') then
                         'properties: a name has up to 40 letters, digits and underscores, and begins with a letter or underscore.'
                    when count(distinct upper(name)) < count(*) then 'properties: two names differ only in upper and lower case.'
                    end into fault
        from unnest(names) as name;
    end if;
    if fault is null then
        select format('properties.%s%s', name, rule_fault(properties -> name)) into fault
        from unnest(names) as name where rule_fault(properties -> name) is not null limit 1;
    end if;
    if fault is null then
        select format('%s names a parameter that there is not, or one twice.', source) into fault
        from (values ('required', required), ('order', wanted)) as list (source, entries)
        where (select bool_or(jsonb_typeof(entry) <> 'string' or not properties ? (entry #>> '{}'))
                      or count(distinct entry) < count(*) from jsonb_array_elements(entries) as entry) limit 1;
    end if;
    if fault is not null then
        perform raise_outcome('CA422', left(fault, 400), 'parameters');
    end if;
    return jsonb_build_object('type', 'object', 'properties', properties, 'required', required, 'order',
        wanted || coalesce((select jsonb_agg(name order by place) from unnest(names) with ordinality as n (name, place)
                            where not wanted ? name), '[]'));
end $$;

-- What a run of a script is given: what was asked for and the defaults of the rest. Raises with every field that is wrong
-- ("parameters.NAME"). Null counts as not given, and so does an empty text where one is required.
create function check_parameters(schema jsonb, given jsonb) returns jsonb language plpgsql immutable as $$
declare
    inputs jsonb := '{}';
    errors jsonb;
begin
    with named as (
        select name, rule, given -> name as value, coalesce(schema -> 'required' ? name, false) as required
        from jsonb_each(coalesce(schema -> 'properties', '{}')) as p (name, rule)
    ), filled as (
        select name, rule, required, case when value is null or value = 'null' or (required and value = '""')
                                          then rule -> 'default' else value end as value
        from named
    ), judged as (
        select name, value, case when value is not null then parameter_fault(rule, value)
                                 when required then 'Is required.' end as fault
        from filled
        union all
        select left(name, 40), null, 'There is no such parameter.'
        from jsonb_object_keys(given) as name where not coalesce(schema -> 'properties' ? name, false)
    )
    select coalesce(jsonb_object_agg(name, value) filter (where value is not null), '{}'),
           jsonb_agg(jsonb_build_object('field', 'parameters.' || name, 'message', fault) order by name)
               filter (where fault is not null)
    into inputs, errors
    from judged;
    if errors is not null then
        perform raise_fields('Some parameters are not valid.', errors);
    end if;
    return inputs;
end $$;
