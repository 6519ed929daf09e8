/* Whether the route tables make sense, and what nginx must know of them. */
#include "fcgi/http/route.h"
#include "fcgi/http/match.h"
#include "fcgi/openapi/openapi.h"

#include <string.h>

static const char *const permissions[] = {
    "rooms.create",   "agents.create",   "agents.manage",   "providers.manage", "scripts.create",
    "scripts.manage", "scripts.network", "mappings.create", "mappings.manage",  "runs.manage",
    "users.manage",   "audit.read",      "monitoring.read", "settings.manage",  NULL};
static const char *const roles[] = {"viewer", "member", "owner", NULL};

static bool is_among(const char *const *names, const char *name)
{
    for (; name && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void complain(struct text *why, const struct route *route, const char *what, const char *about)
{
    text_add_format(why, "%s %s: %s%s%s\n", method_name((int)route->method), route->path, what, about ? ": " : "",
                    about ? about : "");
}

static void check_guard(const struct route *route, struct text *why)
{
    const struct guard *guard = &route->guard;
    switch (guard->kind) {
    case GUARD_PUBLIC:
    case GUARD_USER: return;
    case GUARD_PERMISSION:
        if (!is_among(permissions, guard->argument))
            complain(why, route, "there is no such permission", guard->argument);
        return;
    case GUARD_ROOM:
    case GUARD_ROOM_OPEN:
        if (!is_among(roles, guard->argument))
            complain(why, route, "there is no such role", guard->argument);
        if (strncmp(route->path, "/rooms/{id}", strlen("/rooms/{id}")) != 0)
            complain(why, route, "a room guard needs a path that begins with /rooms/{id}", NULL);
        return;
    }
    complain(why, route, "no guard is declared", NULL);
}

static bool needs_limit(enum field_kind kind)
{
    return kind == FIELD_TEXT || kind == FIELD_LINE || kind == FIELD_CODE || kind == FIELD_SECRET ||
           kind == FIELD_OBJECT || kind == FIELD_OBJECT_LIST || kind == FIELD_TEXT_LIST || kind == FIELD_UUID_LIST;
}

static void check_fields(const struct route *route, const struct field *fields, struct text *why)
{
    for (; fields && fields->name; fields++) {
        if (needs_limit(fields->kind) && fields->most <= 0)
            complain(why, route, "a field without an upper limit", fields->name);
        if (fields->least > fields->most && fields->kind != FIELD_EMAIL && fields->most != 0)
            complain(why, route, "a field whose limits exclude everything", fields->name);
        if (fields->kind == FIELD_CHOICE && !fields->choices)
            complain(why, route, "a choice without choices", fields->name);
        if (fields->kind == FIELD_OBJECT_LIST && !fields->elements)
            complain(why, route, "a list of objects that nothing is known of", fields->name);
        check_fields(route, fields->elements, why);
        for (const struct field *other = fields + 1; other->name; other++)
            if (strcmp(other->name, fields->name) == 0)
                complain(why, route, "a field is listed twice", fields->name);
    }
}

static void check_route(const struct route *const *tables, const struct route *route, struct text *why)
{
    int values = 0;
    for (const char *at = route->path; *at; at++)
        values += *at == '{';
    if (values > PATH_VALUES)
        complain(why, route, "too many path values", NULL);
    if (!route->handle || !route->summary)
        complain(why, route, "a handler or a summary is missing", NULL);
    if (route->schema && !openapi_has_schema(route->schema))
        complain(why, route, "there is no such schema", route->schema);
    if (route->fields && route->raw)
        complain(why, route, "a body is either fields or a file", NULL);
    if ((route->fields || route->raw) && route->method == METHOD_GET)
        complain(why, route, "a GET takes no body", NULL);
    if (route->idempotent && (route->method == METHOD_GET || route->guard.kind == GUARD_PUBLIC))
        complain(why, route, "Idempotency-Key needs a caller and a change", NULL);
    check_guard(route, why);
    check_fields(route, route->fields, why);
    check_fields(route, route->query, why);
    struct match match = match_route(tables, method_name((int)route->method), route->path);
    if (match.route != route)
        complain(why, route, "another route takes its place", NULL);
}

enum outcome route_tables_check(const struct route *const *tables, struct text *why)
{
    size_t before = why->length;
    for (const struct route *const *table = tables; *table; table++)
        for (const struct route *route = *table; route->path; route++)
            check_route(tables, route, why);
    return why->length > before ? OUTCOME_INVALID : OUTCOME_OK;
}

static bool stands_before(const struct route *const *tables, const struct route *wanted)
{
    for (; *tables; tables++)
        for (const struct route *route = *tables; route->path; route++) {
            if (route == wanted)
                return false;
            if (route->pool == POOL_WAIT && strcmp(route->path, wanted->path) == 0)
                return true;
        }
    return false;
}

/* nginx chooses by the path alone: the other methods of a path go to the same pool, which serves every route. */
static void print_location(const struct route *route, struct text *locations)
{
    bool literal = !strchr(route->path, '{');
    text_add(locations, literal ? "/api" : "\"~^/api");
    for (const char *at = route->path; *at; at++) {
        if (*at == '{') {
            text_add(locations, "[^/]+");
            at = strchr(at, '}');
        } else {
            if (!literal && *at == '.')
                text_add_char(locations, '\\');
            text_add_char(locations, *at);
        }
    }
    text_add(locations, literal ? " coagent_wait;\n" : "$\" coagent_wait;\n");
}

void route_tables_print_locations(const struct route *const *tables, struct text *locations)
{
    for (const struct route *const *table = tables; *table; table++)
        for (const struct route *route = *table; route->path; route++)
            if (route->pool == POOL_WAIT && !stands_before(tables, route))
                print_location(route, locations);
}
