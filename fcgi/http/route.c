/* Whether the route tables make sense, and what nginx must know of them. */
#include "fcgi/http/route.h"
#include "fcgi/http/match.h"
#include "fcgi/input/format.h"
#include "fcgi/openapi/openapi.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

static const struct guard_rule rules[] = {
    [GUARD_PUBLIC] = {"public", NULL, NULL, NULL},
    [GUARD_USER] = {"user", NULL, NULL, NULL},
    [GUARD_PERMISSION] = {"permission", NULL, "permission", PERMISSION_CHOICES},
    [GUARD_ROOM] = {"room", "/rooms/{id}", "role", ROOM_ROLE_CHOICES},
    [GUARD_ROOM_OPEN] = {"room_open", "/rooms/{id}", "role", ROOM_ROLE_CHOICES},
    [GUARD_SCRIPT] = {"script", "/scripts/{id}", "aim", "see|edit|run"},
    [GUARD_MAPPING] = {"mapping", "/mappings/{id}", "aim", "see|edit"},
    [GUARD_AGENT] = {"agent", "/agents/{id}", "aim", "see|edit"},
    [GUARD_RUN] = {"run", "/runs/{id}", "aim", "see|act|own"},
    [GUARD_FILE] = {"file", "/files/{id}", "aim", "see"},
};
enum { RULES = sizeof rules / sizeof *rules };

const struct guard_rule *guard_rule(enum guard_kind kind)
{
    return (size_t)kind < RULES && rules[kind].name ? &rules[kind] : NULL;
}

static void complain(struct text *why, const struct route *route, const char *what, const char *about)
{
    text_add_format(why, "%s %s: %s%s%s\n", method_name((int)route->method), route->path, what, about ? ": " : "",
                    about ? about : "");
}

/* Whether a path is the object's own, or stands below it. */
static bool is_path_of(const struct guard_rule *rule, const char *path)
{
    size_t length = rule->path ? strlen(rule->path) : 0;
    return length && strncmp(path, rule->path, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static void check_guard(const struct route *route, struct text *why)
{
    const struct guard_rule *rule = guard_rule(route->guard.kind);
    if (!rule) {
        complain(why, route, "no guard is declared", NULL);
        return;
    }
    if (rule->arguments && (!route->guard.argument || !format_is_choice(route->guard.argument, rule->arguments))) {
        char *what = text_format("there is no such %s", rule->argument);
        complain(why, route, what, route->guard.argument);
        free(what);
    }
    if (rule->path && !is_path_of(rule, route->path))
        complain(why, route, "this guard needs another path", rule->path);
    for (const struct guard_rule *other = rules; other < rules + RULES; other++)
        if (is_path_of(other, route->path) && (!rule->path || strcmp(rule->path, other->path) != 0))
            complain(why, route, "this path needs the guard of its object", other->name);
}

static bool needs_limit(enum field_kind kind)
{
    return kind == FIELD_TEXT || kind == FIELD_LINE || kind == FIELD_NAME || kind == FIELD_CODE ||
           kind == FIELD_SECRET || kind == FIELD_OBJECT || kind == FIELD_OBJECT_LIST || kind == FIELD_TEXT_LIST ||
           kind == FIELD_UUID_LIST;
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
            complain(why, route, "a list of objects without declared fields", fields->name);
        check_fields(route, fields->elements, why);
        for (const struct field *other = fields + 1; other->name; other++)
            if (strcmp(other->name, fields->name) == 0)
                complain(why, route, "a field is listed twice", fields->name);
    }
}

bool route_is_versioned(const struct route *route)
{
    for (const struct field *field = route->fields; field && field->name; field++)
        if (strcmp(field->name, "version") == 0 && field->required)
            return true;
    return false;
}

/* Every edit names the version of what was read, or says why it cannot undo the change of somebody else. */
static void check_version(const struct route *route, struct text *why)
{
    bool edits = route->method == METHOD_PATCH || route->method == METHOD_PUT;
    if (edits && !route_is_versioned(route) && !route->unversioned)
        complain(why, route, "an edit without the version that it is based on", NULL);
    if (route->unversioned && (!edits || route_is_versioned(route)))
        complain(why, route, "this route needs no reason for having no version", NULL);
    if (edits && route_is_versioned(route) && !route->schema)
        complain(why, route, "an edit with a version answers the object with the next one", NULL);
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
    check_version(route, why);
    check_fields(route, route->fields, why);
    check_fields(route, route->query, why);
    struct match match = match_route(tables, method_name((int)route->method), route->path);
    if (match.route != route)
        complain(why, route, "another route hides it", NULL);
}

enum outcome route_tables_check(const struct route *const *tables, struct text *why)
{
    size_t before = why->length;
    for (const struct route *const *table = tables; *table; table++)
        for (const struct route *route = *table; route->path; route++)
            check_route(tables, route, why);
    return why->length > before ? OUTCOME_INVALID : OUTCOME_OK;
}

/* The key of a map is compared without regard to case where it is literal. */
static void print_location(const struct route *route, struct text *locations)
{
    bool literal = !strchr(route->path, '{');
    const char *methods = route->method == METHOD_GET ? "(?:GET|HEAD)" : method_name((int)route->method);
    literal = literal && route->method != METHOD_GET;
    text_add_format(locations, literal ? "\"%s /api" : "\"~^%s /api", methods);
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
    text_add(locations, literal ? "\" coagent_wait;\n" : "$\" coagent_wait;\n");
}

void route_tables_print_locations(const struct route *const *tables, struct text *locations)
{
    for (const struct route *const *table = tables; *table; table++)
        for (const struct route *route = *table; route->path; route++)
            if (route->pool != POOL_FAST)
                print_location(route, locations);
}
