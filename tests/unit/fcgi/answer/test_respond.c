#include "fcgi/answer/respond.h"

#include "../memory.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const get[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/api/x", NULL};

static bool sent(struct memory *memory, const char *part)
{
    return strstr(text_string(&memory->written), part) != NULL;
}

Test(respond, is_sent_with_its_length_and_the_headers_of_every_answer)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    respond_json(&memory.request, 200, "{\"a\":1}");
    cr_assert_eq(respond_send(&memory.request), OUTCOME_OK);
    cr_expect(sent(&memory, "Status: 200 OK\r\nX-Request-Id: "));
    cr_expect(sent(&memory, "\r\nX-Content-Type-Options: nosniff\r\n"));
    cr_expect(sent(&memory, "\r\nCache-Control: no-store\r\n"));
    cr_expect(sent(&memory, "\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}"));
    memory_close(&memory);
}

Test(respond, to_head_has_the_length_but_no_body)
{
    struct memory memory;
    memory_open(&memory, PARAMETERS("REQUEST_METHOD=HEAD"), NULL);
    respond_json(&memory.request, 200, "{\"a\":1}");
    respond_send(&memory.request);
    cr_expect(sent(&memory, "Content-Length: 7\r\n\r\n"));
    cr_expect_not(sent(&memory, "{"));
    memory_close(&memory);
}

Test(respond, a_later_answer_takes_the_place_of_an_earlier_one)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    respond_bytes(&memory.request, 200, "text/plain", "first", 5);
    respond_nothing(&memory.request);
    respond_send(&memory.request);
    cr_expect(sent(&memory, "Status: 204"));
    cr_expect_not(sent(&memory, "first"));
    cr_expect_not(sent(&memory, "\nContent-Type"), "204 has no body and says nothing about one");
    cr_expect_not(sent(&memory, "\nContent-Length"));
    memory_close(&memory);
}

static struct piece fetch_digits(void *context, long long offset)
{
    static const char digits[] = "0123456789";

    (void)context;
    return offset < 10 ? (struct piece){digits + offset, offset < 6 ? 4 : (size_t)(10 - offset)}
                       : (struct piece){NULL, 0};
}

Test(respond, pieces_are_fetched_until_all_is_there)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    respond_pieces(&memory.request, "text/plain", "a \"b\".txt", 6, fetch_digits);
    cr_assert_eq(respond_send(&memory.request), OUTCOME_OK);
    cr_expect(
        sent(&memory, "Content-Disposition: attachment; filename=\"a _b_.txt\"; filename*=UTF-8''a%20%22b%22.txt\r\n"));
    cr_expect(sent(&memory, "Content-Length: 6\r\n\r\n012345"));
    cr_expect_not(sent(&memory, "0123456"));
    memory_close(&memory);
}

Test(respond, a_missing_piece_ends_the_answer_early)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    respond_pieces(&memory.request, "text/plain", "a", 20, fetch_digits);
    cr_expect_eq(respond_send(&memory.request), OUTCOME_FAILED);
    memory_close(&memory);
}

Test(respond, what_is_refused_later_sends_no_pieces)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    respond_pieces(&memory.request, "text/plain", "a", 6, fetch_digits);
    answer_reset(memory.request.answer);
    respond_problem(&memory.request, OUTCOME_ABSENT, NULL);
    respond_send(&memory.request);
    cr_expect(sent(&memory, "Status: 404"));
    cr_expect_not(sent(&memory, "attachment"));
    cr_expect_not(sent(&memory, "012345"));
    memory_close(&memory);
}

Test(respond, no_header_can_be_smuggled_in)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    respond_header(&memory.request, "X-A", "1\r\nSet-Cookie: evil=1");
    respond_created(&memory.request, "/rooms\r\nX-Evil: 1", "{\"id\":\"1\"}");
    respond_send(&memory.request);
    cr_expect_not(sent(&memory, "evil"));
    cr_expect_not(sent(&memory, "X-Evil"));
    memory_close(&memory);
}

static void expect_location(const char *list, const char *json, const char *location)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    respond_created(&memory.request, list, json);
    cr_expect_str_eq(answer_location(memory.request.answer), location);
    respond_send(&memory.request);
    cr_expect(sent(&memory, "Status: 201"));
    memory_close(&memory);
}

