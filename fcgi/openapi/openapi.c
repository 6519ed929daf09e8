#include "fcgi/openapi/openapi.h"

#include "fcgi/http/idempotency.h"
#include "fcgi/http/match.h"
#include "fcgi/openapi/field.h"
#include "fcgi/openapi/parts.h"
#include "fcgi/openapi/responses.h"

#include <ctype.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *string(const char *bytes)
{
    return json_object_new_string(bytes);
}

/* The domain: the first segment of the first path in the table. */
static struct json_object *tag_of(const struct route *table)
{
    const char *segment = table->path + 1;
    return json_object_new_string_len(segment, (int)strcspn(segment, "/."));
}

/* "post_rooms_id_messages" */
static struct json_object *operation_id(const struct route *route)
{
    struct text id = TEXT_EMPTY;
    for (const char *at = method_name((int)route->method); *at; at++)
        text_add_char(&id, (char)tolower((unsigned char)*at));
    for (const char *at = route->path; *at; at++)
        if (*at != '{' && *at != '}')
            text_add_char(&id, (char)(isalnum((unsigned char)*at) ? *at : '_'));
    struct json_object *object = string(text_string(&id));
    text_free(&id);
    return object;
}

static void add_parameter(struct json_object *list, const char *name, const char *place, bool required,
                          const char *help, struct json_object *schema)
{
    struct json_object *parameter = json_object_new_object();
    json_object_object_add(parameter, "name", string(name));
    json_object_object_add(parameter, "in", string(place));
    json_object_object_add(parameter, "required", json_object_new_boolean(required));
    if (help)
        json_object_object_add(parameter, "description", string(help));
    json_object_object_add(parameter, "schema", schema);
    json_object_array_add(list, parameter);
}

static struct json_object *path_value_schema(const char *name)
{
    if (strcmp(name, "seq") == 0)
        return part_parsed("{\"type\":\"integer\",\"minimum\":0}");
    if (strcmp(name, "name") == 0 || strcmp(name, "key") == 0)
        return part_parsed("{\"type\":\"string\",\"maxLength\":200}");
    return part_parsed("{\"type\":\"string\",\"format\":\"uuid\"}");
}

static struct json_object *parameters_of(const struct route *route)
{
    struct json_object *list = json_object_new_array();
    for (const char *at = strchr(route->path, '{'); at; at = strchr(at + 1, '{')) {
        char *name = strndup(at + 1, strcspn(at + 1, "}"));
        add_parameter(list, name, "path", true, NULL, path_value_schema(name));
        free(name);
    }
    for (const struct field *field = route->query; field && field->name; field++)
        add_parameter(list, field->name, "query", field->required, field->help, openapi_field_schema(field));
    if (route->idempotent)
        add_parameter(
            list, IDEMPOTENCY_HEADER, "header", false,
            "A repeated request with the same key within 24 hours is not executed again; it gets the first response.",
            part_parsed("{\"type\":\"string\",\"minLength\":1,\"maxLength\":200}"));
    return list;
}

static struct json_object *body_of(const struct route *route)
{
    struct json_object *body = json_object_new_object();
    struct json_object *content = json_object_new_object();
    struct json_object *schema = openapi_fields_schema(route->fields);
    struct json_object *media = json_object_new_object();
    bool required = json_object_object_get_ex(schema, "required", NULL);
    json_object_object_add(media, "schema", schema);
    json_object_object_add(content, "application/json", media);
    if (route->form)
        json_object_object_add(content, "application/x-www-form-urlencoded", json_object_get(media));
    json_object_object_add(body, "required", json_object_new_boolean(required));
    json_object_object_add(body, "content", content);
    return body;
}

static struct json_object *file_body(void)
{
    return part_parsed(
        "{\"required\":true,\"content\":{\"*/*\":{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}}}");
}

static struct json_object *security_of(const struct route *route)
{
    if (route->guard.kind == GUARD_PUBLIC)
        return json_object_new_array();
    return part_parsed(route->method == METHOD_GET ? "[{\"cookie\":[]},{\"bearer\":[]}]"
                                                   : "[{\"cookie\":[],\"csrf\":[]},{\"bearer\":[]}]");
}

