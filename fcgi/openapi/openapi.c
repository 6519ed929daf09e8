#include "fcgi/openapi/openapi.h"

#include "fcgi/http/idempotency.h"
#include "fcgi/http/match.h"
#include "fcgi/openapi/field.h"

#include <ctype.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *string(const char *bytes)
{
    return json_object_new_string(bytes);
}

static struct json_object *parsed(const char *text)
{
    struct json_object *object = json_tokener_parse(text);
    if (!object)
        abort(); /* our own literals; the unit tests parse them all */
    return object;
}

static struct json_object *reference(const char *kind, const char *name)
{
    char *target = text_format("#/components/%s/%s", kind, name);
    struct json_object *object = json_object_new_object();
    json_object_object_add(object, "$ref", string(target));
    free(target);
    return object;
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
        return parsed("{\"type\":\"integer\",\"minimum\":0}");
    if (strcmp(name, "name") == 0 || strcmp(name, "key") == 0)
        return parsed("{\"type\":\"string\",\"maxLength\":200}");
    return parsed("{\"type\":\"string\",\"format\":\"uuid\"}");
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
            parsed("{\"type\":\"string\",\"minLength\":1,\"maxLength\":200}"));
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
    return parsed("{\"required\":true,\"content\":{\"*/*\":{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}}}");
}

static struct json_object *answer_schema(const char *name)
{
    size_t length = strcspn(name, "[");
    char *item = strndup(name, length);
    struct json_object *schema = reference("schemas", item);
    if (name[length] == '[') {
        struct json_object *list = parsed("{\"type\":\"array\"}");
        json_object_object_add(list, "items", schema);
        schema = list;
    }
    free(item);
    return schema;
}

static struct json_object *success_of(const struct route *route)
{
    struct json_object *success = json_object_new_object();
    json_object_object_add(success, "description", string(route->summary));
    if (route->schema) {
        struct json_object *media = json_object_new_object();
        struct json_object *content = json_object_new_object();
        json_object_object_add(media, "schema", answer_schema(route->schema));
        json_object_object_add(content, "application/json", media);
        json_object_object_add(success, "content", content);
    }
    return success;
}

/* The 409 of an edit: a conflict, such as a name that is taken, or the object as it is now. */
static struct json_object *stale_of(const struct route *route)
{
    struct json_object *stale = parsed(
        "{\"description\":\"A conflict; of the type urn:coagent:problem:stale when the version is not the present one: "
        "current is then the object as it is now, and its version that of the next attempt\","
        "\"content\":{\"application/problem+json\":{\"schema\":{\"allOf\":["
        "{\"$ref\":\"#/components/schemas/Problem\"},{\"type\":\"object\",\"properties\":{}}]}}}}");
    struct json_object *properties = NULL;
    json_pointer_get(stale, "/content/application~1problem+json/schema/allOf/1/properties", &properties);
    json_object_object_add(properties, "current", answer_schema(route->schema));
    return stale;
}

static struct json_object *responses_of(const struct route *route)
{
    struct json_object *responses = json_object_new_object();
    bool changes = route->method != METHOD_GET;
    bool guarded = route->guard.kind != GUARD_PUBLIC;
    const struct {
        const char *status;
        bool applies;
    } problems[] = {
        {"400", changes},
        {"401", guarded},
        {"403", guarded || changes},
        {"404", strchr(route->path, '{')},
        {"409", changes},
        {"413", changes},
        {"415", route->fields || route->raw},
        {"422", true},
        {"429", (!guarded && changes) || route->pool != POOL_FAST},
        {"503", true},
    };
    json_object_object_add(responses, "2XX", success_of(route));
    if (route->method != METHOD_POST && route_is_versioned(route))
        json_object_object_add(responses, "409", stale_of(route));
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        if (problems[i].applies && !json_object_object_get_ex(responses, problems[i].status, NULL))
            json_object_object_add(responses, problems[i].status, reference("responses", "Problem"));
    return responses;
}

static struct json_object *security_of(const struct route *route)
{
    if (route->guard.kind == GUARD_PUBLIC)
        return json_object_new_array();
    return parsed(route->method == METHOD_GET ? "[{\"cookie\":[]},{\"bearer\":[]}]"
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
    json_object_object_add(operation, "responses", responses_of(route));
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
    struct json_object *parts =
        parsed("{\"securitySchemes\":{"
               "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"auth_token\"},"
               "\"csrf\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"X-CSRF-Token\","
               "\"description\":\"From GET /api/status; only with the cookie.\"},"
               "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
               "\"description\":\"An access token from POST /api/auth/token, or a personal API token (coa_...).\"}},"
               "\"responses\":{\"Problem\":{\"description\":\"A problem document (RFC 9457)\",\"content\":"
               "{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}}}");
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
        parsed(
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
            "TRUSTED_PROXIES lists, it is the last one in X-Forwarded-For that is not a proxy.\","
            "\"license\":{\"name\":\"MIT\",\"identifier\":\"MIT\"}}"));
    for (const struct route *const *table = tables; *table; table++)
        for (const struct route *route = *table; route->path; route++)
            add_operation(paths, route, *table);
    json_object_object_add(root, "paths", paths);
    json_object_object_add(root, "components", components(tables));
    text_add(document, json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(root);
}
