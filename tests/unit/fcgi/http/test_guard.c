#include "fcgi/http/guard.h"

#include "../memory.h"
#include "base/clock.h"
#include "fcgi/http/route.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USER_ID "01890000-0000-7000-8000-000000000001"
#define SESSION_ID "01890000-0000-7000-8000-000000000002"
#define API_TOKEN "coa_01890000000070008000000000000001_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"

static char *token(const struct config *config, int64_t issued_at)
{
    struct token_claims claims = {USER_ID, SESSION_ID, 0, 0};
    return access_token_issue(config, &claims, issued_at);
}

/* Identifies the caller of a request with this header, in which an access token stands for "<token>". */
static enum outcome identify(struct memory *memory, const char *method, const char *pattern, int64_t issued_at)
{
    static char header[2048];
    const char *place = strstr(pattern, "<token>");
    memory_open(memory, PARAMETERS("A=b"), NULL);
    char *made = token(&memory->config, issued_at);
    memory_close(memory);
    snprintf(header, sizeof header, "%.*s%s%s", place ? (int)(place - pattern) : (int)strlen(pattern), pattern,
             place ? made : "", place ? place + strlen("<token>") : "");
    free(made);
    memory_open(memory, PARAMETERS(method, header), NULL);
    return guard_identify(&memory->request);
}

static int64_t now(void)
{
    return clock_now_ms() / 1000;
}

Test(guard, knows_the_cookie_and_the_bearer)
{
    struct memory memory;
    cr_expect_eq(identify(&memory, "REQUEST_METHOD=GET", "HTTP_COOKIE=auth_token=<token>", now()), OUTCOME_OK);
    cr_expect_eq(memory.request.caller.kind, CALLER_COOKIE);
    cr_expect_str_eq(memory.request.caller.user_id, USER_ID);
    cr_expect_str_eq(memory.request.caller.session_id, SESSION_ID);
    memory_close(&memory);
    cr_expect_eq(identify(&memory, "REQUEST_METHOD=GET", "HTTP_AUTHORIZATION=bearer <token>", now()), OUTCOME_OK);
    cr_expect_eq(memory.request.caller.kind, CALLER_BEARER);
    memory_close(&memory);
}

Test(guard, an_api_token_says_whose_it_is)
{
    struct memory memory;
    cr_expect_eq(identify(&memory, "REQUEST_METHOD=GET", "HTTP_AUTHORIZATION=Bearer " API_TOKEN "", now()), OUTCOME_OK);
    cr_expect_eq(memory.request.caller.kind, CALLER_API_TOKEN);
    cr_expect_str_eq(memory.request.caller.user_id, USER_ID);
    cr_expect_str_eq(memory.request.caller.session_id, "");
    cr_expect_eq(strlen(memory.request.caller.token_hash), 64);
    memory_close(&memory);
}

Test(guard, nobody_is_nobody)
{
    struct memory memory;
    cr_expect_eq(identify(&memory, "REQUEST_METHOD=GET", "A=", now()), OUTCOME_OK);
    cr_expect_eq(memory.request.caller.kind, CALLER_NOBODY);
    memory_close(&memory);
}

Test(guard, a_bad_token_is_nobody_and_said_to_be_bad)
{
    static const char *const bad[] = {"HTTP_AUTHORIZATION=Bearer x<token>",
                                      "HTTP_AUTHORIZATION=Bearer <token>x",
                                      "HTTP_AUTHORIZATION=Bearer",
                                      "HTTP_AUTHORIZATION=Basic <token>",
                                      "HTTP_AUTHORIZATION=<token>",
                                      "HTTP_AUTHORIZATION=Bearer coa_<token>",
                                      "HTTP_AUTHORIZATION=Bearer " API_TOKEN "x",
                                      "HTTP_COOKIE=auth_token=x<token>",
                                      "HTTP_AUTHORIZATION=Bearer eyJhbGciOiJub25lIn0.e30."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct memory memory;
        cr_expect_eq(identify(&memory, "REQUEST_METHOD=GET", bad[i], now()), OUTCOME_UNAUTHENTICATED, "%s", bad[i]);
        cr_expect_eq(memory.request.caller.kind, CALLER_NOBODY);
        cr_expect_str_eq(memory.request.caller.user_id, "");
        memory_close(&memory);
    }
}

Test(guard, an_expired_token_is_no_good)
{
    struct memory memory;
    cr_expect_eq(identify(&memory, "REQUEST_METHOD=GET", "HTTP_COOKIE=auth_token=<token>", now() - 31 * 60),
                 OUTCOME_UNAUTHENTICATED);
    memory_close(&memory);
}

static enum outcome csrf(const char *method, const char *credentials, const char *given)
{
    struct memory memory;
    const char *why = NULL;
    identify(&memory, method, credentials, now());
    char *right = csrf_token(&memory.config, SESSION_ID);
    char *header = text_format("HTTP_X_CSRF_TOKEN=%s", given ? given : right);
    if (!given || *given)
        memory.parameters[2] = header;
    enum outcome outcome = guard_check_csrf(&memory.request, &why);
    cr_expect_eq(outcome == OUTCOME_DENIED, why != NULL);
    free(header);
    free(right);
    memory_close(&memory);
    return outcome;
}

Test(guard, a_change_by_cookie_needs_the_csrf_token)
{
    static const char cookie[] = "HTTP_COOKIE=auth_token=<token>";
    cr_expect_eq(csrf("REQUEST_METHOD=POST", cookie, NULL), OUTCOME_OK);
    cr_expect_eq(csrf("REQUEST_METHOD=POST", cookie, ""), OUTCOME_DENIED);
    cr_expect_eq(csrf("REQUEST_METHOD=DELETE", cookie, "wrong"), OUTCOME_DENIED);
    cr_expect_eq(csrf("REQUEST_METHOD=GET", cookie, ""), OUTCOME_OK);
    cr_expect_eq(csrf("REQUEST_METHOD=POST", "HTTP_AUTHORIZATION=Bearer <token>", ""), OUTCOME_OK);
}
