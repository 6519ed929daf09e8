#include "cron/provider/completions.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void say(void *context, const char *text, size_t length)
{
    text_add_bytes(context, text, length);
}

/* Feeds the stream in pieces of this size; the caller frees completion and said. */
static void read_stream(struct completion *completion, struct text *said, const char *stream, size_t piece)
{
    size_t length = strlen(stream);

    completion_open(completion, said, say);
    for (size_t i = 0; i < length; i += piece)
        if (!completion_feed(completion, stream + i, i + piece <= length ? piece : length - i))
            return;
    completion_end(completion);
}

#define CHUNK(delta)                                                                                                   \
    "data: {\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":" delta ",\"finish_reason\":null}]}\n\n"
#define LAST(reason) "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}\n\n"
#define USAGE "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":5,\"total_tokens\":17}}\n\n"
#define DONE "data: [DONE]\n\n"

Test(completions, a_stream_is_read_in_any_pieces)
{
    static const char stream[] =
        CHUNK("{\"role\":\"assistant\",\"content\":\"\"}") CHUNK("{\"content\":\"Gr\\u00fc\\u00dfe\"}")
            CHUNK("{\"content\":\", Ada \\ud83d\\ude42\"}") LAST("stop") USAGE DONE;

    for (size_t piece = 1; piece < sizeof stream; piece++) {
        struct completion completion;
        struct text said = TEXT_EMPTY;

        read_stream(&completion, &said, stream, piece);
        cr_expect_str_eq(text_string(&said), "Grüße, Ada 🙂");
        cr_expect(completion.finished);
        cr_expect_str_eq(completion.finish_reason, "stop");
        cr_expect_str_eq(completion.model, "m-1");
        cr_expect_eq(completion.prompt_tokens, 12);
        cr_expect_eq(completion.completion_tokens, 5);
        cr_expect_eq(completion.error.length, 0);
        completion_free(&completion);
        text_free(&said);
    }
}

Test(completions, done_may_be_missing)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said, CHUNK("{\"content\":\"yes\"}") LAST("length"), 7);
    cr_expect(completion.finished);
    cr_expect_str_eq(completion.finish_reason, "length");
    cr_expect_eq(completion.prompt_tokens, -1);
    completion_free(&completion);
    text_free(&said);
}

Test(completions, a_stream_that_stops_early_is_not_finished)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said, CHUNK("{\"content\":\"half\"}"), 100);
    cr_expect_not(completion.finished);
    cr_expect_str_eq(text_string(&said), "half");
    completion_free(&completion);
    text_free(&said);
}

Test(completions, an_error_in_mid_stream_is_kept_and_ends_it)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(
        &completion, &said,
        CHUNK("{\"content\":\"half\"}") "data: {\"error\":{\"message\":\"out of memory\",\"code\":500}}\n\n" CHUNK(
            "{\"content\":\"never\"}"),
        1000);
    cr_expect_str_eq(text_string(&completion.error), "out of memory");
    cr_expect_str_eq(text_string(&said), "half");
    completion_free(&completion);
    text_free(&said);
}

Test(completions, thoughts_are_kept_apart_under_both_names)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said,
                CHUNK("{\"reasoning_content\":\"Let me \"}") CHUNK("{\"reasoning\":\"think.\",\"content\":null}")
                    CHUNK("{\"content\":\"42\"}") LAST("stop"),
                9);
    cr_expect_str_eq(text_string(&completion.thought), "Let me think.");
    cr_expect_str_eq(text_string(&said), "42");
    completion_free(&completion);
    text_free(&said);
}

Test(completions, what_is_not_json_is_an_error)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said, "data: {\"choices\":[{]\n\n", 5);
    cr_expect_str_eq(text_string(&completion.error), "the response is not JSON");
    completion_free(&completion);
    text_free(&said);
}

Test(completions, an_endpoint_that_does_not_stream_is_understood)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said,
                "{\"model\":\"m\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"whole\"},"
                "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}",
                11);
    cr_expect_str_eq(text_string(&said), "whole");
    cr_expect(completion.finished);
    cr_expect_eq(completion.completion_tokens, 2);
    completion_free(&completion);
    text_free(&said);
}

Test(completions, the_request_streams_and_carries_the_parameters)
{
    struct json_object *messages = json_object_new_array();
    char *body = completions_request("m", "{\"temperature\":0.5,\"max_tokens\":9}", messages);
    struct json_object *request = json_tokener_parse(body);

    cr_expect_str_eq(json_text(request, "model"), "m");
    cr_expect(json_flag(request, "stream", false));
    cr_expect(json_flag(json_member(request, "stream_options"), "include_usage", false));
    cr_expect_eq(json_long(request, "max_tokens", 0), 9);
    cr_expect_float_eq(json_object_get_double(json_member(request, "temperature")), 0.5, 1e-9);
    json_object_put(request);
    json_object_put(messages);
    free(body);
}

static void expect_refusal(long status, const char *body, bool later, const char *words)
{
    struct text sentence = TEXT_EMPTY;

    cr_expect_eq(completions_refusal(status, body, strlen(body), &sentence), later, "%ld %s", status, body);
    cr_expect(strstr(text_string(&sentence), words), "%s", text_string(&sentence));
    text_free(&sentence);
}

Test(completions, refusals_say_what_is_wrong_and_whether_time_helps)
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
}

Test(completions, the_delay_doubles_has_a_bound_and_honours_retry_after)
{
    cr_expect_eq(completions_delay_ms(1, 0, 1.0), 500);
    cr_expect_eq(completions_delay_ms(1, 0, 0.0), 250);
    cr_expect_eq(completions_delay_ms(4, 0, 1.0), 4000);
    cr_expect_eq(completions_delay_ms(1, 7, 0.3), 7000);
    cr_expect_eq(completions_delay_ms(5, 0, 0.5), -1);
    cr_expect_eq(completions_delay_ms(1, 61, 0.5), -1);
}

Test(completions, the_limit_is_renamed_where_the_endpoint_asks_for_it)
{
    static const char reply[] =
        "{\"error\":{\"message\":\"Unsupported parameter: use 'max_completion_tokens' instead.\"}}";
    char *body = completions_with_new_limit("{\"model\":\"m\",\"max_tokens\":9}", 400, reply);

    cr_assert_not_null(body);
    cr_expect_str_eq(body, "{\"model\":\"m\",\"max_completion_tokens\":9}");
    cr_expect_null(completions_with_new_limit(body, 400, reply), "only once");
    cr_expect_null(completions_with_new_limit("{\"max_tokens\":9}", 500, reply));
    cr_expect_null(completions_with_new_limit("{\"max_tokens\":9}", 400, "{}"));
    free(body);
}
