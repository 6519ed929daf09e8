#include "fcgi/http/request.h"

#include "../memory.h"
#include "base/number.h"

#include <criterion/criterion.h>
#include <string.h>

Test(request, knows_headers_by_any_case)
{
    struct memory memory;
    memory_open(&memory,
                PARAMETERS("REQUEST_METHOD=GET", "HTTP_X_CSRF_TOKEN=abc", "CONTENT_TYPE=text/plain", "HTTP_EMPTY="),
                NULL);
    cr_expect_str_eq(request_header(&memory.request, "X-CSRF-Token"), "abc");
    cr_expect_str_eq(request_header(&memory.request, "x-csrf-token"), "abc");
    cr_expect_str_eq(request_header(&memory.request, "Content-Type"), "text/plain");
    cr_expect_null(request_header(&memory.request, "Empty"));
    cr_expect_null(request_header(&memory.request, "X-CSRF"));
    memory_close(&memory);
}

Test(request, takes_cookies_apart)
{
    struct memory memory;
    memory_open(&memory, PARAMETERS("HTTP_COOKIE=a=1; auth_token=x.y.z;b=; c=q=r"), NULL);
    cr_expect_str_eq(request_cookie(&memory.request, "a"), "1");
    cr_expect_str_eq(request_cookie(&memory.request, "auth_token"), "x.y.z");
    cr_expect_str_eq(request_cookie(&memory.request, "b"), "");
    cr_expect_str_eq(request_cookie(&memory.request, "c"), "q=r");
    cr_expect_null(request_cookie(&memory.request, "token"));
    memory_close(&memory);
    memory_open(&memory, PARAMETERS("HTTP_COOKIE=;;; =;"), NULL);
    cr_expect_null(request_cookie(&memory.request, "a"));
    memory_close(&memory);
}

Test(request, has_an_id_of_its_own_that_sorts_by_time)
{
    struct memory first, second;
    memory_open(&first, PARAMETERS("REQUEST_METHOD=GET"), NULL);
    memory_open(&second, PARAMETERS("REQUEST_METHOD=GET"), NULL);
    cr_expect(uuid_is_valid(first.request.id));
    cr_expect_eq(first.request.id[14], '7');
    cr_expect_neq(strcmp(first.request.id, second.request.id), 0);
    cr_expect_leq(strncmp(first.request.id, second.request.id, 13), 0);
    memory_close(&first);
    memory_close(&second);
}

Test(request, only_paths_below_api_are_ours)
{
    static const struct {
        const char *uri, *path;
    } cases[] = {{"DOCUMENT_URI=/api/rooms", "/rooms"}, {"DOCUMENT_URI=/api", ""},
                 {"DOCUMENT_URI=/apix/rooms", ""},      {"DOCUMENT_URI=/api/\xff", ""},
                 {"DOCUMENT_URI=/index.html", ""},      {"NOTHING=", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct memory memory;
        memory_open(&memory, PARAMETERS(cases[i].uri), NULL);
        cr_expect_str_eq(memory.request.path, cases[i].path);
        memory_close(&memory);
    }
}

Test(request, an_address_is_an_address_or_nothing)
{
    static const char *const cases[][2] = {{"REMOTE_ADDR=192.0.2.1", "192.0.2.1"},
                                           {"REMOTE_ADDR=2001:db8::1", "2001:db8::1"},
                                           {"REMOTE_ADDR=unix:", ""},
                                           {"REMOTE_ADDR=1.2.3.4'; drop table users", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct memory memory;
        memory_open(&memory, PARAMETERS(cases[i][0]), NULL);
        cr_expect_str_eq(memory.request.address, cases[i][1]);
        memory_close(&memory);
    }
}

static enum outcome read_body(const char *announced, const char *body, size_t most)
{
    struct memory memory;
    struct text text = TEXT_EMPTY;
    memory_open(&memory, PARAMETERS(announced), body);
    enum outcome outcome = request_read_body(&memory.request, most, &text);
    if (outcome == OUTCOME_OK)
        cr_expect_str_eq(text_string(&text), body ? body : "");
    text_free(&text);
    memory_close(&memory);
    return outcome;
}

Test(request, a_body_is_as_long_as_announced_and_no_longer_than_allowed)
{
    cr_expect_eq(read_body("CONTENT_LENGTH=5", "hello", 10), OUTCOME_OK);
    cr_expect_eq(read_body("CONTENT_LENGTH=", "hello", 10), OUTCOME_OK);
    cr_expect_eq(read_body("CONTENT_LENGTH=", NULL, 10), OUTCOME_OK);
    cr_expect_eq(read_body("CONTENT_LENGTH=6", "hello", 10), OUTCOME_INVALID);
    cr_expect_eq(read_body("CONTENT_LENGTH=-1", "hello", 10), OUTCOME_INVALID);
    cr_expect_eq(read_body("CONTENT_LENGTH=5x", "hello", 10), OUTCOME_INVALID);
    cr_expect_eq(read_body("CONTENT_LENGTH=11", "hello", 10), OUTCOME_LIMITED);
    cr_expect_eq(read_body("CONTENT_LENGTH=", "hello world", 10), OUTCOME_LIMITED);
}

Test(request, get_head_and_options_change_nothing)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "get", ""};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        struct memory memory;
        memory_open(&memory, PARAMETERS("A=b"), NULL);
        memory.request.method = methods[i];
        cr_expect_eq(request_is_unsafe(&memory.request), i >= 3);
        memory_close(&memory);
    }
}
