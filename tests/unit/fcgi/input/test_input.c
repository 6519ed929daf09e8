#include "fcgi/input/input.h"

#include "../memory.h"
#include "fcgi/http/route.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct field fields[] = {{"name", FIELD_LINE, true, 1, 10}, {"count", FIELD_INTEGER, false, 0, 9}, {NULL}};
static const struct field optional[] = {{"name", FIELD_LINE, false, 1, 10}, {NULL}};

static void nothing(struct request *request)
{
    (void)request;
}

static const struct route takes_fields =
    ROUTE(METHOD_POST, "/x", USER, POOL_FAST, fields, NULL, nothing, "x", NULL, true, true);
static const struct route takes_nothing = ROUTE(METHOD_POST, "/x", USER, POOL_FAST, NULL, NULL, nothing, "x");
static const struct route takes_file = ROUTE(METHOD_POST, "/x", USER, POOL_WAIT, NULL, NULL, nothing, "x", .raw = 10);
static const struct route takes_optional = ROUTE(METHOD_POST, "/x", USER, POOL_FAST, optional, NULL, nothing, "x");

/* Reads a body on a route and gives the status: 200, or what input_refuse says. */
static int read_on(const struct route *route, const char *type, const char *header, const char *body)
{
    struct memory memory;
    struct input input = {0};
    int status = 200;
    memory_open(&memory, PARAMETERS("REQUEST_METHOD=POST", type, header), body);
    memory.request.route = route;
    if (!input_read(&input, &memory.request)) {
        input_refuse(&input, &memory.request);
        status = answer_status(memory.request.answer);
    }
    input_free(&input);
    memory_close(&memory);
    return status;
}

#define JSON "CONTENT_TYPE=application/json"
#define FORM "CONTENT_TYPE=application/x-www-form-urlencoded"

Test(input, takes_json_by_its_media_type)
{
    cr_expect_eq(read_on(&takes_fields, JSON, "A=b", "{\"name\":\"a\"}"), 200);
    cr_expect_eq(read_on(&takes_fields, JSON "; charset=utf-8", "A=b", "{\"name\":\"a\"}"), 200);
    cr_expect_eq(read_on(&takes_fields, "CONTENT_TYPE=Application/JSON ;a", "A=b", "{\"name\":\"a\"}"), 200);
    cr_expect_eq(read_on(&takes_fields, "CONTENT_TYPE=application/jsonp", "A=b", "{\"name\":\"a\"}"), 415);
    cr_expect_eq(read_on(&takes_fields, "CONTENT_TYPE=text/plain", "A=b", "{\"name\":\"a\"}"), 415);
    cr_expect_eq(read_on(&takes_fields, "A=b", "A=b", "{\"name\":\"a\"}"), 415);
}

Test(input, takes_a_file_as_it_is)
{
    cr_expect_eq(read_on(&takes_file, "CONTENT_TYPE=text/plain", "A=b", "{not json"), 200);
    cr_expect_eq(read_on(&takes_file, "A=b", "A=b", ""), 200);
    cr_expect_eq(read_on(&takes_file, "CONTENT_TYPE=text/plain", "A=b", "0123456789x"), 413);
    cr_expect_eq(read_on(&takes_file, JSON, "A=b", "{}"), 415);
    cr_expect_eq(read_on(&takes_file, FORM, "A=b", "a=b"), 415);
    cr_expect_eq(read_on(&takes_file, "CONTENT_TYPE=multipart/form-data; boundary=x", "A=b", "--x"), 415);
}

Test(input, malformed_json_is_400_and_wrong_fields_are_422)
{
    static const char *const malformed[] = {"{",
                                            "[]",
                                            "\"x\"",
                                            "null",
                                            "{\"name\":\"a\"} x",
                                            "{\"name\":\"\\u0000\"}",
                                            "{\"name\":\"\xff\"}",
                                            "{\"name\":\"a\",\"name\":\"b\"}",
                                            "{name:1}"};
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
        cr_expect_eq(read_on(&takes_fields, JSON, "A=b", malformed[i]), 400, "%s", malformed[i]);
    cr_expect_eq(read_on(&takes_fields, JSON, "A=b", "{}"), 422);
    cr_expect_eq(read_on(&takes_fields, JSON, "A=b", "{\"name\":1}"), 422);
    cr_expect_eq(read_on(&takes_fields, JSON, "A=b", "{\"name\":\"a\",\"odd\":1}"), 422);
}

Test(input, a_form_where_the_route_takes_one)
{
    cr_expect_eq(read_on(&takes_fields, FORM, "A=b", "name=a+b&count=3"), 200);
    cr_expect_eq(read_on(&takes_fields, FORM, "A=b", "name=a&count=x"), 422);
    cr_expect_eq(read_on(&takes_optional, FORM, "A=b", "name=a"), 415);
}

Test(input, a_body_where_none_is_taken_is_400)
{
    cr_expect_eq(read_on(&takes_nothing, "A=b", "A=b", NULL), 200);
    cr_expect_eq(read_on(&takes_nothing, JSON, "A=b", "{}"), 200);
    cr_expect_eq(read_on(&takes_nothing, JSON, "A=b", "{\"a\":1}"), 400);
}

Test(input, no_body_counts_as_an_empty_object_when_nothing_is_required)
{
    cr_expect_eq(read_on(&takes_optional, "A=b", "A=b", NULL), 200);
    cr_expect_eq(read_on(&takes_fields, "A=b", "A=b", NULL), 415);
}

Test(input, too_large_is_413)
{
    size_t length = (1 << 20) + 1;
    char *body = malloc(length + 1);
    memset(body, ' ', length);
    body[length] = '\0';
    cr_expect_eq(read_on(&takes_fields, JSON, "CONTENT_LENGTH=1048577", body), 413);
    cr_expect_eq(read_on(&takes_fields, JSON, "A=b", body), 413);
    free(body);
}

Test(input, an_idempotency_key_is_short_and_visible)
{
    char key[300] = "HTTP_IDEMPOTENCY_KEY=";
    size_t prefix = strlen(key);
    memset(key + prefix, 'k', 200);
    cr_expect_eq(read_on(&takes_fields, JSON, key, "{\"name\":\"a\"}"), 200);
    key[prefix + 200] = 'k';
    cr_expect_eq(read_on(&takes_fields, JSON, key, "{\"name\":\"a\"}"), 400);
    cr_expect_eq(read_on(&takes_fields, JSON, "HTTP_IDEMPOTENCY_KEY=a b", "{\"name\":\"a\"}"), 400);
    cr_expect_eq(read_on(&takes_optional, JSON, "HTTP_IDEMPOTENCY_KEY=a b", "{\"name\":\"a\"}"), 200);
}
