#include "fcgi/http/router.h"

#include "../memory.h"

#include <criterion/criterion.h>
#include <string.h>

static void echo(struct request *request)
{
    respond_json(request, 200, request->body ? request_body_json(request) : "{}");
}

static void silent(struct request *request)
{
    (void)request;
}

static const struct field name[] = {{"name", FIELD_LINE, true, 1, 10}, {NULL}};
static const struct field optional[] = {{"name", FIELD_LINE, false, 1, 10}, {NULL}};

/* Without a database only public reads get to their handler, so bodies are tried with PUBLIC GET's sibling below. */
static const struct route open_routes[] = {
    ROUTE(METHOD_GET, "/open", PUBLIC, POOL_FAST, NULL, NULL, echo, "read"),
    ROUTE(METHOD_GET, "/open/{id}", PUBLIC, POOL_FAST, NULL, page_query, echo, "read one"),
    ROUTE(METHOD_GET, "/silent", PUBLIC, POOL_FAST, NULL, NULL, silent, "nothing"),
    ROUTE(METHOD_GET, "/mine", USER, POOL_FAST, NULL, NULL, echo, "mine"),
    ROUTE(METHOD_POST, "/mine", USER, POOL_FAST, name, NULL, echo, "make"),
    ROUTE(METHOD_POST, "/open", PUBLIC, POOL_FAST, optional, NULL, echo, "change"),
    ROUTE_END,
};
static const struct route *const tables[] = {open_routes, NULL};

static int serve(struct memory *memory, const char *method, const char *uri, const char *more, const char *body)
{
    memory_open(memory, PARAMETERS(method, uri, "HTTP_HOST=studio.test", more), body);
    router_serve(&memory->request, tables);
    return answer_status(memory->request.answer);
}

static void expect(int status, const char *method, const char *uri, const char *more)
{
    struct memory memory;
    cr_expect_eq(serve(&memory, method, uri, more, NULL), status, "%s %s %s", method, uri, more);
    memory_close(&memory);
}

Test(router, finds_the_handler_or_says_why_not)
{
    expect(200, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/open", "A=b");
    expect(200, "REQUEST_METHOD=HEAD", "DOCUMENT_URI=/api/open", "A=b");
    expect(404, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/nowhere", "A=b");
    expect(404, "REQUEST_METHOD=GET", "DOCUMENT_URI=/open", "A=b");
    expect(405, "REQUEST_METHOD=PUT", "DOCUMENT_URI=/api/open", "A=b");
    expect(405, "REQUEST_METHOD=", "DOCUMENT_URI=/api/open", "A=b");
}

Test(router, 405_names_the_methods)
{
    struct memory memory;
    serve(&memory, "REQUEST_METHOD=PUT", "DOCUMENT_URI=/api/open", "A=b", NULL);
    respond_send(&memory.request);
    cr_expect(strstr(memory.written.bytes, "Allow: GET, HEAD, POST\r\n"));
    memory_close(&memory);
}

Test(router, a_guarded_route_needs_a_caller_before_anything_else)
{
    expect(401, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/mine", "A=b");
    expect(401, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/mine", "QUERY_STRING=nonsense=1");
    expect(401, "REQUEST_METHOD=POST", "DOCUMENT_URI=/api/mine", "CONTENT_LENGTH=9999999999");
    expect(401, "REQUEST_METHOD=POST", "DOCUMENT_URI=/api/mine", "HTTP_AUTHORIZATION=Bearer x.y.z");
}

Test(router, strangers_from_other_origins_are_refused)
{
    expect(403, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/open", "HTTP_ORIGIN=https://evil.test");
    expect(403, "REQUEST_METHOD=OPTIONS", "DOCUMENT_URI=/api/open", "HTTP_ORIGIN=https://evil.test");
    expect(200, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/open", "HTTP_ORIGIN=http://studio.test");
    expect(204, "REQUEST_METHOD=OPTIONS", "DOCUMENT_URI=/api/open", "HTTP_ORIGIN=http://studio.test");
}

Test(router, without_postgresql_a_change_is_a_503_and_a_public_read_is_not)
{
    expect(503, "REQUEST_METHOD=POST", "DOCUMENT_URI=/api/open", "A=b");
    expect(200, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/open", "A=b");
}

Test(router, input_is_checked)
{
    expect(422, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/open", "QUERY_STRING=a=1");
    expect(404, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/open/not-an-id", "A=b");
    expect(422, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/open/01890000-0000-7000-8000-000000000001",
           "QUERY_STRING=limit=1000");
    expect(200, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/open/01890000-0000-7000-8000-000000000001",
           "QUERY_STRING=limit=10");
}

Test(router, a_handler_that_says_nothing_is_our_fault)
{
    expect(500, "REQUEST_METHOD=GET", "DOCUMENT_URI=/api/silent", "A=b");
}
