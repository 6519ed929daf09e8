#include "fcgi/openapi/openapi.h"

#include "base/json.h"
#include "fcgi/http/match.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

static struct json_object *document;

static void make(void)
{
    struct text text = TEXT_EMPTY;
    const char *why = NULL;
    openapi_write(route_tables, &text);
    cr_assert_eq(json_parse(text.bytes, text.length, &document, &why), OUTCOME_OK, "%s", why);
    text_free(&text);
}

static void drop(void)
{
    json_object_put(document);
}

TestSuite(openapi, .init = make, .fini = drop);

/* Every "$ref" below value names a component that exists. */
static void check_references(struct json_object *value)
{
    if (json_object_get_type(value) == json_type_array) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            check_references(json_object_array_get_idx(value, i));
        return;
    }
    if (json_object_get_type(value) != json_type_object)
        return;
    json_object_object_foreach(value, key, member)
    {
        struct json_object *found = NULL;
        if (strcmp(key, "$ref") == 0)
            cr_expect_eq(json_pointer_get(document, json_object_get_string(member) + 1, &found), 0, "%s",
                         json_object_get_string(member));
        check_references(member);
    }
}

Test(openapi, is_version_3_1_and_its_references_exist)
{
    cr_expect_str_eq(json_text(document, "openapi"), "3.1.0");
    check_references(document);
}

static struct json_object *operation_of(const struct route *route)
{
    struct json_object *item = NULL;
    struct json_object *operation = NULL;
    char method[8] = "";
    char *path = text_format("/api%s", route->path);
    for (size_t i = 0; method_name((int)route->method)[i]; i++)
        method[i] = (char)tolower((unsigned char)method_name((int)route->method)[i]);
    json_object_object_get_ex(json_member(document, "paths"), path, &item);
    json_object_object_get_ex(item, method, &operation);
    free(path);
    return operation;
}

Test(openapi, every_route_is_there_with_its_guard)
{
    for (const struct route *const *table = route_tables; *table; table++)
        for (const struct route *route = *table; route->path; route++) {
            struct json_object *operation = operation_of(route);
            cr_assert_not_null(operation, "%s", route->path);
            cr_expect_str_eq(json_text(operation, "summary"), route->summary);
            cr_expect_not_null(json_text(operation, "x-guard"));
            if (route->guard.argument)
                cr_expect_str_eq(json_text(operation, "x-guard-argument"), route->guard.argument);
            cr_expect_eq(json_object_array_length(json_member(operation, "security")) == 0,
                         route->guard.kind == GUARD_PUBLIC);
            cr_expect_eq(json_member(operation, "requestBody") != NULL, route->fields || route->raw);
        }
}

Test(openapi, path_values_are_declared)
{
    for (const struct route *const *table = route_tables; *table; table++)
        for (const struct route *route = *table; route->path; route++) {
            struct json_object *parameters = json_member(operation_of(route), "parameters");
            size_t declared = 0, wanted = 0;
            for (const char *at = route->path; *at; at++)
                wanted += *at == '{';
            for (size_t i = 0; i < json_object_array_length(parameters); i++)
                declared += strcmp(json_text(json_object_array_get_idx(parameters, i), "in"), "path") == 0;
            cr_expect_eq(declared, wanted, "%s", route->path);
        }
}

static struct json_object *response_of(const char *method, const char *path, const char *status)
{
    struct json_object *operation = NULL;
    struct json_object *item = NULL;
    json_object_object_get_ex(json_member(document, "paths"), path, &item);
    json_object_object_get_ex(item, method, &operation);
    return json_member(json_member(operation, "responses"), status);
}

