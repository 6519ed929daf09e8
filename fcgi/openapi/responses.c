#include "fcgi/openapi/responses.h"

#include "base/text.h"
#include "fcgi/openapi/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_SIZE 4

/* The problems, and the header that comes with each. */
static const struct {
    const char *name, *header, *description;
} problems[] = {
    {"Problem", NULL, "A problem document (RFC 9457)"},
    {"Unauthenticated", "WWW-Authenticate", "Not logged in, or the log-in has ended"},
    {"NotAllowed", "Allow", "The path has other methods"},
    {"Limited", "Retry-After", "Too many requests; try again in so many seconds"},
    {"Unavailable", "Retry-After", "Not available at the moment; try again in so many seconds"},
};
enum { PROBLEMS = sizeof problems / sizeof *problems };

static const char *problem_name(const char *status)
{
    static const char *const names[][2] = {
        {"401", "Unauthenticated"}, {"405", "NotAllowed"}, {"429", "Limited"}, {"503", "Unavailable"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(status, names[i][0]) == 0)
            return names[i][1];
    return "Problem";
}

static void add_header(struct json_object *headers, const char *name)
{
    json_object_object_add(headers, name, part_reference("headers", name));
}

static struct json_object *response(const char *description, const char *header)
{
    struct json_object *made = json_object_new_object();
    struct json_object *headers = json_object_new_object();
    json_object_object_add(made, "description", json_object_new_string(description));
    add_header(headers, "X-Request-Id");
    if (header)
        add_header(headers, header);
    json_object_object_add(made, "headers", headers);
    return made;
}

static void add_content(struct json_object *of, const char *media_type, struct json_object *schema)
{
    struct json_object *content = NULL;
    struct json_object *media = json_object_new_object();
    if (!json_object_object_get_ex(of, "content", &content)) {
        content = json_object_new_object();
        json_object_object_add(of, "content", content);
    }
    if (schema)
        json_object_object_add(media, "schema", schema);
    json_object_object_add(content, media_type, media);
}

struct json_object *responses_shared(void)
{
    struct json_object *shared = json_object_new_object();
    for (size_t i = 0; i < PROBLEMS; i++) {
        struct json_object *problem = response(problems[i].description, problems[i].header);
        add_content(problem, "application/problem+json", part_reference("schemas", "Problem"));
        json_object_object_add(shared, problems[i].name, problem);
    }
    return shared;
}

struct json_object *responses_headers(void)
{
    return part_parsed(
        "{\"X-Request-Id\":{\"description\":\"Names the request in the audit log and the server's logs\","
        "\"required\":true,\"schema\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f-]{32,36}$\"}},"
        "\"WWW-Authenticate\":{\"required\":true,\"schema\":{\"type\":\"string\",\"enum\":[\"Bearer\"]}},"
        "\"Allow\":{\"required\":true,\"schema\":{\"type\":\"string\",\"minLength\":1}},"
        "\"Retry-After\":{\"description\":\"Seconds\",\"required\":true,"
        "\"schema\":{\"type\":\"integer\",\"minimum\":1}},"
        "\"Location\":{\"description\":\"The path of what was created\",\"required\":true,"
        "\"schema\":{\"type\":\"string\",\"pattern\":\"^/api/\"}}}");
}

struct json_object *responses_of_all(void)
{
    static const char *const statuses[] = {"400", "403", "404", "405", "408", "413",
                                           "414", "429", "431", "501", "503", NULL};
    struct json_object *all = json_object_new_object();
    for (size_t i = 0; statuses[i]; i++)
        json_object_object_add(all, statuses[i], part_reference("responses", problem_name(statuses[i])));
    return all;
}

/* "Name" or "Name[]" */
static struct json_object *plain_schema(const char *name, size_t length)
{
    size_t word = strcspn(name, "[|");
    char *item = strndup(name, word);
    struct json_object *schema = part_reference("schemas", item);
    if (word < length) {
        struct json_object *list = part_parsed("{\"type\":\"array\"}");
        json_object_object_add(list, "items", schema);
        schema = list;
    }
    free(item);
    return schema;
}

static struct json_object *schema_of(const char *names)
{
    struct json_object *either;
    struct json_object *list;

    if (!strchr(names, '|'))
        return plain_schema(names, strlen(names));
    either = json_object_new_object();
    list = json_object_new_array();
    for (const char *at = names; *at;) {
        size_t length = strcspn(at, "|");
        json_object_array_add(list, plain_schema(at, length));
        at += length + (at[length] == '|');
    }
    json_object_object_add(either, "anyOf", list);
    return either;
}

/* A status above 399 that reports a state instead of a problem can come as a problem, too: from nginx. */
static struct json_object *success_of(const struct route *route, const char *status)
{
    struct json_object *success = response(route->summary, strcmp(status, "201") == 0 ? "Location" : NULL);
    if (route->schema)
        add_content(success, "application/json", schema_of(route->schema));
    if (route->media)
        add_content(success, route->media, NULL);
    if (status[0] != '2')
        add_content(success, "application/problem+json", part_reference("schemas", "Problem"));
    return success;
}

/* Calls add with each status of a list with "|" between them. */
static void add_each(struct json_object *responses, const struct route *route, const char *statuses, bool are_problems)
{
    for (const char *at = statuses; at && *at;) {
        char status[STATUS_SIZE];
        size_t length = strcspn(at, "|");
        snprintf(status, sizeof status, "%.*s", (int)length, at);
        if (!json_object_object_get_ex(responses, status, NULL))
            json_object_object_add(responses, status,
                                   are_problems ? part_reference("responses", problem_name(status))
                                                : success_of(route, status));
        at += length + (at[length] == '|');
    }
}

/* The problems that follow from the columns of the table. */
static void add_usual(struct json_object *responses, const struct route *route)
{
    bool changes = route->method != METHOD_GET;
    bool guarded = route->guard.kind != GUARD_PUBLIC;
    const struct {
        const char *status;
        bool applies;
    } usual[] = {
        {"400", changes},
        {"401", guarded},
        {"403", true},
        {"404", strchr(route->path, '{')},
        {"409", changes},
        {"413", changes},
        {"415", route->fields || route->raw},
        {"422", true},
        {"429", (!guarded && changes) || route->pool != POOL_FAST},
        {"503", true},
    };
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (usual[i].applies)
            add_each(responses, route, usual[i].status, true);
}

/* The 409 of an edit: a conflict, such as a name that is taken, or the object as it is now. */
static struct json_object *stale_of(const struct route *route)
{
    struct json_object *stale = response(
        "A conflict; of the type urn:coagent:problem:stale when the version is not the present one: current is "
        "then the object as it is now, and its version that of the next attempt",
        NULL);
    struct json_object *schema = part_parsed("{\"allOf\":[{\"$ref\":\"#/components/schemas/Problem\"},"
                                             "{\"type\":\"object\",\"properties\":{}}]}");
    struct json_object *properties = NULL;
    json_pointer_get(schema, "/allOf/1/properties", &properties);
    json_object_object_add(properties, "current", schema_of(route->schema));
    add_content(stale, "application/problem+json", schema);
    return stale;
}

struct json_object *responses_of_route(const struct route *route)
{
    struct json_object *responses = json_object_new_object();
    bool has_body = route->schema || route->media;
    add_each(responses, route, route->successes ? route->successes : has_body ? "200" : "204", false);
    if (route->method != METHOD_POST && route_is_versioned(route))
        json_object_object_add(responses, "409", stale_of(route));
    add_usual(responses, route);
    add_each(responses, route, route->problems, true);
    return responses;
}