static struct json_object *operation_of(const struct route *route, const struct route *table)
{
    struct json_object *operation = json_object_new_object();
    struct json_object *tags = json_object_new_array();
    json_object_array_add(tags, tag_of(table));
    json_object_object_add(operation, "operationId", operation_id(route));
    json_object_object_add(operation, "tags", tags);
    json_object_object_add(operation, "summary", string(route->summary));
    json_object_object_add(operation, "parameters", parameters_of(route));
    if (route->fields)
        json_object_object_add(operation, "requestBody", body_of(route));
    else if (route->raw)
        json_object_object_add(operation, "requestBody", file_body());
    json_object_object_add(operation, "responses", responses_of_route(route));
    json_object_object_add(operation, "security", security_of(route));
    json_object_object_add(operation, "x-guard", string(guard_rule(route->guard.kind)->name));
    if (route->guard.argument)
        json_object_object_add(operation, "x-guard-argument", string(route->guard.argument));
    if (route->unversioned)
        json_object_object_add(operation, "x-unversioned", string(route->unversioned));
    json_object_object_add(operation, "x-pool", string(route->pool == POOL_FAST ? "fast" : "wait"));
    json_object_object_add(operation, "x-idempotent", json_object_new_boolean(route->idempotent));
    return operation;
}

static void add_operation(struct json_object *paths, const struct route *route, const struct route *table)
{
    struct json_object *item = NULL;
    char method[8] = "";
    char *path = text_format("/api%s", route->path);
    if (!json_object_object_get_ex(paths, path, &item)) {
        item = json_object_new_object();
        json_object_object_add(paths, path, item);
    }
    for (size_t i = 0; method_name((int)route->method)[i]; i++)
        method[i] = (char)tolower((unsigned char)method_name((int)route->method)[i]);
    json_object_object_add(item, method, operation_of(route, table));
    free(path);
}

static struct json_object *components(const struct route *const *tables)
{
    struct json_object *parts = part_parsed(
        "{\"securitySchemes\":{"
        "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"auth_token\"},"
        "\"csrf\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"X-CSRF-Token\","
        "\"description\":\"From GET /api/status; only with the cookie.\"},"
        "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
        "\"description\":\"An access token from POST /api/auth/token, or a personal API token (coa_...).\"}}}");
    json_object_object_add(parts, "responses", responses_shared());
    json_object_object_add(parts, "headers", responses_headers());
    json_object_object_add(parts, "schemas", openapi_schemas_json(tables));
    return parts;
}

void openapi_write(const struct route *const *tables, struct text *document)
{
    struct json_object *root = json_object_new_object();
    struct json_object *paths = json_object_new_object();
    json_object_object_add(root, "openapi", string("3.1.0"));
    json_object_object_add(
        root, "info",
        part_parsed(
            "{\"title\":\"CoAgent\",\"version\":\"" PACKAGE_VERSION "\","
            "\"summary\":\"A studio in which people and AI agents work together\","
            "\"description\":\"A page in a browser sends the ID of the user it was loaded for in the "
            "header X-Page-User. When someone else has logged in to the same browser since, its "
            "requests get a 403 of the type urn:coagent:problem:other-user.\\n\\n"
            "An edit names the version of the object that it is based on. If someone else has changed the object "
            "since, nothing changes, and the answer is a 409 of the type urn:coagent:problem:stale with the object as "
            "it is now in current: apply the edit to it, and send its version.\\n\\n"
            "A login in a browser also sets the cookie auth_device for a year: that browser has login attempts of its "
            "own, which wrong passwords from elsewhere do not use up. A 429 says in Retry-After how many seconds to "
            "wait. Attempts and requests count by the address of the client; behind reverse proxies, which "
            "TRUSTED_PROXIES lists, it is the last one in X-Forwarded-For that is not a proxy.\\n\\n"
            "x-responses lists what every path can answer before a route is found: a path or a method that does not "
            "exist, an origin that is not permitted, and requests that the HTTP server refuses.\","
            "\"license\":{\"name\":\"MIT\",\"identifier\":\"MIT\"}}"));
    for (const struct route *const *table = tables; *table; table++)
        for (const struct route *route = *table; route->path; route++)
            add_operation(paths, route, *table);
    json_object_object_add(root, "paths", paths);
    json_object_object_add(root, "x-responses", responses_of_all());
    json_object_object_add(root, "components", components(tables));
    text_add(document, json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(root);
}