Test(respond, what_was_created_stands_below_its_list_by_its_id_or_seq)
{
    expect_location("/rooms", "{\"name\":\"x\",\"id\":\"7f\"}", "/api/rooms/7f");
    expect_location("/rooms/1/members", "{\"id\":\"2\",\"seq\":9}", "/api/rooms/1/members/2");
    expect_location("/rooms/1/messages", "{\"room\":\"1\",\"seq\":9}", "/api/rooms/1/messages/9");
}

Test(respond, cookies_are_out_of_reach_of_scripts)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    memory.config.cookie_secure = true;
    respond_cookie(&memory.request, "auth_token", "x.y", "/", 1800);
    respond_nothing(&memory.request);
    respond_send(&memory.request);
    cr_expect(sent(&memory, "Set-Cookie: auth_token=x.y; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax; Secure\r\n"));
    memory_close(&memory);
}

Test(respond, samesite_none_is_always_secure)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    memory.config.cookie_samesite = "None";
    respond_cookie(&memory.request, "auth_token", "", "/", 0);
    respond_nothing(&memory.request);
    respond_send(&memory.request);
    cr_expect(sent(&memory, "Max-Age=0; HttpOnly; SameSite=None; Secure"));
    memory_close(&memory);
}

static struct json_object *problem(struct memory *memory, enum outcome outcome, const char *detail)
{
    memory_open(memory, get, NULL);
    respond_problem(&memory->request, outcome, detail);
    struct json_object *document = memory_answer(memory);
    cr_assert_not_null(document);
    cr_expect_eq(json_long(document, "status", 0), answer_status(memory->request.answer));
    cr_expect_str_eq(json_text(document, "instance"), memory->request.id);
    cr_expect_str_eq(json_text(document, "type"), "about:blank");
    return document;
}

Test(respond, every_outcome_has_its_status)
{
    static const struct {
        enum outcome outcome;
        int status;
    } cases[] = {{OUTCOME_ABSENT, 404}, {OUTCOME_INVALID, 422},  {OUTCOME_UNAUTHENTICATED, 401},
                 {OUTCOME_DENIED, 403}, {OUTCOME_CONFLICT, 409}, {OUTCOME_LIMITED, 429},
                 {OUTCOME_BUSY, 503},   {OUTCOME_AWAY, 503},     {OUTCOME_FAILED, 500}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct memory memory;
        json_object_put(problem(&memory, cases[i].outcome, NULL));
        cr_expect_eq(answer_status(memory.request.answer), cases[i].status);
        respond_send(&memory.request);
        cr_expect(sent(&memory, "Content-Type: application/problem+json"));
        cr_expect_eq(sent(&memory, "Retry-After: "), cases[i].status == 429 || cases[i].status == 503);
        cr_expect_eq(sent(&memory, "WWW-Authenticate: Bearer"), cases[i].status == 401);
        memory_close(&memory);
    }
}

Test(respond, a_failure_of_ours_keeps_its_reason_to_itself)
{
    struct memory memory;
    struct json_object *document = problem(&memory, OUTCOME_FAILED, "relation \"users\" does not exist");
    cr_expect_null(strstr(json_text(document, "detail"), "relation"));
    json_object_put(document);
    memory_close(&memory);
}

Test(respond, field_errors_are_listed)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    respond_field_error(&memory.request, "name", "Is \"required\".");
    respond_field_error(&memory.request, "role", "Is wrong.");
    respond_problem(&memory.request, OUTCOME_INVALID, NULL);
    struct json_object *document = memory_answer(&memory);
    struct json_object *errors = json_member(document, "errors");
    cr_assert_eq(json_object_array_length(errors), 2);
    cr_expect_str_eq(json_text(json_object_array_get_idx(errors, 0), "message"), "Is \"required\".");
    json_object_put(document);
    memory_close(&memory);
}

Test(respond, reset_forgets_the_answer_and_what_was_to_follow)
{
    struct memory memory;
    memory_open(&memory, get, NULL);
    respond_created(&memory.request, "/rooms", "{\"id\":\"1\",\"secret\":1}");
    announcements_add(answer_announcements(memory.request.answer), "r_1", "{}");
    answer_reset(memory.request.answer);
    cr_expect_eq(answer_status(memory.request.answer), 0);
    respond_problem(&memory.request, OUTCOME_DENIED, NULL);
    respond_send(&memory.request);
    cr_expect_not(sent(&memory, "secret"));
    cr_expect_not(sent(&memory, "Location"));
    memory_close(&memory);
}
