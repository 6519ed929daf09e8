#include "cron/provider/refusal.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_refusal(long status, const char *body, bool later, const char *words)
{
    struct text sentence = TEXT_EMPTY;

    cr_expect_eq(refusal_explain(status, body, strlen(body), &sentence), later, "%ld %s", status, body);
    cr_expect(strstr(text_string(&sentence), words), "%s", text_string(&sentence));
    text_free(&sentence);
}

Test(refusal, a_sentence_says_what_is_wrong_and_whether_time_helps)
{
    expect_refusal(401, "{\"error\":{\"message\":\"bad key\"}}", false,
                   "rejected the key (status 401). Its message: bad key");
    expect_refusal(404, "not json", false, "does not recognise this address or model");
    expect_refusal(429, "{\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_error\"}}", true,
                   "too many requests");
    expect_refusal(429, "{\"error\":{\"code\":\"insufficient_quota\"}}", false, "no quota left");
    expect_refusal(402, "", false, "no quota left");
    expect_refusal(400, "{\"error\":{\"type\":\"exceed_context_size_error\",\"code\":400}}", false,
                   "too long for the model");
    expect_refusal(400, "{\"error\":\"plain words\"}", false, "plain words");
    expect_refusal(503, "{\"error\":{\"message\":\"Loading model\",\"code\":503}}", true, "Loading model");
    expect_refusal(500, "", true, "endpoint failed");
    expect_refusal(0, "{\"error\":{\"code\":500,\"message\":\"x\"}}", true, "endpoint failed. Its message: x");
    expect_refusal(0, "{\"error\":{\"type\":\"invalid_request_error\",\"code\":null}}", false, "rejected the request");
    expect_refusal(0, "{\"error\":{\"code\":\"429\",\"message\":\"later\"}}", true, "too many requests");
    expect_refusal(0, "{\"error\":{\"message\":\"hm\"}}", true, "reported an error. Its message: hm");
}

static void expect_reason(const char *body, const char *words)
{
    struct text reason = TEXT_EMPTY;

    refusal_reason(body, strlen(body), &reason);
    cr_expect_str_eq(text_string(&reason), words, "%s: %s", body, text_string(&reason));
    text_free(&reason);
}

Test(refusal, the_reason_is_found_in_all_usual_forms)
{
    expect_reason("[{\"error\":{\"code\":400,\"message\":\"in a list\"}}]", "in a list");
    expect_reason("{\"detail\":\"Not Found\"}", "Not Found");
    expect_reason("{\"detail\":[{\"loc\":[\"body\",\"model\"],\"msg\":\"field required\"}]}", "field required");
    expect_reason("{\"errors\":[{\"message\":\"first\"},{\"message\":\"second\"}]}", "first");
    expect_reason("{\"error\":\"Bad Request\",\"message\":\"the better one\"}", "the better one");
    expect_reason("{\"object\":\"error\",\"message\":\"of vLLM\"}", "of vLLM");
    expect_reason("\"only a string\"", "only a string");
    expect_reason("404 page not found\n", "404 page not found");
    expect_reason(" upstream\r\n  timed\tout ", "upstream timed out");
    expect_reason("<html><head><title>502 Bad Gateway</title></head><body><h1>x</h1></body></html>", "502 Bad Gateway");
    expect_reason("<p>no <b>title</b> here</p>", "no title here");
    expect_reason("<unclosed", "");
    expect_reason("{}", "");
    expect_reason("{\"error\":{\"message\":\"\"}}", "");
    expect_reason("", "");
}

Test(refusal, a_reason_has_a_bound_and_is_text)
{
    static const char odd[] = {'a', '\0', 'b', '\xff'};
    char body[4000];
    struct text reason = TEXT_EMPTY;

    memset(body, 'x', sizeof body);
    memcpy(body, odd, sizeof odd);
    refusal_reason(body, sizeof body, &reason);
    cr_expect_leq(reason.length, 510);
    cr_expect_eq(strncmp(text_string(&reason), "ab\xEF\xBF\xBDxxx", 8), 0);
    text_free(&reason);
}

Test(refusal, the_delay_doubles_has_a_bound_and_honours_retry_after)
{
    cr_expect_eq(refusal_delay_ms(1, 0, 1.0), 500);
    cr_expect_eq(refusal_delay_ms(1, 0, 0.0), 250);
    cr_expect_eq(refusal_delay_ms(4, 0, 1.0), 4000);
    cr_expect_eq(refusal_delay_ms(1, 7000, 0.3), 7000);
    cr_expect_eq(refusal_delay_ms(1, 1500, 1.0), 1500);
    cr_expect_eq(refusal_delay_ms(5, 0, 0.5), -1);
    cr_expect_eq(refusal_delay_ms(1, 61000, 0.5), -1);
}

static void expect_wait(long long ms, const char *words)
{
    struct text sentence = TEXT_EMPTY;

    refusal_explain_wait(ms, &sentence);
    cr_expect_str_eq(text_string(&sentence), words);
    text_free(&sentence);
}

Test(refusal, a_long_wait_is_told)
{
    expect_wait(60000, "");
    expect_wait(61000, " It asks to wait 2 minutes before the next try.");
    expect_wait(7200000, " It asks to wait 2 hours before the next try.");
    expect_wait(86400000LL * 366, " It asks to wait 366 days before the next try.");
}