Test(openapi, statuses_follow_from_the_tables)
{
    cr_expect_not_null(json_member(json_member(response_of("post", "/api/rooms", "201"), "headers"), "Location"));
    cr_expect_null(response_of("post", "/api/rooms", "200"));
    cr_expect_not_null(response_of("delete", "/api/rooms/{id}", "204"));
    cr_expect_null(json_member(response_of("delete", "/api/rooms/{id}", "204"), "content"));
    cr_expect_not_null(response_of("post", "/api/auth/login", "401"));
    cr_expect_null(response_of("get", "/api/rooms", "404"));
    cr_expect_not_null(
        json_member(json_member(response_of("get", "/api/health", "503"), "content"), "application/json"));
    cr_expect_str_eq(json_text(response_of("get", "/api/rooms", "503"), "$ref"), "#/components/responses/Unavailable");
    cr_expect_not_null(json_member(json_member(document, "x-responses"), "405"));
}

Test(openapi, a_status_is_one)
{
    for (const struct route *const *table = route_tables; *table; table++)
        for (const struct route *route = *table; route->path; route++) {
            json_object_object_foreach(json_member(operation_of(route), "responses"), status, response)
            {
                cr_expect(strlen(status) == 3 && strspn(status, "0123456789") == 3, "%s: %s", route->path, status);
                cr_expect_not_null(response);
            }
        }
}

Test(openapi, operation_ids_are_unique)
{
    struct json_object *seen = json_object_new_object();
    for (const struct route *const *table = route_tables; *table; table++)
        for (const struct route *route = *table; route->path; route++) {
            const char *id = json_text(operation_of(route), "operationId");
            cr_expect_not(json_object_object_get_ex(seen, id, NULL), "%s", id);
            json_object_object_add(seen, id, NULL);
        }
    json_object_put(seen);
}

static struct json_object *schema(const char *name, const char *member)
{
    struct json_object *found = NULL;
    char *pointer = text_format("/components/schemas/%s/properties/%s", name, member);
    json_pointer_get(document, pointer, &found);
    free(pointer);
    return found;
}

Test(openapi, the_notation_of_schemas_reads_as_meant)
{
    cr_expect_str_eq(json_object_to_json_string_ext(schema("Room", "id"), JSON_C_TO_STRING_PLAIN),
                     "{\"type\":\"string\",\"format\":\"uuid\"}");
    cr_expect_str_eq(json_object_to_json_string_ext(schema("Room", "visibility"), JSON_C_TO_STRING_PLAIN),
                     "{\"type\":\"string\",\"enum\":[\"private\",\"public\"]}");
    cr_expect_str_eq(json_object_to_json_string_ext(schema("Event", "author"),
                                                    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
                     "{\"anyOf\":[{\"$ref\":\"#/components/schemas/Author\"},{\"type\":\"null\"}]}");
    cr_expect_str_eq(json_object_to_json_string_ext(schema("RoomList", "items"),
                                                    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
                     "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Room\"}}");
}

/* Every kind of member, as a JSDoc type. */
Test(openapi, prints_its_schemas_as_types)
{
    static const char *const lines[] = {
        " * @typedef {object} Room\n * @property {string} id\n",
        " * @property {\"private\" | \"public\"} visibility\n",
        " * @property {boolean} archived\n",
        " * @property {number} last_seq\n",
        " * @property {FieldError[]} [errors]\n",
        " * @property {Author | null} asked_by\n",
        " * @property {string | null} [value]\n",
        " * @property {Record<string, number>} limits\n",
        " * @property {(\"read\" | \"write\" | \"admin\")[]} scopes\n",
        " * @property {\"Bearer\"} token_type\n",
        " * @typedef {{items: T[], next: string | null}} Page\n",
    };
    struct text types = TEXT_EMPTY;
    openapi_write_types(&types);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        cr_expect(strstr(text_string(&types), lines[i]), "%s", lines[i]);
    for (const struct openapi_schema *schema = openapi_schemas; schema->name; schema++) {
        char *head = text_format(" * @typedef {object} %s\n", schema->name);
        cr_expect(strstr(text_string(&types), head), "%s", head);
        free(head);
    }
    text_free(&types);
}
